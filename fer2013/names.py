"""How datasets name splits and emotions, and what their numbers mean.

    split_named("FER2013Valid")             # "validation"
    Reading().label_named("0_Anger")        # 0, angry
    data = read_as("data", "fer+")          # for load(): there, 0 is neutral

Case, and a number and signs around a name, make no difference.
"""
import functools
import logging
import os
import re
from dataclasses import dataclass

from base.errors import UserError

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")  # in label order
USAGES = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}
SPLITS = tuple(USAGES.values())
SPLIT_NAMES = {
    "train": ("train", "training", "fer2013train"),
    "validation": ("validation", "valid", "val", "dev", "publictest", "fer2013valid"),
    "test": ("test", "testing", "privatetest", "fer2013test"),
}
CLASS_NAMES = {
    "angry": ("anger",), "disgust": ("disgusted",), "fear": ("fearful",), "happy": ("happiness",),
    "sad": ("sadness",), "surprise": ("surprised", "suprise"), "neutral": ("neutrality",),
}
log = logging.getLogger("fer2013")
SPLIT_OF = {name: split for split, names in SPLIT_NAMES.items() for name in names}
LABEL_OF = {name: label for label, emotion in enumerate(EMOTIONS)
            for name in (emotion, *CLASS_NAMES[emotion])}
NUMBERINGS = {  # the classes that the numbers from 0 on mean; "-" is none
    "fer2013": EMOTIONS,
    # Barsoum et al. 2016 (arXiv 1608.01041), fer2013new.csv
    "fer+": ("neutral", "happy", "surprise", "sad", "angry", "disgust", "fear", "contempt"),
    # Li et al. 2017, list_patition_label.txt
    "raf-db": ("-", "surprise", "fear", "disgust", "happy", "sad", "angry", "neutral"),
    "alphabetical": tuple(sorted(EMOTIONS)),  # as Keras and torchvision number folders
}


@dataclass(frozen=True)
class Reading:
    """How the classes of a dataset are read.

    Attributes:
        numbers: class names that the numbers from 0 on mean; FER2013's if there are none.
        ignored: names of the classes that are left out, as canonical() gives them.
        fer_plus: path of FER+'s votes, whose majority replaces the labels of a CSV.
    """
    numbers: tuple = ()
    ignored: frozenset = frozenset()
    fer_plus: str = ""

    def label_named(self, name):
        """The label of a class folder's name or number, or None if it is no emotion."""
        return label_called(self.class_of(name))

    def class_of(self, name):
        """The name of a class, also of one that is named by its number."""
        if not is_number(name):
            return name
        classes = dict(enumerate(self.numbers or EMOTIONS))
        return classes.get(int(name), name)

    def canonical(self, name):
        """The emotion that a name or number means, or else the name as plain() gives it."""
        label = self.label_named(name)
        return plain(self.class_of(name)) if label is None else EMOTIONS[label]

    def is_ignored(self, name):
        """Whether --ignore-classes leaves out a class, by its name or number."""
        return bool(self.ignored) and self.canonical(name) in self.ignored

    def is_class(self, name):
        return self.label_named(name) is not None or self.is_ignored(name)

    def unknown_class(self, name):
        """The words of an error about a class that is neither an emotion nor left out."""
        return (f"expected {', '.join(EMOTIONS)}; --ignore-classes {self.class_of(name)} leaves it "
                "out" + (", --classes says what numbers mean" if is_number(name) else ""))

    def check_numbers(self, found, place):
        """UserError if numbers look as if they meant other classes than FER2013's.

        Four or more that follow each other from 0 or 1, but not all seven, are what is left when
        classes are dropped and numbered anew; two or three are read as FER2013's, and a line says
        so.

        Args:
            found: the numbers of the classes in a dataset.
            place: where they are, for the message.
        """
        found = sorted(set(found))
        if self.numbers or not 2 <= len(found) < len(EMOTIONS) or found[0] > 1:
            return
        if found[-1] - found[0] != len(found) - 1:
            return
        occur = f"{place}: only the numbers {found[0]} to {found[-1]} occur"
        meant = ", ".join(f"{number} {EMOTIONS[number]}" for number in found)
        if len(found) > 3:
            raise UserError(f"{occur}, which may mean other classes than FER2013's; expected "
                            "--classes with their names from 0 on, or --classes fer2013 for "
                            f"{meant}")
        log.info("%s, read as %s; --classes says otherwise", occur, meant)


@dataclass(frozen=True)
class Data(os.PathLike):
    """A path at which FER2013 lies, and how its classes are read; it can be used as a path."""
    path: str | os.PathLike
    reading: Reading = Reading()

    @classmethod
    def of(cls, path):
        """A path as Data whose classes are FER2013's, or a Data as it is."""
        return path if isinstance(path, cls) else cls(path)

    def __fspath__(self):
        return os.fspath(self.path)

    def __str__(self):
        return os.fspath(self.path)


def read_as(path, numbers="", ignored=(), fer_plus=""):
    """The Data at a path whose numbers mean these classes, of which some are left out.

    Args:
        path: where the dataset is.
        numbers: a name in NUMBERINGS, or class names for the numbers from 0 on with commas between
            them, "-" for none; FER2013's if empty.
        ignored: names of classes.
        fer_plus: path of FER+'s fer2013new.csv; "" for the labels of the data.

    Raises:
        UserError: one of `numbers` is neither an emotion nor left out.
    """
    classes = NUMBERINGS.get(numbers.lower()) or tuple(filter(None, numbers.split(",")))
    reading = Reading(classes, frozenset(map(Reading(classes).canonical, ignored)), fer_plus)
    for name in classes:
        if name not in ("-", "contempt") and not reading.is_class(name):
            raise UserError(f"--classes: {name!r} is no class; expected {', '.join(NUMBERINGS)}, "
                            f"or names such as {','.join(EMOTIONS)}")
    return Data(path, reading)


@functools.cache
def plain(name):
    """A name in small letters, without signs and without a number before it."""
    return re.sub(r"^\d+(?=\D*[^\W\d_])|[\W_]+", "", name.lower())


def split_named(name):
    """The split of a folder's name, or None."""
    return SPLIT_OF.get(plain(name))


def label_called(name):
    """The label of an emotion's name in any of its forms, or None."""
    return LABEL_OF.get(plain(name))


def is_number(name):
    return name.isascii() and name.isdecimal() and len(name) < 5
