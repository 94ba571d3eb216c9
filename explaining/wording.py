"""The texts about an explanation on the terminal, in figures and in explanations.json."""
from typing import NamedTuple

from explaining.face_lime import LOW_R2, LOW_STABILITY, Explanation
from explaining.settings import LimeSettings
from fer2013 import EMOTIONS


class Explained(NamedTuple):
    """An explanation, and what its texts say beside it."""
    explanation: Explanation
    settings: LimeSettings
    name: str  # file name or row of the face
    true: int | None = None  # the true label, None if it is not known
    number: int | None = None  # number of the face in its photograph, from 1
    notes: tuple = ()  # further lines
    fed: str = ""  # how the network is fed; empty for networks of train.py


def with_probability(label, probabilities):
    """The emotion and its probability, such as "happy (0.86)"."""
    return f"{EMOTIONS[label]} ({probabilities[label]:.2f})"


def heading(explained):
    """The line above an explanation: the predicted emotion, and the true one if it is known."""
    probabilities = explained.explanation.probabilities
    predicted = with_probability(probabilities.argmax(), probabilities)
    if explained.number is not None:
        return f"face {explained.number}: {predicted}"
    return f"true: {EMOTIONS[explained.true]} | predicted: {predicted}"


def caption_lines(explained):
    """The lines below an explanation: its description, the face's name, notes, the feeding, cautions."""
    lines = (description(explained), explained.name, *explained.notes, explained.fed,
             *cautions(explained.explanation))
    return [line for line in lines if line]


def description(explained):
    """One line with the scores of an explanation and the settings to repeat it."""
    explanation, settings = explained.explanation, explained.settings
    label = with_probability(explanation.label, explanation.probabilities)
    return (f"explained: {label}, R² {explanation.r2:.2f}, stability {explanation.stability:.1f}, "
            f"{len(explanation.weights)} superpixels ({settings.superpixels}, hidden: "
            f"{settings.hide}), {explanation.samples:,} samples, seed {settings.seed}")


def cautions(explanation):
    """A list of the reasons not to trust an Explanation, in words; empty if there are none."""
    poor = ("low R²: a weighted sum of superpixels does not describe the network here "
            f"(below {LOW_R2})")
    unstable = f"unstable: other samples give other superpixels (below {LOW_STABILITY})"
    return ([poor] * (explanation.r2 < LOW_R2)
            + [unstable] * (explanation.stability < LOW_STABILITY))


def one_line(explained):
    """The heading and the caption in one line, for the terminal."""
    return "; ".join([heading(explained), *caption_lines(explained)])


def figure_row(explained):
    """The arguments of a row in figures.explanations: explanation, heading and caption."""
    return explained.explanation, heading(explained), "\n".join(caption_lines(explained))
