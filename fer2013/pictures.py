"""Decodes picture files, for the images of a dataset and for photographs.

    with open("me.jpg", "rb") as file:
        picture = decode(file)  # a PIL image, L or RGB, as a viewer shows it
"""
import itertools
import warnings

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

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
MOST_PIXELS = 100_000_000  # 300 MB in memory; cameras take 12 to 60 million
# a picture of 1 x 59,000,000 pixels took 100 s and 3.8 GB; panoramas of phones are 16,000 wide
LONGEST, NARROWEST = 30_000, 30  # pixels of a side; longer side in units of the shorter one
BITS, PHOTOMETRIC, BLACK_IS_ZERO = 258, 262, 1  # tags of a TIFF


def decode(file, most_pixels=MOST_PIXELS):
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
            with Image.open(file, formats=READ) as image:
                check_size(*image.size, most_pixels)
                return on_white(eight_bits(ImageOps.exif_transpose(image), image))
    except UnidentifiedImageError as error:
        raise ValueError(unknown(file)) from error
    except Exception as error:  # decoders raise SyntaxError, struct.error, IndexError and more
        raise ValueError(str(error)) from error


def is_picture(path):
    """Whether a file is a picture by its name."""
    return (path.suffix.lower() in itertools.chain.from_iterable(FORMATS.values())
            and not path.name.startswith(".") and path.is_file())


def unknown(file):
    """Why Pillow knows no format for this file."""
    file.seek(4)
    if file.read(4) == b"ftyp" and not pillow_heif:
        return "HEIC needs the package pillow-heif; pip install -r requirements-optional.txt"
    return f"not a picture in one of the formats {', '.join(FORMATS)}"


def check_size(width, height, most_pixels):
    if width * height > most_pixels:
        raise ValueError(f"{width:,} x {height:,} pixels; expected {most_pixels:,} at most")
    if max(width, height) > min(LONGEST, NARROWEST * min(width, height)):
        raise ValueError(f"{width:,} x {height:,} pixels; expected sides of at most {LONGEST:,} "
                         f"pixels, the longer at most {NARROWEST} times the shorter")


def eight_bits(upright, image):
    """The upright picture with 8 bits per channel; `image` is as the file has it, with its tags."""
    if upright.mode.startswith("I;16") or (upright.mode == "I" and image.format == "PPM"):
        tags = image.tag_v2 if image.format == "TIFF" else {}
        if tags.get(BITS, (16,)) != (16,) or tags.get(PHOTOMETRIC, 1) != BLACK_IS_ZERO:
            raise ValueError("a TIFF of neither 8 nor 16 bits, or one in which 0 is white")
        levels = np.asarray(upright).astype(np.int64)  # (height, width)
        levels[levels == upright.info.get("transparency", -1)] = 65535
        return Image.fromarray(((levels + 128) // 257).astype(np.uint8))
    if upright.mode in ("I", "F"):
        raise ValueError("greys of 32 bits, with a sign or as fractions do not define white; "
                         "expected 8 or 16 bits per channel")
    return upright


def on_white(image):
    """The image in grey or RGB, its transparent parts on a white background."""
    mode = "L" if image.getbands()[0] in ("L", "1") else "RGB"
    if image.has_transparency_data:
        background = Image.new("RGBA", image.size, "white")
        background.alpha_composite(image.convert("RGBA"))
        image = background
    return image.convert(mode)
