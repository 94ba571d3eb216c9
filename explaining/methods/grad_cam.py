"""Grad-CAM: the last convolution's channels, weighted by the label's slope in them."""
import keras
import numpy as np
from skimage.transform import resize

from explaining.methods.gradients import gradient


def grad_cam(face, label, model, seed):
    """The last convolution's channels, weighted by the label's mean slope in each; nowhere negative.

    Source: Selvaraju et al. 2017, "Grad-CAM" (arXiv 1610.02391), section 3. The channels are taken after their batch
    normalisation and ReLU: before them Grad-CAM does hardly better than random (benchmarks/faithfulness.md). The
    score is the label's logit, before the softmax; the 5x5 map is enlarged bilinearly.
    """
    layer, logits = last_activations(model), logits_of(model)
    pixels = face[None, ..., None].astype(np.float32)  # (1, 48, 48, 1)
    channels = keras.ops.convert_to_numpy(keras.Model(model.input, layer.output)(pixels))  # (1, 5, 5, channels)
    head = keras.Model(layer.output, logits)
    slope = gradient(lambda x: head(x, training=False)[:, label], channels)  # (1, 5, 5, channels)
    coarse = np.maximum((slope.mean(axis=(0, 1, 2)) * channels[0]).sum(axis=2), 0)  # (5, 5)
    return resize(coarse.astype(np.float64), face.shape, order=1)


def last_activations(model):
    """The last layer whose output is as large as the last convolution's: what follows it up to the pooling."""
    last = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)][-1]
    return [layer for layer in model.layers if layer.output.shape == last.output.shape][-1]


def logits_of(model):
    """What goes into the final softmax; the probabilities themselves where that is not a layer of its own."""
    return model.layers[-1].input if isinstance(model.layers[-1], keras.layers.Softmax) else model.output
