"""The data at a glance: counts, copies, conflicting labels, blank faces and examples."""
import numpy as np

from fer2013.names import EMOTIONS

EXAMPLES = 5  # faces of each emotion


def summary(splits):
    """The text that `python dataset.py` prints: a table with a column per split, and two lines.

    Args:
        splits: the Splits.
    """
    pixels = np.concatenate([split.pixels for split in splits])
    labels = np.concatenate([split.labels for split in splits])
    column = np.repeat(np.arange(len(splits)), list(map(len, splits)))  # (n,)
    numbers = {}  # of groups of identical faces, in the order of their first faces
    group = np.array([numbers.setdefault(face.tobytes(), len(numbers)) for face in pixels])  # (n,)
    size = np.bincount(group)  # (groups,)
    mixed = np.bincount(np.unique([group, labels], axis=1)[0]) > 1  # (groups,): several labels
    identical = np.zeros((len(size), len(splits)), int)  # faces of each group in each split
    np.add.at(identical, (group, column), 1)
    identical = identical[group] - np.eye(len(splits), dtype=int)[column]  # (n, splits): others
    rows = {emotion: labels == label for label, emotion in enumerate(EMOTIONS)}
    rows |= {f"also in {split.name}": identical[:, i] > 0 for i, split in enumerate(splits)}
    rows |= {"labels in conflict": mixed[group],
             "blank": (pixels == pixels[:, :1, :1]).all(axis=(1, 2))}
    lines = [f"{'':<22}" + "".join(f"{split.name:>12}" for split in splits)]
    for name, chosen in rows.items():
        counts = np.bincount(column[chosen], minlength=len(splits))
        lines.append(f"{name:<22}" + "".join(f"{count:>12,}" for count in counts))
    return "\n".join([
        *lines, "also in: pixel-identical to another face; mirrored or saved anew does not count",
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
