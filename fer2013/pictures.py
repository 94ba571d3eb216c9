"""Decodes picture files of the common kinds, for the images of a dataset and for photographs.

    with open("me.jpg", "rb") as file:
        picture = decode(file, 100_000_000)  # a PIL image, L or RGB, as a viewer shows it
"""
import contextlib
import itertools
import logging
import os
import struct
import warnings
import zlib

import numpy as np
from PIL import Image, ImageOps

from fer2013 import others

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
READ = [name for name in FORMATS if name != "HEIF" or pillow_heif]
# where a file may say that its picture is turned
TURNS = {"exif", "Raw profile type exif", "xmp", "XML:com.adobe.xmp"}
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a PNG, by its colour type
# column, row, columns apart, rows apart of the seven passes of an interlaced PNG
BITS, PHOTOMETRIC, WHITE_IS_ZERO = 258, 262, 0  # tags of a TIFF
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
         (0, 1, 1, 2))

# without a handler, Pillow's errors, which our messages quote, would appear on stderr as well
logging.getLogger("PIL").addHandler(logging.NullHandler())


def decode(file, most_pixels):
    """The first picture in a file, upright, in 8 bits, white where it is transparent.

    Args:
        file: a binary file that can seek.
        most_pixels: the largest width * height that is decoded.

    Returns:
        A PIL image of mode L or RGB.

    Raises:
        ValueError: the file is not a picture that can be read rightly; the message is the reason.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about metadata; damaged pixels are an error
            return decode_any(file, most_pixels)
    except Image.UnidentifiedImageError as error:
        raise ValueError(kind_of(file)) from error
    except Exception as error:  # decoders raise SyntaxError, struct.error, IndexError and more
        raise ValueError(str(error)) from error


def is_picture(path):
    """Whether a file is a picture by its name, or by its content if its name has no ending."""
    if path.name.startswith(".") or not path.is_file():
        return False
    if path.suffix[1:2].isalpha():
        return path.suffix.lower() in itertools.chain.from_iterable(FORMATS.values())
    with open(path, "rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            Image.open(file, formats=READ).close()
        except Image.UnidentifiedImageError:
            return is_heif(file)
        except Exception:  # a damaged picture, whose reason decode() gives
            return True
        return True


def is_heif(file):
    file.seek(4)
    return file.read(8).startswith((b"ftyphei", b"ftyphev", b"ftypmif1", b"ftypmsf1"))


def kind_of(file):
    """Why Pillow knows no format for this file."""
    if is_heif(file) and not pillow_heif:
        return "HEIC needs the package pillow-heif; pip install -r requirements-optional.txt"
    file.seek(0)
    start = file.read(200)
    return others.true_name(start) or ("not in a known format" if start else "the file is empty")


def decode_any(file, most_pixels):
    with Image.open(file, formats=READ) as image:
        if image.width * image.height > most_pixels:
            raise ValueError(f"{image.width:,} x {image.height:,} pixels; "
                             f"expected {most_pixels:,} at most")
        depth = check_png(file) if image.format == "PNG" else 8
        with discarded_stderr() if image.format == "TIFF" else contextlib.nullcontext():
            image.load()  # some formats give transparency and orientation only after the pixels
        if image.mode == "L" and not (TURNS | {"transparency"}) & image.info.keys():
            return image
        upright = ImageOps.exif_transpose(image)
        return on_white(eight_bits(upright, image, depth))


def check_png(file):
    """The bits per channel of a PNG; an error if it is damaged where Pillow does not notice."""
    start = file.tell()
    file.seek(8)
    inflate, found = zlib.decompressobj(), 0
    while (kind := (head := file.read(8))[4:]) != b"IEND":
        data = file.read(int.from_bytes(head[:4]))
        if file.read(4) != zlib.crc32(kind + data).to_bytes(4):
            raise ValueError("broken PNG file: a checksum is wrong, or the file ends too early")
        if kind == b"IHDR":
            width, height, depth, colour, interlaced = struct.unpack(">IIBBxxB", data)
            expected = bytes_inflated(width, height, depth * CHANNELS[colour], interlaced)
        while kind == b"IDAT" and data and found < expected:
            found += len(inflate.decompress(data, 2**20))
            data = inflate.unconsumed_tail
    if found < expected:  # Pillow would leave the missing rows black
        raise ValueError(f"broken PNG file: fewer rows of pixels than the {height} that it names")
    file.seek(start)
    return depth


def bytes_inflated(width, height, bits, interlaced):
    """The bytes of a PNG's rows: each row of each pass is filled to bytes and has one more."""
    passes = ADAM7 if interlaced else ((0, 0, 1, 1),)
    sizes = [(-(-(width - left) // right), -(-(height - top) // down))
             for left, top, right, down in passes]
    return sum(rows * (1 + -(-columns * bits // 8)) for columns, rows in sizes
               if columns > 0 and rows > 0)


def eight_bits(upright, image, depth):
    """The picture with 8 bits per channel.

    Args:
        upright: what is converted.
        image: the same as the file has it, with the metadata of the format.
        depth: bits per channel of a PNG.
    """
    transparent = upright.info.get("transparency")
    if upright.mode.startswith("I;16") or (upright.mode == "I" and image.format == "PPM"):
        tags = image.tag_v2 if image.format == "TIFF" else {}
        white = 4095 if tags.get(BITS) == (12,) else 65535
        levels = np.asarray(upright).astype(np.int64)  # (height, width)
        levels = white - levels if tags.get(PHOTOMETRIC) == WHITE_IS_ZERO else levels
        if transparent is not None:
            levels[levels == transparent] = white
        return Image.fromarray(((255 * levels + white // 2) // white).astype(np.uint8))
    if upright.mode in ("I", "F"):
        raise ValueError("greys of 32 bits, with a sign or as fractions do not define white; "
                         "expected 8 or 16 bits per channel")
    if isinstance(transparent, tuple) and depth == 16:
        raise ValueError("one transparent colour among colours of 16 bits; expected 8 bits")
    if upright.mode == "L" and transparent is not None and depth < 8:
        upright.info["transparency"] = transparent * 255 // (2**depth - 1)
    return upright


def on_white(image):
    """The image in grey or RGB, its transparent parts on a white background."""
    mode = "L" if image.getbands()[0] in ("L", "1") else "RGB"
    if image.has_transparency_data:
        background = Image.new("RGBA", image.size, "white")
        background.alpha_composite(image.convert("RGBA"))
        image = background
    return image.convert(mode)


@contextlib.contextmanager
def discarded_stderr():
    """Discard what libtiff, in C, prints about damaged files; Pillow raises an error as well."""
    stderr = os.dup(2)
    try:
        with open(os.devnull, "wb") as null:
            os.dup2(null.fileno(), 2)
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
