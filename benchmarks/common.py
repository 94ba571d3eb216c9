"""What the benchmarks share: faces, maps of all methods, tables that resume, means, intervals."""
import functools
import importlib.metadata
import itertools
import os
import pathlib
import platform

import numpy as np
import pandas
from scipy.stats import bootstrap
from tqdm.auto import tqdm

from base import files, options
from explaining.methods import METHODS
from fer2013 import EMOTIONS
from networks.choice import PRETRAINED

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
WORK = ROOT / "outputs" / "benchmarks"  # where interrupted benchmarks resume
SAMPLED = ("LIME", "KernelSHAP")  # the methods whose number of samples can be set


def parser(text, faces):
    """An ArgumentParser with the options of a benchmark on FER2013's faces."""
    new = options.parser(text)
    new.add_argument("--data", default=ROOT / "data", help="FER2013 in any form")
    new.add_argument("--model", default=PRETRAINED, help="the model to explain")
    new.add_argument("--faces", type=options.positive_integer, default=faces,
                     help="how many faces of each emotion")
    return new


def choose_faces(split, network, count):
    """Indices of faces that the network classifies correctly, of the emotions in turn, seed 0.

    Args:
        split: of a fer2013.Dataset.
        network: a networks.network.Network.
        count: largest number of faces of each emotion.
    """
    correct = np.flatnonzero(network.predict(split.pixels).argmax(axis=1) == split.labels)
    random = np.random.default_rng(0)
    by_label = [random.permutation(correct[split.labels[correct] == label])[:count]
                for label in range(len(EMOTIONS))]
    return [int(index) for group in itertools.zip_longest(*by_label) for index in group
            if index is not None]


def complete(name, network, split, indices, measure):
    """All rows of a benchmark, measured face by face; an interrupted run resumes.

    They are kept in outputs/benchmarks/, by the name of the benchmark and the model's digest:
    delete that file after a change of what is measured.

    Args:
        name: of the benchmark.
        network: a networks.network.Network.
        split, indices: of a dataset, and its faces that are measured.
        measure: function from an index to rows, a sequence of dictionaries.

    Returns:
        A DataFrame of the rows, with columns `face` and `emotion`.
    """
    path = files.make_folder(WORK) / f"{name}-{network.identity()['model'][:8]}.csv"
    rows = pandas.read_csv(path) if path.exists() else pandas.DataFrame({"face": []})
    missing = [index for index in indices if split.names[index] not in set(rows.face)]
    for index in tqdm(missing, name, unit="face", leave=False):
        emotion = EMOTIONS[split.labels[index]]
        more = pandas.DataFrame(measure(index)).assign(face=split.names[index], emotion=emotion)
        rows = pandas.concat([rows, more], ignore_index=True)
        with files.replacing(path) as temporary:
            rows.to_csv(temporary, index=False)
    return rows[rows.face.isin([split.names[index] for index in indices])]


def maps_of(face, label, network, seed=0, samples=500, names=tuple(METHODS)):
    """{method: float64 (48, 48)}, with so many samples for the methods that let us choose them."""
    def explain(name):
        method = METHODS[name]
        if name in SAMPLED:
            method = functools.partial(method, samples=samples)
        return method(face, label, network, seed)
    return {name: explain(name) for name in names}


def jaccard(first, second, strongest=5):
    """Overlap of the superpixels with the largest absolute weights, from 0 to 1."""
    first, second = (set(np.argsort(-np.abs(weights))[:strongest]) for weights in (first, second))
    return len(first & second) / len(first | second)


def interval(values):
    """Mean of float (n,) values and its 95 % bootstrap interval: 9,999 resamples with seed 0.

    NaNs are left out.
    """
    values = np.asarray(values, float)
    values = values[~np.isnan(values)]
    if len(values) < 2 or np.ptp(values) == 0:
        return (values.mean() if len(values) else np.nan,) * 3
    resampled = bootstrap((values,), np.mean, method="percentile", rng=np.random.default_rng(0))
    found = resampled.confidence_interval
    return values.mean(), found.low, found.high


def cell(values):
    """A Markdown table's "mean [low, high]"; empty where there is no value."""
    mean, low, high = interval(values)
    return "" if np.isnan(mean) else f"{mean:.2f} [{low:.2f}, {high:.2f}]"


def markdown(header, rows):
    """A Markdown table of texts; the first column is aligned to the left."""
    lines = [f"| {' | '.join(map(str, row))} |" for row in (header, *rows)]
    lines.insert(1, f"|---|{'---:|' * (len(header) - 1)}")
    return "\n".join(lines)


def machine():
    """One line: the processor, its cores, and the versions that decide."""
    information = pathlib.Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    packages = ", ".join(f"{name} {importlib.metadata.version(name)}"
                         for name in ("tensorflow", "keras"))
    return (f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores, "
            f"Python {platform.python_version()}, {packages}")
