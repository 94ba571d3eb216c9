"""The faces of a split as explain.py uses them: which of them to explain, and how."""
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from base.errors import UserError
from explaining import face_lime, superpixels
from explaining.settings import LimeSettings
from fer2013 import EMOTIONS


class FaceSet(NamedTuple):
    """The faces of a split, the network that predicts them, and the settings of LIME."""
    pixels: np.ndarray  # uint8 (n, 48, 48)
    labels: np.ndarray  # uint8 (n,)
    names: list  # n file names or rows
    predict: Callable  # from uint8 (n, 48, 48) to float32 (n, 7) probabilities
    settings: LimeSettings
    typical: bool = False  # whether the faces are the bundled composites
    fed: str = ""  # how the network is fed, where a caption is to say so
    source: str = ""  # the model, what it learned from, and the faces, for captions

    def explain(self, index, labels):
        """{label: face_lime.Explanation} of one face."""
        face, settings = self.pixels[index], self.settings
        segments = superpixels.segment(face, settings.superpixels)
        return face_lime.explain_face(face, self.predict, labels, segments, settings.hide,
                                      settings.samples, settings.seed)

    def classified_correctly(self, label, batch_size=250):
        """Yield the indices of the correctly classified faces of a label, in the seed's order."""
        order = self.of_label(label)
        for start in range(0, len(order), batch_size):
            batch = order[start:start + batch_size]
            correct = self.predict(self.pixels[batch]).argmax(axis=1) == label  # (batch,)
            yield from map(int, batch[correct])

    def likeliest(self, label):
        """The index of the face of this label whose predicted probability of it is the highest."""
        order = self.of_label(label)
        return int(order[self.predict(self.pixels[order])[:, label].argmax()])

    def of_label(self, label):
        """The indices of all faces of a label, in an order drawn with the seed: int (n,).

        Raises:
            UserError: no face has this label.
        """
        indices = np.flatnonzero(self.labels == label)
        if not len(indices):
            raise UserError(f"no {EMOTIONS[label]} face in this split; "
                            "choose another --label or --split")
        return np.random.default_rng([self.settings.seed, label]).permutation(indices)

    def mistakes(self, labels, count):
        """The indices of the most confident wrong predictions for the faces of these labels.

        Returns:
            int (count,), or fewer if there are fewer wrong predictions.
        """
        candidates = np.flatnonzero(np.isin(self.labels, labels))
        probabilities = self.predict(self.pixels[candidates])  # (candidates, 7)
        wrong = probabilities.argmax(axis=1) != self.labels[candidates]
        confidence = np.where(wrong, probabilities.max(axis=1), 0)
        return candidates[np.argsort(-confidence, kind="stable")[:min(count, wrong.sum())]]
