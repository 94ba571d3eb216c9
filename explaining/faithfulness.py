"""Scores that tell how far a relevance map can be trusted.

    deletion, insertion = score_maps({"LIME": relevance}, segments, face, label, predict)["LIME"]

Deletion and insertion: Petsiuk et al. 2018, RISE (arXiv 1806.07421), section 4. They are written
here because xplique 2.0.2 requires TensorFlow below 2.21, and Quantus 0.6 Keras below 3; neither
removes superpixels.
"""
import numpy as np

from explaining.hiding import HIDING


def score_maps(maps, segments, face, label, predict, baseline="blurred", seed=0):
    """How well the order of a map tells what the network uses, for several maps of one face.

    The superpixels are hidden, or shown on the hidden face, one after the other, the highest mean
    of the map first. The score is the area under the curve of the label's probability.

    Args:
        maps: {name: float (48, 48)}.
        segments, face, label, predict: see lime.explain_face().
        baseline: what hidden pixels show, a name in HIDING.
        seed: of the order of superpixels that are equally relevant.

    Returns:
        {name: (deletion AUC, insertion AUC)} from 0 to 1; a good map has a low and a high one.
    """
    hidden, scores = HIDING[baseline](face), {}
    for name, relevance in maps.items():
        steps = ranks(superpixel_means(relevance, segments), np.random.default_rng(seed))[segments]
        changed = steps < np.arange(steps.max() + 2)[:, None, None]  # (steps + 1, 48, 48)
        faces = np.concatenate([np.where(changed, hidden, face), np.where(changed, face, hidden)])
        curves = predict(faces)[:, label].astype(np.float64).reshape(2, -1)
        scores[name] = tuple(np.trapezoid(curves, dx=1 / (len(changed) - 1)).tolist())
    return scores


def superpixel_means(relevance, segments):
    """The mean of the map in each superpixel: float64 (superpixels,)."""
    return np.bincount(segments.ravel(), relevance.ravel()) / np.bincount(segments.ravel())


def ranks(values, random):
    """The rank of each value, 0 for the largest, with equal values in random order: int (n,)."""
    return np.argsort(np.lexsort((random.permutation(len(values)), -values)))
