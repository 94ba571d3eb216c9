"""FER+: the votes of ten people for each face of fer2013.csv, in its order, in fer2013new.csv.

Barsoum et al. 2016, "Training Deep Networks for Facial Expression Recognition with Crowd-Sourced
Label Distribution" (arXiv 1608.01041); https://github.com/microsoft/FERPlus.
"""
import numpy as np

from base.errors import UserError
from base.options import notes
from fer2013.names import USAGES

VOTED = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt",
         "unknown", "NF")  # NF: not a face


def relabel(entries, path, place):
    """The tables.Entry of fer2013.csv with the names of the majority; those without are left out.

    Args:
        entries: of all rows, in order.
        path: of fer2013new.csv.
        place: of the CSV, for messages.

    Raises:
        UserError: the votes are not for these faces.
    """
    import pandas  # not at the top, because its import takes half a second

    try:
        table = pandas.read_csv(path, usecols=["Usage", *VOTED])
        elected = majority(table[list(VOTED)].to_numpy(np.int64))  # (n,)
    except ValueError as error:
        raise UserError(f"{path}: not readable as FER+'s fer2013new.csv ({error})") from error
    if table["Usage"].map(USAGES).tolist() != [entry.split for entry in entries]:
        raise UserError(f"{path}: votes for {len(table):,} faces, but not those of {place}; "
                        "expected one row for each of its rows, with the same Usage")
    counts = np.bincount(elected, minlength=len(VOTED) + 1)
    notes.info("%s: the majority labels %s of %s faces; left out: %s contempt, %s unknown, %s not "
               "a face, %s without a majority", path, f"{counts[:7].sum():,}", f"{len(elected):,}",
               *(f"{count:,}" for count in counts[7:]))
    return [entry._replace(emotion=VOTED[index])
            for entry, index in zip(entries, elected, strict=True) if index < 7]


def majority(votes):
    """The index in VOTED that more than half vote for, or len(VOTED): int (n,) for int (n, 10).

    Single votes do not count, as in the authors' code.
    """
    votes = np.where(votes > 1, votes, 0)
    elected = votes.argmax(axis=1)
    return np.where(votes.max(axis=1) * 2 > votes.sum(axis=1), elected, len(VOTED))
