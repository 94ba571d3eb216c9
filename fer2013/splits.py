"""The splits of FER2013 as arrays, whatever form the dataset has."""
import numpy as np

from base.errors import UserError
from fer2013.images import list_faces, read_folders
from fer2013.sources import EMOTIONS, SPLITS, find
from fer2013.tables import read_csv

COUNTS = {  # faces per emotion in FER2013 itself
    "train": (3995, 436, 4097, 7215, 4830, 3171, 4965),
    "validation": (467, 56, 496, 895, 653, 415, 607),
    "test": (491, 55, 528, 879, 594, 416, 626),
}
READERS = {"CSV": lambda source, split: read_csv(source)[split], "folders": read_folders}


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
