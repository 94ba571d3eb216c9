"""Time and memory for loading FER2013, compared with the usual row-by-row idiom.

    python -m benchmarks.data_speed --data data

--data is a directory that holds FER2013 both as train/ and test/ folders and as fer2013.csv. Each
way of loading runs --repeats times in a new process. The fastest run counts, because other work on
the machine can only slow a run down. Prints a table and writes it to benchmarks/data_speed.md.

Targets on two cores: the CSV of 266 MB in under 5 s, the 28,709 JPEGs in under 8 s, peak memory
below 1.2 GB.
"""
import argparse
import importlib.metadata
import json
import os
import pathlib
import platform
import resource
import subprocess
import sys
import time

import numpy as np
import pandas

import fer2013
from benchmarks.results import processor

HERE = pathlib.Path(__file__).resolve().parent

WAYS = {  # name: (what is read, the function that reads it)
    "fer2013.load, CSV": ("fer2013.csv", lambda path: fer2013.load(path, "train")[:2]),
    "fer2013.load, folders": ("", lambda path: fer2013.load(path, "train")[:2]),
    "pandas.read_csv, then row by row": ("fer2013.csv", lambda path: read_row_by_row(path)),
}


def main():
    args = parse_arguments()
    if args.way:
        print(json.dumps(measure(args.way, args.data)))
        return
    runs = [json.loads(run_in_new_process(way, args.data))
            for _ in range(args.repeats) for way in WAYS]
    text = page(runs, args)
    print(text)
    (HERE / "data_speed.md").write_text(text, encoding="utf-8")


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True,
                        help="directory with FER2013 as folders and as fer2013.csv")
    parser.add_argument("--repeats", type=int, default=3, help="number of runs of each way")
    parser.add_argument("--way", choices=WAYS, help="measure only this way, in this process")
    return parser.parse_args()


def run_in_new_process(way, data):
    command = [sys.executable, "-m", "benchmarks.data_speed", "--data", data, "--way", way]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def measure(way, data):
    """Seconds and peak memory of loading the training split in this process.

    The number of faces and the sum of the pixels show whether all ways load the same arrays.
    """
    name, read = WAYS[way]
    started = time.perf_counter()
    pixels, labels = read(data / name)
    seconds = time.perf_counter() - started
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return {"way": way, "seconds": seconds, "peak": peak, "faces": len(labels),
            "sum": int(pixels.sum(dtype=np.int64))}


def read_row_by_row(path):
    """The idiom of most notebooks on FER2013, which checks nothing."""
    table = pandas.read_csv(path)
    table = table[table.Usage == "Training"]
    pixels = np.stack([np.array(row.split(), dtype=np.uint8).reshape(48, 48)
                       for row in table.pixels])
    return pixels, table.emotion.to_numpy(np.uint8)


def page(runs, args):
    """The Markdown page: the machine, and the fastest run of each way."""
    table = pandas.DataFrame(runs)
    arrays = table.groupby("way")[["faces", "sum"]].first()
    assert arrays.nunique().eq(1).all(), "the ways read different faces"
    lines = ["# Loading the training split", "", f"{machine()} Fastest of {args.repeats} runs of "
             "`python -m benchmarks.data_speed --data data`, each in a new process; peak memory "
             "includes Python and its packages (all processes import pandas).", "",
             "| way | faces | seconds | peak memory |", "|---|---:|---:|---:|"]
    for way in WAYS:
        rows = table[table.way == way]
        lines.append(f"| {way} | {rows.faces.iloc[0]:,} | {rows.seconds.min():.1f} | "
                     f"{rows.peak.max() / 1e6:,.0f} MB |")
    return "\n".join(lines) + "\n"


def machine():
    """A sentence on the machine and its versions; if it was busy, a second one with the load."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}"
                         for name in ("numpy", "pandas", "pillow"))
    text = (f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
            f"{versions}.")
    load = os.getloadavg()[0]  # of the last minute; these runs themselves keep one core busy
    if load > 1.5:
        text += f" The machine did other work at the time (load {load:.1f})."
    return text


if __name__ == "__main__":
    main()
