"""FER2013 in every form in which people have it, as arrays.

    pixels, labels, names = load("data", "train")   # uint8 (n, 48, 48), uint8 (n,), list of n names

Found without being told which: the challenge's fer2013.csv, its re-issue icml_face_data.csv, the Kaggle
folders of msambare/fer2013, folders with train/ and validation/ (or val/) and test/, a .zip of any of these,
and a directory that holds one of them.

    sources.py    where a dataset lies: directories and .zip files
    tables.py     the CSV forms
    images.py     the folders of images
    splits.py     the splits as arrays
    glance.py     the data at a glance: identical, conflicting and blank faces
    download.py   from Kaggle
    bundled.py    what the repository ships, and when it stands in

Source: Goodfellow et al. 2013, "Challenges in Representation Learning" (arXiv 1307.0414), section 4.
"""
from fer2013.sources import EMOTIONS, SIZE, SPLITS, find, search
from fer2013.splits import COUNTS, describe, held_out_split, load, seen_in, splits

__all__ = ["COUNTS", "EMOTIONS", "SIZE", "SPLITS", "describe", "find", "held_out_split", "load", "search", "seen_in",
           "splits"]
