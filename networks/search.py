"""The preprocessing of a network of unknown origin, found out on labelled faces.

    preprocessing = find(raw, labelled_faces(data))
    preprocessing.words()     # "pixels / 255, labels in alphabetical order (57 % of 280 faces; ..."

The usual scalings are asked first, and the others only where those decide nothing; every order of
labels is held against the same predictions. Two ways are compared by McNemar's test (1947) in its
exact form, on the faces that one reads rightly and the other wrongly. The faces are grey, so the
order of colours matters for scalings alone whose constants differ by channel.
"""
import dataclasses
import itertools
import math
import time
from typing import NamedTuple

import numpy as np
from keras import ops
from scipy.optimize import linear_sum_assignment
from scipy.stats import binomtest, ttest_1samp
from tqdm.auto import tqdm

import fer2013
from base.errors import UserError
from fer2013 import EMOTIONS, included
from networks import preprocessing as ways
from networks.preprocessing import COMMON_ORDERS, COMMON_SCALES, SCALES, Preprocessing

FEW, SOME, MANY = 70, 280, 700  # faces that are asked about; what is clearly worse is then dropped
SECONDS = 300  # after which the search gives up
DOUBT = 0.01  # a difference that chance makes more often tells no two ways apart
# the same for the best of all 5,040 orders, which follows chance too, against a usual one
DOUBT_ASSIGNED = 1e-4
FLOOR = 0.3  # share that an order of no name must read: networks of seven ages reach 19 %
# mean total variation distance of two ways' probabilities up to which no figure tells them apart
ALIKE = 0.03
LEAST = 1e-7  # probability; its logarithm is as low as a likelihood gets
SATURATED = 1.0  # nats by which labels get less likely where wrong predictions are all certain
UNKNOWN = "another class"  # the name of an eighth output in an order that is none of the usual ones


class Faces(NamedTuple):
    """Labelled faces to try ways on."""
    pixels: np.ndarray  # uint8 (n, 48, 48)
    labels: np.ndarray  # uint8 (n,), each emotion about equally often in every first part
    words: str  # "faces", or "included faces"


class Way(NamedTuple):
    """A scaling and an order, and how the faces are read in it."""
    preprocessing: Preprocessing
    probabilities: np.ndarray  # float (n, 7)
    right: np.ndarray  # bool (n,)
    likelihoods: np.ndarray  # float (n,), the logarithm of the right emotion's probability

    @property
    def accuracy(self):
        return float(self.right.mean())

    @property
    def labels(self):
        return self.preprocessing.labels

    def is_among(self, orders):
        """Whether its order of labels is one of these, names in preprocessing.ORDERS."""
        return self.labels in {ways.names_of(order, len(self.labels)) for order in orders}

    def __str__(self):
        return f"{self.preprocessing.words()} ({percent(self.accuracy)})"


def labelled_faces(data, seed=0):
    """The Faces to try ways on: of the training split of `data`, else the included composites."""
    own = has_own(data)
    split = data.split("train") if own else fer2013.open(included.COMPOSITES).split("test")
    random = np.random.default_rng(seed)
    piles = [random.permutation(np.flatnonzero(split.labels == label))
             for label in range(len(EMOTIONS))]
    turns = itertools.chain.from_iterable(itertools.zip_longest(*piles))  # emotions in turn
    chosen = [index for index in turns if index is not None][:MANY]
    return Faces(split.pixels[chosen], split.labels[chosen], "faces" if own else "included faces")


def has_own(data):
    """Whether `data` is FER2013 with a training split; else the included composites are taken."""
    return data is not None and not data.included and "train" in data.splits


def find(raw, faces, scale=None, order=None):
    """The Preprocessing with which a network reads labelled faces best.

    Args:
        raw: a raw.RawNetwork.
        faces: Faces.
        scale: the only scaling to consider, if given, a name in preprocessing.SCALES.
        order: the only order of labels, a name in preprocessing.ORDERS or the outputs' names.

    Raises:
        UserError: no way is better than chance, or two that differ cannot be told apart, and not
            both are given; asking takes too long.
    """
    every = [scale] if scale else [
        name for name, each in SCALES.items() if raw.input_shape[2] in each.channels]
    common = [name for name in every if name in COMMON_SCALES] or every
    outputs, dropped, seen, end = {}, set(), {}, time.monotonic() + SECONDS
    rounds = [(common, FEW), (common, SOME), (every, FEW), (every, SOME), (every, MANY)]
    for scales, count in rounds:
        names = [name for name in scales if name not in dropped]
        for name in tqdm(names, "finding out the preprocessing", leave=False, delay=2):
            if time.monotonic() > end:
                raise UserError(f"{raw.path}: finding out its preprocessing takes more than "
                                f"{SECONDS} s; say what it is with --scale and --labels")
            done = outputs.get(name, np.empty((0, raw.classes), np.float32))
            more = ways.outputs_of(raw, faces.pixels[len(done):count], name)
            outputs[name] = np.concatenate([done, more])
        found = [way for name in names for way in ways_of(name, outputs[name], faces.labels, order)]
        if not found:
            raise UserError(f"{raw.path}: its predictions are not finite numbers, "
                            "however the pixels are scaled")
        left = plausible(found)
        best, rivals = choose(left, raw.rescales)
        seen |= {(way.preprocessing.scale, way.labels): way for way in found}
        dropped |= set(names) - {way.preprocessing.scale for way in left}
        certain = beats_chance(best, faces, len(seen))
        decided = certain and not rivals and (scales is every or best.is_among(COMMON_ORDERS))
        if count > FEW and (scale and order or decided):
            return in_evidence(best, left, seen.values(), faces.words)
        if scales is every and count == SOME and not certain:
            break
    raise undecided(raw, best, rivals, faces, certain)


def ways_of(scale, outputs, labels, order):
    """A Way for each order, and the best order of all if no usual one is as good.

    There is none if an output is not finite.
    """
    if not np.isfinite(outputs).all():
        return []
    labels = labels[:len(outputs)]
    kind, classes = ways.kind_of(outputs), outputs.shape[1]
    named = [way(Preprocessing(scale, ways.names_of(each, classes), kind), outputs, labels)
             for each in ([order] if order else ways.orders_of(classes))]
    assigned = way(Preprocessing(scale, assign(outputs, labels), kind), outputs, labels)
    usual = max(named, key=lambda each: each.accuracy)
    better = not order and worse(usual, assigned, DOUBT_ASSIGNED)
    return [*named, assigned] if better else named


def way(preprocessing, outputs, labels):
    probabilities = ops.convert_to_numpy(ways.read_outputs(outputs, preprocessing))  # (n, 7)
    likelihoods = np.log(np.maximum(probabilities[np.arange(len(labels)), labels], LEAST))
    return Way(preprocessing, probabilities, probabilities.argmax(axis=1) == labels, likelihoods)


def assign(outputs, labels):
    """The outputs' names by the best one-to-one assignment in the confusion matrix."""
    matrix = np.zeros((outputs.shape[1], len(EMOTIONS)), int)
    np.add.at(matrix, (outputs.argmax(axis=1), labels), 1)
    names = [UNKNOWN] * outputs.shape[1]
    for output, emotion in zip(*linear_sum_assignment(matrix, maximize=True), strict=True):
        names[output] = EMOTIONS[emotion]
    # neutral faces get one of a network's other outputs, often that of contempt
    with_contempt = tuple(ways.OTHER if name == "neutral" else name for name in names)
    return with_contempt if with_contempt == ways.ORDERS["ck+"].names else tuple(names)


def plausible(found):
    """The Ways that are not worse than the best, nor far surer of wrong predictions."""
    best = max(found, key=lambda each: each.accuracy)
    left = [each for each in found if not worse(each, best)]
    likeliest = max(left, key=lambda each: each.likelihoods.mean())
    return [each for each in left if not far_less_likely(each, likeliest)]


def worse(first, second, doubt=DOUBT):
    """Whether the first Way reads fewer faces rightly than the second: McNemar's exact test."""
    common = min(len(first.right), len(second.right))
    ours, theirs = first.right[:common], second.right[:common]
    gained, lost = int((ours & ~theirs).sum()), int((theirs & ~ours).sum())
    return (lost > gained
            and binomtest(gained, gained + lost, alternative="less").pvalue < doubt)


def far_less_likely(first, second):
    """Whether the faces' labels are far less likely by the first Way than by the second.

    Pixels 255 times too large saturate a softmax, and need not change which output is the largest.
    """
    common = min(len(first.right), len(second.right))
    gaps = second.likelihoods[:common] - first.likelihoods[:common]  # (common,), in nats
    return gaps.mean() > SATURATED and ttest_1samp(gaps, 0, alternative="greater").pvalue < DOUBT


def alike(first, second):
    """Whether the predictions of two Ways are practically the same."""
    common = min(len(first.right), len(second.right))
    difference = first.probabilities[:common] - second.probabilities[:common]  # (common, 7)
    return np.abs(difference).sum(axis=1).mean() / 2 <= ALIKE


def choose(left, rescales):
    """The best of the plausible Ways, and those with other labels that are not told apart from it.

    Common orders go before rare ones, and of Ways that come to the same the first is taken.

    Args:
        rescales: whether the network has a scaling of its own: then pixels as they are go first.
    """
    left = [each for each in left if each.is_among(COMMON_ORDERS)] or left
    as_is = [each for each in left if rescales and each.preprocessing.scale == "as-is"]
    best = max(as_is or left, key=lambda each: each.accuracy)
    best = next(each for each in left
                if each is best or alike(each, best) and not worse(each, best))
    return best, [each for each in left if each.labels != best.labels and not alike(each, best)]


def beats_chance(best, faces, tries):
    """Whether the best Way reads more faces than chance lets the best of so many tries."""
    count = len(best.right)
    if not best.is_among(ways.ORDERS):
        tries *= math.factorial(len(EMOTIONS))
        if best.accuracy < FLOOR:
            return False
    chance = np.bincount(faces.labels[:count]).max() / count  # of the most frequent emotion
    test = binomtest(int(best.right.sum()), count, chance, alternative="greater")
    return test.pvalue < DOUBT / tries


def undecided(raw, best, rivals, faces, certain):
    """The UserError that says why no way was found."""
    asked = f"of {len(best.right):,} {faces.words}"
    if not certain:
        return UserError(
            f"{raw.path}: no better than chance with any usual preprocessing (the best, {best} "
            f"{asked}); if it is a network of the seven emotions, say its own with --scale and "
            "--labels")
    rival = max(rivals, key=lambda each: each.accuracy)
    more = "" if faces.words == "faces" else ", or name FER2013 with --data: it has more faces"
    return UserError(f"{raw.path}: two ways of preprocessing cannot be told apart, {best}, and "
                     f"{rival} {asked}; say which with --scale and --labels{more}")


def percent(share):
    return f"{100 * share:.0f} %"


def in_evidence(best, left, seen, words):
    """The Preprocessing of the best Way, with its accuracy and those of the next that differ."""
    evidence = f"{percent(best.accuracy)} of {len(best.right):,} {words}"
    others = [each.accuracy for each in seen if not alike(each, best)]
    close = [SCALES[each.preprocessing.scale].words for each in left
             if each.labels == best.labels and not alike(each, best)]
    if close:
        evidence += f"; {' or '.join(close)} not told apart from it, and no better"
    elif others:
        evidence += f"; next best {percent(max(others))}"
    return dataclasses.replace(best.preprocessing, evidence=evidence)
