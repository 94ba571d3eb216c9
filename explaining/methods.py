"""How much each pixel of a face contributes to a label, by LIME and by methods to compare it with.

    relevance = METHODS["Grad-CAM"](face, label=3, network=network, seed=0) # float64 (48, 48)

Every method takes a uint8 (48, 48) face, a label, a networks.network.Network and a seed, which only
random methods use. It returns a float64 (48, 48) map; the larger a value, the more the pixel
contributes to the label. The units differ between methods, so only the order and the sign of the
values can be compared.

Grad-CAM and integrated gradients need a Keras model on TensorFlow; the others hide parts of the
face and work for any network. Where a paper hides by black or grey, the blurred face is shown here.
"""
import contextlib
import io
import itertools

import keras
import numpy as np
from lime.lime_image import LimeImageExplainer
from skimage.transform import resize

from base.errors import UserError
from explaining import superpixels
from explaining.hiding import blurred
from explaining.lime import explain_face
from explaining.settings import LimeSettings
from networks.trace import divisible, last_activations, trace

WINDOW, STRIDE = 9, 3  # pixels: 196 windows, each as large as an eye or half of a mouth
STEPS = 200  # completeness within 0.5 % of the probability on 14 composites; 64 steps gave 2.9 %
AT_ONCE = 10  # of them: a network of 224x224 pixels needs about 1 GB


def lime(face, label, network, seed, samples="auto"):
    """LIME as explain.py runs it: the weight of each pixel's superpixel."""
    settings = LimeSettings(samples=samples, seed=seed)
    return explain_face(face, network.predict, [label], settings)[label].weight_map()


def stock_lime(face, label, network, seed):
    """LIME with the defaults of the lime package: the weight of each pixel's superpixel.

    These are superpixels from quickshift, hidden by their mean, and 1,000 independent masks.
    """
    with contextlib.redirect_stderr(io.StringIO()):  # hides a progress bar that has no option
        explanation = LimeImageExplainer(random_state=seed).explain_instance(
            face, lambda pictures: network.predict(pictures[..., 0]), labels=[label],
            top_labels=None, batch_size=1000)
    return np.vectorize(dict(explanation.local_exp[label]).get)(explanation.segments)


def kernel_shap(face, label, network, seed, samples=1000):
    """The Shapley value of each pixel's superpixel, by a weighted regression on coalitions.

    The values add up to the probability of the face minus that of the face with everything hidden
    (efficiency), which is a constraint of the regression.

    Source: Lundberg & Lee 2017, "A Unified Approach to Interpreting Model Predictions" (arXiv
    1705.07874), section 4.1, theorem 2.
    """
    segments = superpixels.segment(face)
    shown = coalitions(segments.max() + 1, samples, np.random.default_rng(seed))
    pixels = np.where(shown[:, segments], face, blurred(face))  # (samples, 48, 48)
    return shapley_values(shown, probabilities_of(network, pixels, label))[segments]


def coalitions(count, samples, random):
    """All superpixels, none, and random coalitions: bool (samples, count), or one less.

    One of k of n superpixels has a probability proportional to 1 / (k (n - k)), the paper's weight
    of its size, and there is its complement too (Covert & Lee 2021, arXiv 2012.01536, section 4.2).
    """
    sizes = np.arange(1, count)
    chances = 1 / (sizes * (count - sizes))
    drawn = random.choice(sizes, (samples - 2) // 2, p=chances / chances.sum())
    places = random.random((len(drawn), count)).argsort(axis=1)  # a permutation in each row
    half = places < drawn[:, None]
    return np.concatenate([np.ones((1, count), bool), np.zeros((1, count), bool), half, ~half])


def shapley_values(shown, probabilities):
    """The values, float64 (superpixels,), that add up and fit best (samples,) probabilities."""
    whole, hidden = probabilities[:2]
    masks, ones = shown[2:].astype(np.float64), np.ones((1, shown.shape[1]))
    # the normal equations, with a Lagrange multiplier for the constraint
    system = np.block([[masks.T @ masks, ones.T], [ones, np.zeros((1, 1))]])
    right = np.append(masks.T @ (probabilities[2:] - hidden), whole - hidden)
    return np.linalg.lstsq(system, right)[0][:-1]


def occlusion(face, label, network, seed):
    """The fall of the probability when a sliding window is hidden, mean over a pixel's windows.

    Source: Zeiler & Fergus 2014, "Visualizing and Understanding Convolutional Networks" (arXiv
    1311.2901), section 4.2.
    """
    starts = range(0, face.shape[0] - WINDOW + 1, STRIDE)
    covered = np.zeros((len(starts) ** 2, *face.shape), bool)  # (windows, 48, 48)
    for window, (row, column) in zip(covered, itertools.product(starts, starts), strict=True):
        window[row:row + WINDOW, column:column + WINDOW] = True
    pixels = np.concatenate([face[None], np.where(covered, blurred(face), face)])
    probabilities = probabilities_of(network, pixels, label)  # (1 + windows,)
    return np.tensordot(probabilities[0] - probabilities[1:], covered, 1) / covered.sum(axis=0)


def random_order(face, label, network, seed):
    """The control: uniform random numbers from -1 to 1, whatever face, label and network are."""
    return np.random.default_rng(seed).uniform(-1, 1, face.shape)


def probabilities_of(network, pixels, label):
    """The probability of a label for uint8 (n, 48, 48) faces: float64 (n,)."""
    return network.predict(pixels)[:, label].astype(np.float64)


def grad_cam(face, label, network, seed):
    """The weighted sum of the last convolution's channels, without its negative values.

    The weight of a channel is the mean gradient of the label's logit with respect to it. The
    channels are taken after batch normalisation and ReLU; before them Grad-CAM is hardly better
    than random.

    Source: Selvaraju et al. 2017, "Grad-CAM" (arXiv 1610.02391), section 3.
    """
    body, head = split(network)
    pictures = network.preprocess(face[None].astype(np.float32))  # (1, 48, 48, 1)
    channels = body(pictures, training=False)  # (1, 5, 5, channels)
    output = network.output_of(label)
    slope = gradient(lambda x: head(x, training=False)[:, output], channels)  # (1, 5, 5, channels)
    coarse = np.maximum(channels.numpy()[0] @ slope.mean(axis=(0, 1, 2)), 0)  # (5, 5)
    return resize(coarse.astype(np.float64), face.shape, order=1)


def split(network):
    """Two models: from the input to the last convolution's channels, and from them to the logits.

    UserError if there is no such convolution, or if there are no gradients.
    """
    require_gradients(network)
    if not divisible(network.keras_model):
        raise UserError(f"{network.name} has several layers of one name, so Keras cannot take it "
                        "apart, which Grad-CAM needs")
    traced = trace(network.keras_model)
    channels = last_activations(traced, network.name)
    return keras.Model(traced.inputs, channels), keras.Model(channels, traced.logits)


def integrated_gradients(face, label, network, seed):
    """The mean gradient on the straight line from a black picture to the face, times the face.

    The gradient is that of the label's probability with respect to the 48x48 face. The sum of the
    map is the probability of the face minus that of the black picture (completeness).

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


METHODS = {
    "LIME": lime,
    "stock LIME": stock_lime,
    "KernelSHAP": kernel_shap,
    "occlusion": occlusion,
    "Grad-CAM": grad_cam,
    "integrated gradients": integrated_gradients,
    "random": random_order,
}
SEEDED = ("LIME", "stock LIME", "KernelSHAP", "random")  # draw at random


def left_out(network):
    """{name: reason} of the methods that cannot explain this network."""
    reasons = {}
    for name, check in {"Grad-CAM": split, "integrated gradients": require_gradients}.items():
        try:
            check(network)
        except UserError as error:
            reasons[name] = str(error)
    return reasons


def compare(explanation, network):
    """{name: map} of all methods that can explain the network, for the face and label explained.

    The map of "LIME" is that of the explanation itself.
    """
    maps, without = {"LIME": explanation.weight_map()}, left_out(network)
    return maps | {name: method(explanation.face, explanation.label, network, explanation.seed)
                   for name, method in METHODS.items() if name not in maps | without}
