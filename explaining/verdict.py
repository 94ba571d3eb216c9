"""What the network predicts without parts of a face, and how far that backs the explanation.

    without = without_parts(face, predict, 3, segments, hidden, parts=[8, 21], seed=0)
    without.marked_hidden       # the probability of happy when superpixels 8 and 21 are hidden
    without.verdict             # "telling", "partly" or "does not tell"
"""
from typing import NamedTuple

import numpy as np

from explaining.samples import SHOWN

DRAWS = 20  # random choices that are averaged; they are predicted in one batch with the rest
MOST = 20  # parts that are hidden one after the other to find the fewest that decide
TELLING = 0.1  # how much more than random parts the marked ones must change the probability
VERDICTS = ("telling", "partly", "does not tell")


class Without(NamedTuple):
    """The network's probability of the explained label, for several parts of the face.

    The marked parts are the SHOWN superpixels that contribute most to the label, or fewer.
    """
    whole: float
    marked_hidden: float
    only_marked: float  # only the marked ones are shown
    random_hidden: float  # as many random ones are hidden, mean of DRAWS draws
    all_hidden: float
    marked: int  # how many are marked
    called: int  # the label that the network gives to the face with everything hidden
    called_probability: float
    fewest: int  # of the strongest parts without which the prediction changes or halves; 0: none
    fewest_hidden: float  # the probability without these

    @property
    def margin(self):
        """How much more hiding the marked parts costs than hiding random ones, from -1 to 1."""
        return self.random_hidden - self.marked_hidden

    @property
    def verdict(self):
        """How far the marked parts explain the prediction, one of VERDICTS.

        "telling": without them the prediction changes or its probability halves, and hiding them
        costs TELLING more than hiding random ones; "partly": only the latter.
        """
        if not self.marked or self.margin < TELLING:
            return "does not tell"
        return "telling" if 0 < self.fewest <= self.marked else "partly"


def without_parts(face, predict, label, segments, hidden, parts, seed, marked=SHOWN):
    """Ask the network, in one call, about the face without some of its superpixels.

    Args:
        face, predict, label, segments: see lime.explain_face().
        hidden: uint8 (48, 48), what hidden superpixels show.
        parts: int (n,), superpixels that contribute to the label, the strongest first.
        seed: of the random choices.
        marked: how many of the parts a figure marks.
    """
    count, marked, steps = segments.max() + 1, min(marked, len(parts)), min(MOST, len(parts))
    everything, random = np.arange(count), np.random.default_rng(seed)
    hide = [[], parts[:marked], np.setdiff1d(everything, parts[:marked]), everything,
            *(random.choice(count, marked, replace=False) for _ in range(DRAWS)),
            *(parts[:step + 1] for step in range(steps))]
    is_hidden = np.stack([np.isin(everything, each) for each in hide])
    pixels = np.where(is_hidden[:, segments], hidden, face)  # (4 + DRAWS + steps, 48, 48)
    predictions = predict(pixels)  # (4 + DRAWS + steps, classes)
    whole, marked_hidden, only_marked, all_hidden = map(float, predictions[:4, label])
    called = int(predictions[3].argmax())
    return Without(whole, marked_hidden, only_marked, float(predictions[4:4 + DRAWS, label].mean()),
                   all_hidden, marked, called, float(predictions[3, called]),
                   *fewest_that_decide(predictions[0], predictions[4 + DRAWS:], label))


def fewest_that_decide(whole, predictions, label):
    """How many parts must be hidden until the prediction changes or halves, and the probability.

    Args:
        whole: float (classes,), of the whole face.
        predictions: float (steps, classes), with one part more hidden at each step.

    Returns:
        Their number, 0 if none of the steps is enough, and the label's probability without them.
    """
    changed = (whole.argmax() == label) & (predictions.argmax(axis=1) != label)
    decided = np.flatnonzero(changed | (predictions[:, label] <= whole[label] / 2))
    if not len(decided):
        return 0, float(whole[label])
    return int(decided[0]) + 1, float(predictions[decided[0], label])
