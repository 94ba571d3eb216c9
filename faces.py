"""The faces of a split as explain.py uses them: which to explain, how, and what to write beside them."""
import argparse
from collections.abc import Callable
from typing import NamedTuple

import lazy_loader
import numpy as np

import fer2013
import superpixels
from command_line import UserError

face_lime = lazy_loader.load("face_lime")  # at first use: importing it takes seconds


class Faces(NamedTuple):
    """A split, the network that is asked, and the options of explain.py."""
    pixels: np.ndarray  # uint8 (n, 48, 48)
    labels: np.ndarray  # uint8 (n,)
    names: list  # n file names or rows
    predict: Callable  # from uint8 (n, 48, 48) to float32 (n, 7) probabilities
    options: argparse.Namespace  # superpixels, hide, samples, seed, format
    typical: bool = False  # whether the faces are the bundled composites

    def explain(self, index, labels):
        """{label: face_lime.Explanation} of one face."""
        face, options = self.pixels[index], self.options
        segments = superpixels.segment(face, options.superpixels)
        return face_lime.explain_face(
            face, self.predict, labels, segments, options.hide, options.samples, options.seed)

    def right(self, label, batch_size=250):
        """Yield the index of each face of this label that the model gets right, in an order by the seed."""
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
            raise UserError(f"no {fer2013.EMOTIONS[label]} face in this split; choose another --label or --split")
        return np.random.default_rng([self.options.seed, label]).permutation(of_label)

    def mistakes(self, labels, count):
        """Indices of the `count` most confident wrong predictions among the faces of these labels, int (count,)."""
        asked = np.flatnonzero(np.isin(self.labels, labels))
        probabilities = self.predict(self.pixels[asked])  # (asked, 7)
        wrong = probabilities.argmax(axis=1) != self.labels[asked]
        confidence = np.where(wrong, probabilities.max(axis=1), 0)
        return asked[np.argsort(-confidence, kind="stable")[:min(count, wrong.sum())]]

    def headline(self, index, probabilities):
        predicted = probabilities.argmax()
        return (f"true: {fer2013.EMOTIONS[self.labels[index]]} | predicted: {fer2013.EMOTIONS[predicted]} "
                f"({probabilities[predicted]:.2f})")

    def describe(self, explanation):
        """What a reader needs to judge one explanation, and to repeat it, in a line."""
        options = self.options
        count, how = len(explanation.weights), f"{options.superpixels}, hidden: {options.hide}"
        return (f"explained: {fer2013.EMOTIONS[explanation.label]} ({explanation.probability:.2f}), "
                f"R² {explanation.r2:.2f}, stability {explanation.stability:.1f}, {count} superpixels ({how}), "
                f"{explanation.samples:,} samples, seed {options.seed}")
