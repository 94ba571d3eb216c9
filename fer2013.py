"""The dataset: FER2013 in every form in which people have it, as arrays; run as a script, the data at a glance.

    python fer2013.py --data data          counts, identical faces, conflicting labels and blank faces
    python fer2013.py --download           the same, after getting FER2013 from Kaggle (needs no account)

Writes outputs/dataset.png: faces per emotion and split, and examples of each emotion. In code:

    pixels, labels, names = load("data", "train")   # uint8 (n, 48, 48), uint8 (n,), list of n names

Found without being told which: the challenge's fer2013.csv, its re-issue icml_face_data.csv, the Kaggle
folders of msambare/fer2013, folders with train/ and validation/ (or val/) and test/, a .zip of any of these,
and a directory that holds one of them.

Source: Goodfellow et al. 2013, "Challenges in Representation Learning" (arXiv 1307.0414), section 4.
"""
import argparse
import os
import pathlib
import tempfile

import lazy_loader
import numpy as np

import command_line
import outputs
from command_line import UserError
from fer2013_csv import read_csv
from fer2013_folders import list_faces, read_folders
from fer2013_sources import EMOTIONS, SIZE, SPLITS, find, search

bundled = lazy_loader.load("bundled")  # at first use: it imports this module itself
charts = lazy_loader.load("charts")  # at first use: importing them takes a second, and --help does not need them
figures = lazy_loader.load("figures")

__all__ = ["COUNTS", "EMOTIONS", "SIZE", "SPLITS", "describe", "find", "held_out_split", "load", "search", "seen_in",
           "splits"]
COUNTS = {  # faces per emotion in FER2013 itself
    "train": (3995, 436, 4097, 7215, 4830, 3171, 4965),
    "validation": (467, 56, 496, 895, 653, 415, 607),
    "test": (491, 55, 528, 879, 594, 416, 626),
}
READERS = {"CSV": lambda source, split: read_csv(source)[split], "folders": read_folders}
ON_KAGGLE = "msambare/fer2013"
EXAMPLES = 5  # faces of each emotion in dataset.png


def main():
    args = parse_arguments()
    if args.download:
        download(args.data)
    data = bundled.choose_training_data(args.data)
    if data == bundled.AVATARS:
        print(f"no FER2013 in {args.data}; these are {bundled.NAMES[data]}, which are rendered; {bundled.USE_FER2013}")
    faces = {split: load(data, split) for split in splits(data)}
    if not faces:
        raise UserError(f"{data}: no face in any split")
    for split, (_, labels, _) in faces.items():
        print(*describe(data, split, labels), sep="\n")
    print(glance(faces))
    counts = {split: np.bincount(labels, minlength=len(EMOTIONS)) for split, (_, labels, _) in faces.items()}
    first, (pixels, labels, _) = next(iter(faces.items()))
    figures.set_resolution(args.dpi)
    path = outputs.make_folder(args.outputs) / f"dataset.{args.format}"
    charts.dataset(counts, choose_examples(pixels, labels, args.seed), EMOTIONS,
                   f"faces of {first}, drawn at random with seed {args.seed}", path)
    print(f"wrote {path}")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=command_line.HelpFormatter)
    parser.add_argument("--data", default="data", help="FER2013: a CSV, folders, a .zip, or a directory with one")
    parser.add_argument("--download", action="store_true",
                        help=f"first get {ON_KAGGLE} from Kaggle into --data, if it holds no FER2013 (needs kagglehub)")
    parser.add_argument("--seed", type=command_line.seed_number, default=0, help="of the choice of examples")
    parser.add_argument("--outputs", default="outputs", help="folder to write to")
    command_line.add_figure_options(parser)
    return parser.parse_args()


# The dataset as arrays

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


# The data at a glance

def group_identical(pixels):
    """The group of pixel-identical faces that each belongs to, numbered as they appear: int (n,) of (n, 48, 48)."""
    numbers = {}
    return np.array([numbers.setdefault(face.tobytes(), len(numbers)) for face in pixels])


def blank(pixels):
    """Which faces have one grey all over: bool (n,) of uint8 (n, 48, 48)."""
    return (pixels == pixels[:, :1, :1]).all(axis=(1, 2))


def conflicting(group, labels):
    """Whether the faces of a group carry different labels: bool (groups,) of two int (n,)."""
    pairs = np.unique(np.stack([group, labels]), axis=1)  # (2, different pairs)
    return np.bincount(pairs[0]) > 1


def in_splits(group, split):
    """How many faces of a group are in a split: int (groups, 3); split: the place of each face's split, int (n,)."""
    table = np.zeros((group.max() + 1, len(SPLITS)), int)
    np.add.at(table, (group, split), 1)
    return table


def glance(faces):
    """What `python fer2013.py` says of {split: (pixels, labels, names)}: a table with a column per split, and a line.

    "also in train" counts the faces of a split that are pixel-identical to another face, of train.
    """
    pixels, labels = (np.concatenate([columns[part] for columns in faces.values()]) for part in (0, 1))
    split = np.repeat([SPLITS.index(name) for name in faces], [len(columns[1]) for columns in faces.values()])  # (n,)
    group = group_identical(pixels)  # (n,)
    size, mixed, table = np.bincount(group), conflicting(group, labels), in_splits(group, split)
    others = table[group] - np.eye(len(SPLITS), dtype=int)[split]  # (n, 3): identical faces, without itself
    rows = {emotion: labels == label for label, emotion in enumerate(EMOTIONS)}
    rows |= {f"also in {SPLITS[place]}": others[:, place] > 0 for place in np.unique(split)}
    rows |= {"labels in conflict": mixed[group], "blank": blank(pixels)}
    lines = [f"{'':<20}" + "".join(f"{name:>12}" for name in faces)]
    for name, chosen in rows.items():
        counts = np.bincount(split[chosen], minlength=len(SPLITS))
        lines.append(f"{name:<20}" + "".join(f"{counts[SPLITS.index(column)]:>12,}" for column in faces))
    lines.append(f"{(size > 1).sum():,} groups of pixel-identical faces hold {size[size > 1].sum():,} faces; "
                 f"{mixed.sum():,} of the groups carry conflicting labels")
    return "\n".join(lines)


def choose_examples(pixels, labels, seed):
    """EXAMPLES faces of each emotion, or as many as there are: a list of seven uint8 (<= EXAMPLES, 48, 48)."""
    random = np.random.default_rng(seed)
    return [pixels[random.permutation(np.flatnonzero(labels == label))[:EXAMPLES]] for label in range(len(EMOTIONS))]


# Getting it

def download(path):
    """Get FER2013 from Kaggle into the directory `path`, as path/fer2013: all of it or nothing."""
    folder = outputs.make_folder(path)
    if search(folder) is not None:
        print(f"{folder}: holds FER2013 already, nothing to download")
        return
    by_hand = f"get https://www.kaggle.com/datasets/{ON_KAGGLE} with a browser and lay its archive.zip into {folder}"
    try:
        import kagglehub  # not at the top: it is optional
    except ImportError:
        install = "pip install -r requirements-optional.txt"
        raise UserError(f"--download: needs kagglehub; {install}, or {by_hand}") from None
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".downloading-") as temporary:
            found = kagglehub.dataset_download(ON_KAGGLE, output_dir=str(pathlib.Path(temporary, "fer2013")))
            find(found)
            os.rename(found, folder / "fer2013")
    except Exception as error:  # requests', kagglehub's own, zipfile's, the disk's: all mean that it did not work
        raise UserError(f"--download: {ON_KAGGLE} did not come ({type(error).__name__}: {str(error)[:80]}); {by_hand}"
                        ) from error


if __name__ == "__main__":
    command_line.run(main)
