"""The preprocessing of a network of unknown origin, found out on labelled faces.

    preprocessing = find(raw, labelled_faces(data))
    preprocessing.words()     # "pixels / 255, labels in alphabetical order (57 % of 280 faces; ..."

Every scaling is tried with every order of labels. Two ways are compared by McNemar's test (1947) in
its exact form, on the faces that one reads rightly and the other wrongly.
"""
import dataclasses
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.stats import binomtest
from tqdm.auto import tqdm

import fer2013
from base.errors import UserError
from fer2013 import EMOTIONS, included
from fer2013.names import CONTEMPT, ORDERS
from networks import preprocessing as ways
from networks.preprocessing import AUTO, SCALES, Preprocessing, names_of

COMMON = ("fer2013", "alphabetical", "fer+")  # orders, which go before the others
EACH = 40  # faces of each emotion that are asked about; 20 did not decide for one of 16 models
DOUBT = 0.01  # a difference that chance makes more often tells no two ways apart
DOUBT_ASSIGNED = 1e-4  # the same for the best of all 5,040 orders, which follows chance too
FLOOR = 0.3  # share that an order of no name must read: networks of seven ages reach 19 %
LEAST = 1e-7  # probability; its logarithm is as low as a likelihood gets
SATURATED = 1.0  # nats by which labels get less likely where wrong predictions are all certain


class Faces(NamedTuple):
    """Labelled faces to try ways on."""
    pixels: np.ndarray  # uint8 (n, 48, 48)
    labels: np.ndarray  # uint8 (n,)
    words: str  # "faces", or "included faces"


class Way(NamedTuple):
    """A scaling and an order, and how the faces are read in it."""
    preprocessing: Preprocessing
    right: np.ndarray  # bool (n,)
    likelihood: float  # mean logarithm of the right emotion's probability

    @property
    def percent(self):
        return f"{100 * self.right.mean():.0f} %"


def labelled_faces(data, seed=0):
    """The Faces to try ways on: of the training split of `data`, else the included composites."""
    own = data is not None and not data.included and "train" in data.splits
    split = data.split("train") if own else fer2013.open(included.COMPOSITES).split("test")
    random = np.random.default_rng(seed)
    chosen = np.concatenate([random.permutation(np.flatnonzero(split.labels == label))[:EACH]
                             for label in range(len(EMOTIONS))])
    return Faces(split.pixels[chosen], split.labels[chosen], "faces" if own else "included faces")


def find(raw, faces, scale=AUTO, order=AUTO):
    """The Preprocessing with which a network reads labelled faces best.

    Args:
        raw: a raw.RawNetwork.
        faces: Faces.
        scale: the only scaling to consider, if given, a name in preprocessing.SCALES.
        order: the only order of labels, a name in fer2013.names.ORDERS or the outputs' names.

    Raises:
        UserError: order or scaling do not fit; no way is better than chance, or two that differ
            cannot be told apart, and not both are given.
    """
    scales = [name for name, each in SCALES.items()
              if scale in (name, AUTO) and raw.input_shape[2] in each.channels]
    orders = [names_of(each, raw.classes) for each in (ORDERS if order == AUTO else [order])]
    orders = [names for names in orders if len(names) == raw.classes]
    if not (orders and scales):
        raise UserError(f"{raw.path} has {raw.classes} outputs; expected as many names in "
                        f"--labels, and a --scale of {raw.input_shape[2]}-channel pictures")
    scales = tqdm(scales, "finding out the preprocessing", leave=False, delay=2)
    found = sorted((way for name in scales for way in ways_of(raw, faces, name, orders)),
                   key=lambda way: -way.right.mean())  # of equal ones the usual scaling stays first
    best, rivals = choose(found)
    certain = beats_chance(best, faces.labels)
    if AUTO not in (scale, order) or certain and not rivals:
        words = [f"{best.percent} of {len(faces.labels)} {faces.words}"]
        words += [f"next best {way.percent}" for way in found if way is not best][:1]
        return dataclasses.replace(best.preprocessing, evidence="; ".join(words))
    problem = ("two ways of preprocessing cannot be told apart" if certain else
               "no better than chance with any usual preprocessing")
    words = " or ".join(f"{way.preprocessing.words()} ({way.percent})"
                        for way in (best, *rivals[:1]))
    raise UserError(f"{raw.path}: {problem}, {words} of {len(faces.labels)} {faces.words}; say its "
                    "own with --scale and --labels, if it is a network of the seven emotions")


def ways_of(raw, faces, scale, orders):
    """A Way for each order, and the best of all if none of several is nearly as good."""
    outputs = np.nan_to_num(ways.outputs_of(raw, faces.pixels, scale))

    def way(names):
        preprocessing = Preprocessing(scale, names, ways.kind_of(outputs))
        probabilities = np.asarray(ways.read_outputs(outputs, preprocessing))  # (n, 7)
        right = probabilities[np.arange(len(outputs)), faces.labels]  # (n,)
        return Way(preprocessing, probabilities.argmax(axis=1) == faces.labels,
                   np.log(np.maximum(right, LEAST)).mean())
    named, assigned = [way(names) for names in orders], way(assign(outputs, faces.labels))
    usual = max(named, key=lambda each: each.right.mean())
    better = assigned.right.mean() >= FLOOR and worse(usual, assigned, DOUBT_ASSIGNED)
    return [*named, assigned] if better and len(orders) > 1 else named


def assign(outputs, labels):
    """The outputs' names by the best one-to-one assignment in the confusion matrix."""
    matrix = np.zeros((outputs.shape[1], len(EMOTIONS)), int)
    np.add.at(matrix, (outputs.argmax(axis=1), labels), 1)
    names = ["another class"] * outputs.shape[1]
    for output, emotion in zip(*linear_sum_assignment(matrix, maximize=True), strict=True):
        names[output] = EMOTIONS[emotion]
    # neutral faces get one of a network's other outputs, often that of contempt
    with_contempt = tuple(CONTEMPT if name == "neutral" else name for name in names)
    return with_contempt if with_contempt == ORDERS["ck+"] else tuple(names)


def worse(first, second, doubt=DOUBT):
    """Whether the first Way reads fewer faces rightly than the second: McNemar's exact test."""
    gained = int((first.right & ~second.right).sum())
    lost = int((second.right & ~first.right).sum())
    return lost > gained and binomtest(gained, gained + lost, alternative="less").pvalue < doubt


def choose(found):
    """The best of a list of Ways, best first, and those with other labels that may be as good.

    Common orders go before rare ones. A Way is not considered that is far surer of wrong
    predictions than another: pixels 255 times too large saturate a softmax, and need not change
    which output is the largest.
    """
    left = [each for each in found if not worse(each, found[0])]
    likeliest = max(each.likelihood for each in left)
    left = [each for each in left if each.likelihood > likeliest - SATURATED]
    usual = {names_of(order, len(left[0].preprocessing.labels)) for order in COMMON}
    best, *others = [each for each in left if each.preprocessing.labels in usual] or left
    return best, [each for each in others
                  if each.preprocessing.labels != best.preprocessing.labels]


def beats_chance(best, labels):
    """Whether the best Way reads more faces than chance lets the best of all that are tried."""
    chance = np.bincount(labels).max() / len(labels)  # of the most frequent emotion
    test = binomtest(int(best.right.sum()), len(labels), chance, alternative="greater")
    return test.pvalue < DOUBT / (len(SCALES) * len(ORDERS))
