"""Keeps copies of faces apart: which faces of train become validation, and whether it will do."""
import numpy as np

from base.errors import UserError
from base.options import notes
from fer2013.names import EMOTIONS

SEED = 2013  # fixed, because every program must hold out the same faces


def seen_in(pixels, reference):
    """Whether each face, uint8 (n, 48, 48), is identical to one of (m, 48, 48): bool (n,)."""
    known = {face.tobytes() for face in reference}
    return np.array([face.tobytes() in known for face in pixels], bool)


def looks(pixels):
    """What a face and its mirror image have in common: a list of bytes for uint8 (n, 48, 48)."""
    return [min(face.tobytes(), face[:, ::-1].tobytes()) for face in pixels]


def hold_out(split):
    """Which faces of a Split become validation: bool (n,), a tenth of each emotion.

    Identical and mirrored faces stay on one side; a picture that was saved anew is another face.
    """
    random, chosen = np.random.default_rng(SEED), np.zeros(len(split), bool)
    _, group, size = np.unique(looks(split.pixels), return_inverse=True, return_counts=True)
    for label in range(len(EMOTIONS)):
        of_label = random.permutation(np.flatnonzero(split.labels == label))
        left = round(len(of_label) / 10)
        for index in of_label:
            if not chosen[index] and size[group[index]] <= left:
                chosen |= group == group[index]
                left -= size[group[index]]
    if chosen.any():
        notes.info("no validation split: %s faces, a stratified tenth of train, became one",
                   f"{chosen.sum():,}")
    return chosen


def check_validation(data):
    """UserError if no model can be selected on a Dataset's validation split.

    Says how many faces are in both.
    """
    train, validation = data.split("train"), data.split("validation")
    missing = np.take(EMOTIONS, np.setdiff1d(train.labels, validation.labels))
    if len(missing):
        raise UserError(f"{data.path}: no face of validation is labelled {', '.join(missing)}, but "
                        "faces of train are; expected all emotions of train (without validation, a "
                        f"tenth of train is held out), or --classes {missing[0]}=ignore")
    known = set(looks(train.pixels))
    shared = sum(look in known for look in looks(validation.pixels))
    words = f"{shared:,} of {len(validation):,} faces of validation are also in train"
    if shared > len(validation) / 2:
        raise UserError(f"{data.path}: {words}; expected other faces")
    if shared:
        notes.info("%s, identical or mirrored", words)
