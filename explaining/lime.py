"""LIME for 48x48 grey faces: the lime package's local model, with superpixels of small faces.

    explanations = explain_face(face, predict, labels=[3])
    explanations[3].weights                     # what each superpixel adds to P(happy)
    explanations[3].as_lime()                   # the lime package's own ImageExplanation

Sources: Ribeiro et al. 2016, "Why Should I Trust You?" (arXiv 1602.04938), section 3; the weights
are regression-adjusted (Witter et al. 2025, arXiv 2506.11849).
"""
from base.errors import UserError
from explaining import samples, superpixels
from explaining.explanation import Explanation
from explaining.hiding import HIDING
from explaining.settings import LimeSettings
from explaining.verdict import without_parts

DEFAULT = LimeSettings()


def explain_face(face, predict, labels, settings=DEFAULT, segments=None):
    """Explain several labels of one face with one set of samples.

    Args:
        face: uint8 (48, 48).
        predict: function from uint8 (n, 48, 48) faces to float (n, classes) probabilities.
        labels: the labels to explain; of a pair of labels, why the first rather than the second.
        settings: a LimeSettings; the same seed gives the same weights.
        segments: int (48, 48), superpixels numbered from 0 without gaps; SLIC's by default.

    Returns:
        {label: Explanation}, in the order of `labels`.

    Raises:
        UserError: fewer samples than superpixels, no probabilities, or a label that they lack.
    """
    return dict(explain_in_turn(face, predict, labels, settings, segments))


def explain_in_turn(face, predict, labels, settings, segments=None, decisive=None):
    """Yield label and Explanation of each of the labels; see explain_face().

    Args:
        decisive: the labels whose stability decides how many samples "auto" draws; all by default.
    """
    if segments is None:
        segments = superpixels.segment(face)  # (48, 48)
    least = max(segments.max() + 1, 4)  # unknowns of a linear model; a pair for each half
    if settings.samples != "auto" and settings.samples < least:
        raise UserError(f"{settings.samples} samples; expected at least {least}, "
                        "one for each superpixel of the face")
    hidden = HIDING[settings.hide](face)
    drawn = samples.draw(face, hidden, segments, predict, decisive or labels, settings)
    for label in labels:
        yield label, explain_label(drawn, face, hidden, predict, segments, label)


def explain_label(drawn, face, hidden, predict, segments, label):
    """The Explanation of one label from the Samples that were drawn."""
    first, second = label if isinstance(label, tuple) else (label, -1)
    weights, intercept, together, r2_pairs = drawn.adjusted_fit(label)
    explanation = Explanation(
        face, segments, weights, intercept, r2=drawn.held_out_r2(label), r2_pairs=r2_pairs,
        stability=drawn.stability(label), seed=drawn.seed, samples=len(drawn.masks), label=first,
        probabilities=drawn.probabilities[0], together=together, without=None, rather_than=second)
    parts = explanation.strongest(1, len(weights))
    return explanation._replace(
        without=without_parts(face, predict, first, segments, hidden, parts, drawn.seed))
