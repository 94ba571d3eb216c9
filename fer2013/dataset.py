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
from fer2013 import folders, pictures, sources, tables
from fer2013.names import EMOTIONS, SPLITS, USAGES, labels_of
from fer2013.sources import DATA, HERE, INCLUDED
from fer2013.split import COUNTS, FILTERED, GREYS, OTHER, PUBLISHED, Split
from fer2013.validation import hold_out, seen_in


@dataclasses.dataclass(frozen=True)
class DataOptions:
    """Where the faces are and what their classes mean."""
    data: str = option(DATA, "FER2013: a CSV, a .zip, folders, or where one lies", metavar="PATH")
    classes: str = option("", "what classes mean that are not named or numbered as FER2013's, as "
                              "7=contempt,calm=neutral,boredom=ignore", metavar="MEANING")


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
    def included(self):
        """Whether these are faces that come with the repository."""
        return included_name(self.path) is not None

    @functools.cached_property
    def name(self):
        """What people call it: "FER2013", "a filtered copy of FER2013", or its path."""
        if self.included:
            return included_name(self.path)
        split = next(iter(self.known.values()), None) or self.split(self.splits[0])
        return {PUBLISHED: "FER2013", FILTERED: FILTERED}.get(split.edition.name, self.path)

    @property
    def in_words(self):
        """Its path and form, or the name of the included faces and where to read of FER2013."""
        if self.included:
            return f"{included_name(self.path)}; data/README.md says how to get FER2013"
        return f"{self.path}, {self.source.form}"

    @functools.cached_property
    def found(self):
        """{split: [(label, tables.Entry)]} of what the files contain, nothing of it held out."""
        entries, found = entries_of(self.source), collections.defaultdict(list)
        emotions = {entry.emotion for entry in entries}
        labels = labels_of(emotions, self.options.classes, self.path)
        for entry in entries:
            if labels[entry.emotion] is not None:
                found[entry.split].append((labels[entry.emotion], entry))
        if ignored := len(entries) - sum(map(len, found.values())):
            notes.info("%s: %s faces are left out, of contempt or a class that --classes ignores",
                       self.path, f"{ignored:,}")
        return found

    @functools.cached_property
    def splits(self):
        """The names of the splits that have faces, in the order train, validation, test."""
        if "train" in self.found and "validation" not in self.found:
            self.hold_out_validation()
        return tuple(name for name in SPLITS if name in self.known or name in self.found)

    @property
    def held_out(self):
        """The split to report on: test if it has faces, else validation."""
        return "test" if "test" in self.splits else "validation"

    def split(self, name):
        """The Split of this name.

        Raises:
            UserError: a row or image is bad, a class is unknown, or the split has no face.
        """
        if name not in self.splits:
            raise UserError(f"{self.path}: no face in the {name} split")
        if name not in self.known:
            self.known[name] = self.read(name)
        return self.known[name]

    def read(self, name):
        labels, entries = zip(*self.found[name], strict=True)
        names = [entry.name for entry in entries]
        pixels = pictures.decode_faces([entry.content for entry in entries], names, name, self.path)
        return Split(name, pixels, np.array(labels, np.uint8), names)

    def hold_out_validation(self):
        """Make a tenth of train validation."""
        train = self.read("train")
        out = hold_out(train)
        self.known["train"] = train.part("train", ~out)
        if out.any():
            self.known["validation"] = train.part("validation", out)

    def title(self, name):
        """What people call the faces: "FER2013's PublicTest", or the dataset and its split."""
        usage = next(usage for usage, split in USAGES.items() if split == name)
        return {
            PUBLISHED: f"FER2013's {usage}",
            FILTERED: f"{usage} of {FILTERED}",
            OTHER: f"{included_name(self.path) or shorten(self.path)}, {name} split",
        }[self.split(name).edition.name]

    def describe(self, name):
        """The lines that say how many faces a split has, and which FER2013 it is."""
        split = self.split(name)
        first = f"{name}: {len(split):,} faces"
        if self.included:
            return [first]
        if split.edition.name == PUBLISHED:
            return [f"{first}, {PUBLISHED}"]
        if split.edition.name == FILTERED:
            return [f"{first}, {FILTERED} (contrast {split.edition.contrast:.0f} instead of "
                    f"{GREYS[name][1]:.0f}):", "its accuracies are not comparable with others"]
        counts = " ".join(f"{emotion} {count}" for emotion, count
                          in zip(EMOTIONS, split.counts, strict=True))
        return [f"{first}, not the {sum(COUNTS[name]):,} of FER2013", counts]

    def seen_in_training(self, pixels):
        """Whether each face, uint8 (n, 48, 48), is pixel-identical to a training face.

        bool (n,); None if there is no train split.
        """
        return seen_in(pixels, self.split("train").pixels) if "train" in self.splits else None


def entries_of(source):
    """The tables.Entry of every face of a sources.Source, in order."""
    if source.form == "folders":
        return folders.list_faces(source.base)
    several = len(source.files) > 1
    return [entry._replace(name=f"{name} {entry.name}") if several else entry
            for name in source.files
            for entry in tables.read_table(source.base / name,
                                           sources.split_of_table(name) or "train")]


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
    return Dataset(dataclasses.replace(options, data=str(place)), sources.find(place))


def included_name(path):
    """The name of the included faces at a path; None for other data."""
    return INCLUDED.get(pathlib.Path(os.path.realpath(path)))


def shorten(path):
    """A path inside the repository relative to it, any other path as it is."""
    path = pathlib.Path(path)
    return path.relative_to(HERE) if path.is_relative_to(HERE) else path
