"""Which faces of train become validation where there is none, and whether validation will do."""
import numpy as np

from base.errors import UserError
from base.options import notes
from fer2013.copies import families, looks
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


def check_validation(train, validation, place):
    """UserError if no model can be selected on validation; says how many faces are in both.

    Args:
        train, validation: the Splits.
        place: of the data, for messages.
    """
    missing = [emotion for emotion, there, here in
               zip(EMOTIONS, train.counts, validation.counts, strict=True) if there > 0 == here]
    if missing:
        raise UserError(f"{place}: no face of validation is labelled {', '.join(missing)}, but "
                        "faces of train are; expected all emotions of train (without validation, a "
                        f"tenth of train is held out), or --classes {missing[0]}=ignore")
    known = set(looks(train.pixels))
    shared = sum(look in known for look in looks(validation.pixels))
    words = (f"{shared:,} of {len(validation):,} faces of validation are pixel-identical to a face "
             "of train or its mirror image")
    if shared > len(validation) / 2:
        raise UserError(f"{place}: {words}; expected other faces")
    if shared:
        notes.info(words)
