"""Reads FER2013 from folders of images, train/<emotion>/*.jpg, and assigns images to splits."""
import io
import logging
import re

import numpy as np
from PIL import Image

from base.errors import UserError
from fer2013 import pictures
from fer2013.sources import EMOTIONS, FOLDERS, MOST_BYTES_AT_ONCE, MOST_FACES, SIZE, SPLITS, USAGES

# an empty name, or a file that a file manager left behind
CLUTTER = re.compile(r"|\..*|thumbs\.db|desktop\.ini", re.IGNORECASE)
HOLD_OUT_SEED = 2013  # fixed, because every program must hold out the same faces
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


def list_faces(source):
    """{split: [(label, file)]}, sorted by folder and file name.

    If there is no validation split, a tenth of train becomes one.
    """
    entries = {split: [] for split in SPLITS}
    prefix = f"{source.base}/" if source.base else ""
    for name in source.files:
        parts = name.removeprefix(prefix).split("/") if name.startswith(prefix) else ()
        if len(parts) == 3 and parts[0] in FOLDERS and not CLUTTER.fullmatch(parts[2]):
            folder, emotion, file_name = parts
            entries[split_of(folder, file_name)].append((label_of(source, name, emotion), name))
    if entries["train"] and not entries["validation"]:
        hold_out_validation(entries)
    return entries


def split_of(folder, file_name):
    """The split of a file; Kaggle's test/ contains two splits, which the file names tell apart."""
    usage = file_name.split("_")[0]
    return USAGES[usage] if folder == "test" and usage in USAGES else FOLDERS[folder]


def label_of(source, name, folder):
    if folder not in EMOTIONS:
        raise UserError(f"{source.root}: unknown class folder {folder!r} in {name}; "
                        f"expected {', '.join(EMOTIONS)}")
    return EMOTIONS.index(folder)


def hold_out_validation(entries):
    """Move a tenth of each emotion's training faces to validation, the same faces every time."""
    random = np.random.default_rng(HOLD_OUT_SEED)
    for label in range(len(EMOTIONS)):
        of_label = [entry for entry in entries["train"] if entry[0] == label]
        chosen = random.permutation(len(of_label))[:round(len(of_label) / 10)]
        entries["validation"] += [of_label[index] for index in sorted(chosen)]
    entries["train"] = sorted(set(entries["train"]) - set(entries["validation"]))
    log.info("no validation split found: %s faces, a stratified tenth of train (seed %d), "
             "became validation", f"{len(entries['validation']):,}", HOLD_OUT_SEED)


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
