"""The faces in folders of images, train/<emotion>/*.jpg: which split and class each has.

Whatever is decided about them is said in one line with counts.
"""
import collections
import pathlib
from typing import NamedTuple

from base.errors import UserError
from base.options import notes
from fer2013.names import LABEL_OF, SPLITS, WRAPPERS, is_number, plain, split_named
from fer2013.pictures import FORMATS
from fer2013.tables import Entry

ENDINGS = {ending for endings in FORMATS.values() for ending in endings}


class Place(NamedTuple):
    """What the folders above a file say of it."""
    base: str  # the folder that has the splits
    split_folder: str
    split: str | None  # None if the folder names no known split
    classes: tuple  # the folders below that of the split

    @property
    def emotion_known(self):
        """Whether the first of them may name a class."""
        return bool(self.split and self.classes) and is_class(self.classes[0])


def is_class(name):
    return is_number(name) or plain(name) in LABEL_OF or plain(name) == "contempt"


def place(folders):
    """The Place of files in the folders of a path, from the first that names a split on; else None.

    train/train/happy and train/images/happy are as train/happy.
    """
    for start, folder in enumerate(folders):
        split = split_named(folder)
        if split:
            classes = tuple(name for name in folders[start + 1:]
                            if split_named(name) != split and plain(name) not in WRAPPERS)
            return Place("/".join(folders[:start]), folder, split, classes)
    return None


def list_faces(source):
    """The tables.Entry of each picture in a sources.Source, sorted by folder and file name.

    Raises:
        UserError: it cannot be known which split or class is meant.
    """
    places = {name: place(name.split("/")[:-1]) for name in source.files}
    inside = {name: each for name, each in places.items() if each and not each.base}
    check_splits(source, places, inside)
    counts, entries = collections.Counter(), []
    for name, each in inside.items():
        ending = pathlib.PurePosixPath(name).suffix.lower()
        if not each.classes:
            counts["lie in no class folder and are left out"] += 1
        elif ending and ending not in ENDINGS:
            counts["are no pictures and are left out"] += 1
        else:
            counts["lie in folders within their class folder and are read"] += len(each.classes) > 1
            check_inner(source, each, name)
            entries.append(Entry(each.split, each.classes[0], name.split("/")[-1],
                                 source.base / name))
    for what, count in counts.items():
        if count:
            notes.info("%s: %s files %s", source.base, f"{count:,}", what)
    return separate_public_test(source, entries)


def check_splits(source, places, inside):
    """UserError if two folders are the same split, or one with classes in it is no known split."""
    for split in SPLITS:
        same = sorted({each.split_folder for each in inside.values() if each.split == split})
        if len(same) > 1:
            raise UserError(f"{source.base}: {' and '.join(map(repr, same))} both name the "
                            f"{split} split; expected one of them")
    others = [name.split("/") for name, each in places.items() if each is None]
    others = [parts[0] for parts in others if len(parts) > 2 and plain(parts[1]) in LABEL_OF]
    if others:
        raise UserError(f"{source.base}: {len(others):,} files are in {others[0]!r}, which has "
                        "class folders but names no known split; rename it to train, validation "
                        "or test, or put it elsewhere")


def check_inner(source, place, name):
    """UserError if a folder within a class folder is another class's."""
    label = LABEL_OF.get(plain(place.classes[0]))
    for inner in place.classes[1:]:
        if LABEL_OF.get(plain(inner), label) != label:
            raise UserError(f"{source.base}: {name} lies in two class folders, "
                            f"{place.classes[0]!r} and {inner!r}; expected one")


def separate_public_test(source, entries):
    """The entries, Kaggle's PublicTest_* moved from test to validation if there is no other."""
    public = [entry.split == "test" and entry.name.startswith("PublicTest_") for entry in entries]
    if not any(public):
        return entries
    if any(entry.split == "validation" for entry in entries):
        notes.info("%s: %s files named PublicTest_* stay in test, because validation has its own "
                   "folder", source.base, f"{sum(public):,}")
        return entries
    others = sum(entry.split == "test" and not entry.name.startswith(("PublicTest_",
                                                                      "PrivateTest_"))
                 for entry in entries)
    if others:
        notes.info("%s: of its test folder, %s files named PublicTest_* are validation; %s others, "
                   "not named PrivateTest_*, are test", source.base, f"{sum(public):,}",
                   f"{others:,}")
    return [entry._replace(split="validation") if moved else entry
            for entry, moved in zip(entries, public, strict=True)]
