"""Grad-CAM: the last convolution's channels, weighted by the label's slope in them."""
import functools

import keras
import numpy as np
from skimage.transform import resize

from explaining.methods.gradients import gradient, require_gradients
from networks.trace import last_activations, trace


def grad_cam(face, label, network, seed):
    """The last convolution's channels, weighted by the label's mean slope in each; nowhere negative.

    Source: Selvaraju et al. 2017, "Grad-CAM" (arXiv 1610.02391), section 3. The channels are taken after their batch
    normalisation and ReLU: before them Grad-CAM does hardly better than random (benchmarks/faithfulness.md). The
    score is the label's logit, before the softmax; the coarse map is enlarged bilinearly to the face.
    """
    body, head = split(network)
    pictures = network.feed(face[None].astype(np.float32))  # (1, 48, 48, 1), or as the network takes it
    channels = keras.ops.convert_to_numpy(body(pictures, training=False))  # (1, 5, 5, channels) of ours
    slope = gradient(lambda x: head(x, training=False)[:, network.output_of(label)], channels)
    if network.raw.channels_first:
        channels, slope = np.moveaxis(channels, 1, 3), np.moveaxis(slope, 1, 3)
    coarse = np.maximum((slope.mean(axis=(0, 1, 2)) * channels[0]).sum(axis=2), 0)  # (5, 5)
    return resize(coarse.astype(np.float64), face.shape, order=1)


@functools.lru_cache(maxsize=2)
def split(network):
    """A network as two: from its input to the last convolution's channels, and from these to the logits."""
    require_gradients(network)
    traced = trace(network.keras_model)
    channels = last_activations(traced, network.name)
    return keras.Model(traced.inputs, channels), keras.Model(channels, traced.logits)
