"""What the benchmarks share: places, tables that grow row by row, means with intervals."""
import hashlib
import importlib.metadata
import os
import pathlib
import platform

import numpy as np
import pandas
from scipy.stats import bootstrap

from base.errors import UserError

HERE = pathlib.Path(__file__).resolve().parent
WORK = HERE.parent / "outputs" / "all"  # where the programs write, before the results are copied
AVATARS_MODEL = WORK / "demonstration" / "model.keras"


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
