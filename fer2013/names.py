"""The names of splits and emotions in datasets, and what the numbers of classes mean.

    split_named("FER2013Valid")                     # "validation"
    labels_of({"0_Anger", "Fear"}, "", "data")      # {"0_Anger": 0, "Fear": 2}

Case, and a number and signs around a name, make no difference.
"""
import functools
import re

from base.errors import UserError
from base.options import notes

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")  # in label order
CONTEMPT = "contempt"  # the eighth class of FER+ and AffectNet, which FER2013 lacks
IGNORE = "ignore"  # what a class means that is left out
USAGES = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}
SPLITS = tuple(USAGES.values())
SPLIT_OF = {
    "train": "train", "training": "train", "fer2013train": "train",
    "validation": "validation", "valid": "validation", "val": "validation", "dev": "validation",
    "publictest": "validation", "fer2013valid": "validation",
    "test": "test", "testing": "test", "privatetest": "test", "fer2013test": "test",
}
WRAPPERS = ("data", "dataset", "set", "images", "image", "imgs", "faces", "split", "folder")
CLASS_OF = {name: name for name in (*EMOTIONS, CONTEMPT)} | {
    "anger": "angry", "wut": "angry", "ärger": "angry", "wütend": "angry",
    "disgusted": "disgust", "ekel": "disgust",
    "fearful": "fear", "afraid": "fear", "scared": "fear", "angst": "fear",
    "happiness": "happy", "joy": "happy", "freude": "happy", "glücklich": "happy",
    "sadness": "sad", "trauer": "sad", "traurig": "sad",
    "surprised": "surprise", "suprise": "surprise", "überraschung": "surprise",
    "überrascht": "surprise", "neutrality": "neutral",
}
ORDERS = {  # of classes by number, or of a network's outputs; contempt is left out of seven
    "fer2013": (*EMOTIONS, CONTEMPT),
    # as Keras and torchvision number folders
    "alphabetical": ("angry", CONTEMPT, "disgust", "fear", "happy", "neutral", "sad", "surprise"),
    # of the names of KDEF: afraid, angry, disgusted, ...
    "afraid-first": ("fear", "angry", CONTEMPT, "disgust", "happy", "neutral", "sad", "surprise"),
    # Barsoum et al. 2016 (arXiv 1608.01041), fer2013new.csv
    "fer+": ("neutral", "happy", "surprise", "sad", "angry", "disgust", "fear", CONTEMPT),
    # Mollahosseini et al. 2017 (arXiv 1708.03985)
    "affectnet": ("neutral", "happy", "sad", "surprise", "fear", "disgust", "angry", CONTEMPT),
    # Li et al. 2017, list_patition_label.txt, where they begin with 1
    "raf-db": ("surprise", "fear", "disgust", "happy", "sad", "angry", "neutral", CONTEMPT),
    # of CK+'s folders, which have contempt in the place of neutral; its own numbers begin with 1
    "ck+": ("angry", CONTEMPT, "disgust", "fear", "happy", "sad", "surprise"),
}
FROM_ONE = ("raf-db", "ck+")  # their publishers' numbers begin with 1


def labels_of(found, meaning, place):
    """{class as the data have it: its label, or None if it is left out, as contempt always is}.

    Args:
        found: names and numbers of the classes in the data, as text.
        meaning: the option --classes: a name in ORDERS, or with commas between them names for the
            numbers from 0 on, or pairs as calm=neutral and boredom=ignore.
        place: where they are, for messages.

    Raises:
        UserError: a class is no emotion, or numbers may mean other classes than FER2013's.
    """
    numbers = sorted(int(name) for name in found if is_number(name))
    meant = meanings(meaning, numbers, place)
    classes = {name: class_of(name, meant) for name in sorted(found)}
    unknown = [name[:20] for name, each in classes.items()
               if each not in (*EMOTIONS, CONTEMPT, IGNORE)]
    if unknown:
        raise UserError(f"{place}: unknown class {', '.join(map(repr, unknown))}; expected "
                        f"{', '.join(EMOTIONS)}; --classes {unknown[0]}=EMOTION says which of them "
                        f"it is, {unknown[0]}=ignore leaves it out")
    labels = {name: EMOTIONS.index(each) if each in EMOTIONS else None
              for name, each in classes.items()}
    say_meaning(labels, place)
    return labels


def meanings(meaning, numbers, place):
    """{plain name or number in the data: the class that it means}, as far as the user says."""
    order = meaning.lower().replace("ferplus", "fer+")
    if order in ORDERS:
        return by_number(order, numbers)
    pairs = dict(part.split("=", 1) for part in meaning.split(",") if "=" in part)
    pairs = {known(name): meant for name, meant in pairs.items()}
    if meaning and "," not in meaning and not pairs:
        raise UserError(f"--classes {meaning}: no order of this name; expected one of "
                        f"{', '.join(ORDERS)}, or names with commas between them")
    if meaning and not pairs:
        return {str(number): name for number, name in enumerate(meaning.split(","))}
    unsaid = [number for number in numbers if str(number) not in pairs]
    # four or more in a row, but not all seven, were numbered anew after classes were dropped
    renumbered = 3 < len(unsaid) < len(EMOTIONS) and unsaid in (
        list(range(len(unsaid))), list(range(1, len(unsaid) + 1)))
    if unsaid and (numbers[-1] >= len(EMOTIONS) or renumbered):
        raise UserError(f"{place}: the classes are the numbers {', '.join(map(str, numbers))}, "
                        "which may mean other classes than FER2013's 0 to 6; expected --classes "
                        f"with one of {', '.join(ORDERS)}, or with the names from 0 on")
    return {str(label): emotion for label, emotion in enumerate(EMOTIONS)} | pairs


def by_number(order, numbers):
    first = int(order in FROM_ONE and 0 not in numbers)
    names = ORDERS[order]
    if max(numbers, default=0) - first < len(EMOTIONS) < len(names):
        names = tuple(name for name in names if name != CONTEMPT)
    elif 0 not in numbers and order not in FROM_ONE:
        raise UserError(f"--classes {order}: the numbers are {numbers[0]} to {numbers[-1]}; "
                        "expected 0 among them, or the names from 0 on")
    return {str(number): name for number, name in enumerate(names, start=first)}


def class_of(name, meant):
    """One of EMOTIONS, contempt or ignore, if a name in the data means one; else the name."""
    name = known(name)
    name = known(meant.get(name, name))
    return IGNORE if meant.get(name) == IGNORE else name  # disgust=ignore is meant for 1, too


def known(name):
    """The plain name, or the class that it is a name of."""
    return CLASS_OF.get(plain(name), plain(name))


def say_meaning(labels, place):
    """Say in one line what numbers mean, and in another which names were taken together."""
    meant = ", ".join(f"{name} {EMOTIONS[label]}" for name, label in labels.items()
                      if is_number(name) and label is not None)
    if meant:
        notes.info("%s: classes are numbers, read as %s; --classes says otherwise", place, meant)
    for label, emotion in enumerate(EMOTIONS):
        names = list(dict.fromkeys(plain(name) for name, each in labels.items() if each == label))
        if len(names) > 1:
            notes.info("%s: %s are all read as %s", place, " and ".join(names), emotion)


@functools.cache
def plain(name):
    """A name in small letters, without signs and without a number before it; -1 as it is."""
    word = re.sub(r"^\d+(?=\D*[^\W\d_])|[\W_]+", "", name.lower())
    if is_number(word):
        return str(int(name)) if is_number(name) else name
    return word


def split_named(name):
    """The split of a folder's name, such as train or train_data, or None."""
    name = plain(name)
    for wrapper in WRAPPERS:
        name = name if name in SPLIT_OF else name.removesuffix(wrapper)
    return SPLIT_OF.get(name)


def is_number(name):
    return name.isascii() and name.isdecimal() and len(name) < 5


def is_class(name):
    """Whether a folder's name may be that of a class."""
    return is_number(name) or plain(name) in CLASS_OF


def by_emotion(probabilities):
    """The seven probabilities of a face, float (7,), as columns: {"p_angry": float, ...}."""
    return {f"p_{emotion}": float(value)
            for emotion, value in zip(EMOTIONS, probabilities, strict=True)}
