"""Methods that need gradients: Grad-CAM and integrated gradients, of Keras models on TensorFlow."""
import keras
import numpy as np
from skimage.transform import resize

from base.errors import UserError
from networks.trace import last_activations, trace

STEPS = 200  # completeness within 0.5 % of the probability on 14 composites; 64 steps gave 2.9 %
AT_ONCE = 10  # of them: a network of 224x224 pixels needs about 1 GB


def grad_cam(face, label, network, seed):
    """The weighted sum of the last convolution's channels, without its negative values.

    The weight of a channel is the mean gradient of the label's logit with respect to it. The
    channels are taken after batch normalisation and ReLU; before them Grad-CAM is hardly better
    than random. The 5x5 map is enlarged bilinearly to the face.

    Source: Selvaraju et al. 2017, "Grad-CAM" (arXiv 1610.02391), section 3.
    """
    body, head = split(network)
    pictures = network.preprocess(face[None].astype(np.float32))  # (1, 48, 48, 1)
    channels = body(pictures, training=False)  # (1, 5, 5, channels)
    output = network.output_of(label)
    slope = gradient(lambda x: head(x, training=False)[:, output], channels)  # (1, 5, 5, channels)
    weights = slope.mean(axis=(0, 1, 2))  # (channels,)
    coarse = np.maximum((weights * channels.numpy()[0]).sum(axis=2), 0)  # (5, 5)
    return resize(coarse.astype(np.float64), face.shape, order=1)


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


def integrated_gradients(face, label, network, seed):
    """The mean gradient on the straight line from a black picture to the face, times the face.

    The gradient is that of the label's probability with respect to the 48x48 face, through its
    resizing and scaling. The sum of the map is the probability of the face minus that of the black
    picture (completeness), which is the baseline of the paper.

    Source: Sundararajan et al. 2017, "Axiomatic Attribution for Deep Networks" (arXiv 1703.01365),
    section 3.
    """
    require_gradients(network)
    shares = (np.arange(STEPS, dtype=np.float32) + 0.5) / STEPS
    points = shares[:, None, None] * face  # (STEPS, 48, 48)
    slopes = [gradient(lambda x: network.probabilities(x)[:, label], some)
              for some in np.split(points, STEPS // AT_ONCE)]
    return np.concatenate(slopes).mean(axis=0, dtype=np.float64) * face


def gradient(score, inputs):
    """The gradient of the sum of score(inputs) with respect to the inputs, a float32 array."""
    import tensorflow  # which another backend does without

    inputs = tensorflow.constant(inputs)
    with tensorflow.GradientTape() as tape:
        tape.watch(inputs)
        scores = score(inputs)
    return tape.gradient(scores, inputs).numpy()


def require_gradients(network):
    """UserError if a Network's file format or Keras's backend gives no gradients here."""
    if network.keras_model is None:
        raise UserError(f"{network.name}: {network.raw.form} has no gradients, which Grad-CAM and "
                        "integrated gradients need")
    if keras.backend.backend() != "tensorflow":
        raise UserError("Grad-CAM and integrated gradients need KERAS_BACKEND=tensorflow")
