"""Occlusion: a window slides over the face and hides what is under it."""
import numpy as np

from explaining.baselines import BASELINES

WINDOW, STRIDE = 9, 3  # in pixels: 196 places, a window covers an eye or half of a mouth


def occlusion(face, label, network, seed, baseline="blurred"):
    """How far the probability falls when a window is hidden, averaged over the windows that cover a pixel.

    Source: Zeiler & Fergus 2014, "Visualizing and Understanding Convolutional Networks" (arXiv 1311.2901), section 4.2;
    their windows are grey, these are hidden as LIME's superpixels are.
    """
    hidden = BASELINES[baseline](face)
    starts = range(0, face.shape[0] - WINDOW + 1, STRIDE)
    covered = np.zeros((len(starts) ** 2, *face.shape), bool)  # (windows, 48, 48)
    for place, (row, column) in zip(covered, ((row, column) for row in starts for column in starts), strict=True):
        place[row:row + WINDOW, column:column + WINDOW] = True
    answers = network.predict(np.concatenate([face[None], np.where(covered, hidden, face)]))[:, label]
    fall = answers[0].astype(np.float64) - answers[1:]  # (windows,)
    return np.tensordot(fall, covered, 1) / covered.sum(axis=0)
