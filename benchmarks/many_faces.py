"""What tables, kept explanations and more processes cost and save.

    python -m benchmarks.many_faces overhead        # bookkeeping for each face, of 100 to 28,709
    python -m benchmarks.many_faces jobs            # one process of two threads, or two of one
    python -m benchmarks.many_faces photographs     # a folder of pictures, in several ways

Prints a table for benchmarks/many_faces.md. "overhead" takes one explanation that is computed
before for that of every face, so that only looking up, keeping, averaging and writing are timed.
"jobs" stops with an error if two ways differ in one bit.
"""
import argparse
import contextlib
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np
from PIL import Image, ImageEnhance

import fer2013
from base.parallel import Workers
from base.store import Store
from benchmarks.results import machine
from explaining.averages import Average
from explaining.engine import Engine
from explaining.face_set import FaceSet
from explaining.settings import LimeSettings
from explaining.table import Table
from fer2013 import bundled
from networks.network import open_network

ROOT = pathlib.Path(__file__).resolve().parent.parent
COUNTS = (100, 1000, 3589, 28_709)  # the last two: PublicTest and Training
PICTURES, FACES, ROUNDS = 12, 8, 3


class StandIn(Engine):
    """An Engine that gives every face the same explanation."""

    def compute(self, asked):
        face, labels = np.zeros((48, 48), np.uint8), [3]
        found = next(Engine(even, LimeSettings("grid", "zero", 100)).explain([(face, labels)]))
        together = np.random.default_rng(0).normal(size=found[3].together.shape)
        return ({3: found[3]._replace(together=together)} for _ in asked)


def even(pixels):
    return np.full((len(pixels), 7), 1 / 7, np.float32)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--faces", type=int, help="of overhead: measure this number alone")
    args = parser.parse_args()
    if args.faces:
        print(keep_and_write(args.faces))
        return
    print(PARTS[args.part]())
    print(f"\n{machine()}; load of the machine meanwhile {os.getloadavg()[1]:.0f}.")


def overhead():
    """The rows of keep_and_write(), each measured in a new process."""
    rows = [subprocess.run([sys.executable, "-m", "benchmarks.many_faces", "overhead", "--faces",
                            str(count)], check=True, capture_output=True, text=True).stdout.strip()
            for count in COUNTS]
    return "\n".join(["| faces | explained, ms per face | of it processor | taken from the disk | "
                      "table written | files, MB | peak memory, MB |",
                      "|" + "---:|" * 7, *rows])


def keep_and_write(count):
    """A row of the table: `count` faces that are kept and averaged, and then found again."""
    pixels = np.random.default_rng(0).integers(0, 256, (count, 48, 48)).astype(np.uint8)
    labels, names = np.full(count, 3, np.uint8), [f"row {row}" for row in range(count)]
    seconds = []
    with (tempfile.TemporaryDirectory() as folder,
          contextlib.closing(Store(pathlib.Path(folder, "explained.sqlite"))) as kept):
        for _ in range(2):
            table = Table(pathlib.Path(folder, "faces.csv"))
            faces = FaceSet(pixels, labels, names, StandIn(even, LimeSettings(), {}, kept),
                            table=table)
            begun, busy = time.perf_counter(), time.process_time()
            average = Average()
            for by_label in faces.explain([(index, [3]) for index in range(count)]):
                average.add(by_label[3])
            seconds += [time.perf_counter() - begun, time.process_time() - busy]
        begun = time.perf_counter()
        table.write()
        seconds.append(time.perf_counter() - begun)
        size = sum(path.stat().st_size for path in pathlib.Path(folder).iterdir()) / 1e6
    first, processor, again, _, written = (1000 * value / count for value in seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return (f"| {count:,} | {first:.1f} | {processor:.1f} | {again:.1f} | {written:.1f} | "
            f"{size:.0f} | {peak:.0f} |")


def jobs():
    """Faces per second of one process with all threads or one, of two with one each, of Dask."""
    from distributed import LocalCluster

    os.environ["PYTHONPATH"] = str(ROOT)  # for Dask's workers
    network = open_network(bundled.PRETRAINED)
    pixels = fer2013.load(bundled.COMPOSITES, "test")[0][:FACES]
    engine = Engine(network.predict, LimeSettings(samples=500), source=network.source)
    asked = [(face, [3]) for face in pixels]
    with (LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
          LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as single):
        ways = {"1 process, 2 threads": Workers(),
                "1 Dask worker, 1 thread": Workers(cluster=single.scheduler_address),
                "2 processes, 1 thread each (--jobs 2)": Workers(jobs=2),
                "2 Dask workers, 1 thread each (--cluster)":
                    Workers(cluster=cluster.scheduler_address)}
        results, seconds = set(), {name: [] for name in ways}
        for name in [*ways] * (ROUNDS + 1):  # in turn, because the load of the machine changes
            begun = time.perf_counter()
            found = engine._replace(workers=ways[name]).explain(asked)
            results.add(b"".join(each[3].weights.tobytes() + each[3].together.tobytes()
                                 for each in found))
            seconds[name].append(time.perf_counter() - begun)
    assert len(results) == 1, "the ways differ"
    speeds = {name: FACES / min(times[1:]) for name, times in seconds.items()}  # first: opens
    alone = next(iter(speeds.values()))
    return "\n".join([f"| fastest of {ROUNDS} rounds, {FACES} faces, 500 samples | "
                      "faces per second | speed-up |", "|---|---:|---:|",
                      *(f"| {name} | {speed:.2f} | {speed / alone:.2f} |"
                        for name, speed in speeds.items())])


def photographs():
    """Faces per second of a folder of pictures, of the whole command with its start."""
    ways = {"figures, 1 process": (), "table alone, 1 process": ("--no-figures",),
            "table alone, 2 processes": ("--no-figures", "--jobs", "2")}
    rows, tables = [], []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        make_pictures(folder / "pictures")
        for number, (name, options) in enumerate(ways.items()):
            outputs = folder / str(number)
            outputs.mkdir()
            command = [sys.executable, ROOT / "explain.py", "--image", folder / "pictures",
                       "--samples", "100", "--outputs", outputs, "--table", outputs / "faces.csv",
                       *options, "--quiet"]
            for again in ("", ", again"):
                begun = time.perf_counter()
                subprocess.run(command, check=True, cwd=ROOT)
                tables.append((outputs / "faces.csv").read_bytes())
                if not again or options:
                    rows.append(f"| {name}{again} | "
                                f"{PICTURES / (time.perf_counter() - begun):.2f} |")
    assert len(set(tables)) == 1, "the ways differ"
    return "\n".join([f"| {PICTURES} pictures with a face each, 100 samples | faces per second |",
                      "|---|---:|", *rows])


def make_pictures(folder):
    """Variants of the example photograph, each another size and brightness."""
    folder.mkdir()
    with Image.open(ROOT / "examples" / "eileen_collins.jpg") as picture:
        for number in range(PICTURES):
            size = [round(side * (1 + 0.02 * number)) for side in picture.size]
            bright = ImageEnhance.Brightness(picture.resize(size)).enhance(0.8 + 0.02 * number)
            bright.save(folder / f"{number:02}.jpg", quality=95)


PARTS = {"overhead": overhead, "jobs": jobs, "photographs": photographs}


if __name__ == "__main__":
    main()
