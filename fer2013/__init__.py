"""FER2013 as arrays, read from any of the forms in which it is distributed.

    data = fer2013.open("data")
    train = data.split("train")     # .pixels uint8 (n, 48, 48), .labels uint8 (n,), .names

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
    dataset.py    the opened dataset, and the options that name it
    included.py   the faces that the repository contains, and when they are used

Source: Goodfellow et al. 2013, "Challenges in Representation Learning" (arXiv 1307.0414), section
4.
"""
from fer2013.dataset import DataOptions, Dataset, Split
from fer2013.dataset import open_dataset as open
from fer2013.names import EMOTIONS, SPLITS
from fer2013.sources import SIZE
from fer2013.splits import COUNTS, by_emotion, seen_in

__all__ = ["COUNTS", "DataOptions", "Dataset", "EMOTIONS", "SIZE", "SPLITS", "Split", "by_emotion",
           "open", "seen_in"]
