"""The data at a glance: counts, copies, conflicting labels, blank faces and examples."""
import numpy as np
import pandas

from fer2013.names import EMOTIONS

EXAMPLES = 5  # faces of each emotion


def summary(splits):
    """The text that `python dataset.py` prints: a table with a column per split, and two lines."""
    faces = pandas.DataFrame({
        "split": np.repeat([split.name for split in splits], list(map(len, splits))),
        "emotion": np.take(EMOTIONS, np.concatenate([split.labels for split in splits])),
        "face": [face.tobytes() for split in splits for face in split.pixels]})
    names, groups = faces.split.unique(), faces.groupby("face")
    others = pandas.crosstab(faces.face, faces.split).loc[faces.face].set_index(faces.index)
    others -= pandas.get_dummies(faces.split)  # identical faces of each split, itself left out
    rows = {emotion: faces.emotion == emotion for emotion in EMOTIONS}
    rows |= {f"also in {name}": others[name] > 0 for name in names}
    rows |= {"labels in conflict": groups.emotion.transform("nunique") > 1,
             "blank": faces.face.map(lambda face: len(set(face)) == 1)}
    table = pandas.DataFrame({name: chosen.groupby(faces.split).sum()
                              for name, chosen in rows.items()}).T[names]
    size, mixed = groups.size(), groups.emotion.nunique() > 1
    return "\n".join([
        table.to_string(formatters=dict.fromkeys(names, "{:,}".format)),
        "also in: pixel-identical to another face; mirrored or saved anew does not count",
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
