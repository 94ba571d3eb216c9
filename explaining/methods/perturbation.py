"""Methods that hide parts of the face and look at the prediction: no gradients, any network.

Where a paper hides parts by black or grey, they are hidden here like the superpixels of LIME.
"""
import contextlib
import io
import itertools

import numpy as np
from lime.lime_image import LimeImageExplainer

from explaining import superpixels
from explaining.hiding import blurred
from explaining.lime import explain_face
from explaining.settings import LimeSettings

WINDOW, STRIDE = 9, 3  # pixels: 196 windows, each as large as an eye or half of a mouth


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
