"""What is written beside an explanation, on the terminal, in figures and in explanations.json."""
from typing import NamedTuple

from explaining.face_lime import LOW_R2, LOW_STABILITY, Explanation
from explaining.settings import LimeSettings
from fer2013 import EMOTIONS


class Explained(NamedTuple):
    """An explanation, and what a reader must know beside it."""
    explanation: Explanation
    settings: LimeSettings
    name: str  # of the face: a file or a row
    true: int | None = None  # label; None where nobody knows it
    number: int | None = None  # of the face in its photograph, from 1
    notes: tuple = ()  # further lines


def named(label, probabilities):
    """"happy (0.86)"."""
    return f"{EMOTIONS[label]} ({probabilities[label]:.2f})"


def answered(explained):
    """What the network answers, beside the truth where that is known."""
    probabilities = explained.explanation.probabilities
    predicted = named(probabilities.argmax(), probabilities)
    if explained.number is not None:
        return f"face {explained.number}: {predicted}"
    return f"true: {EMOTIONS[explained.true]} | predicted: {predicted}"


def heading(explained):
    """The line above an explanation: what the network answers, and which label is explained."""
    found = explained.explanation
    return f"{answered(explained)} | explained: {named(found.label, found.probabilities)}"


def lines(explained):
    """The lines below an explanation: what a reader needs to judge it, the face's name, notes, cautions."""
    found = explained.explanation
    return [line for line in (without(found), description(explained), explained.name, *explained.notes,
                              *cautions(found)) if line]


def description(explained):
    """What a reader needs to judge one explanation, and to repeat it, in a line."""
    found, settings = explained.explanation, explained.settings
    return (f"R² alone {found.r2:.2f}, with pairs {found.r2_pairs:.2f}, stability {found.stability:.1f}, "
            f"{len(found.weights)} superpixels ({settings.superpixels}, hidden: {settings.hide}), "
            f"{found.samples:,} samples, seed {settings.seed}")


def without(found):
    """The probability of an Explanation's label without parts of the face, in per cent."""
    parts, label = found.without, EMOTIONS[found.label]
    return (f"{label} {parts.whole:.0%}; without the {parts.marked} marked superpixels {parts.marked_hidden:.0%}; "
            f"without {parts.marked} random ones {parts.random_hidden:.0%}; only the marked ones shown "
            f"{parts.only_marked:.0%}; everything hidden {parts.all_hidden:.0%} "
            f"(called {EMOTIONS[parts.called]}, {parts.called_probability:.0%})")


def cautions(found):
    """What keeps a reader from trusting an Explanation, in words: a list, empty where nothing does."""
    parts = found.without
    said = {
        f"low R²: neither single superpixels nor pairs describe the network here (below {LOW_R2})":
            found.r2_pairs < LOW_R2,
        f"single superpixels explain less than {LOW_R2:.0%}: much acts together (--pairs)":
            found.r2 < LOW_R2 <= found.r2_pairs,
        f"unstable: other samples give other superpixels (below {LOW_STABILITY})":
            found.stability < LOW_STABILITY,
        f"with everything hidden the network still says {EMOTIONS[found.label]}: the weights say what is "
        "added to that": parts.called == found.label,
        "hiding the marked superpixels changes less than hiding random ones":
            parts.marked > 0 and parts.whole - parts.marked_hidden < parts.whole - parts.random_hidden,
    }
    return [caution for caution, holds in said.items() if holds]


def one_line(explained):
    """All of it in a line of the terminal."""
    return "; ".join([heading(explained), *lines(explained)])


def row(explained):
    """What figures.explanations draws: the explanation, the text above it, the text below it."""
    return explained.explanation, heading(explained), "\n".join(lines(explained))
