"""Measures of a relevance map beside deletion and insertion (explaining/faithfulness.py).

    agreement(relevance, mask).mass_accuracy        # if the cause is known
"""
from typing import NamedTuple

import keras
import numpy as np

from explaining.faithfulness import ranks

PIXEL_STEPS = 48  # 48 of 48x48 pixels in each step, as RISE changes 224 of 224x224


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
