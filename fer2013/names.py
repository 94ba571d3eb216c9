"""How datasets name splits and emotions, and what their numbers mean.

    split_named("FER2013Valid")   # "validation"
    label_named("0_Anger")        # 0, angry

Case, and a number and signs around a name, make no difference.
"""
import functools
import logging
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
    """What the options of a program say about the names in its data."""
    numbers: tuple = ()  # class names that the numbers from 0 on mean; FER2013's if none are given
    ignored: frozenset = frozenset()  # plain names of the classes that are left out
    fer_plus: str = ""  # path of FER+'s votes, whose majority replaces the labels of a CSV


reading = Reading()


def read_as(numbers="", ignored=(), fer_plus=""):
    """Set for this process what numbers mean, which classes are left out, and whose labels count.

    Args:
        numbers: a name in NUMBERINGS, or class names for the numbers from 0 on with commas between
            them, "-" for none; FER2013's if empty.
        ignored: names of classes.
        fer_plus: path of FER+'s fer2013new.csv; "" for the labels of the data.

    Raises:
        UserError: one of `numbers` is neither an emotion nor left out.
    """
    global reading
    classes = NUMBERINGS.get(numbers.lower()) or tuple(filter(None, numbers.split(",")))
    reading = Reading(classes)
    label_named.cache_clear()
    is_ignored.cache_clear()
    reading = Reading(classes, frozenset(map(canonical, ignored)), fer_plus)
    for name in classes:
        if name not in ("-", "contempt") and label_named(name) is None and not is_ignored(name):
            raise UserError(f"--classes: {name!r} is no class; expected {', '.join(NUMBERINGS)}, "
                            f"or names such as {','.join(EMOTIONS)}")


def plain(name):
    """A name in small letters, without signs and without a number before it."""
    return re.sub(r"^\d+(?=\D*[^\W\d_])|[\W_]+", "", name.lower())


@functools.cache
def split_named(name):
    """The split of a folder's name, or None."""
    return SPLIT_OF.get(plain(name))


@functools.cache
def label_named(name):
    """The label of a class folder's name or number, or None if it is no emotion."""
    return LABEL_OF.get(plain(class_of(name)))


def class_of(name):
    """The name of a class, also of one that is named by its number."""
    if not is_number(name):
        return name
    classes = dict(enumerate(reading.numbers or EMOTIONS))
    return classes.get(int(name), name)


def canonical(name):
    """The emotion that a name or number means, or else the name as plain() gives it."""
    label = label_named(name)
    return plain(class_of(name)) if label is None else EMOTIONS[label]


def is_number(name):
    return name.isascii() and name.isdecimal() and len(name) < 5


@functools.cache
def is_ignored(name):
    """Whether --ignore-classes leaves out a class, by its name or number."""
    return canonical(name) in reading.ignored


def is_class(name):
    return label_named(name) is not None or is_ignored(name)


def unknown_class(name):
    """The words of an error about a class that is neither an emotion nor left out."""
    return (f"expected {', '.join(EMOTIONS)}; --ignore-classes {class_of(name)} leaves it out"
            + (", --classes says what numbers mean" if is_number(name) else ""))


def check_numbers(found, place):
    """UserError if numbers look as if they meant other classes than FER2013's.

    Four or more that follow each other from 0 or 1, but not all seven, are what is left when
    classes are dropped and numbered anew; two or three are read as FER2013's, and a line says so.

    Args:
        found: the numbers of the classes in a dataset.
        place: where they are, for the message.
    """
    found = sorted(set(found))
    if reading.numbers or not 2 <= len(found) < len(EMOTIONS) or found[0] > 1:
        return
    if found[-1] - found[0] != len(found) - 1:
        return
    occur = f"{place}: only the numbers {found[0]} to {found[-1]} occur"
    meant = ", ".join(f"{number} {EMOTIONS[number]}" for number in found)
    if len(found) > 3:
        raise UserError(f"{occur}, which may mean other classes than FER2013's; expected --classes "
                        f"with their names from 0 on, or --classes fer2013 for {meant}")
    log.info("%s, read as %s; --classes says otherwise", occur, meant)
