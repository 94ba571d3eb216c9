"""The data at a glance: counts, copies, conflicting labels, blank faces and examples."""
import numpy as np

from fer2013.copies import near_pairs
from fer2013.names import EMOTIONS

EXAMPLES = 5  # faces of each emotion


def group_identical(pixels):
    """The group of pixel-identical faces of each face: int (n,) for uint8 (n, 48, 48).

    Groups are numbered from 0 in the order of their first faces.
    """
    numbers = {}
    return np.array([numbers.setdefault(face.tobytes(), len(numbers)) for face in pixels])


def blank(pixels):
    """Whether all pixels of a face are equal: bool (n,) for uint8 (n, 48, 48)."""
    return (pixels == pixels[:, :1, :1]).all(axis=(1, 2))


def conflicting(group, labels):
    """Whether the faces of a group have different labels: bool (groups,) for two int (n,)."""
    pairs = np.unique(np.stack([group, labels]), axis=1)  # (2, different pairs)
    return np.bincount(pairs[0]) > 1


def summary(splits):
    """The text that `python dataset.py` prints: a table with a column per split, and two lines.

    Args:
        splits: the Splits.
    """
    pixels = np.concatenate([split.pixels for split in splits])
    labels = np.concatenate([split.labels for split in splits])
    column = np.repeat(np.arange(len(splits)), list(map(len, splits)))  # (n,)
    group = group_identical(pixels)  # (n,)
    size, mixed = np.bincount(group), conflicting(group, labels)  # (groups,) each
    identical = np.zeros((len(size), len(splits)), int)  # faces of each group in each split
    np.add.at(identical, (group, column), 1)
    identical = identical[group] - np.eye(len(splits), dtype=int)[column]  # (n, splits): others
    near = np.zeros((len(pixels), len(splits)), bool)  # (n, splits)
    pairs = near_pairs(pixels, pixels)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    near[pairs[:, 0], column[pairs[:, 1]]] = True
    rows = {emotion: labels == label for label, emotion in enumerate(EMOTIONS)}
    rows |= {f"also in {split.name}": identical[:, i] > 0 for i, split in enumerate(splits)}
    rows |= {f"near one in {split.name}": near[:, i] for i, split in enumerate(splits)}
    rows |= {"labels in conflict": mixed[group], "blank": blank(pixels)}
    lines = [f"{'':<22}" + "".join(f"{split.name:>12}" for split in splits)]
    for name, chosen in rows.items():
        counts = np.bincount(column[chosen], minlength=len(splits))
        lines.append(f"{name:<22}" + "".join(f"{count:>12,}" for count in counts))
    return "\n".join([
        *lines, "also in: pixel-identical to another face; near: so, or mirrored, or saved anew",
        f"{(size > 1).sum():,} groups of pixel-identical faces contain "
        f"{size[size > 1].sum():,} faces; {mixed.sum():,} of the groups have conflicting labels"])


def choose_examples(pixels, labels, seed):
    """EXAMPLES random faces of each emotion, or fewer if there are fewer.

    Returns:
        A list of seven uint8 (up to EXAMPLES, 48, 48) arrays, in label order.
    """
    random = np.random.default_rng(seed)
    return [pixels[random.permutation(np.flatnonzero(labels == label))[:EXAMPLES]]
            for label in range(len(EMOTIONS))]
