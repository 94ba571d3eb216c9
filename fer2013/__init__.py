"""FER2013 as arrays, read from any of the forms in which it is distributed.

    pixels, labels, names = load("data", "train")   # uint8 (n, 48, 48), uint8 (n,), list of n names

The form is found automatically: the challenge's fer2013.csv, its re-issue icml_face_data.csv, a
table for each split, folders of images as Kaggle has them or with validation/, parquet files, a
.zip or .tar.gz of any of these, or a directory that contains one of them. What is decided about
splits, names and leftovers is logged in one line each.

    sources.py    finds the dataset in directories and archives
    archives.py   lists and opens the files in .zip and .tar archives
    names.py      the names of splits and emotions, and what numbers mean
    others.py     says what is not FER2013, by its true name
    tables.py     reads the CSV forms
    fer_plus.py   takes FER+'s majority labels instead
    folders.py    assigns the files in folders to splits and labels
    parquet.py    reads parquet files, as Hugging Face has them
    images.py     reads the folders of images
    splits.py     returns the splits as arrays
    glance.py     counts identical faces, conflicting labels and blank faces
    download.py   downloads the dataset from Kaggle
    bundled.py    the faces and the model that the repository ships, and when they are used

Source: Goodfellow et al. 2013, "Challenges in Representation Learning" (arXiv 1307.0414), section
4.
"""
from fer2013.names import EMOTIONS, SPLITS, Data, read_as
from fer2013.sources import SIZE, find, search
from fer2013.splits import (
    COUNTS,
    by_emotion,
    check_validation,
    describe,
    held_out_split,
    load,
    load_unlabelled,
    seen_in,
    splits,
)

__all__ = ["COUNTS", "Data", "EMOTIONS", "SIZE", "SPLITS", "by_emotion", "check_validation",
           "describe", "find", "held_out_split", "load", "load_unlabelled",
           "read_as", "search", "seen_in", "splits"]
