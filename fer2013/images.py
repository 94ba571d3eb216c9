"""FER2013 as folders of images, train/<emotion>/*.jpg: which face belongs to which split, and how an image is read."""
import contextlib
import io
import logging
import os
import re
import warnings

import numpy as np
from PIL import Image, ImageOps

from base.errors import UserError
from fer2013.sources import EMOTIONS, FOLDERS, MOST_BYTES_AT_ONCE, MOST_FACES, SIZE, SPLITS, USAGES

CLUTTER = re.compile(r"|\..*|thumbs\.db|desktop\.ini", re.IGNORECASE)  # no name at all, or what file managers leave
HOLD_OUT_SEED = 2013  # fixed, because train.py, evaluate.py and explain.py must hold out the same faces
FORMATS = ("JPEG", "PNG", "BMP", "GIF", "PPM", "TIFF", "WEBP")  # not all of Pillow's: EPS would start Ghostscript
MOST_PIXELS = 5000 * 5000  # of an image, before it becomes 48x48; in colour with transparency they take 0.3 GB

log = logging.getLogger("fer2013")
logging.getLogger("PIL").addHandler(logging.NullHandler())  # else Pillow's errors, told in ours, appear on stderr too


def read_folders(source, split):
    """pixels, labels, names of one split of folders; None where it has no face."""
    faces = list_faces(source)[split]
    if not faces:
        return None
    if len(faces) > MOST_FACES:
        raise UserError(f"{source.root}: more than {MOST_FACES:,} faces in {split}; expected FER2013's 35,887")
    pixels, converted = np.empty((len(faces), SIZE, SIZE), np.uint8), 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, of image metadata; what spoils a picture is an error
        for index, (_, name) in enumerate(faces):
            pixels[index], changed = read_image(source, name)
            converted += changed
    if converted:
        log.info("%s: %s images were not 48x48 grey and were converted", split, f"{converted:,}")
    labels = np.array([label for label, _ in faces], np.uint8)
    return pixels, labels, [name.split("/")[-1] for _, name in faces]


def list_faces(source):
    """{split: [(label, file)]} by folder and file name, with a held-out validation tenth where there is none."""
    faces = {split: [] for split in SPLITS}
    prefix = f"{source.base}/" if source.base else ""
    for name in source.files:
        parts = name.removeprefix(prefix).split("/") if name.startswith(prefix) else ()
        if len(parts) == 3 and parts[0] in FOLDERS and not CLUTTER.fullmatch(parts[2]):
            faces[split_of(parts[0], parts[2])].append((label_of(source, name, parts[1]), name))
    if faces["train"] and not faces["validation"]:
        hold_out_validation(faces)
    return faces


def split_of(folder, file_name):
    """The Kaggle folders keep both test splits in test/; there the file name tells."""
    usage = file_name.split("_")[0]
    return USAGES[usage] if folder == "test" and usage in USAGES else FOLDERS[folder]


def label_of(source, name, folder):
    if folder not in EMOTIONS:
        raise UserError(f"{source.root}: unknown class folder {folder!r} in {name}; expected {', '.join(EMOTIONS)}")
    return EMOTIONS.index(folder)


def hold_out_validation(faces):
    """Move a tenth of each emotion's training faces to validation, the same ones every time."""
    random = np.random.default_rng(HOLD_OUT_SEED)
    for label in range(len(EMOTIONS)):
        of_label = [face for face in faces["train"] if face[0] == label]
        chosen = random.permutation(len(of_label))[:round(len(of_label) / 10)]
        faces["validation"] += [of_label[index] for index in sorted(chosen)]
    faces["train"] = sorted(set(faces["train"]) - set(faces["validation"]))
    log.info("no validation split found: %s faces, a stratified tenth of train (seed %d), became validation",
             f"{len(faces['validation']):,}", HOLD_OUT_SEED)


def read_image(source, name):
    """One image as uint8 (48, 48), and whether it had to be converted to that."""
    try:
        with source.open(name) as file:
            content = file.read(2**16)  # at once, FER2013's have 2 kB; room for the most would slow each by a third
            if len(content) == 2**16:
                content += file.read(MOST_BYTES_AT_ONCE + 1 - 2**16)
        return decode_image(content)
    except Exception as error:  # whatever a decoder raises on damaged bytes: SyntaxError, struct.error, IndexError ...
        raise UserError(f"{source.root}: {name} is not a readable image ({reason(error)})") from error


def reason(error):
    return "in no known format" if isinstance(error, Image.UnidentifiedImageError) else error


def decode_image(content):
    """The first picture in a file's bytes as uint8 (48, 48), upright, and whether it had to be converted to that."""
    if len(content) > MOST_BYTES_AT_ONCE:
        raise ValueError(f"more than {MOST_BYTES_AT_ONCE:,} bytes")
    file = io.BytesIO(content)
    if content.startswith(b"\x89PNG"):  # loading alone skips the check sums of the pixels: 1 damaged PNG in 7 passed
        with Image.open(file, formats=FORMATS) as image:
            image.verify()
    with Image.open(file, formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError(f"{image.width}x{image.height} pixels; expected {MOST_PIXELS:,} at most")
        with stderr_dropped() if image.format == "TIFF" else contextlib.nullcontext():
            image.load()  # some formats tell of transparency and orientation only after the pixels
        if image.mode == "L" and image.size == (SIZE, SIZE) and not {"exif", "transparency"} & image.info.keys():
            return np.asarray(image), False
        upright = ImageOps.exif_transpose(image) if "exif" in image.info else image
        return np.asarray(to_grey(upright).resize((SIZE, SIZE), Image.Resampling.BILINEAR)), True


@contextlib.contextmanager
def stderr_dropped():
    """Drop what libtiff prints of damaged files, below Python; what spoils a picture is an error as well."""
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nothing:
            os.dup2(nothing.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def to_grey(image):
    """The image in 8-bit grey (ITU-R 601), as it looks on a white page where it is transparent."""
    if image.mode.startswith("I;16"):  # Pillow's own conversion makes everything above 255 white
        sixteen_bits = np.asarray(image).astype(np.uint32)  # (height, width)
        return Image.fromarray(((sixteen_bits + 128) // 257).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise ValueError("32 bits per pixel do not say which number is white; expected 8 or 16 bits")
    if image.has_transparency_data:
        page = Image.new("RGBA", image.size, "white")
        page.alpha_composite(image.convert("RGBA"))
        image = page
    return image.convert("L")
