"""The names of splits and emotions in datasets, and what the numbers of classes mean.

    split_named("PublicTest")                   # "validation"
    labels_of({"0_Anger", "Fear"}, "", "data")  # {"0_Anger": 0, "Fear": 2}

Case, and a number and signs around a name, make no difference.
"""
import functools
import re

from base.errors import UserError
from base.options import notes

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")  # in label order
CONTEMPT = "contempt"  # the eighth class of FER+ and AffectNet, which FER2013 lacks
IGNORE = "ignore"  # what a class means that is left out
MEANINGS = (*EMOTIONS, CONTEMPT, IGNORE)
USAGES = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}
SPLITS = tuple(USAGES.values())
SPLIT_NAMES = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val", "dev", "publictest"),
    "test": ("test", "testing", "privatetest"),
}
SPLIT_OF = {name: split for split, names in SPLIT_NAMES.items() for name in names}
CLASS_NAMES = {
    "angry": ("angry", "anger"), "disgust": ("disgust", "disgusted"),
    "fear": ("fear", "fearful", "afraid", "scared"), "happy": ("happy", "happiness", "joy"),
    "sad": ("sad", "sadness"), "surprise": ("surprise", "surprised", "suprise"),
    "neutral": ("neutral", "neutrality"), CONTEMPT: (CONTEMPT,),
}
CLASS_OF = {name: emotion for emotion, names in CLASS_NAMES.items() for name in names}
ORDERS = {  # of a network's outputs; contempt is left out of seven
    "fer2013": (*EMOTIONS, CONTEMPT),
    # as Keras and torchvision number folders
    "alphabetical": ("angry", CONTEMPT, "disgust", "fear", "happy", "neutral", "sad", "surprise"),
    # of the names of KDEF: afraid, angry, disgusted, ...
    "afraid-first": ("fear", "angry", CONTEMPT, "disgust", "happy", "neutral", "sad", "surprise"),
    # Barsoum et al. 2016 (arXiv 1608.01041), fer2013new.csv
    "fer+": ("neutral", "happy", "surprise", "sad", "angry", "disgust", "fear", CONTEMPT),
    # Mollahosseini et al. 2017 (arXiv 1708.03985)
    "affectnet": ("neutral", "happy", "sad", "surprise", "fear", "disgust", "angry", CONTEMPT),
    # Li et al. 2017, list_patition_label.txt
    "raf-db": ("surprise", "fear", "disgust", "happy", "sad", "angry", "neutral", CONTEMPT),
    # of CK+'s folders, which have contempt in the place of neutral
    "ck+": ("angry", CONTEMPT, "disgust", "fear", "happy", "sad", "surprise"),
}


def labels_of(found, meaning, place):
    """{class as the data have it: its label, or None if it is left out, as contempt always is}.

    Args:
        found: names and numbers of the classes in the data, as text.
        meaning: the option --classes, pairs as "1=fear,calm=neutral,boredom=ignore".
        place: where they are, for messages.

    Raises:
        UserError: a class is no emotion, or numbers may mean other classes than FER2013's.
    """
    meant = meanings(meaning)
    check_numbers(sorted(int(name) for name in found if is_number(name)), meant, place)
    meant = {str(label): emotion for label, emotion in enumerate(EMOTIONS)} | meant
    classes = {name: class_of(name, meant) for name in sorted(found)}
    unknown = [name[:20] for name, each in classes.items() if each not in MEANINGS]
    if unknown:
        raise UserError(f"{place}: unknown class {', '.join(map(repr, unknown))}; expected "
                        f"{', '.join(EMOTIONS)}; --classes {unknown[0]}=EMOTION says which of them "
                        f"it is, {unknown[0]}=ignore leaves it out")
    if numbers := [name for name in classes if is_number(name)]:
        notes.info("classes %s are read as %s", " ".join(numbers),
                   " ".join(classes[name] for name in numbers))
    return {name: EMOTIONS.index(each) if each in EMOTIONS else None
            for name, each in classes.items()}


def meanings(text):
    """{plain name or number in the data: what the option --classes says of it}."""
    pairs = [part.partition("=")[::2] for part in text.split(",") if part]
    if any(known(meant) not in MEANINGS for _, meant in pairs):
        raise UserError(f"--classes {text}: expected pairs of a class in the data and one of "
                        f"{', '.join(MEANINGS)}, as 7=contempt,calm=neutral")
    return {known(name): known(meant) for name, meant in pairs}


def check_numbers(numbers, meant, place):
    """UserError if numbers may mean other classes than FER2013's, and --classes does not say."""
    unsaid = [number for number in numbers if str(number) not in meant]
    # four or more in a row, but not all seven, were numbered anew after classes were dropped
    renumbered = 3 < len(unsaid) < len(EMOTIONS) and unsaid[0] < 2 and (
        unsaid[-1] - unsaid[0] == len(unsaid) - 1)
    if unsaid and (numbers[-1] >= len(EMOTIONS) or renumbered):
        raise UserError(f"{place}: the classes are the numbers {', '.join(map(str, numbers))}, "
                        "which may mean other classes than FER2013's 0 to 6; expected --classes "
                        "with a meaning for each, as 0=angry,1=fear")


def class_of(name, meant):
    """One of MEANINGS, if a name in the data means one; else the name."""
    name = known(name)
    name = meant.get(name, name)
    return IGNORE if meant.get(name) == IGNORE else name  # disgust=ignore is meant for 1, too


def known(name):
    """The plain name, or the class that it is a name of."""
    return CLASS_OF.get(plain(name), plain(name))


@functools.cache
def plain(name):
    """A name in small letters, without signs and without a number before it; -1 as it is."""
    word = re.sub(r"^\d+(?=\D*[^\W\d_])|[\W_]+", "", name.lower())
    if is_number(word):
        return str(int(name)) if is_number(name) else name
    return word


def split_named(name):
    """The split that a name such as Training or PublicTest means, or None."""
    return SPLIT_OF.get(plain(name))


def is_number(name):
    return name.isascii() and name.isdecimal() and len(name) < 5


def is_class(name):
    """Whether a folder's name may be that of a class."""
    return is_number(name) or plain(name) in CLASS_OF


def by_emotion(probabilities):
    """The seven probabilities of a face, float (7,), as columns: {"p_angry": float, ...}."""
    return {f"p_{emotion}": float(value)
            for emotion, value in zip(EMOTIONS, probabilities, strict=True)}
