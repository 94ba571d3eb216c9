"""What the hidden part of a face shows: a face without the expression, by one of several rules.

    hidden = BASELINES["blurred"](face)                         # uint8 (48, 48), as the face
    hidden = HIDING["superpixel-mean"](face, segments)
"""
import functools

import numpy as np
import scipy  # imports its submodules when they are first used

BLUR = 4  # standard deviation in pixels: from 4 on, the pretrained model is no better than chance


def blurred(face):
    smooth = scipy.ndimage.gaussian_filter(face.astype(np.float64), BLUR)  # (48, 48)
    return smooth.round().astype(np.uint8)


def mean(face):
    return np.full_like(face, round(face.mean()))


def superpixel_mean(face, segments):
    """Each superpixel filled with its mean grey, which is the rule of the lime package.

    The result is a mosaic in which the expression can still be seen.
    """
    sizes = np.bincount(segments.ravel())  # (superpixels,)
    means = np.bincount(segments.ravel(), face.ravel()) / sizes  # (superpixels,)
    return means.round().astype(np.uint8)[segments]


def ignore_segments(baseline, face, segments):
    return baseline(face)


BASELINES = {"blurred": blurred, "mean": mean, "zero": np.zeros_like}
HIDING = {name: functools.partial(ignore_segments, baseline)
          for name, baseline in BASELINES.items()}
HIDING["superpixel-mean"] = superpixel_mean
