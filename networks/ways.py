"""The ways in which people feed a network and order its answers, and the options that name them.

    fed = SCALES["signed"].apply(pictures)  # float (n, height, width, channels), from 0 to 255
    LABELS["alphabetical"]                  # the emotions in the order of the network's outputs
"""
import argparse
from collections.abc import Callable
from typing import NamedTuple

from fer2013 import EMOTIONS

AUTO = "auto"  # of --scale and --labels: to be found out
OTHER = "contempt"  # the eighth class of FERPlus and AffectNet, which FER2013 lacks
MEAN, DEVIATION = 131.0, 78.2  # of all pixels of FER2013's 28,709 training faces
# mean and deviation of red, green, blue / 255
TORCHVISION = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
CAFFE = (103.939, 116.779, 123.68)  # mean of blue, green, red


class Scale(NamedTuple):
    """A way to scale pixels; `apply` takes an array, or a tensor of any Keras backend."""
    words: str
    apply: Callable
    channels: tuple = (1, 3)  # the inputs for which people use it


def standardise_each(pictures):
    """Each picture to mean 0 and deviation 1, as tf.image.per_image_standardization does it."""
    from keras import ops

    axes = (1, 2, 3)
    size = pictures.shape[1] * pictures.shape[2] * pictures.shape[3]
    deviation = ops.maximum(ops.std(pictures, axis=axes, keepdims=True), size ** -0.5)
    return (pictures - ops.mean(pictures, axis=axes, keepdims=True)) / deviation


def by_channel(unit, means, deviations=(1, 1, 1)):
    """Pixels / unit, less each channel's mean, by its deviation."""
    from numpy import asarray

    means, deviations = asarray(means, "float32"), asarray(deviations, "float32")
    return lambda pictures: (pictures / unit - means) / deviations


SCALES = {  # the usual ones first: of several that come to the same, the first is taken
    "as-is": Scale("pixels as they are", lambda x: x),
    "unit": Scale("pixels / 255", lambda x: x / 255),
    "signed": Scale("pixels / 127.5 - 1", lambda x: x / 127.5 - 1),
    "each": Scale("each picture standardised", standardise_each),
    "dataset": Scale(f"(pixels - {MEAN:.0f}) / {DEVIATION}", lambda x: (x - MEAN) / DEVIATION),
    "torchvision": Scale("torchvision's scaling", by_channel(255, *TORCHVISION), (3,)),
    "torchvision-bgr": Scale("torchvision's scaling, blue first",
                             by_channel(255, *(values[::-1] for values in TORCHVISION)), (3,)),
    "caffe": Scale("Caffe's scaling, blue first", by_channel(1, CAFFE), (3,)),
    "caffe-rgb": Scale("Caffe's scaling, red first", by_channel(1, CAFFE[::-1]), (3,)),
}
LABELS = {  # with contempt, which networks of seven classes leave out
    "fer2013": (*EMOTIONS, OTHER),
    "alphabetical": ("angry", OTHER, "disgust", "fear", "happy", "neutral", "sad", "surprise"),
    # of the names of KDEF: afraid, angry, disgusted, ...
    "afraid-first": ("fear", "angry", OTHER, "disgust", "happy", "neutral", "sad", "surprise"),
    "ferplus": ("neutral", "happy", "surprise", "sad", "angry", "disgust", "fear", OTHER),
    "affectnet": ("neutral", "happy", "sad", "surprise", "fear", "disgust", "angry", OTHER),
    "raf-db": ("surprise", "fear", "disgust", "happy", "sad", "angry", "neutral", OTHER),
    # of CK+'s folders, which have contempt in the place of neutral
    "ck+": ("angry", OTHER, "disgust", "fear", "happy", "sad", "surprise"),
}
WORDS = {
    "fer2013": "labels in FER2013's order", "alphabetical": "labels in alphabetical order",
    "afraid-first": "labels in alphabetical order from afraid on",
    "ferplus": "labels in FERPlus's order",
    "affectnet": "labels in AffectNet's order", "raf-db": "labels in RAF-DB's order",
    "ck+": "labels in CK+'s order",
}


def names_of(order, classes):
    """The names of a network's outputs: tuple (classes,).

    Args:
        order: a name in LABELS, in which contempt is left out of seven, or the names themselves.
        classes: how many outputs there are.
    """
    names = LABELS[order] if isinstance(order, str) else order
    return tuple(name for name in names if classes >= len(names) or name != OTHER)


def orders_of(classes):
    """The usual orders of networks with this number of outputs: names in LABELS."""
    return [order for order in LABELS if len(names_of(order, classes)) == classes]


def in_words(labels):
    """What a reader is told of the names of the outputs."""
    known = {names_of(order, len(labels)): words for order, words in WORDS.items()}
    words = known.get(tuple(labels), f"labels {', '.join(labels)}")
    left_out = [name for name in labels if name not in EMOTIONS]
    words += "".join(f", {name} left out and the rest renormalised" for name in left_out)
    return words + "".join(f", no output for {name}" for name in EMOTIONS if name not in labels)


def order_of_labels(text):
    """An argparse type: the name of an order, or a tuple of the outputs' seven or eight names."""
    if text == AUTO or text in LABELS:
        return text
    names = tuple(name.strip().lower() for name in text.split(","))
    others = set(names) - set(EMOTIONS)
    if len(names) not in (7, 8) or len(set(names)) < len(names) or len(others) > 1:
        raise argparse.ArgumentTypeError(
            f"expected one of {', '.join(LABELS)}, or the names of the outputs in their order "
            f"with commas between them: {','.join(EMOTIONS)}, and one other if there is one; "
            f"found {text!r}")
    return names
