"""KernelSHAP: Shapley values of the superpixels, by a weighted regression on random coalitions."""
import numpy as np

from explaining import superpixels
from explaining.baselines import HIDING


def kernel_shap(face, label, network, seed, hide="blurred", samples=1000):
    """The Shapley value of each pixel's superpixel.

    A coalition of k of n superpixels is drawn with a probability proportional to
    1 / (k (n - k)), which is the weight that the paper gives to all coalitions of its size, and is
    followed by its complement (Covert & Lee 2021, arXiv 2012.01536, section 4.2). The values add up
    to the probability of the face minus that of the face with everything hidden (efficiency), which
    is a constraint of the regression.

    Source: Lundberg & Lee 2017, "A Unified Approach to Interpreting Model Predictions" (arXiv
    1705.07874), section 4.1, theorem 2.
    """
    segments = superpixels.segment(face)
    shown = coalitions(segments.max() + 1, samples, np.random.default_rng(seed))
    pixels = np.where(shown[:, segments], face, HIDING[hide](face, segments))  # (samples, 48, 48)
    answers = network.predict(pixels)[:, label].astype(np.float64)  # (samples,)
    return shapley_values(shown, answers)[segments]


def coalitions(count, samples, random):
    """All superpixels, none, and random coalitions in pairs: bool (samples, count), or one less."""
    sizes = np.arange(1, count)
    chances = 1 / (sizes * (count - sizes))
    drawn = random.choice(sizes, (samples - 2) // 2, p=chances / chances.sum())
    places = random.random((len(drawn), count)).argsort(axis=1)  # a permutation in each row
    half = places < drawn[:, None]
    return np.concatenate([np.ones((1, count), bool), np.zeros((1, count), bool), half, ~half])


def shapley_values(shown, answers):
    """The values that fit the answers best, float64 (superpixels,), and add up to their change.

    Args:
        shown: bool (samples, superpixels), as coalitions() returns them.
        answers: float64 (samples,).
    """
    whole, hidden = answers[:2]
    masks, ones = shown[2:].astype(np.float64), np.ones((1, shown.shape[1]))
    # the normal equations, with a Lagrange multiplier for the constraint
    system = np.block([[masks.T @ masks, ones.T], [ones, np.zeros((1, 1))]])
    right = np.append(masks.T @ (answers[2:] - hidden), whole - hidden)
    return np.linalg.lstsq(system, right)[0][:-1]
