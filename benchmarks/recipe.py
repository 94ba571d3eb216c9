"""The gain from each part of the training recipe: short runs of train.py that differ in one option.

    python -m benchmarks.recipe --data data --epochs 6

Every run has a complete learning-rate schedule over --epochs, so short runs can be compared with
each other, but not with long ones. These are the long runs, each taught by earlier ones; the third
is the most accurate:

    python -m benchmarks.recipe --data data --epochs 25 --variants muon
    python -m benchmarks.recipe --data data --epochs 55 --variants "second generation"
    python -m benchmarks.recipe --data data --epochs 52 --seed 1 --variants "third generation"
    python -m benchmarks.recipe --data data --epochs 50 --seed 2 --variants "fourth generation"
    python -m benchmarks.recipe --data data --epochs 32 --seed 3 --variants "larger teacher"
    python -m benchmarks.recipe --data data --epochs 36 --seed 4 \
        --variants "student of a larger teacher"
    python -m benchmarks.recipe --data data --epochs 40 --seed 5 \
        --variants "CutMix and a moving average"
    python -m benchmarks.recipe --data data --epochs 8 --seed 6 \
        --variants "constant learning rate, longer moving average of weights"
    python -m benchmarks.recipe --data data --epochs 12 --seed 7 --variants "wider views"
    python -m benchmarks.recipe --data data --epochs 8 --seed 8 --variants "sharpness-aware steps"

The five independent teachers, of INDEPENDENT in its order, with the seeds 11, 12, 14, 15 and, the
second one again, 13; and their student (KERAS_BACKEND=jax on a GPU):

    python -m benchmarks.recipe --data data --epochs 45 --seed 11 \
        --variants "independent teacher 64 64 128 256 2048"
    python -m benchmarks.recipe --data data --epochs 120 --seed 21 \
        --variants "student of five teachers"

When a run has ended, its row is written to benchmarks/recipe.csv and replaces an earlier row of the
same variant, number of epochs and seed. A run that is complete in outputs/recipe is not repeated.
"""
import argparse
import functools
import json
import pathlib
import statistics
import subprocess
import sys

import pandas

from base import parallel
from base.parallel import Workers
from benchmarks import recipe_trials

HERE = pathlib.Path(__file__).resolve().parent
TABLE = HERE / "recipe.csv"
RUNS = HERE.parent / "outputs" / "recipe"
FIRST, SECOND, THIRD, LARGER = (
    RUNS / run / "model.keras"
    for run in ("muon-25-0", "second-generation-55-0", "third-generation-52-1",
                "larger-teacher-32-3"))
INDEPENDENT = {  # from new weights, taught by nobody: filters of the four blocks, hidden units
    f"independent teacher {shape}": shape.split() for shape in (
        "64 64 128 256 2048", "64 128 256 256 960", "64 128 256 512 1024", "96 128 256 512 1024")}
FIVE = [RUNS / f"{name.replace(' ', '-')}-45-{seed}" / "model.keras"
        for name, seed in zip([*INDEPENDENT, list(INDEPENDENT)[1]], (11, 12, 14, 15, 13),
                              strict=True)]
SHORT = {
    "muon": ("--optimizer", "muon"),  # the default
    "no label smoothing": ("--label-smoothing", "0"),
    "square-root class weights": ("--class-weight", "square-root"),
    "constant learning rate": ("--schedule", "constant"),
    "adamw": ("--optimizer", "adamw"),
    "adamw, no label smoothing": ("--optimizer", "adamw", "--label-smoothing", "0"),
    "sgd": ("--optimizer", "sgd", "--learning-rate", "0.05"),
    "batches of 128": ("--batch-size", "128"),
    "all faces resampled": ("--sharp", "0"),
    "half of the faces erased in part": ("--erase", "0.5"),
    "float32": ("--precision", "float32"),
}
TRIALS = dict.fromkeys(recipe_trials.TRIALS, ()) | {
    name: ("--schedule", "constant") for name in recipe_trials.TRIALS
    if name.startswith(("constant", "plateau"))}
FROM_THIRD = ("--teachers", THIRD, "--teachers-share", "0.5", "--start-from", THIRD)
VARIANTS = SHORT | TRIALS | {  # and the long runs
    "second generation": ("--erase", "0.3", "--teachers", FIRST, "--teachers-share", "0.4"),
    "third generation": ("--erase", "0.5", "--teachers", SECOND, FIRST, "--teachers-share", "0.5",
                         "--start-from", SECOND),
    "fourth generation": ("--erase", "0.5", "--teachers", THIRD, SECOND, FIRST,
                          "--teachers-share", "0.6", "--start-from", THIRD),
    "larger teacher": ("--filters", "64", "128", "256", "512", "--erase", "0.3",
                       "--teachers", THIRD, "--teachers-share", "0.5"),
    "student of a larger teacher": ("--erase", "0.5", "--teachers", LARGER, THIRD,
                                    "--teachers-share", "0.7", "--start-from", THIRD),
    "CutMix and a moving average": ("--erase", "0.25", "--teachers", LARGER, THIRD,
                                    "--teachers-share", "0.6", "--start-from", THIRD),
    "constant learning rate, longer moving average of weights": (
        "--schedule", "constant", "--learning-rate", "0.0005", "--erase", "0.5", *FROM_THIRD),
    "wider views": ("--learning-rate", "0.0007", "--sharp", "0.25", "--erase", "0.4", *FROM_THIRD),
    "sharpness-aware steps": ("--learning-rate", "0.0007", "--erase", "0.5", *FROM_THIRD),
    "student of five teachers": ("--erase", "0.5", "--teachers", *FIVE, "--teachers-share", "0.8"),
} | {name: ("--erase", "0.3", "--filters", *filters, "--hidden", hidden)
     for name, (*filters, hidden) in INDEPENDENT.items()}


def main():
    args = parse_arguments()
    workers = Workers(args.jobs, args.cluster)
    for row in workers.map(functools.partial(run_variant, args), args.variants):
        write_row(row)
        print(row, flush=True)


def run_variant(args, name):
    """The row of a variant, which is trained where no complete run is there."""
    folder = RUNS / f"{name.replace(',', '').replace(' ', '-')}-{args.epochs}-{args.seed}"
    if not (folder / "done").exists():
        train(name, folder, args)
    return read_run(name, folder)


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="data", help="FER2013 in any form")
    parser.add_argument("--epochs", default="6", help="epochs of each run")
    parser.add_argument("--seed", default="0", help="seed of each run")
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(SHORT),
                        help="the variants to run")
    parallel.add_options(parser)
    return parser.parse_args()


def train(name, folder, args):
    """Run a variant in `folder`, and mark it as complete with an empty file "done"."""
    trial = ["-m", "benchmarks.recipe_trials", name]
    script = trial if name in TRIALS else [HERE.parent / "train.py"]
    command = [sys.executable, *script, "--data", args.data, "--epochs", args.epochs,
               "--seed", args.seed, "--outputs", folder, "--precision", "bfloat16", *VARIANTS[name]]
    subprocess.run(command, check=True, cwd=HERE.parent)
    (folder / "done").touch()


def read_run(name, folder):
    """The row of a complete run."""
    record = json.loads((folder / "run.json").read_text())
    history = pandas.read_csv(folder / "history.csv")
    return {
        "variant": name,
        "epochs": len(history),
        "seed": record["arguments"]["seed"],
        "PublicTest accuracy": record["best_val_accuracy"],
        "training accuracy": history.accuracy.iloc[-1],
        "seconds per epoch": statistics.median(record["seconds"]),
    }


def write_row(row):
    """Write the row of a run to the table in place of an earlier row of the same run."""
    rows = pandas.read_csv(TABLE) if TABLE.exists() else None
    table = pandas.concat([rows, pandas.DataFrame([row])])
    table = table.drop_duplicates(["variant", "epochs", "seed"], keep="last")
    table.to_csv(TABLE, index=False, float_format="%.4f")


if __name__ == "__main__":
    from benchmarks import recipe  # by its name, under which workers import it

    recipe.main()
