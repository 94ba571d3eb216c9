"""The table of explanations: a row for each, and a file of arrays beside it.

    table = Table("faces.csv")          # or faces.parquet
    table.add(explanation, settings, "row 7", split="test", true="happy")
    table.write(precision="float32")    # faces.csv and faces.npz

docs/long_runs.md says what the columns are, and how both files are read.
"""
import pathlib

import numpy as np

import fer2013
from base import files
from base.errors import UserError
from explaining import averages
from explaining.superpixels import MOST
from explaining.verdict import Without

BOX = ("left", "top", "right", "bottom")
COLUMNS = (
    "name", "split", "face", *BOX, "true", "predicted",
    *(f"p_{emotion}" for emotion in fer2013.EMOTIONS), "explained", "rather_than",
    "verdict", "margin", "r2", "r2_pairs", "stability",
    *(name for name in Without._fields if name != "called"), "called",
    *(f"share_{region}" for region in averages.AREAS), "superpixels", "division", "hide",
    "samples", "seed", "precision", "problem")
WRITERS = {".csv": lambda path, rows: files.write_csv(path, rows, COLUMNS),
           ".parquet": lambda path, rows: write_parquet(path, rows)}


class Table:
    """Rows in memory, about 17 kB each, written at the end in place of a table of the same columns.

    Args:
        path: pathlib.Path that ends in .csv or .parquet.

    Raises:
        UserError: it ends otherwise, its folder or pyarrow is missing, or something else is there.
    """

    def __init__(self, path):
        self.path, self.rows, self.arrays = pathlib.Path(path), [], []
        self.beside = self.path.with_suffix(".npz")
        if self.path.suffix not in WRITERS:
            raise UserError(f"--table {path}: expected a name that ends in {' or '.join(WRITERS)}")
        if not self.path.parent.is_dir():
            raise UserError(f"--table {path}: there is no folder {self.path.parent}")
        for there in filter(pathlib.Path.exists, (self.path, self.beside)):
            if not is_table(self.path):
                raise UserError(f"--table {path}: {there} is something else than such a table; it "
                                "stays as it is, choose another name")

    def add(self, explanation, settings, name, split="", true="", face=None, corners=None):
        """Add the row and the arrays of an Explanation.

        Args:
            settings: a LimeSettings.
            name: path of a photograph, file name or row of a face.
            split: train, validation or test; empty for a photograph.
            true: the true emotion, where it is known.
            face: number of the face in its photograph, from 1.
            corners: float (4, 2), its frame in the photograph.
        """
        box = [None] * 4 if corners is None else [*corners.min(axis=0), *corners.max(axis=0)]
        without, emotions = explanation.without, fer2013.EMOTIONS
        shares = averages.share_by_region(explanation)
        self.rows.append({
            "name": str(name), "split": split, "face": face,
            **{side: value if value is None else round(float(value), 1)
               for side, value in zip(BOX, box, strict=True)},
            "true": true, "predicted": emotions[explanation.predicted],
            **fer2013.by_emotion(explanation.probabilities),
            "explained": emotions[explanation.label],
            "rather_than": (*emotions, "")[explanation.rather_than],
            "verdict": without.verdict, "margin": without.margin,
            "r2": explanation.r2, "r2_pairs": explanation.r2_pairs,
            "stability": float(explanation.stability),
            **without._asdict(), "called": emotions[without.called],
            **{f"share_{region}": share for region, share in shares.items()},
            "superpixels": len(explanation.weights), "division": settings.superpixels,
            "hide": settings.hide, "samples": explanation.samples, "seed": explanation.seed})
        self.arrays.append((explanation.segments, explanation.weights, explanation.together))

    def add_photograph(self, explained):
        """Add a row for each face of an ExplainedPhotograph, or one that says why there is none."""
        for row in explained.rows:
            self.add(row.explanation, row.settings, explained.path, face=row.number,
                     corners=explained.found.faces[row.number - 1].corners)
        if explained.problem:
            self.rows.append({"name": str(explained.path), "problem": explained.problem})
            self.arrays.append((np.zeros((48, 48)), np.zeros(0), np.zeros((0, 0))))

    def write(self, precision):
        """Write the table and the arrays; returns the sentence that says so.

        Args:
            precision: of the network's arithmetic, such as "float32".
        """
        rows = [dict.fromkeys(COLUMNS) | row | {"precision": precision} for row in self.rows]
        arrays = list(zip(*self.arrays, strict=True)) or [()] * 3
        with files.replacing(self.beside) as temporary:
            np.savez(temporary,
                     segments=stack(arrays[0], (48, 48), np.uint8),
                     weights=stack(arrays[1], (MOST,), np.float32, np.nan),
                     pairs=stack(arrays[2], (MOST, MOST), np.float32, np.nan))
        WRITERS[self.path.suffix](self.path, rows)
        return f"wrote {self.path}, {len(rows):,} rows, and {self.beside}"


def stack(arrays, shape, kind, missing=0):
    """The arrays of all rows in one, (rows, *shape), filled up where a face has fewer parts."""
    whole = np.full((len(arrays), *shape), missing, kind)
    for row, array in zip(whole, arrays, strict=True):
        row[tuple(map(slice, array.shape))] = array
    return whole


def write_parquet(path, rows):
    import pandas

    with files.replacing(path) as temporary:
        pandas.DataFrame(rows, columns=COLUMNS).to_parquet(temporary, index=False)


def is_table(path):
    """Whether there is a file with these columns; UserError if pyarrow is missing."""
    import pandas

    try:
        if path.suffix == ".csv":
            return path.is_file() and tuple(pandas.read_csv(path, nrows=0)) == COLUMNS
        return path.is_file() and tuple(pandas.read_parquet(path)) == COLUMNS
    except ImportError as error:
        raise UserError(f"--table {path}: needs pyarrow; "
                        "pip install -r requirements-optional.txt") from error
    except (OSError, ValueError):
        return False
