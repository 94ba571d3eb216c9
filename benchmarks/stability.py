"""How far an explanation depends on the division of the face into superpixels.

    own, *others = divisions(face, 4)
    maps = [explain_face(face, predict, [3], settings, each)[3].weight_map() for each in others]
    agreement(maps)         # 1: the same map whatever the division

Explanation.stability is about the draw of the samples, for one division.
"""
import itertools
from typing import NamedTuple

import numpy as np

from explaining import superpixels
from explaining.lime import DEFAULT, explain_face

MARKED = 0.1  # share of the face's pixels whose overlap is compared: about five superpixels


class Agreement(NamedTuple):
    """How much several maps of one face agree, mean over all pairs of them."""
    correlation: float  # of the weights of the pixels, from -1 to 1
    overlap: float  # of the MARKED pixels with the largest weights: shared ones over all of both


def divisions(face, count, seed=0):
    """Divisions of the face as good as its own: of the face with each pixel one grey up or down.

    Args:
        face: uint8 (48, 48).
        count: how many.

    Returns:
        A list of int (48, 48); the first is the face's own.
    """
    random = np.random.default_rng(seed)
    changed = [face + random.integers(-1, 2, face.shape) for _ in range(count - 1)]
    return [superpixels.segment(each.clip(0, 255).astype(np.uint8))
            for each in (face.astype(int), *changed)]


def agreement(maps):
    """The Agreement of a list of maps, float (48, 48) each; 0 if a map is constant."""
    pairs = list(itertools.combinations([each.ravel() for each in maps], 2))
    correlations = [np.corrcoef(*pair)[0, 1] if min(map(np.ptp, pair)) > 0 else 0.0
                    for pair in pairs]
    count = round(MARKED * maps[0].size)
    marked = [[set(np.argsort(-each, kind="stable")[:count]) for each in pair] for pair in pairs]
    overlaps = [len(first & second) / len(first | second) for first, second in marked]
    return Agreement(float(np.mean(correlations)), float(np.mean(overlaps)))


def mean_map(face, predict, label, parts, settings=DEFAULT):
    """The mean map of weights over several divisions, each with samples of its own.

    Args:
        face, predict: see lime.explain_face().
        parts: list of int (48, 48), the divisions.
        settings: a LimeSettings; its samples are those of one division.
    """
    return np.mean([explain_face(face, predict, [label], settings, each)[label].weight_map()
                    for each in parts], axis=0)
