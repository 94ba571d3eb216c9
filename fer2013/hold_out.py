"""Which faces of train become validation where there is no validation split."""
import numpy as np

from base.options import notes
from fer2013.copies import families
from fer2013.names import EMOTIONS

SEED = 2013  # fixed, because every program must hold out the same faces


def hold_out(split):
    """Which faces of a Split become validation: bool (n,), a tenth of each emotion.

    Copies of a face, by their pixels or by their names, stay on one side.
    """
    random, family = np.random.default_rng(SEED), families(split)  # (n,)
    size, chosen = np.bincount(family), np.zeros(len(split), bool)
    for label in range(len(EMOTIONS)):
        of_label = random.permutation(np.flatnonzero(split.labels == label))
        left = round(len(of_label) / 10)
        for index in of_label:
            if not chosen[index] and size[family[index]] <= left:
                chosen |= family == family[index]
                left -= size[family[index]]
    if chosen.any():
        copied = int((size[family] > 1).sum())
        beside = f"; {copied:,} faces are copies, and stay beside theirs" if copied else ""
        notes.info("no validation split found: %s faces, a stratified tenth of train (seed %d), "
                   "became validation%s", f"{chosen.sum():,}", SEED, beside)
    return chosen
