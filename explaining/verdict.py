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
    """The network's probability of the explained label, for several parts of the face."""
    whole: float
    marked_hidden: float
    only_marked: float  # only the marked ones are shown
    random_hidden: float  # as many random ones are hidden, mean of DRAWS draws
    all_hidden: float
    marked: int  # how many are: of the superpixels that contribute to the label, at most SHOWN
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


def without_parts(face, predict, label, segments, hidden, parts, seed):
    """Ask the network, in one call, about the face without some of its superpixels.

    Args:
        face, predict, label, segments: see lime.explain_face(); hidden: what hidden ones show.
        parts: int (n,), superpixels that contribute to the label, the strongest first.
        seed: of the random choices.
    """
    everything, random = np.arange(segments.max() + 1), np.random.default_rng(seed)
    marked = parts[:SHOWN]
    hide = [[], marked, np.setdiff1d(everything, marked), everything,
            *(random.choice(len(everything), len(marked), replace=False) for _ in range(DRAWS)),
            *(parts[:count] for count in range(1, min(MOST, len(parts)) + 1))]
    is_hidden = np.stack([np.isin(everything, each) for each in hide])
    pixels = np.where(is_hidden[:, segments], hidden, face)  # (4 + DRAWS + steps, 48, 48)
    predictions = predict(pixels)  # (4 + DRAWS + steps, classes)
    whole, marked_hidden, only_marked, all_hidden = map(float, predictions[:4, label])
    called = int(predictions[3].argmax())
    return Without(whole, marked_hidden, only_marked, float(predictions[4:4 + DRAWS, label].mean()),
                   all_hidden, len(marked), called, float(predictions[3, called]),
                   *fewest_that_decide(predictions[0], predictions[4 + DRAWS:], label))


def fewest_that_decide(whole, steps, label):
    """How many parts must be hidden until the prediction changes or the label's probability halves.

    Their number, 0 if none of the steps is enough, and the probability without them, from the
    predictions for the whole face, (classes,), and with one part more hidden each, (n, classes).
    """
    changed = (whole.argmax() == label) & (steps.argmax(axis=1) != label)
    decided = np.flatnonzero(changed | (steps[:, label] <= whole[label] / 2))
    count = int(decided[0]) + 1 if len(decided) else 0
    return count, float([whole, *steps][count][label])
