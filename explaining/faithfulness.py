"""Scores that tell how far a relevance map can be trusted.

    scores = score_maps({"LIME": relevance}, segments, face, label, predict)
    scores["LIME"].deletion_auc      # lower is better; insertion_auc: higher

Deletion and insertion: Petsiuk et al. 2018, RISE (arXiv 1806.07421), section 4. They are written
here because xplique 2.0.2 requires TensorFlow below 2.21, and Quantus 0.6 Keras below 3; neither
removes superpixels.
"""
from typing import NamedTuple

import numpy as np

from explaining.hiding import HIDING


class Faithfulness(NamedTuple):
    """The probability of a label while the face is deleted or inserted in the order of a map."""
    deletion: np.ndarray  # float64 (steps + 1,), from the whole face to the baseline
    insertion: np.ndarray  # float64 (steps + 1,), from the baseline to the whole face
    deletion_auc: float  # area under the curve, from 0 to 1
    insertion_auc: float


def score_maps(maps, segments, face, label, predict, baseline="blurred", seed=0):
    """Deletion and insertion scores of several maps of one face: {name: Faithfulness}.

    Args:
        maps: {name: float (48, 48)}.
        segments, face, label, predict: see lime.explain_face().
        baseline: what hidden pixels show, a name in HIDING.
        seed: of the order of superpixels that are equally relevant.
    """
    hidden, scores = HIDING[baseline](face), {}
    for name, relevance in maps.items():
        steps = ranks(superpixel_means(relevance, segments), np.random.default_rng(seed))[segments]
        changed = steps < np.arange(steps.max() + 2)[:, None, None]  # (steps + 1, 48, 48)
        faces = np.concatenate([np.where(changed, hidden, face), np.where(changed, face, hidden)])
        curves = np.split(predict(faces)[:, label].astype(np.float64), 2)
        scores[name] = Faithfulness(*curves, *map(area, curves))
    return scores


def superpixel_means(relevance, segments):
    """The mean of the map in each superpixel: float64 (superpixels,)."""
    return np.bincount(segments.ravel(), relevance.ravel()) / np.bincount(segments.ravel())


def ranks(values, random):
    """The rank of each value, 0 for the largest, with equal values in random order: int (n,)."""
    return np.argsort(np.lexsort((random.permutation(len(values)), -values)))


def area(curve):
    """Area under a curve of equal steps from 0 to 1, by the trapezoidal rule."""
    return float(np.trapezoid(curve, dx=1 / (len(curve) - 1)))
