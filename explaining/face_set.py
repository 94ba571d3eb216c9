"""The faces of a split: which of them to explain, and their explanations with what is said of them.

    face_set = FaceSet(data.split("test"), engine)
    [explained] = face_set.explain([(face_set.choose(3), [3])])      # an explanation.Explained
"""
import itertools
from typing import NamedTuple

import numpy as np
from tqdm.auto import tqdm

from base.errors import UserError
from explaining.engine import Engine
from explaining.explanation import Explained
from explaining.table import Table
from fer2013 import EMOTIONS, Split

BATCH = 250  # faces that the network is asked about at once, until enough are found


class FaceSet(NamedTuple):
    """The faces of a split, and what explains them."""
    faces: Split
    engine: Engine
    typical: bool = False  # whether the faces are the included composites
    table: Table | None = None  # takes a row of every explanation

    @property
    def present(self):
        """The labels that its faces have, in ascending order."""
        return np.unique(self.faces.labels).tolist()

    def predict(self, indices):
        """float32 (n, 7) probabilities of the faces at these indices."""
        return self.engine.predict(self.faces.pixels[indices])

    def explain(self, asked, unit="face"):
        """Yield the Explained of each label of each (index, labels), in order, with a bar.

        The explanations of one face come from one set of samples.
        """
        found = self.engine.explain([(self.faces.pixels[index], labels) for index, labels in asked])
        found = tqdm(found, unit, len(asked), leave=False, disable=len(asked) < 2 or None)
        for (index, _), by_label in zip(asked, found, strict=True):
            for explanation in by_label.values():
                row = Explained(explanation, self.faces.names[index],
                                int(self.faces.labels[index]))
                if self.table:
                    self.table.add(row, self.faces.name)
                yield row

    def choose(self, label):
        """The index of a correctly classified face of this label.

        The seed chooses the face, so that it is an ordinary example. Of the composites, which show
        what an emotion typically looks like, the face with the highest probability of the label is
        chosen, and also where none of the label is classified correctly.
        """
        right = None if self.typical else next(self.classified_correctly(label), None)
        if right is not None:
            return right
        order = self.of_label(label)
        return int(order[self.predict(order)[:, label].argmax()])

    def classified_correctly(self, label, batch_size=BATCH):
        """Yield the indices of the correctly classified faces of a label, in the seed's order."""
        order = self.of_label(label)
        for start in range(0, len(order), batch_size):
            batch = order[start:start + batch_size]
            yield from batch[self.predict(batch).argmax(axis=1) == label].tolist()

    def of_label(self, label):
        """The indices of all faces of a label, drawn with the seed: int (n,); UserError if none."""
        indices = np.flatnonzero(self.faces.labels == label)
        if not len(indices):
            raise UserError(f"no {EMOTIONS[label]} face in this split; "
                            "choose another --label or --split")
        return np.random.default_rng([self.engine.settings.seed, label]).permutation(indices)

    def find_correct(self, label, count):
        """The first `count` of classified_correctly(), all for None; UserError if there is none."""
        indices = list(itertools.islice(self.classified_correctly(label), count))
        if not indices:
            raise UserError(f"no {EMOTIONS[label]} face is classified correctly; choose another "
                            "--label")
        return indices

    def find_mistakes(self, labels, count):
        """The most confident wrong predictions for the faces of these labels; all for None.

        Returns indices and predicted labels, int (at most `count`,) each; UserError if there is no
        wrong prediction.
        """
        indices = np.flatnonzero(np.isin(self.faces.labels, labels))
        probabilities = self.predict(indices)  # (faces, 7)
        wrong = probabilities.argmax(axis=1) != self.faces.labels[indices]
        if not wrong.any():
            raise UserError("the model makes no mistake on these faces; other faces are chosen by "
                            "--data, --split or --label")
        indices, probabilities = indices[wrong], probabilities[wrong]
        order = np.argsort(-probabilities.max(axis=1), kind="stable")[:count]
        return indices[order], probabilities[order].argmax(axis=1)
