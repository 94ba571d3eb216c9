"""Measures of a relevance map beside deletion and insertion (explaining/faithfulness.py).

    mass_accuracy(relevance, mask)          # if the cause is known
"""
import keras
import numpy as np


def mass_accuracy(relevance, mask):
    """The share of a map's positive relevance on a known cause; 0 if nothing is positive.

    Args:
        relevance: float (48, 48).
        mask: bool (48, 48), the cause; the share of the face that it covers is chance.

    Source: Arras et al. 2022, CLEVR-XAI (arXiv 2003.07258), section 3.3.
    """
    positive = np.maximum(relevance, 0)
    return float(positive[mask].sum() / positive.sum()) if positive.any() else 0.0


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
