"""The data at a glance: counts, identical faces, conflicting labels, blank faces and examples."""
import numpy as np

from fer2013.names import EMOTIONS, SPLITS

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
    """The text that `python dataset.py` prints: a table with a column per split, and one line.

    The row "also in train" counts the faces of a split that are pixel-identical to another face,
    one of the train split.

    Args:
        splits: the Splits.
    """
    pixels = np.concatenate([split.pixels for split in splits])
    labels = np.concatenate([split.labels for split in splits])
    columns = [SPLITS.index(split.name) for split in splits]
    split = np.repeat(columns, list(map(len, splits)))  # (n,)
    group = group_identical(pixels)  # (n,)
    size, mixed = np.bincount(group), conflicting(group, labels)  # (groups,) each
    table = np.zeros((len(size), len(SPLITS)), int)  # faces of each group in each split
    np.add.at(table, (group, split), 1)
    others = table[group] - np.eye(len(SPLITS), dtype=int)[split]  # (n, 3): identical other faces
    rows = {emotion: labels == label for label, emotion in enumerate(EMOTIONS)}
    rows |= {f"also in {SPLITS[index]}": others[:, index] > 0 for index in np.unique(split)}
    rows |= {"labels in conflict": mixed[group], "blank": blank(pixels)}
    lines = [f"{'':<20}" + "".join(f"{SPLITS[column]:>12}" for column in columns)]
    for name, chosen in rows.items():
        counts = np.bincount(split[chosen], minlength=len(SPLITS))
        in_columns = (f"{counts[column]:>12,}" for column in columns)
        lines.append(f"{name:<20}" + "".join(in_columns))
    lines.append(f"{(size > 1).sum():,} groups of pixel-identical faces contain "
                 f"{size[size > 1].sum():,} faces; "
                 f"{mixed.sum():,} of the groups have conflicting labels")
    return "\n".join(lines)


def choose_examples(pixels, labels, seed):
    """EXAMPLES random faces of each emotion, or fewer if there are fewer.

    Returns:
        A list of seven uint8 (up to EXAMPLES, 48, 48) arrays, in label order.
    """
    random = np.random.default_rng(seed)
    return [pixels[random.permutation(np.flatnonzero(labels == label))[:EXAMPLES]]
            for label in range(len(EMOTIONS))]
