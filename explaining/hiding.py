"""What the hidden part of a face shows, by one of several rules.

    hidden = BASELINES["blurred"](face)                         # uint8 (48, 48), as the face
    hidden = HIDING["superpixel-mean"](face, segments)

No rule is neutral to a network: the included one predicts one and the same label for most hidden
faces (benchmarks/lime_choices.md). An explanation is relative to that prediction.
"""
import functools

import numpy as np
import scipy  # imports its submodules when they are first used
from PIL import Image

from fer2013 import included

BLUR = 4  # standard deviation in pixels: from 4 on, the included model is right no more than chance


def blurred(face):
    smooth = scipy.ndimage.gaussian_filter(face.astype(np.float64), BLUR)  # (48, 48)
    return smooth.round().astype(np.uint8)


def superpixel_mean(face, segments):
    """Each superpixel filled with its mean grey, which is the rule of the lime package.

    The result is a mosaic in which the expression can still be seen.
    """
    sizes = np.bincount(segments.ravel())  # (superpixels,)
    means = np.bincount(segments.ravel(), face.ravel()) / sizes  # (superpixels,)
    return means.round().astype(np.uint8)[segments]


@functools.cache
def read_mean_face():
    with Image.open(included.MEAN_FACE) as picture:
        return np.asarray(picture)


def mean_face_matched(face):
    """The mean of FER2013's training faces with the brightness and contrast of this face."""
    standard = (read_mean_face() - read_mean_face().mean()) / read_mean_face().std()  # (48, 48)
    return (standard * face.std() + face.mean()).round().clip(0, 255).astype(np.uint8)


BASELINES = {"blurred": blurred, "mean": lambda face: np.full_like(face, round(face.mean())),
             "zero": np.zeros_like}
WHOLE = BASELINES | {"mean-face": lambda face: read_mean_face(),
                     "mean-face-matched": mean_face_matched}
HIDING = {name: lambda face, segments, hide=hide: hide(face) for name, hide in WHOLE.items()}
HIDING["superpixel-mean"] = superpixel_mean
