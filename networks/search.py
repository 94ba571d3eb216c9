"""The preprocessing of a network of unknown origin, found out on labelled faces.

    preprocessing = find(raw, labelled_faces(data))
    preprocessing.words()     # "pixels / 255, labels in alphabetical order (57 % of 280 faces; ..."

The usual scalings are asked first, and the others only where those decide nothing; every order of
labels is held against the same predictions. Two ways are compared by McNemar's test (1947) in its
exact form, on the faces that one reads rightly and the other wrongly.
"""
import itertools
import math
import time
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.stats import binomtest, ttest_1samp
from tqdm.auto import tqdm

import fer2013
from base.errors import UserError
from fer2013 import EMOTIONS, included
from fer2013.names import CONTEMPT, ORDERS
from networks import preprocessing as ways
from networks.preprocessing import COMMON_ORDERS, COMMON_SCALES, SCALES, Preprocessing, names_of

FEW, SOME, MANY = 70, 280, 700  # faces that are asked about; what is clearly worse is then dropped
SECONDS = 300  # after which the search gives up
DOUBT = 0.01  # a difference that chance makes more often tells no two ways apart
DOUBT_ASSIGNED = 1e-4  # the same for the best of all 5,040 orders, which follows chance too
FLOOR = 0.3  # share that an order of no name must read: networks of seven ages reach 19 %
ALIKE = 0.03  # mean total variation distance up to which no figure tells two ways apart
LEAST = 1e-7  # probability; its logarithm is as low as a likelihood gets
SATURATED = 1.0  # nats by which labels get less likely where wrong predictions are all certain


class Faces(NamedTuple):
    """Labelled faces to try ways on."""
    pixels: np.ndarray  # uint8 (n, 48, 48)
    labels: np.ndarray  # uint8 (n,), each emotion about equally often in every first part
    words: str  # "faces", or "included faces"


class Way(NamedTuple):
    """A scaling and an order, and how the faces are read in it."""
    scale: str
    labels: tuple
    kind: str  # of the outputs
    probabilities: np.ndarray  # float (n, 7)
    right: np.ndarray  # bool (n,)
    likelihoods: np.ndarray  # float (n,), the logarithm of the right emotion's probability

    @property
    def accuracy(self):
        return float(self.right.mean())

    def is_among(self, orders):
        return self.labels in {names_of(order, len(self.labels)) for order in orders}

    def preprocessing(self, evidence=""):
        return Preprocessing(self.scale, self.labels, self.kind, evidence)


def labelled_faces(data, seed=0):
    """The Faces to try ways on: of the training split of `data`, else the included composites."""
    own = data is not None and not data.included and "train" in data.splits
    split = data.split("train") if own else fer2013.open(included.COMPOSITES).split("test")
    random = np.random.default_rng(seed)
    piles = [random.permutation(np.flatnonzero(split.labels == label))
             for label in range(len(EMOTIONS))]
    turns = itertools.chain.from_iterable(itertools.zip_longest(*piles))  # emotions in turn
    chosen = [index for index in turns if index is not None][:MANY]
    return Faces(split.pixels[chosen], split.labels[chosen], "faces" if own else "included faces")


def find(raw, faces, scale=None, order=None):
    """The Preprocessing with which a network reads labelled faces best.

    Args:
        raw: a raw.RawNetwork.
        faces: Faces.
        scale: the only scaling to consider, if given, a name in preprocessing.SCALES.
        order: the only order of labels, a name in fer2013.names.ORDERS or the outputs' names.

    Raises:
        UserError: no way is better than chance, or two that differ cannot be told apart, and not
            both are given; asking takes too long.
    """
    every = [scale] if scale else [
        name for name, each in SCALES.items() if raw.input_shape[2] in each.channels]
    common = [name for name in every if name in COMMON_SCALES] or every
    rounds = [(common, FEW), (common, SOME), (every, SOME), (every, MANY)]
    outputs = {name: np.empty((0, raw.classes), np.float32) for name in every}
    dropped, end = set(), time.monotonic() + SECONDS
    for scales, count in rounds:
        names, labels = [name for name in scales if name not in dropped], faces.labels[:count]
        for name in tqdm(names, "finding out the preprocessing", leave=False, delay=2):
            if time.monotonic() > end:
                raise UserError(f"{raw.path}: finding out its preprocessing takes more than "
                                f"{SECONDS} s; say what it is with --scale and --labels")
            more = ways.outputs_of(raw, faces.pixels[len(outputs[name]):count], name)
            outputs[name] = np.concatenate([outputs[name], more])
        found = [way for name in names for way in ways_of(name, outputs[name], labels, order)]
        if not found:
            raise UserError(f"{raw.path}: its predictions are not finite numbers, "
                            "however the pixels are scaled")
        left = plausible(found)
        dropped |= set(names) - {way.scale for way in left}
        best, rivals = choose(left)
        certain = beats_chance(best, labels)
        decided = certain and not rivals and (scales is every or usual(best))
        if scale and order or count > FEW and decided:
            return best.preprocessing(evidence(best, left, found, faces.words))
        if scales is every and count == SOME and not certain:
            break
    words = " or ".join(f"{way.preprocessing().words()} ({100 * way.accuracy:.0f} %)"
                        for way in (best, *rivals[:1]))
    problem = ("two ways of preprocessing cannot be told apart" if certain else
               "no better than chance with any usual preprocessing")
    raise UserError(f"{raw.path}: {problem}, {words} of {len(labels):,} {faces.words}; say its own "
                    "with --scale and --labels, if it is a network of the seven emotions"
                    + ", or name FER2013 with --data" * (faces.words != "faces"))


def ways_of(scale, outputs, labels, order):
    """A Way for each order, and the best order of all if no usual one is nearly as good.

    There is none if an output is not finite.
    """
    if not np.isfinite(outputs).all():
        return []
    kind, classes = ways.kind_of(outputs), outputs.shape[1]

    def way(names):
        read = ways.read_outputs(outputs, Preprocessing(scale, names, kind))
        probabilities = np.asarray(read)  # (n, 7)
        right = probabilities[np.arange(len(labels)), labels]  # (n,)
        return Way(scale, names, kind, probabilities, probabilities.argmax(axis=1) == labels,
                   np.log(np.maximum(right, LEAST)))
    orders = [names_of(each, classes) for each in ([order] if order else ORDERS)]
    named = [way(names) for names in orders if len(names) == classes]
    assigned = way(assign(outputs, labels))
    usual = max(named, key=lambda each: each.accuracy)
    better = not order and worse(usual, assigned, DOUBT_ASSIGNED)
    return [*named, assigned] if better else named


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


def plausible(found):
    """The Ways that are not worse than the best, nor far surer of wrong predictions.

    Pixels 255 times too large saturate a softmax, and need not change which output is the largest.
    """
    best = max(found, key=lambda each: each.accuracy)
    left = [each for each in found if not worse(each, best)]
    likeliest = max(left, key=lambda each: each.likelihoods.mean()).likelihoods

    def saturated(gaps):  # (n,), in nats
        return (gaps.mean() > SATURATED
                and ttest_1samp(gaps, 0, alternative="greater").pvalue < DOUBT)
    return [each for each in left if not saturated(likeliest - each.likelihoods)]


def worse(first, second, doubt=DOUBT):
    """Whether the first Way reads fewer faces rightly than the second: McNemar's exact test."""
    gained = int((first.right & ~second.right).sum())
    lost = int((second.right & ~first.right).sum())
    return lost > gained and binomtest(gained, gained + lost, alternative="less").pvalue < doubt


def alike(first, second):
    """Whether the predictions of two Ways are practically the same."""
    return np.abs(first.probabilities - second.probabilities).sum(axis=1).mean() / 2 <= ALIKE


def choose(left):
    """The best of the plausible Ways, and those with other labels that are not told apart from it.

    Common orders go before rare ones, and of Ways that come to the same the first is taken.
    """
    left = [each for each in left if each.is_among(COMMON_ORDERS)] or left
    best = max(left, key=lambda each: each.accuracy)
    best = next(each for each in left
                if each is best or alike(each, best) and not worse(each, best))
    rivals = [each for each in left if each.labels != best.labels and not alike(each, best)]
    return best, sorted(rivals, key=lambda each: -each.accuracy)


def usual(best):
    """Whether a Way of a common order is no surer of wrong predictions than a uniform guess is."""
    return best.is_among(COMMON_ORDERS) and best.likelihoods.mean() > -math.log(len(EMOTIONS))


def beats_chance(best, labels):
    """Whether the best Way reads more faces than chance lets the best of all that are tried."""
    tries = len(SCALES) * len(ORDERS)
    if not best.is_among(ORDERS):
        tries *= math.factorial(len(EMOTIONS))
        if best.accuracy < FLOOR:
            return False
    chance = np.bincount(labels).max() / len(labels)  # of the most frequent emotion
    test = binomtest(int(best.right.sum()), len(labels), chance, alternative="greater")
    return test.pvalue < DOUBT / tries


def evidence(best, left, found, words):
    """How the preprocessing is known: the accuracy of the best Way and of the next that differ."""
    text = f"{100 * best.accuracy:.0f} % of {len(best.right):,} {words}"
    others = [each.accuracy for each in found if not alike(each, best)]
    close = [SCALES[each.scale].words for each in left
             if each.labels == best.labels and not alike(each, best)]
    if close:
        return f"{text}; {' or '.join(close)} not told apart from it, and no better"
    return f"{text}; next best {100 * max(others):.0f} %" if others else text
