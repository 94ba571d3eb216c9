"""The faces of one split."""
import dataclasses
import functools

import numpy as np

from fer2013 import editions
from fer2013.names import EMOTIONS


@dataclasses.dataclass(frozen=True, eq=False)
class Split:
    """The faces of one split.

    Attributes:
        name: "train", "validation" (PublicTest) or "test" (PrivateTest); "unlabelled" for faces
            whose labels mean nothing.
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
        """The editions.Edition: which FER2013 these faces are."""
        return editions.edition(self)

    def part(self, name, chosen):
        """The Split of the chosen faces, bool (n,), under another name."""
        return Split(name, self.pixels[chosen], self.labels[chosen],
                     [self.names[index] for index in np.flatnonzero(chosen)])
