"""The splits of FER2013 as arrays, the same for every form of the dataset."""
import numpy as np

from base.errors import UserError
from fer2013.images import list_faces, read_folders
from fer2013.sources import EMOTIONS, SPLITS, find
from fer2013.tables import read_csv

COUNTS = {  # faces per emotion in FER2013, in label order
    "train": (3995, 436, 4097, 7215, 4830, 3171, 4965),
    "validation": (467, 56, 496, 895, 653, 415, 607),
    "test": (491, 55, 528, 879, 594, 416, 626),
}
READERS = {"CSV": lambda source, split: read_csv(source)[split], "folders": read_folders}


def load(path, split):
    """Read one split.

    Args:
        path: a CSV, a .zip, or a directory, in one of the forms that the package's docstring lists.
        split: "train", "validation" (PublicTest) or "test" (PrivateTest).

    Returns:
        pixels: uint8 (n, 48, 48), grey from 0 to 255.
        labels: uint8 (n,), indices into EMOTIONS.
        names: a list of n file names, or of "row 1" and so on for the faces of a CSV.

    Raises:
        UserError: there is no dataset, a row or image is bad, a class is unknown, or the split has
            no face.
        ValueError: `split` is not one of the three names.
    """
    if split not in SPLITS:
        raise ValueError(f"split {split!r}: expected one of {', '.join(SPLITS)}")
    source = find(path)
    data = READERS[source.form](source, split)
    if data is None:
        raise UserError(f"{source.root}: no face in the {split} split")
    return data


def splits(path):
    """The splits that have faces, in the order train, validation, test."""
    source = find(path)
    by_split = read_csv(source) if source.form == "CSV" else list_faces(source)
    return tuple(split for split in SPLITS if by_split[split])


def held_out_split(path):
    """The split to report on: test if it has faces, else validation."""
    return "test" if "test" in splits(path) else "validation"


def describe(path, split, labels):
    """The lines that describe a loaded split: its form and faces per emotion.

    A second line says so if these are not FER2013's own counts.

    Args:
        path, split: as load() takes them.
        labels: uint8 (n,), as load() returns them.
    """
    source = find(path)
    counts = tuple(np.bincount(labels, minlength=len(EMOTIONS)).tolist())
    per_emotion = ", ".join(f"{count} {emotion}"
                            for emotion, count in zip(EMOTIONS, counts, strict=True))
    lines = [f"{split}: {len(labels):,} faces ({per_emotion}), {source.form} in {source.root}"]
    if counts != COUNTS[split]:
        expected = "/".join(map(str, COUNTS[split]))
        lines.append(f"{split}: this is not FER2013's own count, "
                     f"{sum(COUNTS[split]):,} faces = {expected}")
    return lines


def by_emotion(probabilities):
    """The seven probabilities of a face, float (7,), as columns: {"p_angry": float, ...}."""
    return {f"p_{emotion}": float(value)
            for emotion, value in zip(EMOTIONS, probabilities, strict=True)}


def seen_in(pixels, reference):
    """Whether each face is pixel-identical to one of the reference faces.

    Args:
        pixels: uint8 (n, 48, 48).
        reference: uint8 (m, 48, 48).

    Returns:
        bool (n,).
    """
    known = {face.tobytes() for face in reference}
    return np.array([face.tobytes() in known for face in pixels], bool)
