"""FER2013, opened once: its splits as arrays, and what is said of them.

    data = open_dataset("data")
    test = data.split("test")
    test.pixels, test.labels, test.names
"""
import collections
import dataclasses
import functools
import os
import pathlib

import numpy as np

from base.errors import UserError
from base.options import notes, option
from fer2013 import copies, editions, folders, pictures, sources, tables
from fer2013.hold_out import check_validation, hold_out
from fer2013.names import EMOTIONS, ORDERS, SPLITS, USAGES, labels_of
from fer2013.sources import DATA, HERE, INCLUDED
from fer2013.split import Split
from fer2013.tables import UNLABELLED


@dataclasses.dataclass(frozen=True)
class DataOptions:
    """Where the faces are and what their classes mean."""
    data: str = option(DATA, "path of FER2013: a CSV, a .zip, folders of images, or a directory "
                             "that contains one of them")
    classes: str = option("", "what the classes mean: "
                              f"{', '.join(ORDERS)}; names for the numbers from 0 on, with commas "
                              "between them; or pairs as calm=neutral, boredom=ignore",
                          metavar="NAMES")


@dataclasses.dataclass(frozen=True, eq=False)
class Dataset:
    """An opened dataset; every split is read once.

    Attributes:
        options: the DataOptions with which it was opened.
        source: where the files are, a sources.Source.
        known: {name: Split}, of those that were read.
    """
    options: DataOptions
    source: sources.Source
    known: dict = dataclasses.field(default_factory=dict, repr=False)

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
        """What people call it: "FER2013", "a filtered copy of FER2013", or its path."""
        if self.included or not self.splits:
            return included_name(self.path) or self.path
        split = next(iter(self.known.values()), None) or self.split(self.splits[0])
        called = {editions.PUBLISHED: "FER2013", editions.FILTERED: editions.FILTERED}
        return called.get(split.edition.name, self.path)

    @property
    def in_words(self):
        """Its path, or the name of the included faces and how to use FER2013 instead."""
        use = f"to use FER2013, put it into {DATA}/ ({DATA}/README.md) or name it with --data"
        return f"{included_name(self.path)}; {use}" if self.included else self.path

    @functools.cached_property
    def found(self):
        """{split: [(label, tables.Entry)]} of what the files contain, nothing of it held out."""
        entries = entries_of(self.source)
        labels = labels_of({entry.emotion for entry in entries} - {None}, self.options.classes,
                           self.source.place) | {None: 0}
        found = collections.defaultdict(list)
        for entry in entries:
            label = labels[entry.emotion]
            found[entry.split if label is not None else None].append((label, entry))
        for key, what in ((None, "are of classes that are left out, contempt or NAME=ignore"),
                          (UNLABELLED, "have no labels; python evaluate.py predicts them")):
            if found[key]:
                notes.info("%s: %s faces %s", self.source.place, f"{len(found[key]):,}", what)
        return found

    @functools.cached_property
    def splits(self):
        """The names of the splits that have faces, in the order train, validation, test."""
        self.hold_out_validation()
        return tuple(name for name in SPLITS if name in self.known or self.found.get(name))

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
        if name not in SPLITS:
            raise ValueError(f"split {name!r}: expected one of {', '.join(SPLITS)}")
        if name not in self.splits:
            raise UserError(f"{self.path}: no face in the {name} split")
        if name not in self.known:
            self.known[name] = self.read(name)
        return self.known[name]

    def read(self, name):
        labels, entries = zip(*self.found[name], strict=True)
        faces = [pictures.decode_face(each.content) if isinstance(each.content, os.PathLike)
                 else each.content for each in entries]
        names = [each.name for each in entries]
        return Split(name, pictures.stack(faces, names, name, self.path),
                     np.array(labels, np.uint8), names)

    def hold_out_validation(self):
        """Make a tenth of train validation if there is none."""
        if self.found.get("validation") or not self.found.get("train"):
            return
        train = self.read("train")
        out = hold_out(train)
        self.known["train"] = train.part("train", ~out)
        if out.any():
            self.known["validation"] = train.part("validation", out)

    @functools.cached_property
    def unlabelled(self):
        """The Split of faces without labels, as the contest's test.csv has them; else None."""
        return self.read(UNLABELLED) if self.found.get(UNLABELLED) and not self.splits else None

    def title(self, name):
        """What people call the faces: "FER2013's PublicTest", or the dataset and its split."""
        usage = next(usage for usage, split in USAGES.items() if split == name)
        return {
            editions.PUBLISHED: f"FER2013's {usage}",
            editions.FILTERED: f"{usage} of {editions.FILTERED}",
            editions.OTHER: f"{included_name(self.path) or shorten(self.path)}, {name} split",
        }[self.split(name).edition.name]

    def describe(self, name):
        """The lines that describe a split: its form and faces per emotion, and which FER2013 it is.

        Further lines say which emotions have no face. Of included faces, the first line is enough.
        """
        split = self.split(name)
        per_emotion = ", ".join(f"{count} {emotion}" for emotion, count
                                in zip(EMOTIONS, split.counts, strict=True))
        lines = [f"{name}: {len(split):,} faces ({per_emotion}), {self.form} in {self.path}"]
        if not self.included:
            lines.append(f"{name}: {editions.in_words(split)}")
            lines += without_emotions(split)
        return lines

    def seen_in_training(self, pixels):
        """Whether each face is pixel-identical to a training face.

        Args:
            pixels: uint8 (n, 48, 48).

        Returns:
            bool (n,); None if there is no train split.
        """
        if "train" not in self.splits:
            return None
        return copies.seen_in(pixels, self.split("train").pixels)

    def check_validation(self):
        """UserError if no model can be selected on validation; see hold_out.check_validation()."""
        check_validation(self.split("train"), self.split("validation"), self.path)


def entries_of(source):
    """The tables.Entry of every face of a sources.Source, in order."""
    if source.form == "folders":
        return folders.list_faces(source.base)
    several = len(source.files) > 1
    return [entry._replace(name=f"{pathlib.Path(name).name} {entry.name}") if several else entry
            for name in source.files
            for entry in tables.read_table(source.base / name,
                                           sources.split_of_table(name) or "train")]


def without_emotions(split):
    """A line on the emotions that no face of a Split has; [] if there is none."""
    missing = [emotion for emotion, count in zip(EMOTIONS, split.counts, strict=True) if not count]
    means = ("a network that learns from it cannot predict that" if split.name == "train" else
             "what is measured on it says nothing of that")
    return [f"{split.name}: no face is labelled {', '.join(missing)}; {means}"] if missing else []


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
    source = sources.find(place)
    return Dataset(options, source)


def included_name(path):
    """The name of the included faces at a path; None for other data."""
    return INCLUDED.get(pathlib.Path(os.path.realpath(path)))


def shorten(path):
    """A path inside the repository relative to it, any other path as it is."""
    path = pathlib.Path(path)
    return path.relative_to(HERE) if path.is_relative_to(HERE) else path
