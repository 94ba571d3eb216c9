"""How a network of unknown origin is fed, found out on labelled faces: scaling, order of labels.

    feeding = find(raw, labelled_faces("data"))
    feeding.words()     # "pixels / 255, labels in alphabetical order (57 % of 700 faces; ..."

Each plausible scaling is asked about the same faces, and each order of labels is held against the
answers. What is clearly worse is dropped early, what is close is asked about more faces (a race,
Maron & Moore 1994, "Hoeffding Races"). The test is McNemar's (1947) in its exact form, on the faces
that one way reads rightly and the other wrongly. The faces are grey, so the order of colours
matters for scalings alone whose constants differ by channel.
"""
import dataclasses
import itertools
import math
from typing import NamedTuple

import numpy as np
from keras import ops
from scipy.optimize import linear_sum_assignment
from scipy.stats import binomtest, ttest_1samp

import fer2013
from base.errors import UserError
from fer2013 import EMOTIONS, included
from networks import feeding, statistics, ways
from networks.feeding import Feeding

STAGES = (70, 280, 700, 2100)  # faces that are asked about, stage after stage
ENOUGH = 700  # faces from which on the race ends where one way has won
DOUBT = 0.01  # a difference that chance makes more often tells no two ways apart
# the same for the best of all 5,040 orders, which follows chance too, against a usual one
DOUBT_ASSIGNED = 1e-4
# mean total variation distance of two ways' probabilities up to which no figure tells them apart
ALIKE = 0.03
LEAST = 1e-7  # probability; its logarithm is as low as a likelihood gets
SATURATED = 1.0  # nats by which labels get less likely where wrong answers are all certain
FITS, CLEARLY = 1.0, 3.0  # divergence of statistics that fit; how many times as far others are
UNKNOWN = "another class"  # the name of an eighth output in an order that is none of the usual ones


class Faces(NamedTuple):
    """Labelled faces to try ways on."""
    pixels: np.ndarray  # uint8 (n, 48, 48)
    labels: np.ndarray  # uint8 (n,), each emotion about equally often in every first part
    words: str  # "faces", or "included faces"


class Way(NamedTuple):
    """A scaling and an order, and how the faces are read in it."""
    feeding: Feeding
    probabilities: np.ndarray  # float (n, 7)
    right: np.ndarray  # bool (n,)

    likelihoods: np.ndarray  # float (n,), the logarithm of the right answer's probability

    @property
    def accuracy(self):
        return float(self.right.mean())


def labelled_faces(data, seed=0):
    """The Faces to try ways on: of the training split of `data`, else the included composites."""
    own = has_own(data)
    split = data.split("train") if own else fer2013.open(included.COMPOSITES).split("test")
    pixels, labels = split.pixels, split.labels
    random = np.random.default_rng(seed)
    piles = [random.permutation(np.flatnonzero(labels == label)) for label in range(len(EMOTIONS))]
    turns = itertools.chain.from_iterable(itertools.zip_longest(*piles))  # emotions in turn
    chosen = [index for index in turns if index is not None][:STAGES[-1]]
    return Faces(pixels[chosen], labels[chosen], "faces" if own else "included faces")


def has_own(data):
    """Whether `data` is FER2013 with a training split; else the included composites are taken."""
    return data is not None and not data.included and "train" in data.splits


def find(raw, faces, scale=None, order=None):
    """The Feeding with which a network reads labelled faces best.

    Args:
        raw: a raw.RawNetwork.
        faces: Faces.
        scale: the only scaling to consider, if given, a name in ways.SCALES.
        order: the only order of labels, a name in ways.LABELS or the outputs' names, if given.

    Raises:
        UserError: no way is better than chance, or two that differ cannot be told apart, and not
            both are given.
    """
    none = np.empty((0, raw.classes), np.float32)
    answers, seen = dict.fromkeys(scales_of(raw, scale), none), {}
    for count in [*(stage for stage in STAGES if stage < len(faces.pixels)), len(faces.pixels)]:
        answers = ask_on(answers, raw, faces.pixels[:count])
        found = list_ways(answers, faces.labels[:count], order)
        seen |= {(way.feeding.scale, way.feeding.labels): way for way in found}
        left = plausible(found)
        best = choose(left, raw.rescales)
        if count >= ENOUGH and all(alike(way, best) for way in left):
            break
        scales = {way.feeding.scale for way in left}
        answers = {name: rows for name, rows in answers.items() if name in scales}
    left, by_statistics = fitting(raw, left, faces.pixels)
    best = choose(left, raw.rescales)
    if not (scale and order):
        check(raw, best, left, faces, tries=len(seen))
    return in_evidence(best, seen.values(), faces.words, by_statistics)


def scales_of(raw, scale):
    """The scalings that people use for such an input, or the one that is given."""
    channels = raw.input_shape[2]
    return [scale] if scale else [
        name for name, each in ways.SCALES.items() if channels in each.channels]


def ask_on(answers, raw, pixels):
    """{scale: answers to all pixels}, of which `answers` has a first part; finite ones alone."""
    longer = {name: np.concatenate([rows, feeding.ask(raw, pixels[len(rows):], name)])
              for name, rows in answers.items()}
    finite = {name: rows for name, rows in longer.items() if np.isfinite(rows).all()}
    if not finite:
        raise UserError(f"{raw.path}: its answers are not finite numbers, "
                        "however the pixels are scaled")
    return finite


def list_ways(answers, labels, order):
    """A Way for each scaling and order, and the best order of all if no usual one is as good."""
    found = []
    for scale, rows in answers.items():
        kind, classes = feeding.kind_of(rows), rows.shape[1]
        orders = [order] if order else ways.orders_of(classes)
        named = [way(Feeding(scale, ways.names_of(names, classes), kind), rows, labels)
                 for names in orders]
        assigned = way(Feeding(scale, assign(rows, labels), kind), rows, labels)
        usual = max(named, key=lambda each: each.accuracy)
        better = not order and worse(usual, assigned, DOUBT_ASSIGNED)
        found += [*named, assigned] if better else named
    return found


def way(fed, answers, labels):
    probabilities = ops.convert_to_numpy(feeding.read_answers(answers, fed))  # (n, 7)
    likelihoods = np.log(np.maximum(probabilities[np.arange(len(labels)), labels], LEAST))
    return Way(fed, probabilities, probabilities.argmax(axis=1) == labels, likelihoods)


def assign(answers, labels):
    """The outputs' names by the best one-to-one assignment in the confusion matrix."""
    matrix = np.zeros((answers.shape[1], len(EMOTIONS)), int)
    np.add.at(matrix, (answers.argmax(axis=1), labels), 1)
    outputs, emotions = linear_sum_assignment(matrix, maximize=True)
    names = [UNKNOWN] * answers.shape[1]
    for output, emotion in zip(outputs, emotions, strict=True):
        names[output] = EMOTIONS[emotion]
    # neutral faces get one of a network's other outputs, often that of contempt
    with_contempt = tuple(ways.OTHER if name == "neutral" else name for name in names)
    return with_contempt if with_contempt == ways.LABELS["ck+"] else tuple(names)


def plausible(found):
    """The Ways that are not worse than the best, nor far surer of wrong answers."""
    best = max(found, key=lambda each: each.accuracy)
    left = [each for each in found if not worse(each, best)]
    likeliest = max(left, key=lambda each: each.likelihoods.mean())
    return [each for each in left if not far_less_likely(each, likeliest)]


def far_less_likely(first, second):
    """Whether the faces' labels are far less likely by the first Way than by the second.

    Pixels 255 times too large saturate a softmax, and need not change which answer is the largest.
    """
    gaps = second.likelihoods - first.likelihoods  # (n,), in nats
    return gaps.mean() > SATURATED and ttest_1samp(gaps, 0, alternative="greater").pvalue < DOUBT


def fitting(raw, left, pixels):
    """The Ways that fit the network's statistics if these decide, else all; whether they did."""
    best = max(left, key=lambda each: each.accuracy)
    scales = {each.feeding.scale for each in left if each is best or not alike(each, best)}
    distances = statistics.divergences(raw, pixels, scales) if len(scales) > 1 else {}
    first, *others = sorted(distances, key=distances.get) or [None]
    if not others or distances[first] > FITS or distances[others[0]] < CLEARLY * distances[first]:
        return left, False
    return [each for each in left if each.feeding.scale == first], True


def choose(found, rescales):
    """The best of these Ways; of those that come to the same, the first.

    Args:
        rescales: whether the network has a scaling of its own: then pixels as they are go first.
    """
    best = max(found, key=lambda each: each.accuracy)
    if rescales:
        as_is = [each for each in found if each.feeding.scale == "as-is" and not worse(each, best)]
        best = max(as_is, key=lambda each: each.accuracy, default=best)
    return next(each for each in found
                if each is best or (alike(each, best) and not worse(each, best)))


def worse(first, second, doubt=DOUBT):
    """Whether the first Way reads fewer faces rightly than the second: McNemar's exact test."""
    common = min(len(first.right), len(second.right))
    ours, theirs = first.right[:common], second.right[:common]
    gained, lost = int((ours & ~theirs).sum()), int((theirs & ~ours).sum())
    return (lost > gained
            and binomtest(gained, gained + lost, alternative="less").pvalue < doubt)


def alike(first, second):
    """Whether the answers of two Ways are practically the same."""
    common = min(len(first.right), len(second.right))
    difference = first.probabilities[:common] - second.probabilities[:common]  # (common, 7)
    return np.abs(difference).sum(axis=1).mean() / 2 <= ALIKE


def check(raw, best, left, faces, tries):
    """UserError if the best Way is no better than chance, or another cannot be told from it."""
    count = len(best.right)
    chance = np.bincount(faces.labels[:count]).max() / count  # of the most frequent answer
    usual = best.feeding.labels in {ways.names_of(order, raw.classes)
                                    for order in ways.orders_of(raw.classes)}
    tries *= 1 if usual else math.factorial(len(EMOTIONS))
    test = binomtest(int(best.right.sum()), count, chance, alternative="greater")
    if test.pvalue > DOUBT / tries:
        raise UserError(
            f"{raw.path}: no better than chance in any known way (the best, "
            f"{best.feeding.words()}, reads {percent(best.accuracy)} of {count:,} {faces.words}); "
            "if it is a network of the seven emotions, say how it is fed with --scale and --labels")
    rivals = [each for each in left if not alike(each, best)]
    if rivals:
        rival = max(rivals, key=lambda each: each.accuracy)
        more = "" if faces.words == "faces" else ", or name FER2013 with --data: it has more faces"
        raise UserError(
            f"{raw.path}: two ways cannot be told apart, {best.feeding.words()} "
            f"({percent(best.accuracy)}), and {rival.feeding.words()} ({percent(rival.accuracy)} "
            f"of {count:,} {faces.words}); say which with --scale and --labels{more}")


def percent(share):
    return f"{100 * share:.0f} %"


def in_evidence(best, seen, words, by_statistics):
    """The Feeding of the best Way, with its accuracy and that of the next best that differs."""
    evidence = f"{percent(best.accuracy)} of {len(best.right):,} {words}"
    others = [each.accuracy for each in seen if not alike(each, best)]
    if others:
        evidence += f"; next best {percent(max(others))}"
    if by_statistics:
        evidence += ", told apart by the statistics of its batch normalisation"
    return dataclasses.replace(best.feeding, evidence=evidence)
