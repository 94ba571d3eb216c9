"""Which FER2013 it is: as published, or a filtered copy with the same names and labels.

A widespread copy has its histograms equalised: networks that learn from one are some points worse
on the other, so that accuracies cannot be compared.
"""
from typing import NamedTuple

import numpy as np

COUNTS = {  # faces per emotion in FER2013, in label order
    "train": (3995, 436, 4097, 7215, 4830, 3171, 4965),
    "validation": (467, 56, 496, 895, 653, 415, 607),
    "test": (491, 55, 528, 879, 594, 416, 626),
}
# mean of all pixels, and mean over the faces of the standard deviation of their pixels, measured on
# Kaggle's JPEGs; the challenge's CSV differs from them by less than 0.1
GREYS = {"train": (129.47, 54.05), "validation": (128.98, 54.11), "test": (129.08, 54.29)}
TOLERANCE = 1.0  # grey levels
PUBLISHED, FILTERED, OTHER = "FER2013 as published", "a filtered copy of FER2013", "other faces"


class Edition(NamedTuple):
    """What the faces of a split are, for people and for run.json and evaluation.json.

    Attributes:
        name: PUBLISHED, FILTERED or OTHER, by their counts and pixels.
        mean: of all pixels, in grey levels.
        contrast: mean over the faces of the standard deviation of their pixels.
    """
    name: str
    mean: float
    contrast: float


def edition(split):
    """The Edition of a Split."""
    mean = round(float(split.pixels.mean()), 2)
    contrast = round(float(np.mean([face.std() for face in split.pixels])), 2)
    if split.counts != COUNTS.get(split.name):
        return Edition(OTHER, mean, contrast)
    same = np.abs(np.subtract((mean, contrast), GREYS[split.name])).max() < TOLERANCE
    return Edition(PUBLISHED if same else FILTERED, mean, contrast)


def in_words(split):
    """What the edition of a Split means, in a line."""
    found, counts = split.edition, COUNTS[split.name]
    mean, contrast = GREYS[split.name]
    return {
        PUBLISHED: PUBLISHED,
        FILTERED: f"{FILTERED}: contrast {found.contrast:.0f} instead of {contrast:.0f}, mean grey "
                  f"{found.mean:.0f} instead of {mean:.0f}; accuracies are not comparable with "
                  "published ones",
        OTHER: f"this is not FER2013's own count, {sum(counts):,} faces = "
               f"{'/'.join(map(str, counts))}",
    }[found.name]
