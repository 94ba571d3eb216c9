"""The splits of FER2013 as arrays, the same for every form of the dataset."""
import logging

import numpy as np

from base.errors import UserError
from fer2013.folders import list_faces
from fer2013.images import read_folders
from fer2013.names import EMOTIONS, SPLITS
from fer2013.parquet import read_parquet
from fer2013.tables import UNLABELLED, read_csv

COUNTS = {  # faces per emotion in FER2013, in label order
    "train": (3995, 436, 4097, 7215, 4830, 3171, 4965),
    "validation": (467, 56, 496, 895, 653, 415, 607),
    "test": (491, 55, 528, 879, 594, 416, 626),
}
log = logging.getLogger("fer2013")
READERS = {"CSV": lambda source, split: read_csv(source)[split], "folders": read_folders,
           "parquet": lambda source, split: read_parquet(source)[split]}
LISTS = {"CSV": read_csv, "folders": list_faces, "parquet": read_parquet}  # by split


def load(source, split):
    """Read one split.

    Args:
        source: a sources.Source.
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
    data = READERS[source.form](source, split)
    if data is None and source.form == "CSV" and read_csv(source)[UNLABELLED]:
        raise UserError(f"{source.place}: faces without labels; python evaluate.py --data "
                        f"{source.place} predicts them")
    if data is None:
        raise UserError(f"{source.root}: no face in the {split} split")
    return data


def load_unlabelled(source):
    """Pixels, labels and names, as load() returns them, if no face of a CSV has a label; else None.

    The contest's test.csv is such a table.
    """
    by_split = read_csv(source) if source.form == "CSV" else {}
    data = by_split.get(UNLABELLED)
    return data if data and not any(map(by_split.get, SPLITS)) else None


def describe(source, split, labels):
    """The lines that describe a loaded split: its form and faces per emotion.

    A second line says so if these are not FER2013's own counts, and a third one, but for train,
    which emotions have no face.

    Args:
        source, split: as load() takes them.
        labels: uint8 (n,), as load() returns them.
    """
    counts = tuple(np.bincount(labels, minlength=len(EMOTIONS)).tolist())
    per_emotion = ", ".join(f"{count} {emotion}"
                            for emotion, count in zip(EMOTIONS, counts, strict=True))
    lines = [f"{split}: {len(labels):,} faces ({per_emotion}), {source.form} in {source.place}"]
    if counts != COUNTS[split]:
        expected = "/".join(map(str, COUNTS[split]))
        lines.append(f"{split}: this is not FER2013's own count, "
                     f"{sum(COUNTS[split]):,} faces = {expected}")
    missing = [emotion for emotion, count in zip(EMOTIONS, counts, strict=True) if not count]
    if missing and split != "train":
        lines.append(f"{split}: no face is labelled {', '.join(missing)}; what is measured on "
                     "it says nothing of that")
    return lines


def check_validation(path, train, validation):
    """UserError if a model cannot be selected on the validation split; logs faces in both splits.

    Args:
        path: of the data, for messages.
        train, validation: the Splits.
    """
    missing = sorted(set(train.labels.tolist()) - set(validation.labels.tolist()))
    if missing:
        emotions = [EMOTIONS[label] for label in missing]
        raise UserError(f"{path}: no face of validation is labelled {', '.join(emotions)}, but "
                        "faces of train are; expected all emotions of train (without validation, a "
                        f"tenth of train is held out), or --ignore-classes {' '.join(emotions)}")
    shared = int(seen_in(validation.pixels, train.pixels).sum())
    if shared > len(validation) / 2:
        raise UserError(f"{path}: {shared:,} of {len(validation):,} faces of validation are "
                        "pixel-identical to a face of train; expected other faces")
    if shared:
        log.info("%s of %s faces of validation are pixel-identical to a face of train",
                 f"{shared:,}", f"{len(validation):,}")


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
