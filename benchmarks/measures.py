"""Measures of a relevance map beside deletion and insertion (explaining/faithfulness.py).

    fidelity(maps, segments, face, label, predict)  # of a network that knows hidden superpixels
    agreement(relevance, mask).mass_accuracy        # if the cause is known
"""
from typing import NamedTuple

import keras
import numpy as np

from explaining.hiding import HIDING
from explaining.faithfulness import ranks, superpixel_means, superpixel_order

PIXEL_STEPS = 48  # 48 of 48x48 pixels in each step, as RISE changes 224 of 224x224
# of F-Fidelity: the shares of a part and of the face that may be hidden, as the authors' code has
# them; sizes of the important part; draws for each size, where the authors take 50
ALPHA, BETA = 0.5, 0.1
SIZES = (0.1, 0.3, 0.5, 0.7, 0.9)
DRAWS = 10


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


def pixel_order(relevance, segments, random):
    """The step, from 0, at which each pixel changes, in PIXEL_STEPS equal steps: int (48, 48).

    The most relevant pixels are the first.
    """
    order = ranks(relevance.ravel(), random).reshape(relevance.shape)
    return order * PIXEL_STEPS // relevance.size


LEVELS = {"superpixels": superpixel_order, "pixels": pixel_order}


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
