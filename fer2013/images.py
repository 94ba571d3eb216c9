"""Turns pictures of any kind into faces of 48x48 greys, and says what was converted."""
import io
import os
from typing import NamedTuple

import numpy as np
from PIL import Image

from base.errors import UserError
from base.options import notes
from fer2013 import pictures

SIZE = 48
MOST_PIXELS = 5000 * 5000  # of an image before resizing; with colour and transparency 0.3 GB
SQUEEZED = 1.25  # ratio of the sides from which on a picture is no portrait of a face
DARK = 32  # a face that spans fewer greys is blank, or was written in another depth
SOME_DARK = 0.02  # share of such faces in a split that is worth a line; FER2013's is 0.1 %
NAMED = 10  # damaged pictures that an error names


class Decoded(NamedTuple):
    """A decoded picture.

    Attributes:
        pixels: uint8 (48, 48); None if it is not readable.
        converted: whether it was of another size or kind than 48x48 in 8-bit grey.
        squeezed: whether its sides differed by more than SQUEEZED.
        error: why it is not readable.
    """
    pixels: np.ndarray | None
    converted: bool = False
    squeezed: bool = False
    error: str = ""


def decode_face(content):
    """The Decoded of a picture's bytes or path."""
    try:
        if isinstance(content, os.PathLike):
            content = content.read_bytes()
        return decode(io.BytesIO(content))
    except (OSError, ValueError, TypeError) as error:  # TypeError: a cell without bytes
        return Decoded(None, error=str(error))


def decode(file):
    with Image.open(file, formats=pictures.READ) as image:
        is_grey = image.mode == "L"
    file.seek(0)
    grey = pictures.decode(file, MOST_PIXELS)
    squeezed = max(grey.size) > SQUEEZED * min(grey.size)
    if is_grey and grey.size == (SIZE, SIZE):
        return Decoded(np.asarray(grey.convert("L")))
    grey = grey.convert("L").resize((SIZE, SIZE), Image.Resampling.BILINEAR)
    return Decoded(np.asarray(grey), True, squeezed)


def read_all(entries, split, place):
    """The pixels of tables.Entry, uint8 (n, 48, 48).

    Raises:
        UserError: pictures are damaged, of which the first are named, or all are nearly black.
    """
    found = [entry.content for entry in entries]
    found = [decode_face(each) if isinstance(each, os.PathLike) else each for each in found]
    found = [Decoded(each) if isinstance(each, np.ndarray) else each for each in found]
    check_damaged(entries, found, place)
    for count, what in ((sum(each.converted for each in found),
                         "were not 48x48 in 8-bit grey and were converted"),
                        (sum(each.squeezed for each in found),
                         "are far from square and were squeezed; expected faces that are cut out")):
        if count:
            notes.info("%s: %s of %s images %s", split, f"{count:,}", f"{len(found):,}", what)
    pixels = np.stack([each.pixels for each in found])
    check_greys(pixels, split, place)
    return pixels


def check_damaged(entries, found, place):
    """UserError that names the first damaged pictures and counts the others."""
    bad = [(entry, each.error) for entry, each in zip(entries, found, strict=True) if each.error]
    if bad:
        names = ", ".join(name_of(entry) for entry, _ in bad[:NAMED])
        more = f", and {len(bad) - NAMED:,} more" if len(bad) > NAMED else ""
        raise UserError(f"{place}: {len(bad):,} of {len(found):,} images are not readable: {names}"
                        f"{more} ({bad[0][1]})")


def name_of(entry):
    """The name of a face; of a picture with the folder of its class."""
    is_file = isinstance(entry.content, os.PathLike)
    return f"{entry.emotion}/{entry.name}" if is_file else entry.name


def check_greys(pixels, split, place):
    """UserError if all faces are nearly one grey; a line if some are.

    8-bit values in a 16-bit PNG, or values from 0 to 1 in an 8-bit one, look like that.
    """
    spans = np.ptp(pixels.reshape(len(pixels), -1), axis=1)  # (n,)
    dark = (spans > 0) & (spans < DARK)  # (n,), without blank faces
    about = (f"spans fewer than {DARK} of 256 greys; perhaps the pictures were written in another "
             "depth, as 8-bit values in 16 bits")
    if np.ptp(pixels) < DARK and dark.any():
        raise UserError(f"{place}: the {split} split {about}")
    if dark.mean() > SOME_DARK:
        notes.info("%s: each of %s of %s faces %s", split, f"{dark.sum():,}", f"{len(dark):,}",
                   about)
