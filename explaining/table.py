"""The table of explanations: a row for each, and a file of arrays beside it.

    table = Table("faces.csv")          # or faces.parquet
    table.add(explanation, settings, "row 7", split="test", true="happy")
    table.write()                       # faces.csv and faces.npz

docs/long_runs.md says what the columns are, and how both files are read.
"""
import csv
import functools
import pathlib
import zipfile

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
    "r2", "r2_pairs", "stability",
    *(name for name in Without._fields if name != "called"), "called",
    *(f"share_{region}" for region in averages.AREAS), "superpixels", "division", "hide",
    "samples", "seed", "problem")
SHAPES = {"segments": (48, 48), "weights": (MOST,), "pairs": (MOST, MOST)}  # of a row


class Table:
    """Rows in memory, about 17 kB each, written at the end in place of a table of the same columns.

    Args:
        path: pathlib.Path that ends in .csv or .parquet.

    Raises:
        UserError: it ends otherwise, its folder or pyarrow is missing, or there is a file with
            other columns or of another kind, or an .npz file alone.
    """

    def __init__(self, path):
        self.path, self.rows, self.arrays = pathlib.Path(path), [], []
        if self.path.suffix not in READERS:
            raise UserError(f"--table {path}: expected a name that ends in "
                            f"{' or '.join(READERS)}")
        if not self.path.parent.is_dir():
            raise UserError(f"--table {path}: there is no folder {self.path.parent}")
        if self.path.exists() and not self.path.is_file():
            raise UserError(f"--table {path}: neither a table nor a free name; choose another")
        columns, beside = read_columns(self.path), self.path.with_suffix(".npz")
        if columns is None and beside.exists():
            raise UserError(f"--table {path}: there is a {beside} without this table; it stays as "
                            "it is, choose another name")
        if columns is not None and tuple(columns) != COLUMNS:
            raise UserError(f"--table {path}: there is a file with other columns; it stays as it "
                            "is, choose another name")

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
        parts, emotions = explanation.without._asdict(), fer2013.EMOTIONS
        shares = averages.share_by_region(explanation)
        self.rows.append({
            "name": str(name), "split": split, "face": face,
            **{side: value if value is None else round(float(value), 1)
               for side, value in zip(BOX, box, strict=True)},
            "true": true, "predicted": emotions[explanation.probabilities.argmax()],
            **fer2013.by_emotion(explanation.probabilities),
            "explained": emotions[explanation.label],
            "rather_than": (*emotions, "")[explanation.rather_than],
            "r2": explanation.r2, "r2_pairs": explanation.r2_pairs,
            "stability": float(explanation.stability),
            **parts, "called": emotions[parts["called"]],
            **{f"share_{region}": share for region, share in shares.items()},
            "superpixels": len(explanation.weights), "division": settings.superpixels,
            "hide": settings.hide, "samples": explanation.samples, "seed": explanation.seed,
            "problem": ""})
        self.arrays.append((explanation.segments.astype(np.uint8),
                            explanation.weights.astype(np.float32),
                            explanation.together.astype(np.float32)))

    def add_photograph(self, explained):
        """Add a row for each face of an ExplainedPhotograph, or one that says why there is none."""
        for row in explained.rows:
            self.add(row.explanation, row.settings, explained.path, face=row.number,
                     corners=explained.found.faces[row.number - 1].corners)
        if explained.problem:
            self.rows.append(dict.fromkeys(COLUMNS) | {
                "name": str(explained.path), "problem": explained.problem})
            self.arrays.append((np.zeros((48, 48), np.uint8), np.zeros(0, np.float32),
                                np.zeros((0, 0), np.float32)))

    def write(self):
        """Write the table and the arrays; returns the sentence that says so."""
        rows = [{name: row[name] for name in COLUMNS} for row in self.rows]
        write_arrays(self.path.with_suffix(".npz"), self.arrays)
        WRITERS[self.path.suffix](self.path, rows)
        return f"wrote {self.path}, {len(rows):,} rows, and {self.path.with_suffix('.npz')}"


def write_arrays(path, arrays):
    """An .npz of the rows' arrays, row by row; NaN where a face has fewer than MOST superpixels."""
    with files.replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for column, (name, shape) in enumerate(SHAPES.items()):
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array_header_1_0(file, {
                    "descr": np.dtype(np.float32 if column else np.uint8).str,
                    "fortran_order": False, "shape": (len(arrays), *shape)})
                for row in arrays:
                    missing = [(0, most - size)
                               for most, size in zip(shape, row[column].shape, strict=True)]
                    filled = np.pad(row[column], missing,
                                    constant_values=np.nan if column else 0)
                    file.write(filled.tobytes())


def write_parquet(path, rows):
    import pandas

    with files.replacing(path) as temporary:
        pandas.DataFrame(rows, columns=COLUMNS).to_parquet(temporary, index=False)


def read_columns(path):
    """The columns of the table at this path; None if there is no file.

    Raises:
        UserError: pyarrow is missing, or the file is not readable.
    """
    try:
        return READERS[path.suffix](path)
    except FileNotFoundError:
        return None
    except ImportError as error:
        raise UserError(f"--table {path}: needs pyarrow; "
                        "pip install -r requirements-optional.txt") from error
    except (OSError, ValueError, csv.Error) as error:
        raise UserError(f"--table {path}: there is a file that is no table; it stays as it is, "
                        "choose another name") from error


def read_csv_columns(path):
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file), ())


def read_parquet_columns(path):
    import pyarrow.parquet

    return pyarrow.parquet.read_schema(path).names


READERS = {".csv": read_csv_columns, ".parquet": read_parquet_columns}
WRITERS = {".csv": functools.partial(files.write_csv, columns=COLUMNS),
           ".parquet": write_parquet}
