"""A face whose superpixels somebody hides and shows, to see what the network then answers.

    parts = divide(face, LimeSettings())
    shown = toggled(np.ones(parts.count, bool), 12)        # superpixel 12 is hidden
    probabilities = ask(parts, shown, network.predict)     # float (7,), one call of the network
"""
from typing import NamedTuple

import numpy as np

from explaining import superpixels
from explaining.hiding import HIDING


class Parts(NamedTuple):
    """A face, what its hidden superpixels show, and how it is divided."""
    face: np.ndarray  # uint8 (48, 48)
    hidden: np.ndarray  # uint8 (48, 48)
    segments: np.ndarray  # int (48, 48), superpixels numbered from 0

    @property
    def count(self):
        return int(self.segments.max()) + 1

    def picture(self, shown):
        """The face with only the superpixels of `shown`, bool (superpixels,): uint8 (48, 48)."""
        return np.where(shown[self.segments], self.face, self.hidden)


def divide(face, settings):
    """The Parts of a face, uint8 (48, 48), with the division and hiding of a LimeSettings."""
    segments = superpixels.segment(face, settings.superpixels)
    return Parts(face, HIDING[settings.hide](face, segments), segments)


def ask(parts, shown, predict):
    """The network's probabilities of a face with only some superpixels: float (classes,).

    Args:
        parts: a Parts.
        shown: bool (superpixels,).
        predict: function from uint8 (n, 48, 48) faces to float (n, classes) probabilities.
    """
    return predict(parts.picture(shown)[None])[0]


def toggled(shown, part):
    """`shown`, bool (superpixels,), with one superpixel hidden if it was shown, or shown."""
    return np.where(np.arange(len(shown)) == part, ~shown, shown)


# name: function of the number of superpixels, the marked ones and a random generator
CHOICES = {
    "Show all": lambda count, marked, random: np.ones(count, bool),
    "Hide all": lambda count, marked, random: np.zeros(count, bool),
    "Hide the marked": lambda count, marked, random: ~np.isin(np.arange(count), marked),
    "Only the marked": lambda count, marked, random: np.isin(np.arange(count), marked),
    "Hide random ones": lambda count, marked, random: ~np.isin(
        np.arange(count), random.choice(count, len(marked), replace=False)),
}
