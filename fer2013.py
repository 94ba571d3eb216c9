"""The dataset: FER2013 in every form in which people have it, as arrays.

    pixels, labels, names = load("data", "train")   # uint8 (n, 48, 48), uint8 (n,), list of n names

Found without being told which: the challenge's fer2013.csv, its re-issue icml_face_data.csv, the Kaggle
folders of msambare/fer2013, folders with train/ and validation/ (or val/) and test/, a .zip of any of these,
and a directory that holds one of them.

Source: Goodfellow et al. 2013, "Challenges in Representation Learning" (arXiv 1307.0414), section 4.
"""
import csv
import io
import logging
import os
import pathlib
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PIL import Image

from command_line import UserError

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")  # in label order
USAGES = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}
SPLITS = tuple(USAGES.values())
FOLDERS = {"train": "train", "validation": "validation", "val": "validation", "test": "test"}
COUNTS = {  # faces per emotion in FER2013 itself
    "train": (3995, 436, 4097, 7215, 4830, 3171, 4965),
    "validation": (467, 56, 496, 895, 653, 415, 607),
    "test": (491, 55, 528, 879, 594, 416, 626),
}
SIZE = 48
CSV_NAMES = ("fer2013.csv", "icml_face_data.csv")
BUNDLED = ("avatars", "composites")  # folders of data/ that the repository ships; found only when named themselves
CLUTTER = re.compile(r"|\..*|thumbs\.db|desktop\.ini", re.IGNORECASE)  # no name at all, or what file managers leave
IN_CLASS_FOLDER = re.compile(rf"(?:(.*)/)?(?:{'|'.join(FOLDERS)})/(?:{'|'.join(EMOTIONS)})/[^/]+")
LABELS = {str(label): label for label in range(len(EMOTIONS))}
HOW_TO_GET = "data/README.md says how to get FER2013"
HOLD_OUT_SEED = 2013  # fixed, because train.py, evaluate.py and explain.py must hold out the same faces
UNREADABLE = (OSError, EOFError, RuntimeError, csv.Error, zipfile.BadZipFile, zlib.error)  # damaged or encrypted
parsed = {}  # the last CSV's faces by (path, time of change, size): evaluate.py needs two splits of one file

log = logging.getLogger("fer2013")


class Source(NamedTuple):
    """Where a dataset lies: what load() and describe() need to know of a path."""
    form: str       # "CSV" or "folders"
    root: str       # the file or directory, as the user would name it
    base: str       # within root: the CSV ("" where root is the CSV), or the folder that holds train/
    files: tuple    # relative paths of all files in root, sorted
    open: Callable  # from such a path to a binary file


def load(path, split):
    """Read one split.

    Args:
        path: a CSV, a .zip, or a directory; see the top of this file.
        split: "train", "validation" (PublicTest) or "test" (PrivateTest).

    Returns:
        pixels uint8 (n, 48, 48), labels uint8 (n,), names (n file names, or "row 1" for a CSV's first face).

    Raises:
        UserError: no dataset there, a bad row or image, an unknown class, or no face in this split.
    """
    if split not in SPLITS:
        raise ValueError(f"split {split!r}: expected one of {', '.join(SPLITS)}")
    source = find(path)
    faces = READERS[source.form](source, split)
    if faces is None:
        raise UserError(f"{source.root}: no face in the {split} split")
    return faces


def splits(path):
    """The splits that have faces, in the order train, validation, test."""
    source = find(path)
    filled = read_csv(source) if source.form == "CSV" else list_faces(source)
    return tuple(split for split in SPLITS if filled[split])


def held_out_split(path):
    """The split to report on: test where it is there, else validation."""
    return "test" if "test" in splits(path) else "validation"


def describe(path, split, labels):
    """The lines that say what was found: form, faces per emotion, and where that is not FER2013's own count."""
    source = find(path)
    counts = tuple(np.bincount(labels, minlength=len(EMOTIONS)).tolist())
    per_emotion = ", ".join(f"{count} {emotion}" for emotion, count in zip(EMOTIONS, counts, strict=True))
    lines = [f"{split}: {len(labels):,} faces ({per_emotion}), {source.form} in {source.root}"]
    if counts != COUNTS[split]:
        expected = "/".join(map(str, COUNTS[split]))
        lines.append(f"{split}: this is not FER2013's own count, {sum(COUNTS[split]):,} faces = {expected}")
    return lines


def seen_in(pixels, reference):
    """Which faces are pixel-identical to one of the reference: bool (n,) for uint8 (n, 48, 48) and (m, 48, 48)."""
    known = {face.tobytes() for face in reference}
    return np.array([face.tobytes() in known for face in pixels], bool)


# Finding a dataset

def find(path):
    """The Source at a path; UserError that says how to get FER2013 where there is none."""
    source = search(path)
    if source is None:
        raise UserError(f"{path}: no FER2013 in it, neither fer2013.csv nor train/ and test/ folders of emotions "
                        f"nor a .zip of them; {HOW_TO_GET}")
    return source


def search(path):
    """The Source at a path, or None where nothing looks like FER2013."""
    path = pathlib.Path(path)
    if not path.exists():
        raise UserError(f"{path}: no such file or directory; {HOW_TO_GET}")
    if path.is_dir():
        return find_in_directory(path)
    if path.suffix.lower() == ".zip":
        return find_in_zip(path)
    return Source("CSV", str(path), "", (), lambda name: path.open("rb"))


def find_in_directory(path):
    files = list_files(path)
    source = find_in_files(str(path), files, lambda name: (path / name).open("rb"))
    archives = [path / name for name in files if name.lower().endswith(".zip") and "/" not in name]
    return source or next(filter(None, map(find_in_zip, archives)), None)


def find_in_zip(path):
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise UserError(f"{path}: not a readable zip file ({error})") from error
    return find_in_files(str(path), tuple(sorted(archive.namelist())), archive.open)


def find_in_files(root, files, opener):
    """The Source among files: folders before a CSV, nearest to the top first; None where there is neither."""
    own = [name for name in files if not set(BUNDLED) & set(name.split("/"))]
    bases = {match[1] or "" for match in map(IN_CLASS_FOLDER.fullmatch, own) if match}
    tables = [name for name in own if name.split("/")[-1].lower() in CSV_NAMES]
    for form, candidates in (("folders", bases), ("CSV", tables)):
        if candidates:
            nearest = min(candidates, key=lambda name: (len(pathlib.PurePosixPath(name).parts), name))
            return Source(form, root, nearest, files, opener)
    return None


def list_files(path, depth=5):
    """Relative paths of the files in a directory, sorted, no deeper than where FER2013 ever lies."""
    found = []
    for folder, subfolders, names in os.walk(path, followlinks=True):
        parts = pathlib.Path(folder).relative_to(path).parts
        if len(parts) == depth:
            subfolders.clear()
        found += ["/".join((*parts, name)) for name in names]
    return tuple(sorted(found))


# Folders of images

def read_folders(source, split):
    """pixels, labels, names of one split of folders; None where it has no face."""
    faces = list_faces(source)[split]
    if not faces:
        return None
    pixels, converted = np.empty((len(faces), SIZE, SIZE), np.uint8), 0
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
        with source.open(name) as file, Image.open(file) as image:
            converted = image.mode != "L" or image.size != (SIZE, SIZE)
            grey = image.convert("L") if converted else image
            resized = grey.resize((SIZE, SIZE), Image.Resampling.BILINEAR) if converted else grey
            return np.asarray(resized), converted
    except (*UNREADABLE, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UserError(f"{source.root}: {name} is not a readable image ({error})") from error


# CSV

def read_csv(source):
    """{split: (pixels, labels, names), or None where it has no face}; a file is parsed once in a process."""
    path = csv_path(source)
    stat = os.stat(path if path.exists() else source.root)  # in a .zip, the zip's
    key = path, stat.st_mtime_ns, stat.st_size
    if key not in parsed:
        parsed.clear()
        try:
            parsed[key] = parse_csv(source)
        except UNREADABLE as error:
            raise UserError(f"{path}: not readable as CSV ({error})") from error
    return parsed[key]


def csv_path(source):
    """The CSV as messages name it: inside its directory or .zip, where it lies in one."""
    return pathlib.Path(source.root, source.base)


def parse_csv(source):
    faces = {split: ([], [], []) for split in SPLITS}
    with source.open(source.base) as binary, warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)  # NumPy's word for pixels that are no numbers
        reader = csv.reader(io.TextIOWrapper(binary, "utf-8-sig", "replace", newline=""))
        for row, label, split, face in csv_rows(source, reader):
            for column, value in zip(faces[split], (face, label, f"row {row}"), strict=True):
                column.append(value)
    return {split: (np.stack(pixels), np.array(labels, np.uint8), names) if names else None
            for split, (pixels, labels, names) in faces.items()}


def csv_rows(source, reader):
    """Yield (row number from 1, label, split, uint8 (48, 48)); UserError that names the first bad row."""
    columns, row = csv_columns(source, reader), 0
    try:
        for row, cells in enumerate(filter(None, reader), start=1):
            yield row, *parse_row(cells, columns)
    except UserError as error:
        raise UserError(f"{csv_path(source)}, row {row}: {error}") from None
    except csv.Error as error:
        raise UserError(f"{csv_path(source)}, row {row + 1}: not readable as CSV ({error})") from error


def csv_columns(source, reader):
    """Positions of emotion, pixels and Usage; the re-issue writes a space before two of the names."""
    header = [name.strip() for name in next(reader, [])]
    missing = [name for name in ("emotion", "pixels", "Usage") if name not in header]
    if missing:
        raise UserError(f"{csv_path(source)}: no column {missing[0]!r}; expected emotion, pixels and Usage")
    return tuple(header.index(name) for name in ("emotion", "pixels", "Usage"))


def parse_row(cells, columns):
    """label, split, uint8 (48, 48) of one row."""
    if len(cells) <= max(columns):
        raise UserError(f"{len(cells)} cells; expected emotion, pixels and Usage")
    emotion, pixels, usage = (cells[column].strip() for column in columns)
    if emotion not in LABELS:
        raise UserError(f"emotion {emotion[:20]!r}; expected a label from 0 to 6")
    if usage not in USAGES:
        raise UserError(f"Usage {usage[:20]!r}; expected {', '.join(USAGES)}")
    return LABELS[emotion], USAGES[usage], parse_pixels(pixels)


def parse_pixels(text):
    """uint8 (48, 48) of "70 80 ..."; np.fromstring takes a fifth of the time of np.array(text.split(), dtype)."""
    try:
        pixels = np.fromstring(text, np.int64, sep=" ")  # (2304,)
    except (ValueError, DeprecationWarning):
        raise UserError("a pixel is not a whole number; expected numbers from 0 to 255") from None
    if pixels.size != SIZE * SIZE:
        raise UserError(f"{pixels.size:,} pixels; expected 2,304")
    if pixels.min() < 0 or pixels.max() > 255:
        raise UserError(f"pixel {pixels.min() if pixels.min() < 0 else pixels.max()}; expected 0 to 255")
    return pixels.astype(np.uint8).reshape(SIZE, SIZE)


READERS = {"CSV": lambda source, split: read_csv(source)[split], "folders": read_folders}
