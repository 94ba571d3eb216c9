"""Occlusion: a window slides over the face and hides the pixels in it."""
import itertools

import numpy as np

from explaining.baselines import BASELINES

WINDOW, STRIDE = 9, 3  # pixels: 196 windows, each as large as an eye or half of a mouth


def occlusion(face, label, network, seed, baseline="blurred"):
    """The fall of the probability when a window is hidden, averaged over each pixel's windows.

    The windows in the paper are grey; here they are hidden like the superpixels of LIME.

    Source: Zeiler & Fergus 2014, "Visualizing and Understanding Convolutional Networks" (arXiv
    1311.2901), section 4.2.
    """
    hidden = BASELINES[baseline](face)
    starts = range(0, face.shape[0] - WINDOW + 1, STRIDE)
    covered = np.zeros((len(starts) ** 2, *face.shape), bool)  # (windows, 48, 48)
    for window, (row, column) in zip(covered, itertools.product(starts, starts), strict=True):
        window[row:row + WINDOW, column:column + WINDOW] = True
    pixels = np.concatenate([face[None], np.where(covered, hidden, face)])  # (1 + windows, 48, 48)
    probabilities = network.predict(pixels)[:, label]  # (1 + windows,)
    fall = probabilities[0].astype(np.float64) - probabilities[1:]  # (windows,)
    return np.tensordot(fall, covered, 1) / covered.sum(axis=0)
