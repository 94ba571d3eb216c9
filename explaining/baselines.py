"""What the hidden part of a face shows: a face without the expression, by one of several rules.

    hidden = BASELINES["blurred"](face)                         # uint8 (48, 48) of the same
    hidden = HIDING["superpixel-mean"](face, segments)
"""
import functools

import numpy as np
import scipy  # imports its parts at their first use

BLUR = 4  # standard deviation in pixels: the least from which on the pretrained model does no better than chance


def blurred(face):
    return scipy.ndimage.gaussian_filter(face.astype(np.float64), BLUR).round().astype(np.uint8)


def mean(face):
    return np.full_like(face, round(face.mean()))


def superpixel_mean(face, segments):
    """Each superpixel in its own mean grey: lime's own rule. A mosaic, in which the expression can still be seen."""
    means = np.bincount(segments.ravel(), face.ravel()) / np.bincount(segments.ravel())  # (superpixels,)
    return means.round().astype(np.uint8)[segments]


def regardless(baseline, face, segments):
    return baseline(face)


BASELINES = {"blurred": blurred, "mean": mean, "zero": np.zeros_like}
HIDING = {name: functools.partial(regardless, baseline) for name, baseline in BASELINES.items()}
HIDING["superpixel-mean"] = superpixel_mean
