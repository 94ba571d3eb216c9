"""What happens to the answer without a part of the face: the plainest check of an explanation.

    without = without_parts(face, predict, 3, segments, hidden, marked=[8, 21], seed=0)
    without.marked_hidden       # the probability of happy when superpixels 8 and 21 are hidden
"""
from typing import NamedTuple

import numpy as np

DRAWS = 20  # random choices that are averaged; they are answered in one batch with the rest


class Without(NamedTuple):
    """The network's probability of the explained label, for several parts of the face."""
    whole: float
    marked_hidden: float  # the superpixels that a figure marks as speaking for the label are hidden
    only_marked: float  # only they are shown
    random_hidden: float  # as many random ones are hidden, mean of DRAWS draws
    all_hidden: float
    marked: int  # how many are marked
    called: int  # the label that the network gives to the face with everything hidden
    called_probability: float


def without_parts(face, predict, label, segments, hidden, marked, seed):
    """Ask the network about the face without some of its superpixels.

    Args:
        face, hidden: uint8 (48, 48), the face, and what hidden superpixels show.
        predict: function from uint8 (n, 48, 48) faces to float (n, classes) probabilities.
        label: the explained one.
        segments: int (48, 48), superpixels numbered from 0.
        marked: int (at most superpixels,), those that a figure marks.
        seed: of the random choices.
    """
    count = segments.max() + 1
    # whole, marked hidden, only marked, all hidden, random
    shown = np.ones((4 + DRAWS, count), bool)
    shown[1, marked] = shown[3] = shown[2] = False
    shown[2, marked] = True
    random = np.random.default_rng(seed)
    for row in shown[4:]:
        row[random.choice(count, len(marked), replace=False)] = False
    answers = predict(np.where(shown[:, segments], face, hidden))  # (4 + DRAWS, classes)
    whole, marked_hidden, only_marked, all_hidden = map(float, answers[:4, label])
    called = int(answers[3].argmax())
    return Without(whole, marked_hidden, only_marked, float(answers[4:, label].mean()), all_hidden,
                   len(marked), called, float(answers[3, called]))
