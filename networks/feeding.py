"""From faces to what a network takes, and from its answers to probabilities.

    pictures = feed(faces, raw, "unit")             # (n, 48, 48) -> (n, height, width, channels)
    probabilities = read_answers(answers, feeding)  # (n, classes) -> (n, 7) in FER2013's order

Both take tensors of any Keras backend and let gradients through.
"""
import dataclasses

import numpy as np
from keras import ops

from fer2013 import EMOTIONS, SIZE
from networks import ways

AT_ONCE = 250 * SIZE * SIZE  # pixels fed at once: 250 faces of 48x48, 11 of 224x224
NEARLY = 0.02  # how far from 1 probabilities may sum: bfloat16 has three digits


@dataclasses.dataclass(frozen=True)
class Feeding:
    """How a network is fed, and what its outputs are.

    Attributes:
        scale: a name in ways.SCALES.
        labels: the name of each output, an emotion or a class that FER2013 lacks.
        answers: what the outputs are, a name in ANSWERS.
        evidence: how that is known, for a reader.
    """
    scale: str
    labels: tuple
    answers: str
    evidence: str = ""

    def words(self):
        """All of it in a line."""
        known = f" ({self.evidence})" if self.evidence else ""
        return (f"{ways.SCALES[self.scale].words}, {ways.in_words(self.labels)}"
                f"{ANSWERS[self.answers].words}{known}")


def feed(faces, raw, scale):
    """The pictures that a network takes, channels last.

    Args:
        faces: float (n, 48, 48), grey values from 0 to 255.
        raw: a raw.RawNetwork; scale: a name in ways.SCALES.
    """
    size, channels = raw.input_shape[0], raw.input_shape[2]
    if size != SIZE:
        weights = bilinear(size)  # (size, 48)
        faces = ops.matmul(ops.matmul(weights, faces), weights.T)
    return ways.SCALES[scale].apply(ops.repeat(faces[..., None], channels, axis=3))


def bilinear(size):
    """The matrix that resizes a line of 48 pixels bilinearly: float32 (size, 48).

    As cv2.resize, tf.image.resize and Keras's image_dataset_from_directory do by default, also to
    smaller sizes.
    """
    places = np.clip((np.arange(size) + 0.5) * SIZE / size - 0.5, 0, SIZE - 1)  # (size,)
    return np.maximum(1 - np.abs(places[:, None] - np.arange(SIZE)), 0).astype(np.float32)


def ask(raw, pixels, scale):
    """A network's own answers to uint8 (n, 48, 48) faces: float32 (n, classes)."""
    step = max(1, AT_ONCE // raw.input_shape[0] ** 2)
    parts = [pixels[start:start + step].astype(np.float32) for start in range(0, len(pixels), step)]
    answers = [raw.call(ops.convert_to_numpy(feed(part, raw, scale))) for part in parts]
    return np.concatenate([np.empty((0, raw.classes), np.float32), *answers])


def kind_of(answers):
    """What float (n, classes) answers are, a name in ANSWERS."""
    if answers.min() < 0 or answers.max() > 1 + NEARLY:
        return "logits"
    return "probabilities" if np.abs(answers.sum(axis=1) - 1).max() <= NEARLY else "sigmoids"


def divided_by_their_sum(answers):
    return answers / ops.maximum(ops.sum(answers, axis=1, keepdims=True), 1e-30)


class Answers:
    """What outputs are: the words for it, and how they become probabilities."""

    def __init__(self, words, normalise):
        self.words, self.normalise = words, normalise


ANSWERS = {
    "probabilities": Answers("", divided_by_their_sum),
    "logits": Answers(", softmax applied to its logits", ops.softmax),
    "sigmoids": Answers(", sigmoids divided by their sum", divided_by_their_sum),
}


def read_answers(answers, feeding):
    """Probabilities in FER2013's order, (n, 7), from a network's (n, classes) answers.

    A class that FER2013 lacks is left out, and the rest renormalised. An emotion for which there is
    no output has probability 0.
    """
    labels = (*feeding.labels, *EMOTIONS)  # of the outputs, then of zeros
    chosen = np.minimum([labels.index(emotion) for emotion in EMOTIONS], len(feeding.labels))
    probabilities = ANSWERS[feeding.answers].normalise(answers)  # (n, classes)
    probabilities = ops.pad(probabilities, ((0, 0), (0, 1)))  # (n, classes + 1)
    return divided_by_their_sum(ops.take(probabilities, chosen, axis=1))
