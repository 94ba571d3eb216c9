"""Decodes picture files, for the images of a dataset and for photographs.

    with open("me.jpg", "rb") as file:
        picture = decode(file)  # a PIL image, L or RGB, as a viewer shows it
"""
import io
import itertools
import os
import warnings
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from base.errors import UserError
from base.options import notes

try:
    import pillow_heif
except ImportError:
    pillow_heif = None
else:
    pillow_heif.register_heif_opener()

# format: the endings of its files; not all that Pillow reads: EPS would start Ghostscript
FORMATS = {"JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"), "PNG": (".png", ".apng"),
           "WEBP": (".webp",), "AVIF": (".avif",), "HEIF": (".heic", ".heif", ".hif"),
           "GIF": (".gif",), "TIFF": (".tif", ".tiff"), "BMP": (".bmp", ".dib"),
           "PPM": (".ppm", ".pgm", ".pbm", ".pnm")}
ENDINGS = tuple(itertools.chain.from_iterable(FORMATS.values()))
READ = [name for name in FORMATS if name != "HEIF" or pillow_heif]
MOST_PIXELS = 100_000_000  # 300 MB in memory; cameras take 12 to 60 million
# a picture of 1 x 59,000,000 pixels took 100 s and 3.8 GB; panoramas of phones are 16,000 wide
LONGEST, NARROWEST = 30_000, 30  # pixels of a side; longer side in units of the shorter one
SIZE = 48  # of a face
MOST_PIXELS_OF_A_FACE = 5000 * 5000  # before resizing
SQUEEZED = 1.25  # ratio of the sides from which on a picture is no portrait of a face
DARK = 32  # a face that spans fewer greys is blank, or was written in another depth
SOME_DARK = 0.02  # share of such faces in a split that is worth a line; FER2013's is 0.1 %
NAMED = 10  # damaged pictures that an error names


def decode(file, most_pixels=MOST_PIXELS):
    """The first picture in a file as a PIL image of mode L or RGB, upright, on white.

    Args:
        file: a binary file that can seek.
        most_pixels: the largest width * height that is decoded.

    Raises:
        ValueError: the file is not a picture that can be read rightly; the message is the reason.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about metadata; damaged pixels are an error
            with Image.open(file, formats=READ) as image:
                check_size(*image.size, most_pixels)
                return on_white(eight_bits(ImageOps.exif_transpose(image)))
    except UnidentifiedImageError as error:
        heic = "" if pillow_heif else "; HEIC needs pip install -r requirements-optional.txt"
        raise ValueError(f"not a picture in one of the formats {', '.join(READ)}{heic}") from error
    except Exception as error:  # decoders raise SyntaxError, struct.error, IndexError and more
        raise ValueError(str(error)) from error


def is_picture(path):
    """Whether a file is a picture by its name."""
    return path.suffix.lower() in ENDINGS and not path.name.startswith(".") and path.is_file()


def check_size(width, height, most_pixels):
    narrow = max(width, height) > min(LONGEST, NARROWEST * min(width, height))
    if narrow or width * height > most_pixels:
        raise ValueError(f"{width:,} x {height:,} pixels; expected {most_pixels:,} at most, and "
                         f"sides of at most {LONGEST:,}, the longer at most {NARROWEST} times the "
                         "shorter")


def eight_bits(image):
    if image.mode.startswith("I;16"):
        levels = np.asarray(image).astype(np.int64)  # (height, width)
        return Image.fromarray(((levels + 128) // 257).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise ValueError("greys of 32 bits, or as fractions, do not define white; expected 8 or 16 "
                         "bits per channel")
    return image


def on_white(image):
    """The image in grey or RGB, its transparent parts on a white background."""
    mode = "L" if image.getbands()[0] in ("L", "1") else "RGB"
    if image.has_transparency_data:
        background = Image.new("RGBA", image.size, "white")
        background.alpha_composite(image.convert("RGBA"))
        image = background
    return image.convert(mode)


class Decoded(NamedTuple):
    """A face of a dataset.

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
    """The Decoded of a picture's path or bytes."""
    try:
        file = io.BytesIO(content.read_bytes() if isinstance(content, os.PathLike) else content)
        with Image.open(file, formats=READ) as image:
            as_expected = image.mode == "L" and image.size == (SIZE, SIZE)
        grey = decode(file, MOST_PIXELS_OF_A_FACE).convert("L")
    except (OSError, ValueError, TypeError, SyntaxError) as error:  # TypeError: no bytes
        return Decoded(None, error=str(error))
    squeezed = max(grey.size) > SQUEEZED * min(grey.size)
    grey = grey if as_expected else grey.resize((SIZE, SIZE), Image.Resampling.BILINEAR)
    return Decoded(np.asarray(grey), not as_expected, squeezed)


def stack(faces, names, split, place):
    """The pixels of Decoded faces, uint8 (n, 48, 48), and a line on what was converted.

    Raises:
        UserError: pictures are damaged, of which the first are named, or all are nearly black.
    """
    bad = [(name, face.error) for name, face in zip(names, faces, strict=True) if face.error]
    if bad:
        more = f", and {len(bad) - NAMED:,} more" if len(bad) > NAMED else ""
        raise UserError(f"{place}: {len(bad):,} of {len(faces):,} images are not readable: "
                        f"{', '.join(name for name, _ in bad[:NAMED])}{more} ({bad[0][1]})")
    for count, what in ((sum(face.converted for face in faces),
                         "were not 48x48 in 8-bit grey and were converted"),
                        (sum(face.squeezed for face in faces),
                         "are far from square and were squeezed; expected faces that are cut out")):
        if count:
            notes.info("%s: %s of %s images %s", split, f"{count:,}", f"{len(faces):,}", what)
    pixels = np.stack([face.pixels for face in faces])
    check_greys(pixels, split, place)
    return pixels


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
