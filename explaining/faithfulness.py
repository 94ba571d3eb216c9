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


def superpixel_order(relevance, segments, random):
    """The step at which each pixel changes, highest mean of the map first: int (48, 48)."""
    return ranks(superpixel_means(relevance, segments), random)[segments]


def superpixel_means(relevance, segments):
    """The mean of the map in each superpixel: float64 (superpixels,)."""
    return np.bincount(segments.ravel(), relevance.ravel()) / np.bincount(segments.ravel())


def score_maps(maps, segments, face, label, predict, baseline="blurred", seed=0,
               order=superpixel_order):
    """Deletion and insertion scores of several maps of one face, with one call of `predict`.

    Args:
        maps: {name: float (48, 48)}.
        segments, face, label, predict: see lime.explain_face().
        baseline: what hidden pixels show, a name in HIDING.
        seed: seed of the order of equal values.
        order: function from a map, its superpixels and a generator to the step at which each pixel
            changes, as superpixel_order().

    Returns:
        {name: Faithfulness}.
    """
    orders = [order(relevance, segments, np.random.default_rng(seed))
              for relevance in maps.values()]
    hidden = HIDING[baseline](face)
    sequences = [degrade(*ends, order) for order in orders
                 for ends in ((face, hidden), (hidden, face))]
    probabilities = predict(np.concatenate(sequences))[:, label].astype(np.float64)  # (faces,)
    ends = np.cumsum([len(sequence) for sequence in sequences])
    curves = iter(np.split(probabilities, ends[:-1]))
    return {name: Faithfulness(deletion, insertion, area(deletion), area(insertion))
            for name, deletion, insertion in zip(maps, curves, curves, strict=True)}


def ranks(values, random):
    """The rank of each value, 0 for the largest, with equal values in random order: int (n,)."""
    places = np.empty(len(values), int)
    places[np.lexsort((random.permutation(len(values)), -values))] = np.arange(len(values))
    return places


def degrade(first, last, order):
    """The faces on the way from `first` to `last`, as in `order`: uint8 (steps + 1, 48, 48)."""
    changed = order < np.arange(order.max() + 2)[:, None, None]  # (steps + 1, 48, 48)
    return np.where(changed, last, first)


def area(curve):
    """Area under a curve of equal steps from 0 to 1, by the trapezoidal rule."""
    return float(np.trapezoid(curve, dx=1 / (len(curve) - 1)))
