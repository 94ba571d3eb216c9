"""How far a map of relevance can be trusted: does the answer fall where the map says so, and does it mark the cause?

    scores = score_maps({"LIME": relevance}, segments, face, label, predict)
    scores["LIME"]["superpixels"].deletion_auc      # the smaller, the better; insertion_auc: the larger, the better
    agreement(relevance, mask).mass_accuracy        # against a known cause, where there is one

Deletion and insertion: Petsiuk et al. 2018, RISE (arXiv 1806.07421), section 4. They are written here because no
library fits: xplique 2.0.2 has both, and pins TensorFlow below 2.21, scikit-image to 0.25 and TensorFlow Probability;
Quantus 0.6 takes Keras below 3 only, and has no insertion; neither removes superpixels.
"""
from typing import NamedTuple

import keras
import numpy as np

from explaining.baselines import BASELINES

PIXEL_STEPS = 48  # 48 of 48x48 pixels at a time, as RISE takes 224 of 224x224


class Faithfulness(NamedTuple):
    """How the probability of a label follows an order; the curves have one point more than there are steps."""
    deletion: np.ndarray  # float64 (steps + 1,), from the whole face to the baseline
    insertion: np.ndarray  # float64 (steps + 1,), from the baseline to the whole face
    deletion_auc: float  # area under the curve, from 0 to 1
    insertion_auc: float


class Agreement(NamedTuple):
    """How well a map marks a known cause, each from 0 to 1; a map that knows nothing reaches the chance level."""
    mass_accuracy: float  # share of the positive relevance that lies on the cause; 0 where nothing is positive
    rank_accuracy: float  # share of the k most relevant pixels that lie on the cause, which has k pixels
    pointing_game: float  # whether the most relevant pixel lies on the cause; of equals, the share that does
    chance: float  # share of the face that the cause takes


def score_maps(maps, segments, face, label, predict, baseline="blurred", seed=0):
    """Deletion and insertion of several maps of one face, at both levels, all answers from one call of the network.

    At the level of superpixels, each superpixel counts with the map's mean in it, so that all methods are compared on
    the same units. At the level of pixels each map is as fine as it is; equals, such as a superpixel's pixels, go in
    random order.

    Args:
        maps: {name: float (48, 48)}.
        segments: int (48, 48) superpixels, numbered from 0 without gaps.
        face: uint8 (48, 48); label: int.
        predict: function from uint8 (n, 48, 48) faces to float (n, classes) probabilities.
        baseline: a name in BASELINES: what hidden pixels show.
        seed: of the order of equals.

    Returns:
        {name: {"superpixels": Faithfulness, "pixels": Faithfulness}}.
    """
    orders = {(name, level): order(relevance, segments, np.random.default_rng(seed))
              for name, relevance in maps.items() for level, order in LEVELS.items()}
    hidden = BASELINES[baseline](face)
    faces = [part for order in orders.values() for part in (degrade(face, hidden, order), degrade(hidden, face, order))]
    answers = predict(np.concatenate(faces))[:, label].astype(np.float64)  # (faces,)
    curves = iter(np.split(answers, np.cumsum([len(part) for part in faces])[:-1]))
    scores = {name: {} for name in maps}
    for (name, level), deletion, insertion in zip(orders, curves, curves, strict=True):
        scores[name][level] = Faithfulness(deletion, insertion, area(deletion), area(insertion))
    return scores


def superpixel_order(relevance, segments, random):
    """The step, from 0, at which each pixel goes: superpixels one by one, by falling mean relevance. int (48, 48)."""
    return ranks(superpixel_means(relevance, segments), random)[segments]


def superpixel_means(relevance, segments):
    """The map's mean in each superpixel: float64 (superpixels,)."""
    return np.bincount(segments.ravel(), relevance.ravel()) / np.bincount(segments.ravel())


def pixel_order(relevance, segments, random):
    """The step, from 0, at which each pixel goes: PIXEL_STEPS equal parts, by falling relevance. int (48, 48)."""
    return ranks(relevance.ravel(), random).reshape(relevance.shape) * PIXEL_STEPS // relevance.size


LEVELS = {"superpixels": superpixel_order, "pixels": pixel_order}


def ranks(values, random):
    """The place of each value from the largest, 0, to the smallest, equals in random order: int (n,)."""
    places = np.empty(len(values), int)
    places[np.lexsort((random.permutation(len(values)), -values))] = np.arange(len(values))
    return places


def degrade(first, last, order):
    """The pictures on the way from one face to another: uint8 (steps + 1, 48, 48), each pixel changed at its step."""
    changed = order < np.arange(order.max() + 2)[:, None, None]  # (steps + 1, 48, 48)
    return np.where(changed, last, first)


def area(curve):
    """Area under a curve of equal steps from 0 to 1, by the trapezoidal rule."""
    return float(np.trapezoid(curve, dx=1 / (len(curve) - 1)))


def agreement(relevance, mask):
    """How well a float (48, 48) map marks a cause, bool (48, 48) with at least one pixel.

    Source: Arras et al. 2022, CLEVR-XAI (arXiv 2003.07258), section 3.3; the pointing game: Zhang et al. 2016
    (arXiv 1608.00507), section 4.1. Where pixels are equally relevant, rank accuracy is the mean over their orders.
    """
    positive = np.maximum(relevance, 0)
    size = mask.sum()
    least = np.partition(relevance.ravel(), -size)[-size]  # of the `size` most relevant
    above, equal = relevance > least, relevance == least
    ranked = mask[above].sum() + (size - above.sum()) * mask[equal].mean()
    return Agreement(
        mass_accuracy=float(positive[mask].sum() / positive.sum()) if positive.any() else 0.0,
        rank_accuracy=float(ranked / size),
        pointing_game=float(mask[relevance == relevance.max()].mean()),
        chance=float(mask.mean()))


def randomise_from_the_top(model, seed):
    """Yield (layer's name, model) while the layers lose what they learned, from the last one to the first.

    The cascading randomisation of Adebayo et al. 2018, "Sanity Checks for Saliency Maps" (arXiv 1810.03292),
    section 3.1. It is one copy that changes: use it before the next. The caller's model stays as it is.
    """
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    copy.jit_compile = model.jit_compile
    for depth, layer in enumerate(reversed([layer for layer in copy.layers if layer.weights])):
        layer.set_weights(initial_weights(layer, seed + depth))
        yield layer.name, copy


def initial_weights(layer, seed):
    """Weights as the layer's own initialisers draw them, from a seed of ours and not from Keras's global one."""
    config = layer.get_config()
    if "kernel_initializer" in config:
        config["kernel_initializer"]["config"]["seed"] = seed
    fresh = type(layer).from_config(config)
    fresh.build(layer.input.shape)
    return fresh.get_weights()
