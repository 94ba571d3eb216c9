"""HSIC attribution: how far the answer depends on whether each cell of a grid is shown."""
import numpy as np
from scipy.spatial.distance import pdist, squareform

from explaining import superpixels
from explaining.baselines import BASELINES


def hsic(face, label, network, seed, baseline="blurred", samples=1000):
    """The Hilbert-Schmidt independence criterion of the probability and each cell of a 7x7 grid.

    It is never negative: it says how strongly the answer depends on a cell, not in which direction.
    The cells' kernel is 1/2 where both masks agree and -1/2 elsewhere, the answers' is Gaussian, as
    wide as the median answer. The masks in the paper show black; here they hide like the
    superpixels of LIME.

    Source: Novello et al. 2022, "Making Sense of Dependence" (arXiv 2206.06219), section 3.
    """
    cells = superpixels.segment(face, "grid")
    shown = np.random.default_rng(seed).random((samples, cells.max() + 1)) < 0.5
    pixels = np.where(shown[:, cells], face, BASELINES[baseline](face))  # (samples, 48, 48)
    return dependence(shown, network.predict(pixels)[:, label].astype(np.float64))[cells]


def dependence(shown, answers):
    """The criterion of each cell: float64 (cells,).

    Args:
        shown: bool (samples, cells); answers: float64 (samples,).
    """
    distances = squareform(pdist(answers[:, None], "sqeuclidean"))  # (samples, samples)
    kernel = np.exp(-distances / (2 * max(np.median(answers), 1e-9)**2))
    signs = shown - shown.mean(axis=0)  # (samples, cells); centring them centres both kernels
    return 2 * np.einsum("ni,ni->i", signs, kernel @ signs) / (len(answers) - 1)**2
