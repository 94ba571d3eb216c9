"""The table of explanations: a row for each, and a file of arrays beside it.

    table = Table("faces.csv")
    table.add(explained, split="test")
    table.write(precision="float32")    # faces.csv and faces.npz

docs/long_runs.md says what the columns are, and how both files are read.
"""
import pathlib

import numpy as np
import pandas

from base import files
from base.errors import UserError
from explaining import averages, wording
from explaining.superpixels import MOST
from explaining.verdict import Without
from fer2013 import EMOTIONS, by_emotion

BOX = ("left", "top", "right", "bottom")
COLUMNS = (
    "name", "split", "face", *BOX, "true", "predicted",
    *(f"p_{emotion}" for emotion in EMOTIONS), "explained", "rather_than",
    "verdict", "margin", "r2", "r2_pairs", "stability",
    *(name for name in Without._fields if name != "called"), "called",
    *(f"share_{region}" for region in averages.AREAS), "superpixels", "hide",
    "samples", "seed", "precision", "problem")
COUNTS = ("face", "marked", "fewest", "superpixels", "samples", "seed")


class Table:
    """Rows in memory, about 40 kB each, until both files are written.

    Args:
        path: of a .csv file; an earlier table is replaced.

    Raises:
        UserError: it ends otherwise, or another file has that name.
    """

    def __init__(self, path):
        self.path, self.rows, self.arrays = pathlib.Path(path), [], []
        if self.path.suffix != ".csv":
            raise UserError(f"--table {path}: expected a name that ends in .csv")
        if self.path.exists() and not self.path.read_bytes().startswith(b"name,split,face"):
            raise UserError(f"--table {path}: another file is there; expected a new name")
        files.make_folder(self.path.parent)

    def add(self, explained, split="", corners=None):
        """Add the row and the arrays of an explanation.Explained.

        Args:
            split: of the face, where it is known.
            corners: float (4, 2), its frame in a photograph.
        """
        explanation, scores = explained.explanation, wording.scores(explained)
        box = [] if corners is None else [*corners.min(axis=0), *corners.max(axis=0)]
        shares = averages.share_by_region(explanation)
        self.rows.append(scores | scores["without"] | by_emotion(explanation.probabilities) | {
            "name": explained.name, "split": split, "face": explained.number,
            **dict(zip(BOX, box, strict=False)),
            "true": "" if explained.true is None else EMOTIONS[explained.true],
            "predicted": EMOTIONS[explanation.predicted],
            "explained": EMOTIONS[explanation.label],
            "rather_than": (*EMOTIONS, "")[explanation.rather_than],
            **{f"share_{region}": share for region, share in shares.items()}})
        self.arrays.append((explanation.segments, explanation.weights, explanation.together))

    def add_photograph(self, explained):
        """Add a row for each face of an ExplainedPhotograph, or one that says why there is none."""
        for row in explained.rows:
            self.add(row._replace(name=str(explained.path)),
                     corners=explained.found.faces[row.number - 1].corners)
        if explained.problem:
            self.rows.append({"name": str(explained.path), "problem": explained.problem})
            self.arrays.append((np.zeros((48, 48)), np.zeros(0), np.zeros((0, 0))))

    def write(self, **same):
        """Write both files; returns the sentence that says so. same: columns of one value."""
        rows = pandas.DataFrame(self.rows, columns=COLUMNS).assign(**same)
        rows = rows.round(dict.fromkeys(BOX, 1)).astype(dict.fromkeys(COUNTS, "Int64"))
        segments, weights, pairs = zip(*self.arrays, strict=True)
        beside = self.path.with_suffix(".npz")
        with files.replacing(beside) as temporary:
            np.savez(temporary, segments=np.stack(segments).astype(np.uint8),
                     weights=np.stack(list(map(filled_up, weights))),
                     pairs=np.stack(list(map(filled_up, pairs))))
        with files.replacing(self.path) as temporary:
            rows.to_csv(temporary, index=False, float_format="%.6g")
        return f"wrote {self.path}, {len(rows):,} rows, and {beside}"


def filled_up(array):
    """A row's weights or pairs, with NaN where the face has fewer superpixels than MOST."""
    return np.pad(array.astype(np.float32), (0, MOST - len(array)), constant_values=np.nan)
