"""What the benchmarks share: options, a CSV that grows row by row and is gone on with, means with their intervals."""
import hashlib
import importlib.metadata
import os
import pathlib
import platform
import sys

import numpy as np
import pandas
from scipy.stats import bootstrap

from base import command_line
from base.errors import UserError

HERE = pathlib.Path(__file__).resolve().parent


def face_arguments(description, faces):
    """A parser with the options of a benchmark on FER2013's faces: --data, --model and --faces."""
    parser = command_line.parser(description)
    parser.add_argument("--data", default=HERE.parent / "data", help="FER2013 in any form")
    parser.add_argument("--model", default=HERE.parent / "pretrained" / "emotion_cnn.keras", help="a .keras file")
    parser.add_argument("--faces", type=command_line.positive_integer, default=faces, help="of each emotion")
    return parser


def machine():
    """The processor, its cores, and the versions of Python and of what decides about speed and results."""
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines() if sys.platform == "linux" else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    packages = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("tensorflow", "keras", "numpy"))
    return (f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores, "
            f"Python {platform.python_version()}, {packages}")


def version(model_path):
    """The first eight hexadecimal digits of a model file's SHA-256, to tell the rows of one model from another's."""
    return hashlib.sha256(pathlib.Path(model_path).read_bytes()).hexdigest()[:8]


def begin(path, columns, model):
    """The rows of a CSV with a column `model`, begun if there is none.

    Raises:
        UserError: they are another model's, or of another version of the script.
    """
    if not path.exists():
        path.write_text(",".join(columns) + "\n", encoding="utf-8")
    rows = read(path)
    if list(rows.columns) != columns or (rows.model != model).any():
        raise UserError(f"{path}: not of this model ({model}) or this version of the script; delete it to start over")
    return rows


def lacking(rows, faces, names, column, values):
    """The faces for which a table has no row with one of the values in a column: a list of indices.

    An incomplete face is measured again as a whole: drop_face() takes out its earlier rows.

    Args:
        rows: DataFrame with a column "face".
        faces: indices; names: of all faces.
        column, values: as "method" and the names of all methods.
    """
    there = rows.groupby("face")[column].agg(set).to_dict()
    return [face for face in faces if not set(values) <= there.get(names[face], set())]


def drop_face(path, face):
    """Take the rows of one face out of a CSV, before it is measured again with what was missing."""
    rows = read(path)
    if (rows.face == face).any():
        rows[rows.face != face].to_csv(path, index=False, float_format="%.4f")


def read(path):
    """All rows of such a CSV."""
    return pandas.read_csv(path, dtype={"model": str})


def append(path, rows, columns, **common):
    """Add rows (dictionaries) to a CSV that begin() began; common: values that all of them share."""
    table = pandas.DataFrame(rows).assign(**common)
    table[columns].to_csv(path, mode="a", header=False, index=False, float_format="%.4f")


def interval(values):
    """Mean of float (n,) values and its 95 % bootstrap interval, 9,999 resamples with seed 0; NaNs are left out."""
    values = np.asarray(values, float)[~np.isnan(values)]
    if len(values) < 2 or np.ptp(values) == 0:
        return (values.mean() if len(values) else np.nan,) * 3
    found = bootstrap((values,), np.mean, method="percentile", rng=np.random.default_rng(0)).confidence_interval
    return values.mean(), found.low, found.high


def cell(values):
    """A Markdown table's "mean [low, high]"; empty where there is no value."""
    mean, low, high = interval(values)
    return "" if np.isnan(mean) else f"{mean:.3f} [{low:.3f}, {high:.3f}]"
