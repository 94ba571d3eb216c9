"""Methods that need gradients: Grad-CAM and integrated gradients.

Keras has no public function for them; they work on TensorFlow, JAX and PyTorch.
"""
import functools

import keras
import numpy as np
from skimage.transform import resize

from base.errors import UserError
from explaining.hiding import BASELINES
from networks.trace import last_activations, trace

STEPS = 200  # completeness within 0.5 % of the probability on 14 composites; 64 steps gave 2.9 %
AT_ONCE = 200 * 48 * 48  # pixels of the network's inputs whose gradients are computed at once


def grad_cam(face, label, network, seed):
    """The weighted sum of the last convolution's channels, without its negative values.

    The weight of a channel is the mean gradient of the label's logit with respect to it. The
    channels are taken after batch normalisation and ReLU; before them Grad-CAM is hardly better
    than random (docs/trust.md). The 5x5 map is enlarged bilinearly to the face.

    Source: Selvaraju et al. 2017, "Grad-CAM" (arXiv 1610.02391), section 3.
    """
    body, head = split(network)
    pictures = network.preprocess(face[None].astype(np.float32))  # (1, 48, 48, 1)
    channels = keras.ops.convert_to_numpy(body(pictures, training=False))  # (1, 5, 5, channels)
    output = network.output_of(label)
    slope = gradient(lambda x: head(x, training=False)[:, output], channels)  # (1, 5, 5, channels)
    weights = slope.mean(axis=(0, 1, 2))  # (channels,)
    coarse = np.maximum((weights * channels[0]).sum(axis=2), 0)  # (5, 5)
    return resize(coarse.astype(np.float64), face.shape, order=1)


@functools.lru_cache(maxsize=2)
def split(network):
    """Two models: from the network's input to the last convolution's channels, from them to logits.

    Raises:
        UserError: there are no gradients, or there is no such convolution.
    """
    require_gradients(network)
    traced = trace(network.keras_model)
    if not traced.divisible:
        raise UserError(f"{network.name} has several layers of one name, so Keras cannot take it "
                        "apart, which Grad-CAM needs")
    channels = last_activations(traced, network.name)
    return keras.Model(traced.inputs, channels), keras.Model(channels, traced.logits)


def integrated_gradients(face, label, network, seed, baseline="zero", steps=STEPS):
    """The mean gradient on the straight line from a baseline to the face, times their difference.

    The gradient is that of the label's probability with respect to the 48x48 face, through its
    resizing and scaling. The sum of the map is the probability of the face minus that of the
    baseline (completeness). The black baseline is that of the paper.

    Source: Sundararajan et al. 2017, "Axiomatic Attribution for Deep Networks" (arXiv 1703.01365),
    section 3.
    """
    require_gradients(network)
    start = BASELINES[baseline](face).astype(np.float32)
    difference = face - start  # (48, 48)
    shares = (np.arange(steps, dtype=np.float32) + 0.5) / steps
    points = start + shares[:, None, None] * difference  # (steps, 48, 48)
    size = max(1, AT_ONCE // network.raw.input_shape[0] ** 2)
    slopes = [gradient(lambda x: network.probabilities(x)[:, label], points[first:first + size])
              for first in range(0, steps, size)]
    return np.concatenate(slopes).mean(axis=0, dtype=np.float64) * difference


def gradient(score, inputs):
    """The gradient of the sum of score(inputs) with respect to the inputs, a float32 array."""
    return GRADIENTS[keras.backend.backend()](score, inputs)


def require_gradients(network):
    """UserError if a Network's file format or Keras's backend has no gradients."""
    if network.keras_model is None:
        raise UserError(f"{network.name}: {network.raw.form} has no gradients, which Grad-CAM and "
                        "integrated gradients need")
    backend = keras.backend.backend()
    if backend not in GRADIENTS:
        raise UserError(f"KERAS_BACKEND={backend} gives no gradients, which Grad-CAM and "
                        f"integrated gradients need; expected one of {', '.join(GRADIENTS)}")


# Each function imports its own backend, because the others may not be installed.

def tensorflow_gradient(score, inputs):
    import tensorflow

    tensor = tensorflow.constant(inputs)
    with tensorflow.GradientTape() as tape:
        tape.watch(tensor)
        scores = score(tensor)
    return tape.gradient(scores, tensor).numpy()


def jax_gradient(score, inputs):
    import jax

    return np.asarray(jax.grad(lambda tensor: score(tensor).sum())(jax.numpy.asarray(inputs)))


def torch_gradient(score, inputs):
    import torch

    tensor = keras.ops.convert_to_tensor(inputs).requires_grad_()
    return torch.autograd.grad(score(tensor).sum(), tensor)[0].cpu().numpy()


GRADIENTS = {"tensorflow": tensorflow_gradient, "jax": jax_gradient, "torch": torch_gradient}
