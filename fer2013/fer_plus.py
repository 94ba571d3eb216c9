"""FER+: the votes of ten people for each face of fer2013.csv, in its order, in fer2013new.csv.

Barsoum et al. 2016, "Training Deep Networks for Facial Expression Recognition with Crowd-Sourced
Label Distribution" (arXiv 1608.01041); https://github.com/microsoft/FERPlus.
"""
import logging

import numpy as np

from base.errors import UserError
from fer2013.archives import MOST_BYTES_AT_ONCE
from fer2013.names import SPLITS, USAGES, label_called

VOTED = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt",
         "unknown", "NF")  # NF: not a face

log = logging.getLogger("fer2013")


def relabel(data, path, place):
    """The splits of fer2013.csv with the labels of the majority; faces without one are left out.

    Args:
        data: {split: (pixels, labels, rows), or None}, rows being "row 1" and so on.
        path: of fer2013new.csv.
        place: of the CSV, for messages.

    Raises:
        UserError: the votes are not readable, or not for these faces.
    """
    usages, votes = read_votes(path)
    places = {split: np.array([int(row.split()[-1]) - 1 for row in found[2]])
              for split, found in data.items() if found}
    usage_of = dict(zip(USAGES.values(), USAGES, strict=True))
    alike = all(split in SPLITS and rows.max() < len(usages)
                and (usages[rows] == usage_of[split]).all() for split, rows in places.items())
    if not alike or sum(map(len, places.values())) != len(usages):
        raise UserError(f"{path}: votes for {len(usages):,} faces, but not those of {place}; "
                        "expected one row for each of its rows, with the same Usage")
    elected = majority(votes)  # (n,)
    labels = np.array([-1 if label is None else label for label in map(label_called, VOTED)])
    labels = np.append(labels, -1)[elected]  # (n,)
    counts = np.bincount(elected, minlength=len(VOTED) + 1)
    log.info("%s: the majority labels %s of %s faces; left out: %s contempt, %s unknown, %s not a "
             "face, %s without a majority", path, f"{(labels >= 0).sum():,}", f"{len(labels):,}",
             *(f"{count:,}" for count in counts[-4:]))
    return {split: found and keep(found, labels[places[split]]) for split, found in data.items()}


def keep(found, labels):
    """The faces of a split whose new label is not -1, with these labels; None if there are none."""
    chosen = np.flatnonzero(labels >= 0)
    rows = [found[2][index] for index in chosen]
    return (found[0][chosen], labels[chosen].astype(np.uint8), rows) if rows else None


def majority(votes):
    """The index in VOTED that more than half vote for, or len(VOTED): int (n,) for int (n, 10).

    Single votes do not count, as in the authors' code.
    """
    votes = np.where(votes > 1, votes, 0)
    elected = votes.argmax(axis=1)
    return np.where(votes.max(axis=1) * 2 > votes.sum(axis=1), elected, len(VOTED))


def read_votes(path):
    """Usage, str (n,), and votes, int (n, 10), of fer2013new.csv."""
    import pandas  # not at the top, because its import takes half a second

    try:
        with open(path, "rb") as file:
            if len(file.read(MOST_BYTES_AT_ONCE + 1)) > MOST_BYTES_AT_ONCE:
                raise ValueError(f"more than {MOST_BYTES_AT_ONCE:,} bytes")
            file.seek(0)
            table = pandas.read_csv(file, usecols=["Usage", *VOTED])
        return table["Usage"].to_numpy(str), table[list(VOTED)].to_numpy(np.int64)
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: not readable as FER+'s fer2013new.csv ({error})") from error
