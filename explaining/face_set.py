"""The faces of a split as explain.py uses them: which of them to explain, and how."""
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from base.errors import UserError
from explaining import face_lime, superpixels
from explaining.settings import LimeSettings
from fer2013 import EMOTIONS


class FaceSet(NamedTuple):
    """A split, the network that is asked, and the settings of LIME."""
    pixels: np.ndarray  # uint8 (n, 48, 48)
    labels: np.ndarray  # uint8 (n,)
    names: list  # n file names or rows
    predict: Callable  # from uint8 (n, 48, 48) to float32 (n, 7) probabilities
    settings: LimeSettings
    typical: bool = False  # whether the faces are the bundled composites
    fed: str = ""  # how the network is fed, where a caption is to say so

    def explain(self, index, labels):
        """{label: face_lime.Explanation} of one face."""
        face, settings = self.pixels[index], self.settings
        segments = superpixels.segment(face, settings.superpixels)
        return face_lime.explain_face(
            face, self.predict, labels, segments, settings.hide, settings.samples, settings.seed)

    def classified_correctly(self, label, batch_size=250):
        """Yield the index of each face of this label that the model classifies correctly, in an order by the seed."""
        order = self.of_label(label)
        for start in range(0, len(order), batch_size):
            batch = order[start:start + batch_size]
            yield from map(int, batch[self.predict(self.pixels[batch]).argmax(axis=1) == label])

    def likeliest(self, label):
        """The index of the face of this label to which the model gives the label the highest probability."""
        order = self.of_label(label)
        return int(order[self.predict(self.pixels[order])[:, label].argmax()])

    def of_label(self, label):
        """All indices of a label, in an order by the seed: int (n,)."""
        of_label = np.flatnonzero(self.labels == label)
        if not len(of_label):
            raise UserError(f"no {EMOTIONS[label]} face in this split; choose another --label or --split")
        return np.random.default_rng([self.settings.seed, label]).permutation(of_label)

    def mistakes(self, labels, count):
        """Indices of the `count` most confident wrong predictions among the faces of these labels, int (count,)."""
        asked = np.flatnonzero(np.isin(self.labels, labels))
        probabilities = self.predict(self.pixels[asked])  # (asked, 7)
        wrong = probabilities.argmax(axis=1) != self.labels[asked]
        confidence = np.where(wrong, probabilities.max(axis=1), 0)
        return asked[np.argsort(-confidence, kind="stable")[:min(count, wrong.sum())]]
