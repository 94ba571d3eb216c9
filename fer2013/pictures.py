"""Decodes picture files, for the images of a dataset and for photographs.

    with open("me.jpg", "rb") as file:
        picture = decode(file)  # a PIL image, L or RGB, as a viewer shows it
"""
import io
import itertools
import os
import warnings

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
SIZE = 48  # of a face
DARK = 32  # all faces of a split that span fewer greys were written in another depth


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
                if image.width * image.height > most_pixels:
                    raise ValueError(f"{image.width:,} x {image.height:,} pixels; expected "
                                     f"{most_pixels:,} at most")
                return on_white(eight_bits(ImageOps.exif_transpose(image)))
    except UnidentifiedImageError as error:
        heic = "" if pillow_heif else "; HEIC needs pip install -r requirements-optional.txt"
        raise ValueError(f"not a picture in one of the formats {', '.join(READ)}{heic}") from error
    except Exception as error:  # decoders raise SyntaxError, struct.error, IndexError and more
        raise ValueError(str(error)) from error


def is_picture(path):
    """Whether a file is a picture by its name."""
    return path.suffix.lower() in ENDINGS and not path.name.startswith(".") and path.is_file()


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


def decode_face(content):
    """The face in a picture, uint8 (48, 48), and whether it was converted to that size or grey."""
    if isinstance(content, np.ndarray):
        return content, False
    file = io.BytesIO(content.read_bytes() if isinstance(content, os.PathLike) else content)
    picture = decode(file)
    if picture.mode == "L" and picture.size == (SIZE, SIZE):
        return np.asarray(picture), False
    picture = picture.convert("L").resize((SIZE, SIZE), Image.Resampling.BILINEAR)
    return np.asarray(picture), True


def decode_faces(contents, names, split, place):
    """The faces in pictures, uint8 (n, 48, 48); a line says how many were converted.

    Args:
        contents: a list of the paths, bytes or pixels of the pictures.
        names: of the pictures, for messages, as are `split` and `place`.

    Raises:
        UserError: a picture is damaged, or all faces are nearly of one grey, as 8-bit values in a
            16-bit PNG are, and values from 0 to 1 in an 8-bit one.
    """
    pixels, converted = np.empty((len(contents), SIZE, SIZE), np.uint8), 0
    for index, content in enumerate(contents):
        try:
            pixels[index], other = decode_face(content)
        except (TypeError, ValueError) as error:
            raise UserError(f"{place}: {names[index]} is not readable: {error}") from error
        converted += other
    if converted:
        notes.info("%s: %s of %s images were not 48x48 in grey and were converted", split,
                   f"{converted:,}", f"{len(pixels):,}")
    if 0 < np.ptp(pixels) < DARK:
        raise UserError(f"{place}: the {split} split spans fewer than {DARK} of 256 greys; perhaps "
                        "the pictures were written in another depth, as 8-bit values in 16 bits")
    return pixels
