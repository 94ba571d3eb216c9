"""LIME for 48x48 grey faces: the lime package's local model, with superpixels of small faces.

    explanations = explain_face(face, predict, labels=[3])
    explanations[3].weights                     # what each superpixel adds to P(happy)
    explanations[3].as_lime()                   # the lime package's own ImageExplanation

Sources: Ribeiro et al. 2016, "Why Should I Trust You?" (arXiv 1602.04938), section 3; the weights
are regression-adjusted (Witter et al. 2025, arXiv 2506.11849).
"""
from typing import NamedTuple

import numpy as np
from lime.lime_image import ImageExplanation
from skimage.color import gray2rgb

from base.errors import UserError
from explaining import samples, superpixels
from explaining.hiding import HIDING
from explaining.samples import SHOWN
from explaining.settings import LimeSettings
from explaining.verdict import Without, without_parts

DEFAULT = LimeSettings()
NOTHING = 5e-4  # a smaller change of the probability is 0.0 points in the texts


class Explanation(NamedTuple):
    """The explanation of one label of one face.

    Attributes:
        face: uint8 (48, 48).
        segments: int (48, 48), superpixels numbered from 0.
        weights: float64 (superpixels,), the change of the label's probability when a superpixel is
            shown instead of hidden, according to the local model.
        intercept: the local model's probability with every superpixel hidden.
        local_prediction: the local model's probability of the whole face.
        r2: R squared of the local model, single superpixels, on samples that its fit did not see.
        r2_pairs: the same of the surrogate, which knows what superpixels do together.
        stability: share of the SHOWN strongest superpixels that both halves of the samples have in
            common, from 0 to 1.
        seed: seed of the samples.
        samples: number of samples.
        label: the explained label.
        rather_than: -1, or the label that it is explained against: the weights are then changes of
            the log-odds log(p / q) of the two in place of changes of the label's probability.
        probabilities: float (classes,), the network's prediction for the whole face.
        together: float64 (superpixels, superpixels), what two superpixels add beyond their sum.
        without: the label's probability when parts of the face are hidden, and the verdict.
    """
    face: np.ndarray
    segments: np.ndarray
    weights: np.ndarray
    intercept: float
    local_prediction: float
    r2: float
    r2_pairs: float
    stability: float
    seed: int
    samples: int
    label: int
    probabilities: np.ndarray
    together: np.ndarray
    without: Without
    rather_than: int = -1

    @property
    def explained(self):
        """The label, or the pair of labels, as explain_face() takes it."""
        return self.label if self.rather_than < 0 else (self.label, self.rather_than)

    @property
    def probability(self):
        """The network's probability of the explained label."""
        return float(self.probabilities[self.label])

    @property
    def predicted(self):
        """The label that the network gives to the face."""
        return int(self.probabilities.argmax())

    def strongest(self, sign, count=SHOWN):
        """The strongest superpixels whose weight has this sign, 1 or -1.

        Returns:
            int (at most `count`,), the strongest first.
        """
        order = np.argsort(-sign * self.weights, kind="stable")
        return order[sign * self.weights[order] > 0][:count]

    def strongest_pairs(self, count):
        """The pairs of superpixels that add most beyond their sum, or least.

        Returns:
            A list of at most `count` (superpixel, superpixel, `together` of the two), the strongest
            first, without pairs that add less than NOTHING.
        """
        together = np.triu(self.together, 1)  # (superpixels, superpixels), each pair once
        order = np.argsort(-np.abs(together), axis=None, kind="stable")[:count]
        pairs = zip(*np.unravel_index(order, together.shape), strict=True)
        return [(int(first), int(second), float(together[first, second]))
                for first, second in pairs if abs(together[first, second]) >= NOTHING]

    def weight_map(self):
        """The weight of each pixel's superpixel: float64 (48, 48)."""
        return self.weights[self.segments]

    def as_lime(self):
        """The lime package's ImageExplanation, with get_image_and_mask(); its key is `label`."""
        theirs = ImageExplanation(gray2rgb(self.face), self.segments)
        order = np.argsort(-np.abs(self.weights), kind="stable")
        theirs.local_exp[self.label] = [(int(part), float(self.weights[part])) for part in order]
        theirs.intercept[self.label] = self.intercept
        theirs.score, theirs.local_pred = self.r2, np.array([self.local_prediction])
        return theirs


def explain_face(face, predict, labels, settings=DEFAULT, segments=None):
    """Explain several labels of one face with one set of samples.

    By default, a hidden superpixel shows the blurred face. The rule of the lime package, the mean
    grey of the superpixel, leaves a mosaic in which the expression can still be seen. It is easier
    to fit, but less faithful (benchmarks/lime_choices.md).

    Args:
        face: uint8 (48, 48).
        predict: function from uint8 (n, 48, 48) faces to float (n, classes) probabilities.
        labels: the labels to explain; of a pair of labels, why the first rather than the second.
        settings: a LimeSettings; the same seed gives the same weights, whatever was explained
            before.
        segments: int (48, 48), numbered from 0 without gaps, in place of the settings' division.

    Returns:
        {label: Explanation}, in the order of `labels`.

    Raises:
        UserError: there are fewer than two superpixels, or fewer samples than superpixels (which
            leaves the local model undetermined), or the network does not have a label, or its
            outputs are not probabilities.
    """
    return dict(explain_in_turn(face, predict, labels, settings, segments))


def explain_in_turn(face, predict, labels, settings, segments=None, decisive=None):
    """Yield label and Explanation of each of the labels; see explain_face().

    Args:
        decisive: the labels whose stability decides how many samples "auto" draws; all by default.
    """
    if segments is None:
        segments = superpixels.segment(face, settings.superpixels)  # (48, 48)
    check_samples(segments, settings.samples)
    hidden = HIDING[settings.hide](face, segments)
    drawn = samples.draw(face, hidden, segments, predict, decisive or labels, settings)
    for label in labels:
        yield label, explain_label(drawn, face, hidden, predict, segments, label)


def explain_label(drawn, face, hidden, predict, segments, label):
    """The Explanation of one label from the Samples that were drawn."""
    first, second = label if isinstance(label, tuple) else (label, -1)
    weights, intercept, together, r2_pairs = drawn.adjusted_fit(label)
    explanation = Explanation(
        face, segments, weights, intercept, local_prediction=intercept + weights.sum(),
        r2=drawn.held_out_r2(label), r2_pairs=r2_pairs, stability=drawn.stability(label),
        seed=drawn.seed, samples=len(drawn.masks), label=first, rather_than=second,
        probabilities=drawn.probabilities[0], together=together, without=None)
    parts = explanation.strongest(1, len(weights))
    return explanation._replace(
        without=without_parts(face, predict, first, segments, hidden, parts, drawn.seed))


def check_samples(segments, count):
    """UserError if a linear model of the superpixels cannot be fitted to so many samples."""
    parts = segments.max() + 1
    if parts < 2:
        raise UserError(f"{parts} superpixel; expected at least 2, "
                        "because one has nothing to be compared with")
    least = max(parts, 4)  # two pairs, one for each half
    if count != "auto" and count < least:
        raise UserError(f"{count} samples; expected at least {least}, "
                        "one for each superpixel of the face")
