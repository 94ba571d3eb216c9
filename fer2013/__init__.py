"""FER2013 as arrays, read from any of the forms in which it is distributed.

    data = fer2013.open("data")
    train = data.split("train")     # .pixels uint8 (n, 48, 48), .labels uint8 (n,), .names

The form is found automatically: the challenge's fer2013.csv, its re-issue icml_face_data.csv, a
table for each split, folders of images as Kaggle has them or with validation/, parquet files, a
.zip or .tar.gz of any of these, or a directory that contains one of them. What is decided about
splits, names and leftovers is said in one line each.

    dataset.py    the opened dataset, and the options that name it
    split.py      the faces of one split
    included.py   the faces that the repository contains, and when they are used
    sources.py    finds the dataset in directories and archives
    names.py      the names of splits and emotions, and what numbers mean
    folders.py    assigns the files in folders to splits and classes
    tables.py     reads CSV and parquet
    pictures.py   decodes picture files, and makes faces of them
    copies.py     finds identical and mirrored faces, and those that are named as copies
    hold_out.py   chooses validation where there is none
    editions.py   FER2013 as published, or a filtered copy
    glance.py     counts identical faces, conflicting labels and blank faces

Source: Goodfellow et al. 2013, "Challenges in Representation Learning" (arXiv 1307.0414), section
4.
"""
from fer2013.copies import seen_in
from fer2013.dataset import DataOptions, Dataset
from fer2013.dataset import open_dataset as open
from fer2013.editions import COUNTS
from fer2013.names import EMOTIONS, SPLITS, by_emotion
from fer2013.pictures import SIZE
from fer2013.split import Split

__all__ = ["COUNTS", "DataOptions", "Dataset", "EMOTIONS", "SIZE", "SPLITS", "Split", "by_emotion",
           "open", "seen_in"]
