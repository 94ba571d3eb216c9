"""The faces of a split as explain.py uses them: which of them to explain, and how."""
from typing import NamedTuple

import numpy as np

from base.errors import UserError
from explaining.engine import Engine
from explaining.table import Table
from fer2013 import EMOTIONS


class FaceSet(NamedTuple):
    """The faces of a split, and what explains them."""
    pixels: np.ndarray  # uint8 (n, 48, 48)
    labels: np.ndarray  # uint8 (n,)
    names: list  # n file names or rows
    engine: Engine
    typical: bool = False  # whether the faces are the bundled composites
    fed: str = ""  # how the network is fed, where a caption is to say so
    source: str = ""  # the model, what it learned from, and the faces, for captions
    split: str = ""
    table: Table | None = None  # takes a row of every explanation

    @property
    def present(self):
        """The labels that its faces have, in ascending order."""
        return np.unique(self.labels).tolist()

    @property
    def settings(self):
        return self.engine.settings

    def predict(self, pixels):
        """float32 (n, 7) probabilities of uint8 (n, 48, 48) faces."""
        return self.engine.predict(pixels)

    def explain(self, asked):
        """Yield {label: lime.Explanation} for each (index, labels), in this order."""
        found = self.engine.explain([(self.pixels[index], labels) for index, labels in asked])
        for (index, _), by_label in zip(asked, found, strict=True):
            for explanation in by_label.values() if self.table else ():
                self.table.add(explanation, self.settings, self.names[index], self.split,
                               EMOTIONS[self.labels[index]])
            yield by_label

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

    def check(self, labels):
        """UserError if no face has one of these labels, before any is explained."""
        for label in labels:
            self.of_label(label)

    def mistakes(self, labels, count):
        """The indices of the most confident wrong predictions for the faces of these labels.

        Returns:
            int (count,), or fewer if there are fewer wrong predictions; all for None.
        """
        candidates = np.flatnonzero(np.isin(self.labels, labels))
        probabilities = self.predict(self.pixels[candidates])  # (candidates, 7)
        wrong = probabilities.argmax(axis=1) != self.labels[candidates]
        confidence = np.where(wrong, probabilities.max(axis=1), 0)
        return candidates[np.argsort(-confidence, kind="stable")[:wrong.sum()][:count]]
