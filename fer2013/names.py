"""The names of splits and emotions in datasets, and what the numbers of classes mean.

    split_named("FER2013Valid")                     # "validation"
    labels_of({"0_Anger", "Fear"}, Classes(), "")   # {"0_Anger": 0, "Fear": 2}

Case, and a number and signs around a name, make no difference.
"""
import functools
import re
from dataclasses import dataclass

from base.errors import UserError
from base.options import notes

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")  # in label order
CONTEMPT = "contempt"  # the eighth class of FER+ and AffectNet, which FER2013 lacks
USAGES = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}
SPLITS = tuple(USAGES.values())
SPLIT_NAMES = {
    "train": ("train", "training", "fer2013train"),
    "validation": ("validation", "valid", "val", "dev", "publictest", "fer2013valid"),
    "test": ("test", "testing", "privatetest", "fer2013test"),
}
WRAPPERS = ("data", "dataset", "set", "images", "image", "imgs", "faces", "split", "folder")
CLASS_NAMES = {
    "angry": ("anger", "wut", "ärger", "wütend"),
    "disgust": ("disgusted", "ekel"),
    "fear": ("fearful", "afraid", "scared", "angst"),
    "happy": ("happiness", "joy", "freude", "glücklich"),
    "sad": ("sadness", "trauer", "traurig"),
    "surprise": ("surprised", "suprise", "überraschung", "überrascht"),
    "neutral": ("neutrality",),
}
SPLIT_OF = {name: split for split, names in SPLIT_NAMES.items() for name in names}
LABEL_OF = {name: label for label, emotion in enumerate(EMOTIONS)
            for name in (emotion, *CLASS_NAMES[emotion])}
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


@dataclass(frozen=True)
class Classes:
    """What the user says of the classes of a dataset, as the options --classes and so on have it.

    Attributes:
        meaning: a name in ORDERS, or with commas between them names for the numbers from 0 on ("-"
            for none), or pairs as calm=neutral.
        ignored: names or numbers of the classes that are left out.
    """
    meaning: str = ""
    ignored: tuple = ()

    def __post_init__(self):
        parts = self.meaning.split(",") if self.order not in (*ORDERS, "") else []
        for part in parts:
            name = part.rpartition("=")[2].strip()
            if plain(name) not in (*LABEL_OF, CONTEMPT, *map(plain, self.ignored), ""):
                raise UserError(f"--classes: {name!r} is no class; expected {', '.join(ORDERS)}, "
                                f"names such as {','.join(EMOTIONS)}, or pairs as calm=neutral")

    @property
    def order(self):
        return self.meaning.lower().replace("ferplus", "fer+")

    def by_name(self, numbers):
        """{plain name or number in the data: the class that it means}, as far as the user says.

        Args:
            numbers: the numbers that occur in the data.
        """
        if self.order in ORDERS:
            return self.by_number(self.order, numbers)
        parts = [part.strip() for part in self.meaning.split(",")] if self.order else []
        pairs = {plain(name): meant for name, _, meant in (part.rpartition("=") for part in parts)}
        if "" in pairs:  # names without an =
            return {str(number): name for number, name in enumerate(parts)}
        return pairs

    def by_number(self, order, numbers):
        first = int(order in FROM_ONE and 0 not in numbers)
        names = ORDERS[order]
        if max(numbers, default=0) - first < len(EMOTIONS) < len(names):
            names = tuple(name for name in names if name != CONTEMPT)
        elif 0 not in numbers and order not in FROM_ONE:
            raise UserError(f"--classes {order}: the numbers are {min(numbers)} to {max(numbers)}; "
                            "expected 0 among them, or the names from 0 on, - for one without")
        return {str(number): name for number, name in enumerate(names, start=first)}


def labels_of(found, classes, place):
    """{class as the data have it: its label, or None if it is left out}.

    Args:
        found: names and numbers of the classes in the data, as text.
        classes: Classes.
        place: where they are, for messages.

    Raises:
        UserError: a class is no emotion, or numbers may mean other classes than FER2013's.
    """
    numbers = sorted({int(name) for name in found if is_number(name)})
    meant = classes.by_name(numbers)
    if numbers and str(numbers[-1]) not in meant:
        check_numbers(numbers, classes, place)
        meant = {str(label): emotion for label, emotion in enumerate(EMOTIONS)} | meant
    ignored = {plain(meant.get(name_of(name), name)) for name in classes.ignored}
    ignored = {LABEL_OF.get(name, name) for name in ignored}
    labels, read_as = {}, {}
    for name in sorted(found):
        mean = plain(meant.get(name_of(name), name))
        label = LABEL_OF.get(mean)
        if ignored & {mean, label, name}:
            labels[name] = None
            continue
        if label is None:
            raise UserError(f"{place}: unknown class {name[:20]!r}; {advice(name, mean)}")
        labels[name] = label
        read_as.setdefault(label, {})[name_of(name)] = None
    say_meaning(read_as, numbers, classes, place)
    return labels


def check_numbers(numbers, classes, place):
    """UserError if numbers may mean other classes than FER2013's.

    Above 6 they do. Four or more that follow each other from 0 or 1, but not all seven, are what is
    left when classes are dropped and numbered anew.
    """
    orders = f"expected --classes with one of {', '.join(ORDERS)}, or with the names from 0 on"
    if classes.meaning and "=" not in classes.meaning:
        raise UserError(f"{place}: the number {numbers[-1]} occurs, for which --classes "
                        f"{classes.meaning} has no name; {orders}")
    if numbers[-1] >= len(EMOTIONS):
        raise UserError(f"{place}: the number {numbers[-1]} occurs, which is none of FER2013's 0 "
                        f"to 6, so that the others may mean other classes too; {orders}")
    in_a_row = numbers[-1] - numbers[0] == len(numbers) - 1 and numbers[0] <= 1
    if in_a_row and 3 < len(numbers) < len(EMOTIONS):
        raise UserError(f"{place}: only the numbers {numbers[0]} to {numbers[-1]} occur, which may "
                        f"mean other classes than FER2013's; {orders}")


def advice(name, mean):
    """What can be done about a class that is no emotion, for messages."""
    if mean == CONTEMPT:
        return f"expected {', '.join(EMOTIONS)}; --ignore-classes {CONTEMPT} leaves it out"
    if is_number(name):
        return f"--classes says what numbers mean, --ignore-classes {name} leaves it out"
    return (f"expected {', '.join(EMOTIONS)}; --classes {name}=EMOTION says which of them it is, "
            f"--ignore-classes {name} leaves it out")


def say_meaning(read_as, numbers, classes, place):
    """Say in one line what numbers mean, and in another which names were taken together."""
    if numbers:
        meant = ", ".join(f"{name} {EMOTIONS[label]}" for label, names in sorted(read_as.items())
                          for name in names if is_number(name))
        notes.info("%s: classes are numbers, read as %s; --classes says otherwise", place, meant)
    for label, names in read_as.items():
        if len(names) > 1:
            notes.info("%s: %s are all read as %s", place, " and ".join(names), EMOTIONS[label])


def name_of(name):
    """A number without leading zeros, or a name as plain() gives it; -1 and 3.0 as they are."""
    if is_number(name):
        return str(int(name))
    return name if is_number(plain(name)) else plain(name)


@functools.cache
def plain(name):
    """A name in small letters, without signs and without a number before it."""
    return re.sub(r"^\d+(?=\D*[^\W\d_])|[\W_]+", "", name.lower())


def split_named(name):
    """The split of a folder's name, such as train or train_data, or None."""
    name = plain(name)
    for wrapper in WRAPPERS:
        name = name if name in SPLIT_OF else name.removesuffix(wrapper)
    return SPLIT_OF.get(name)


def is_number(name):
    return name.isascii() and name.isdecimal() and len(name) < 5


def by_emotion(probabilities):
    """The seven probabilities of a face, float (7,), as columns: {"p_angry": float, ...}."""
    return {f"p_{emotion}": float(value)
            for emotion, value in zip(EMOTIONS, probabilities, strict=True)}
