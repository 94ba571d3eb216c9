"""Grad-CAM: the channels of the last convolution, weighted by the gradient of the label's logit."""
import functools

import keras
import numpy as np
from skimage.transform import resize

from base.errors import UserError
from explaining.methods.gradients import gradient, require_gradients
from networks.trace import last_activations, trace


def grad_cam(face, label, network, seed):
    """The weighted sum of the last convolution's channels, without its negative values.

    The weight of a channel is the mean gradient of the label's logit with respect to it. The
    channels are taken after batch normalisation and ReLU; before them Grad-CAM is hardly better
    than random (benchmarks/faithfulness.md). The 5x5 map is enlarged bilinearly
    to the face, whatever the size of the network's input.

    Source: Selvaraju et al. 2017, "Grad-CAM" (arXiv 1610.02391), section 3.
    """
    body, head = split(network)
    pictures = network.feed(face[None].astype(np.float32))  # (1, 48, 48, 1)
    channels = keras.ops.convert_to_numpy(body(pictures, training=False))  # (1, 5, 5, channels)
    output = network.output_of(label)
    slope = gradient(lambda x: head(x, training=False)[:, output], channels)  # (1, 5, 5, channels)
    if network.raw.channels_first:
        channels, slope = np.moveaxis(channels, 1, 3), np.moveaxis(slope, 1, 3)
    weights = slope.mean(axis=(0, 1, 2))  # (channels,)
    coarse = np.maximum((weights * channels[0]).sum(axis=2), 0)  # (5, 5)
    return resize(coarse.astype(np.float64), face.shape, order=1)


@functools.lru_cache(maxsize=2)
def split(network):
    """Two models: from the network's input to the last convolution's channels, from them to logits.

    Raises:
        UserError: the network has no gradients, or no convolution, or cannot be taken apart.
    """
    require_gradients(network)
    traced = trace(network.keras_model)
    if not traced.divisible:
        raise UserError(f"{network.name} has several layers of one name, so Keras cannot take it "
                        "apart, which Grad-CAM needs")
    channels = last_activations(traced, network.name)
    return keras.Model(traced.inputs, channels), keras.Model(channels, traced.logits)
