"""Grad-CAM: the channels of the last convolution, weighted by the gradient of the label's logit."""
import keras
import numpy as np
from skimage.transform import resize

from explaining.methods.gradients import gradient


def grad_cam(face, label, model, seed):
    """The weighted sum of the last convolution's channels, without its negative values.

    The weight of a channel is the mean gradient of the label's logit with respect to it. The
    channels are taken after batch normalisation and ReLU; before them Grad-CAM is hardly better
    than random (benchmarks/faithfulness.md). The 5x5 map is enlarged bilinearly.

    Source: Selvaraju et al. 2017, "Grad-CAM" (arXiv 1610.02391), section 3.
    """
    layer, logits = last_activations(model), logits_of(model)
    pixels = face[None, ..., None].astype(np.float32)  # (1, 48, 48, 1)
    body = keras.Model(model.input, layer.output)
    channels = keras.ops.convert_to_numpy(body(pixels))  # (1, 5, 5, channels)
    head = keras.Model(layer.output, logits)
    slope = gradient(lambda x: head(x, training=False)[:, label], channels)  # (1, 5, 5, channels)
    weights = slope.mean(axis=(0, 1, 2))  # (channels,)
    coarse = np.maximum((weights * channels[0]).sum(axis=2), 0)  # (5, 5)
    return resize(coarse.astype(np.float64), face.shape, order=1)


def last_activations(model):
    """The last layer with the output shape of the last convolution, which is before the pooling."""
    convolution = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)][-1]
    shape = convolution.output.shape
    return [layer for layer in model.layers if layer.output.shape == shape][-1]


def logits_of(model):
    """The input of the final softmax, or the model's output if the last layer is not a Softmax."""
    last = model.layers[-1]
    return last.input if isinstance(last, keras.layers.Softmax) else model.output
