"""The texts about an explanation on the terminal, in figures and in explanations.json."""
import collections
from typing import NamedTuple

import numpy as np

from explaining.lime import Explanation
from explaining.settings import LimeSettings
from explaining.verdict import Without
from fer2013 import EMOTIONS

# there is a warning if the local model explains less than half of the variance, or if the halves of
# the samples agree on fewer than four of five superpixels
LOW_R2, LOW_STABILITY = 0.5, 0.8


class Explained(NamedTuple):
    """An explanation, and what its texts say beside it."""
    explanation: Explanation
    settings: LimeSettings
    name: str  # file name or row of the face
    true: int | None = None  # the true label, None if it is not known
    number: int | None = None  # number of the face in its photograph, from 1
    notes: tuple = ()  # further lines
    fed: str = ""  # how the network is fed; empty for networks of train.py
    source: str = ""  # the model, what it learned from, and the faces


def with_probability(label, probabilities):
    """The emotion and its probability, such as "happy (0.86)"."""
    return f"{EMOTIONS[label]} ({probabilities[label]:.2f})"


def predicted(explained):
    """The predicted emotion, beside the true one if it is known."""
    probabilities = explained.explanation.probabilities
    answer = with_probability(probabilities.argmax(), probabilities)
    if explained.number is not None:
        return f"face {explained.number}: {answer}"
    return f"true: {EMOTIONS[explained.true]} | predicted: {answer}"


def heading(explained):
    """The line above an explanation: what is predicted, and which label is explained."""
    explanation = explained.explanation
    label = " rather than ".join(with_probability(each, explanation.probabilities)
                                 for each in np.atleast_1d(explanation.explained))
    return f"{predicted(explained)} | explained: {label}"


def caption_lines(explained):
    """The lines below an explanation: what-if, scores, name, notes, feeding, cautions, source."""
    lines = (without(explained.explanation), description(explained), explained.name,
             *explained.notes, explained.fed, *cautions(explained.explanation), explained.source)
    return [line for line in lines if line]


def description(explained):
    """One line with the scores of an explanation and the settings to repeat it."""
    explanation, settings = explained.explanation, explained.settings
    return (f"R² alone {explanation.r2:.2f}, with pairs {explanation.r2_pairs:.2f}, stability "
            f"{explanation.stability:.1f}, {len(explanation.weights)} superpixels "
            f"({settings.superpixels}, hidden: {settings.hide}), {explanation.samples:,} samples, "
            f"seed {settings.seed}")


def without(explanation):
    """The probability of the explained label without parts of the face, in per cent."""
    parts = explanation.without
    return per_cent(parts, EMOTIONS[explanation.label], f"{parts.marked}",
                    f"{EMOTIONS[parts.called]} {parts.called_probability:.0%}")


def mean_without(found, label):
    """The same as a mean over many faces.

    Args:
        found: list of without.Without.
        label: the explained one.
    """
    means = np.mean([parts[:5] for parts in found], axis=0)  # (5,)
    counts = collections.Counter(EMOTIONS[parts.called] for parts in found)
    fewest, most = (choose(parts.marked for parts in found) for choose in (min, max))
    marked = f"{most}" if fewest == most else f"{fewest} to {most}"
    called = ", ".join(f"{emotion} {count}" for emotion, count in counts.most_common(3))
    return "mean: " + per_cent(Without(*means, most, *[None] * 4), EMOTIONS[label],
                               marked, f"{called} of {len(found)}")


def per_cent(parts, label, marked, predicted):
    return (f"{label} {parts.whole:.0%}; without the {marked} marked superpixels "
            f"{parts.marked_hidden:.0%}; without {marked} random ones "
            f"{parts.random_hidden:.0%}; only the marked ones shown {parts.only_marked:.0%}; "
            f"all hidden {parts.all_hidden:.0%} (then predicted: {predicted})")


def cautions(explanation):
    """A list of the reasons not to trust an Explanation, in words; empty if there are none."""
    parts, label = explanation.without, EMOTIONS[explanation.label]
    reasons = {
        "low R²: neither single superpixels nor pairs describe the network here "
        f"(below {LOW_R2})": explanation.r2_pairs < LOW_R2,
        f"single superpixels explain less than {LOW_R2:.0%}: much acts together":
            explanation.r2 < LOW_R2 <= explanation.r2_pairs,
        f"unstable: other samples give other superpixels (below {LOW_STABILITY})":
            explanation.stability < LOW_STABILITY,
        f"with everything hidden the network still predicts {label}: the weights say what is added "
        "to that": parts.called == explanation.label,
        "hiding the marked superpixels changes less than hiding random ones":
            parts.marked > 0 and parts.marked_hidden > parts.random_hidden,
    }
    return [reason for reason, holds in reasons.items() if holds]


def scores(explained):
    """The numbers and notes of an explanation, as explanations.json and the figure keep them."""
    explanation, settings = explained.explanation, explained.settings
    called = EMOTIONS[explanation.without.called]
    return {
        "heading": heading(explained), "probability": explanation.probability,
        "probabilities": dict(zip(EMOTIONS, map(float, explanation.probabilities), strict=True)),
        "r2": explanation.r2, "r2_pairs": explanation.r2_pairs,
        "stability": float(explanation.stability), "superpixels": len(explanation.weights),
        "division": settings.superpixels, "hidden": settings.hide,
        "samples": explanation.samples, "seed": explanation.seed, "about": explained.source,
        "without": explanation.without._asdict() | {"called": called},
        "notes": [line for line in caption_lines(explained)
                  if line not in (description(explained), explained.source)]}


def record(named, source):
    """What a figure keeps of its explanations: {"explanations": {name: scores}}.

    Args:
        named: {name: Explained}.
        source: dict with the command, the model and the faces.
    """
    return {"explanations": {name: scores(row) | source for name, row in named.items()}}


def one_line(explained):
    """The heading and the caption in one line, for the terminal."""
    return "; ".join([heading(explained), *caption_lines(explained)])


def figure_row(explained):
    """The arguments of a row in figures.explanations: explanation, heading and caption."""
    return explained.explanation, heading(explained), "\n".join(caption_lines(explained))
