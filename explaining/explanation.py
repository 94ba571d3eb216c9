"""What is known of one explained label of one face, and how a notebook shows it.

    happy = explain_face(face, predict, labels=[3])[3]
    happy                       # as the last line of a cell: its figure
    happy.figure()              # the same as a matplotlib Figure
"""
import io
from typing import NamedTuple

import numpy as np
from lime.lime_image import ImageExplanation
from skimage.color import gray2rgb

from explaining import wording
from explaining.samples import SHOWN
from explaining.verdict import Without
from figures import explanations

NOTHING = 5e-4  # a smaller change of the probability is 0.0 points in the texts


class Explanation(NamedTuple):
    """The explanation of one label of one face."""
    face: np.ndarray  # uint8 (48, 48)
    segments: np.ndarray  # int (48, 48), superpixels numbered from 0
    # float64 (superpixels,), the change of the label's probability when a superpixel is shown
    # instead of hidden, according to the local model
    weights: np.ndarray
    intercept: float  # the local model's probability with every superpixel hidden
    r2: float  # R squared of the local model on samples that its fit did not see
    r2_pairs: float  # and of the surrogate, which knows what superpixels do together
    stability: float  # of the strongest superpixels over the draws of samples, see samples.py
    seed: int  # of the samples
    samples: int  # how many
    label: int  # the explained one
    probabilities: np.ndarray  # float (classes,), the network's prediction for the whole face
    together: np.ndarray  # float64 (superpixels, superpixels), what two add beyond their sum
    without: Without  # the label's probability when parts of the face are hidden, and the verdict
    # -1, or the label that it is explained against: the weights are then changes of the log-odds
    # log(p / q) of the two
    rather_than: int = -1

    @property
    def probability(self):
        return float(self.probabilities[self.label])

    @property
    def predicted(self):
        """The label that the network gives to the face."""
        return int(self.probabilities.argmax())

    def strongest(self, sign, count=SHOWN):
        """The superpixels whose weight has this sign, 1 or -1, strongest first: int (<= count,)."""
        order = np.argsort(-sign * self.weights, kind="stable")
        return order[sign * self.weights[order] > 0][:count]

    def strongest_pairs(self, count):
        """A list of (superpixel, superpixel, what the two add together), the strongest first."""
        together = np.triu(self.together, 1)  # (superpixels, superpixels), each pair once
        order = np.argsort(-np.abs(together), axis=None, kind="stable")[:count]
        pairs = [divmod(int(place), len(together)) for place in order]
        return [(*pair, float(together[pair])) for pair in pairs if abs(together[pair]) >= NOTHING]

    def weight_map(self):
        """The weight of each pixel's superpixel: float64 (48, 48)."""
        return self.weights[self.segments]

    def as_lime(self):
        """The lime package's ImageExplanation, with get_image_and_mask(); its key is `label`."""
        theirs = ImageExplanation(gray2rgb(self.face), self.segments)
        order = np.argsort(-np.abs(self.weights), kind="stable")
        theirs.local_exp[self.label] = [(int(part), float(self.weights[part])) for part in order]
        theirs.intercept[self.label] = self.intercept
        theirs.score = self.r2
        theirs.local_pred = np.array([self.intercept + self.weights.sum()])
        return theirs

    def __repr__(self):
        return f"<{wording.headline(Explained(self))}>"

    def figure(self):
        """The four panels under their sentence, and the verdict: a matplotlib Figure."""
        return explanations.explanations([wording.figure_row(Explained(self))])

    def _repr_png_(self):  # Jupyter calls it
        file = io.BytesIO()
        self.figure().savefig(file, format="png")
        return file.getvalue()


class Explained(NamedTuple):
    """An explanation, and what its texts say beside it."""
    explanation: Explanation
    name: str = ""  # file name or row of the face
    true: int | None = None  # the true label, None if it is not known
    number: int | None = None  # number of the face in its photograph, from 1
