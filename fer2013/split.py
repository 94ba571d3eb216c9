"""The faces of one split, and which FER2013 they are.

A widespread copy of FER2013 has its histograms equalised, with the same names and labels: networks
that learn from one are some points worse on the other, so that accuracies cannot be compared.
"""
import dataclasses
import functools
from typing import NamedTuple

import numpy as np

from fer2013.names import EMOTIONS

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
    """Which FER2013 the faces of a split are, as run.json and evaluation.json keep it."""
    name: str  # PUBLISHED, FILTERED or OTHER, by their counts and pixels
    mean: float  # of all pixels, in grey levels
    contrast: float  # mean over the faces of the standard deviation of their pixels


@dataclasses.dataclass(frozen=True, eq=False)
class Split:
    """The faces of one split.

    Attributes:
        name: "train", "validation" (PublicTest) or "test" (PrivateTest).
        pixels: uint8 (n, 48, 48), grey from 0 to 255.
        labels: uint8 (n,), indices into EMOTIONS.
        names: a list of n file names, or of "row 1" and so on for the faces of a table.
    """
    name: str
    pixels: np.ndarray
    labels: np.ndarray
    names: list

    def __len__(self):
        return len(self.labels)

    @property
    def counts(self):
        """Faces per emotion, seven numbers."""
        return tuple(np.bincount(self.labels, minlength=len(EMOTIONS)).tolist())

    @functools.cached_property
    def edition(self):
        """The Edition of these faces."""
        mean = round(float(self.pixels.mean()), 2)
        contrast = round(float(np.mean([face.std() for face in self.pixels])), 2)
        if self.counts != COUNTS.get(self.name):
            return Edition(OTHER, mean, contrast)
        same = np.abs(np.subtract((mean, contrast), GREYS[self.name])).max() < TOLERANCE
        return Edition(PUBLISHED if same else FILTERED, mean, contrast)

    def part(self, name, chosen):
        """The Split of the chosen faces, bool (n,), under another name."""
        return Split(name, self.pixels[chosen], self.labels[chosen],
                     [self.names[index] for index in np.flatnonzero(chosen)])
