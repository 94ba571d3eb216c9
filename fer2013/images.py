"""Reads FER2013 from folders of images, train/<emotion>/*.jpg."""
import io
import logging

import numpy as np
from PIL import Image

from base.errors import UserError
from fer2013 import pictures
from fer2013.archives import MOST_BYTES_AT_ONCE
from fer2013.folders import list_faces
from fer2013.sources import MOST_FACES, SIZE

MOST_PIXELS = 5000 * 5000  # of an image before resizing; with colour and transparency 0.3 GB

log = logging.getLogger("fer2013")


def read_folders(source, split):
    """pixels, labels and names of one split, as load() returns them; None if it has no face."""
    entries = list_faces(source)[split]
    if not entries:
        return None
    if len(entries) > MOST_FACES:
        raise UserError(f"{source.root}: more than {MOST_FACES:,} faces in {split}; "
                        "expected FER2013's 35,887")
    pixels, converted = np.empty((len(entries), SIZE, SIZE), np.uint8), 0
    for index, (_, name) in enumerate(entries):
        pixels[index], changed = read_image(source, name)
        converted += changed
    if converted:
        log.info("%s: %s images were not 48x48 grey and were converted", split, f"{converted:,}")
    labels = np.array([label for label, _ in entries], np.uint8)
    return pixels, labels, [name.split("/")[-1] for _, name in entries]


def read_image(source, name):
    """One image as uint8 (48, 48), and whether it was converted; UserError if it is unreadable."""
    try:
        with source.open(name) as file:
            # FER2013's images have 2 kB; a buffer for the largest would slow each read by a third
            content = file.read(2**16)
            if len(content) == 2**16:
                content += file.read(MOST_BYTES_AT_ONCE + 1 - 2**16)
        return decode_image(content)
    except Exception as error:  # of the zip, the disk or the decoder
        raise UserError(f"{source.root}: {name} is not a readable image ({error})") from error


def decode_image(content):
    """The first picture in a file's bytes, upright, as read_image() returns it."""
    if len(content) > MOST_BYTES_AT_ONCE:
        raise ValueError(f"more than {MOST_BYTES_AT_ONCE:,} bytes")
    picture = pictures.decode(io.BytesIO(content), MOST_PIXELS)
    if picture.mode == "L" and picture.size == (SIZE, SIZE):
        return np.asarray(picture), False
    grey = picture.convert("L")
    return np.asarray(grey.resize((SIZE, SIZE), Image.Resampling.BILINEAR)), True
