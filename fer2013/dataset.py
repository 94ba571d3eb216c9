"""FER2013, opened once: its splits as arrays, and what is said of them.

    data = open_dataset("data")
    test = data.split("test")
    test.pixels, test.labels, test.names
"""
import dataclasses
import functools
import os
import pathlib

import numpy as np

from base.errors import UserError
from base.options import option
from fer2013 import sources, splits
from fer2013.names import EMOTIONS, NUMBERINGS, SPLITS, USAGES, read_as
from fer2013.sources import DATA, HERE, INCLUDED


@dataclasses.dataclass(frozen=True)
class DataOptions:
    """Where the faces are and what their classes mean."""
    data: str = option(DATA, "path of FER2013: a CSV, a .zip, folders of images, or a directory "
                             "that contains one of them")
    classes: str = option("", "what the numbers of classes mean: "
                              f"{', '.join(NUMBERINGS)}, or names for the numbers from 0 on, with "
                              "commas between them; FER2013's if none are given", metavar="NAMES")
    ignore_classes: tuple = option((), "classes that are left out, such as contempt", nargs="+",
                                   metavar="NAME")
    fer_plus: str = option("", "FER+'s fer2013new.csv: its majority labels replace those of "
                               "fer2013.csv", metavar="CSV")


@dataclasses.dataclass(frozen=True)
class Split:
    """The faces of one split.

    Attributes:
        name: "train", "validation" (PublicTest) or "test" (PrivateTest); "unlabelled" for faces
            whose labels mean nothing.
        pixels: uint8 (n, 48, 48), grey from 0 to 255.
        labels: uint8 (n,), indices into EMOTIONS.
        names: a list of n file names, or of "row 1" and so on for the faces of a CSV.
    """
    name: str
    pixels: np.ndarray
    labels: np.ndarray
    names: list

    def __len__(self):
        return len(self.labels)

    @property
    def counts(self):
        """Faces per emotion, seven numbers."""
        return tuple(np.bincount(self.labels, minlength=len(EMOTIONS)).tolist())


@dataclasses.dataclass(frozen=True)
class Dataset:
    """An opened dataset; every split is read once.

    Attributes:
        options: the DataOptions with which it was opened.
        source: where the files are, a sources.Source.
    """
    options: DataOptions
    source: sources.Source
    read: dict = dataclasses.field(default_factory=dict, compare=False, repr=False)

    @property
    def path(self):
        return self.options.data

    @property
    def form(self):
        """"CSV", "folders" or "parquet"."""
        return self.source.form

    @property
    def included(self):
        """Whether these are faces that come with the repository."""
        return included_name(self.path) is not None

    @functools.cached_property
    def name(self):
        """What people call it: "FER2013" by the counts of its training faces, or its path."""
        counts = self.split("train").counts if "train" in self.splits else None
        if counts == splits.COUNTS["train"]:
            return "FER2013"
        return included_name(self.path) or self.path

    @property
    def in_words(self):
        """Its path, or the name of the included faces and how to use FER2013 instead."""
        use = f"to use FER2013, put it into {DATA}/ ({DATA}/README.md) or name it with --data"
        return f"{included_name(self.path)}; {use}" if self.included else self.path

    @functools.cached_property
    def splits(self):
        """The names of the splits that have faces, in the order train, validation, test."""
        by_split = splits.LISTS[self.form](self.source)
        return tuple(split for split in SPLITS if by_split[split])

    @property
    def held_out(self):
        """The split to report on: test if it has faces, else validation."""
        return "test" if "test" in self.splits else "validation"

    def split(self, name):
        """The Split of this name.

        Raises:
            UserError: a row or image is bad, a class is unknown, or the split has no face.
            ValueError: there can be no such split.
        """
        if name not in self.read:
            self.read[name] = Split(name, *splits.load(self.source, name))
        return self.read[name]

    @functools.cached_property
    def unlabelled(self):
        """The Split of faces without labels, as the contest's test.csv has them; else None."""
        found = splits.load_unlabelled(self.source)
        return found and Split(splits.UNLABELLED, *found)

    def title(self, split):
        """What people call the faces: "FER2013's PublicTest", or the dataset and its split."""
        if self.split(split).counts == splits.COUNTS[split]:
            return f"FER2013's {next(usage for usage, name in USAGES.items() if name == split)}"
        return f"{included_name(self.path) or shorten(self.path)}, {split} split"

    def describe(self, split):
        """The lines that describe a split: its form and faces per emotion.

        A second line says so if these are not FER2013's own counts, and a third one, but for train,
        which emotions have no face. Of included faces, the first line is enough.
        """
        lines = splits.describe(self.source, split, self.split(split).labels)
        return lines[:1] if self.included else lines

    def seen_in_training(self, pixels):
        """Whether each face is pixel-identical to a training face.

        Args:
            pixels: uint8 (n, 48, 48).

        Returns:
            bool (n,); None if there is no train split.
        """
        if "train" not in self.splits:
            return None
        return splits.seen_in(pixels, self.split("train").pixels)

    def check_validation(self):
        """UserError if no model can be selected on validation; says how many faces are in both."""
        splits.check_validation(self.path, self.split("train"), self.split("validation"))


def open_dataset(options):
    """The Dataset that DataOptions, or a path, name.

    The default path is data/ of the repository, whichever folder the program runs in.

    Raises:
        UserError: there is no dataset; the message says what lies there.
    """
    if not isinstance(options, DataOptions):
        options = DataOptions(os.fspath(options))
    here = pathlib.Path(DATA).resolve() == (HERE / DATA).resolve()
    place = options.data if options.data != DATA or here else HERE / DATA
    options = dataclasses.replace(options, data=str(place))
    data = read_as(options.data, options.classes, options.ignore_classes, options.fer_plus)
    source = sources.find(data)
    if options.fer_plus and source.form != "CSV":
        raise UserError(f"--fer-plus: {options.data} is no CSV; expected fer2013.csv, in whose "
                        "order the votes are")
    return Dataset(options, source)


def included_name(path):
    """The name of the included faces at a path; None for other data."""
    return INCLUDED.get(pathlib.Path(os.path.realpath(path)))


def shorten(path):
    """A path inside the repository relative to it, any other path as it is."""
    path = pathlib.Path(path)
    return path.relative_to(HERE) if path.is_relative_to(HERE) else path
