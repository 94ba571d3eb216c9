"""What the benchmarks share: options, tables that grow row by row, means with intervals."""
import hashlib
import importlib.metadata
import os
import pathlib
import platform

import numpy as np
import pandas
from scipy.stats import bootstrap
from tqdm import tqdm

from base import command_line
from base.errors import UserError
from fer2013 import EMOTIONS, bundled

HERE = pathlib.Path(__file__).resolve().parent
WORK = HERE.parent / "outputs" / "all"  # where the programs write, before the results are copied
AVATARS_MODEL = WORK / "demonstration" / "model.keras"


def face_arguments(description, faces):
    """A parser with the options of a benchmark on FER2013's faces: --data, --model and --faces."""
    parser = command_line.parser(description)
    parser.add_argument("--data", default=HERE.parent / "data", help="FER2013 in any form")
    parser.add_argument("--model", default=bundled.PRETRAINED, help="a .keras file")
    parser.add_argument("--faces", type=command_line.positive_integer, default=faces,
                        help="how many faces of each emotion")
    return parser


def machine(*more):
    """One line: the processor, its cores, and the versions that decide, also of `more` packages."""
    packages = ", ".join(f"{name} {importlib.metadata.version(name)}"
                         for name in ("tensorflow", "keras", "numpy", *more))
    return (f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
            f"{packages}")


def processor():
    """The name of the processor."""
    information = pathlib.Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def version(model_path):
    """The first eight hexadecimal digits of a model file's SHA-256, which names its rows."""
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
        raise UserError(f"{path}: not of this model ({model}) or this version of the script; "
                        "delete it to start over")
    return rows


def unmeasured(path, columns, model, indices, names, column, values):
    """What a table lacks: [(index of a face, values that it has no row of)], in random order.

    So a table is completed when a method is added, and an unfinished one is of all emotions.

    Args:
        path, columns, model: see begin().
        indices: of faces; names: of all faces.
        column: of the table, as "method".
        values: what a complete face has in that column.
    """
    rows = begin(path, columns, model)
    there = rows.groupby("face")[column].agg(set).to_dict()
    missing = [(index, set(values) - there.get(names[index], set()))
               for index in np.random.default_rng(0).permutation(indices)]
    return [(index, values) for index, values in missing if values]


def complete(path, columns, model, faces, indices, column, values, measure):
    """Measure and append the rows that a table lacks, face by face.

    Args:
        path, columns, model, indices, column, values: see unmeasured().
        faces: pixels, labels and names, as fer2013.load() returns them.
        measure: function from a face, its label and the missing values to rows.
    """
    pixels, labels, names = faces
    missing = unmeasured(path, columns, model, indices, names, column, values)
    for index, lacking in tqdm(missing, unit="face"):
        append(path, measure(pixels[index], int(labels[index]), lacking), columns,
               face=names[index], emotion=EMOTIONS[labels[index]], model=model)


def read(path):
    """All rows of such a CSV."""
    return pandas.read_csv(path, dtype={"model": str})


def append(path, rows, columns, **common):
    """Add rows (dictionaries) to a CSV of begin(); common: values that all of them share."""
    table = pandas.DataFrame(rows).assign(**common)
    table[columns].to_csv(path, mode="a", header=False, index=False, float_format="%.4f")


def interval(values):
    """Mean of float (n,) values and its 95 % bootstrap interval: 9,999 resamples with seed 0.

    NaNs are left out.
    """
    values = np.asarray(values, float)[~np.isnan(values)]
    if len(values) < 2 or np.ptp(values) == 0:
        return (values.mean() if len(values) else np.nan,) * 3
    resampled = bootstrap((values,), np.mean, method="percentile", rng=np.random.default_rng(0))
    found = resampled.confidence_interval
    return values.mean(), found.low, found.high


def cell(values):
    """A Markdown table's "mean [low, high]"; empty where there is no value."""
    mean, low, high = interval(values)
    return "" if np.isnan(mean) else f"{mean:.3f} [{low:.3f}, {high:.3f}]"
