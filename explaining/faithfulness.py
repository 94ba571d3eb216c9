"""Scores that tell how far a relevance map can be trusted.

    scores = score_maps({"LIME": relevance}, segments, face, label, predict)
    scores["LIME"]["superpixels"].deletion_auc      # lower is better; insertion_auc: higher
    fidelity(maps, segments, face, label, predict)  # of a network that knows hidden superpixels
    agreement(relevance, mask).mass_accuracy        # if the cause is known

Deletion and insertion: Petsiuk et al. 2018, RISE (arXiv 1806.07421), section 4. They are written
here because no library fits. xplique 2.0.2 has both, but requires TensorFlow below 2.21,
scikit-image up to 0.25 and TensorFlow Probability. Quantus 0.6 requires Keras below 3 and has no
insertion. Neither removes superpixels.
"""
from typing import NamedTuple

import keras
import numpy as np

from explaining.baselines import HIDING

PIXEL_STEPS = 48  # 48 of 48x48 pixels in each step, as RISE changes 224 of 224x224
# of F-Fidelity: the shares of a part and of the face that may be hidden, as the authors' code has
# them; sizes of the important part; draws for each size, where the authors take 50
ALPHA, BETA = 0.5, 0.1
SIZES = (0.1, 0.3, 0.5, 0.7, 0.9)
DRAWS = 10


class Faithfulness(NamedTuple):
    """The probability of a label while the face is deleted or inserted in the order of a map."""
    deletion: np.ndarray  # float64 (steps + 1,), from the whole face to the baseline
    insertion: np.ndarray  # float64 (steps + 1,), from the baseline to the whole face
    deletion_auc: float  # area under the curve, from 0 to 1
    insertion_auc: float


class Fidelity(NamedTuple):
    """How far the probability of a label falls without random superpixels of a part of the face."""
    plus: float  # of the part that the map calls important: higher is better
    minus: float  # of the rest: lower is better


class Agreement(NamedTuple):
    """How well a map marks a known cause, from 0 to 1; an uninformative map is at `chance`."""
    mass_accuracy: float  # share of the positive relevance on the cause; 0 if nothing is positive
    rank_accuracy: float  # share of the k most relevant pixels on the cause, which has k pixels
    pointing_game: float  # share of the most relevant pixels (several if equal) on the cause
    chance: float  # share of the face that the cause covers


def score_maps(maps, segments, face, label, predict, baseline="blurred", seed=0):
    """Deletion and insertion scores of several maps of one face, with one call of `predict`.

    For "superpixels", each superpixel is ranked by the mean of the map in it, so that all methods
    are compared on the same units. For "pixels", each pixel is ranked by its own relevance. Equal
    values, such as the pixels of a superpixel, are in random order.

    Args:
        maps: {name: float (48, 48)}.
        segments: int (48, 48) superpixels, numbered from 0 without gaps.
        face: uint8 (48, 48).
        label: int.
        predict: function from uint8 (n, 48, 48) faces to float (n, classes) probabilities.
        baseline: what hidden pixels show, a name in HIDING.
        seed: seed of the order of equal values.

    Returns:
        {name: {"superpixels": Faithfulness, "pixels": Faithfulness}}.
    """
    orders = {(name, level): order(relevance, segments, np.random.default_rng(seed))
              for name, relevance in maps.items() for level, order in LEVELS.items()}
    hidden = HIDING[baseline](face, segments)
    sequences = [sequence for order in orders.values()
                 for sequence in (degrade(face, hidden, order), degrade(hidden, face, order))]
    probabilities = predict(np.concatenate(sequences))[:, label].astype(np.float64)  # (faces,)
    ends = np.cumsum([len(sequence) for sequence in sequences])
    curves = iter(np.split(probabilities, ends[:-1]))
    scores = {name: {} for name in maps}
    for (name, level), deletion, insertion in zip(orders, curves, curves, strict=True):
        scores[name][level] = Faithfulness(deletion, insertion, area(deletion), area(insertion))
    return scores


def superpixel_order(relevance, segments, random):
    """The step, from 0, at which each pixel changes, one superpixel per step: int (48, 48).

    The superpixel with the highest mean relevance is the first.
    """
    return ranks(superpixel_means(relevance, segments), random)[segments]


def superpixel_means(relevance, segments):
    """The mean of the map in each superpixel: float64 (superpixels,)."""
    return np.bincount(segments.ravel(), relevance.ravel()) / np.bincount(segments.ravel())


def pixel_order(relevance, segments, random):
    """The step, from 0, at which each pixel changes, in PIXEL_STEPS equal steps: int (48, 48).

    The most relevant pixels are the first.
    """
    order = ranks(relevance.ravel(), random).reshape(relevance.shape)
    return order * PIXEL_STEPS // relevance.size


LEVELS = {"superpixels": superpixel_order, "pixels": pixel_order}


def ranks(values, random):
    """The rank of each value, 0 for the largest, with equal values in random order: int (n,)."""
    places = np.empty(len(values), int)
    places[np.lexsort((random.permutation(len(values)), -values))] = np.arange(len(values))
    return places


def degrade(first, last, order):
    """The faces on the way from `first` to `last`, as in `order`: uint8 (steps + 1, 48, 48)."""
    changed = order < np.arange(order.max() + 2)[:, None, None]  # (steps + 1, 48, 48)
    return np.where(changed, last, first)


def area(curve):
    """Area under a curve of equal steps from 0 to 1, by the trapezoidal rule."""
    return float(np.trapezoid(curve, dx=1 / (len(curve) - 1)))


def fidelity(maps, segments, face, label, predict, baseline="blurred", seed=0):
    """F-Fidelity of several maps of one face, with one call of `predict`.

    The important part is the most relevant superpixels, SIZES of all. Of a part, random superpixels
    are hidden: ALPHA of the part, but at most BETA of the face, which is as much as the network was
    fine-tuned with (benchmarks/fine_tuning.py). So no face is unlike its training faces, and only
    what is hidden decides.

    Source: FFid+ and FFid- of Zheng et al. 2024 (arXiv 2410.02970). There, pixels are hidden, each
    at that rate; here exactly that many superpixels, so that the limit holds in every draw. There,
    the score is a change of accuracy over a data set; here of the label's probability, which says
    more of a single face.

    Args:
        maps, segments, face, label, baseline: see score_maps().
        predict: of the fine-tuned network, see score_maps().
        seed: of the order of equal values and of the draws, which are alike for all maps.

    Returns:
        {name: Fidelity}, means over SIZES and DRAWS.
    """
    shown = [~hidden_at_random(superpixel_means(relevance, segments), np.random.default_rng(seed))
             for relevance in maps.values()]
    faces = np.where(np.concatenate([np.ones_like(shown[0][:1]), *shown])[:, segments], face,
                     HIDING[baseline](face, segments))
    whole, *rest = predict(faces)[:, label].astype(np.float64)
    falls = whole - np.mean(np.reshape(rest, (len(maps), 2, -1)), axis=2)  # (maps, 2)
    return {name: Fidelity(*map(float, each)) for name, each in zip(maps, falls, strict=True)}


def hidden_at_random(relevances, random):
    """What F-Fidelity hides: bool (2 * sizes * draws, superpixels), the important parts first."""
    count, order = len(relevances), ranks(relevances, random)
    important = [order < round(size * count) for size in SIZES]
    return np.concatenate([draw(part, random) for part in (*important, *(~np.array(important)))])


def draw(part, random):
    """DRAWS times random ones of a part, bool (superpixels,): bool (DRAWS, superpixels)."""
    hidden = min(np.ceil(ALPHA * part.sum()), BETA * len(part) // 1)
    keys = np.where(part, random.random((DRAWS, len(part))), 1)  # the part's are below 1
    return keys.argsort(axis=1).argsort(axis=1) < hidden


def agreement(relevance, mask):
    """The Agreement of a map, float (48, 48), with a cause, bool (48, 48) and not empty.

    If pixels are equally relevant, the rank accuracy is the mean over their possible orders.

    Source: Arras et al. 2022, CLEVR-XAI (arXiv 2003.07258), section 3.3; the pointing game: Zhang
    et al. 2016 (arXiv 1608.00507), section 4.1.
    """
    positive = np.maximum(relevance, 0)
    size = mask.sum()
    least = np.partition(relevance.ravel(), -size)[-size]  # of the `size` most relevant pixels
    above, equal = relevance > least, relevance == least
    ranked = mask[above].sum() + (size - above.sum()) * mask[equal].mean()
    return Agreement(
        mass_accuracy=float(positive[mask].sum() / positive.sum()) if positive.any() else 0.0,
        rank_accuracy=float(ranked / size),
        pointing_game=float(mask[relevance == relevance.max()].mean()),
        chance=float(mask.mean()))


def randomise_from_the_top(model, seed):
    """Yield (layer name, model) while the layers are randomised from the last to the first.

    The same copy of the model is yielded each time with one more layer randomised, so use it before
    the next iteration. The caller's model is not changed.

    Source: the cascading randomisation of Adebayo et al. 2018, "Sanity Checks for Saliency Maps"
    (arXiv 1810.03292), section 3.1.
    """
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    copy.jit_compile = model.jit_compile
    for depth, layer in enumerate(reversed([layer for layer in copy.layers if layer.weights])):
        layer.set_weights(initial_weights(layer, seed + depth))
        yield layer.name, copy


def initial_weights(layer, seed):
    """New weights drawn by the layer's initialisers with `seed`, not with Keras's global seed."""
    config = layer.get_config()
    if "kernel_initializer" in config:
        config["kernel_initializer"]["config"]["seed"] = seed
    fresh = type(layer).from_config(config)
    fresh.build(layer.input.shape)
    return fresh.get_weights()
