"""The data at a glance: faces per split and emotion, identical faces, conflicting labels, blank faces, examples."""
import numpy as np

from fer2013.sources import EMOTIONS, SPLITS

EXAMPLES = 5  # faces of each emotion


def group_identical(pixels):
    """The group of pixel-identical faces that each belongs to, numbered as they appear: int (n,) of (n, 48, 48)."""
    numbers = {}
    return np.array([numbers.setdefault(face.tobytes(), len(numbers)) for face in pixels])


def blank(pixels):
    """Which faces have one grey all over: bool (n,) of uint8 (n, 48, 48)."""
    return (pixels == pixels[:, :1, :1]).all(axis=(1, 2))


def conflicting(group, labels):
    """Whether the faces of a group carry different labels: bool (groups,) of two int (n,)."""
    pairs = np.unique(np.stack([group, labels]), axis=1)  # (2, different pairs)
    return np.bincount(pairs[0]) > 1


def in_splits(group, split):
    """How many faces of a group are in a split: int (groups, 3); split: the place of each face's split, int (n,)."""
    table = np.zeros((group.max() + 1, len(SPLITS)), int)
    np.add.at(table, (group, split), 1)
    return table


def summary(by_split):
    """What `python dataset.py` says of {split: (pixels, labels, names)}: a table with a column per split, and a line.

    "also in train" counts the faces of a split that are pixel-identical to another face, of train.
    """
    pixels, labels = (np.concatenate([columns[part] for columns in by_split.values()]) for part in (0, 1))
    split = np.repeat([SPLITS.index(name) for name in by_split], [len(columns[1]) for columns in by_split.values()])  # (n,)
    group = group_identical(pixels)  # (n,)
    size, mixed, table = np.bincount(group), conflicting(group, labels), in_splits(group, split)
    others = table[group] - np.eye(len(SPLITS), dtype=int)[split]  # (n, 3): identical faces, without itself
    rows = {emotion: labels == label for label, emotion in enumerate(EMOTIONS)}
    rows |= {f"also in {SPLITS[place]}": others[:, place] > 0 for place in np.unique(split)}
    rows |= {"labels in conflict": mixed[group], "blank": blank(pixels)}
    lines = [f"{'':<20}" + "".join(f"{name:>12}" for name in by_split)]
    for name, chosen in rows.items():
        counts = np.bincount(split[chosen], minlength=len(SPLITS))
        lines.append(f"{name:<20}" + "".join(f"{counts[SPLITS.index(column)]:>12,}" for column in by_split))
    lines.append(f"{(size > 1).sum():,} groups of pixel-identical faces hold {size[size > 1].sum():,} faces; "
                 f"{mixed.sum():,} of the groups carry conflicting labels")
    return "\n".join(lines)


def choose_examples(pixels, labels, seed):
    """EXAMPLES faces of each emotion, or as many as there are: a list of seven uint8 (<= EXAMPLES, 48, 48)."""
    random = np.random.default_rng(seed)
    return [pixels[random.permutation(np.flatnonzero(labels == label))[:EXAMPLES]] for label in range(len(EMOTIONS))]
