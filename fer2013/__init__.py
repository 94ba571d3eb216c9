"""FER2013 as arrays, read from any of the forms in which it is distributed.

    data = fer2013.open("data")
    train = data.split("train")     # .pixels uint8 (n, 48, 48), .labels uint8 (n,), .names

The form is found automatically: the challenge's fer2013.csv, its re-issue icml_face_data.csv, a
table for each split, folders of images as Kaggle has them or with validation/, parquet files, a
.zip or .tar.gz of any of these, or a directory that contains one of them. What is decided is said
in one line each.

    dataset.py     the opened dataset, and the options that name it
    split.py       the faces of one split, and which FER2013 they are
    included.py    the faces that the repository contains, and when they are used
    sources.py     finds the dataset in directories and archives
    names.py       the names of splits and emotions, and what numbers mean
    folders.py     assigns the files in folders to splits and classes
    tables.py      reads CSV and parquet
    pictures.py    decodes picture files, and makes faces of them
    validation.py  keeps identical faces on one side, and holds out a tenth of train
    glance.py      counts identical faces, conflicting labels and blank faces

Source: Goodfellow et al. 2013, "Challenges in Representation Learning" (arXiv 1307.0414), section
4.
"""
from fer2013.dataset import DataOptions, Dataset
from fer2013.dataset import open_dataset as open
from fer2013.names import EMOTIONS, SPLITS, by_emotion
from fer2013.pictures import SIZE
from fer2013.split import COUNTS, Split
from fer2013.validation import check_validation, seen_in

__all__ = ["COUNTS", "DataOptions", "Dataset", "EMOTIONS", "SIZE", "SPLITS", "Split", "by_emotion",
           "check_validation", "open", "seen_in"]
