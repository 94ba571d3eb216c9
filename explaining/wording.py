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
    fed: str = ""  # how the network is fed; empty where that is known from the start


def named(label, probabilities):
    """"happy (0.86)"."""
    return f"{EMOTIONS[label]} ({probabilities[label]:.2f})"


def heading(explained):
    """The line above an explanation: what the network answers, beside the truth where that is known."""
    probabilities = explained.explanation.probabilities
    predicted = named(probabilities.argmax(), probabilities)
    if explained.number is not None:
        return f"face {explained.number}: {predicted}"
    return f"true: {EMOTIONS[explained.true]} | predicted: {predicted}"


def lines(explained):
    """The lines below an explanation: what a reader needs to judge it, the face's name, notes, the feeding, cautions."""
    found = explained.explanation
    return [line for line in (description(explained), explained.name, *explained.notes, explained.fed, *cautions(found))
            if line]


def description(explained):
    """What a reader needs to judge one explanation, and to repeat it, in a line."""
    found, settings = explained.explanation, explained.settings
    return (f"explained: {named(found.label, found.probabilities)}, R² {found.r2:.2f}, stability "
            f"{found.stability:.1f}, {len(found.weights)} superpixels ({settings.superpixels}, hidden: "
            f"{settings.hide}), {found.samples:,} samples, seed {settings.seed}")


def cautions(found):
    """What keeps a reader from trusting an Explanation, in words: a list, empty where nothing does."""
    poor = f"low R²: a weighted sum of superpixels does not describe the network here (below {LOW_R2})"
    unstable = f"unstable: other samples give other superpixels (below {LOW_STABILITY})"
    return [poor] * (found.r2 < LOW_R2) + [unstable] * (found.stability < LOW_STABILITY)


def one_line(explained):
    """All of it in a line of the terminal."""
    return "; ".join([heading(explained), *lines(explained)])


def row(explained):
    """What figures.explanations draws: the explanation, the text above it, the text below it."""
    return explained.explanation, heading(explained), "\n".join(lines(explained))
