"""The gain from each part of the training recipe: short runs of train.py that differ in one option.

    python -m benchmarks.recipe --data data --epochs 3

Every run has a complete learning-rate schedule over --epochs, so short runs can be compared with
each other, but not with long ones. A run of three epochs takes about five minutes on two CPU cores.
Runs that are complete in outputs/benchmarks/recipe are not repeated. Prints the table of
benchmarks/recipe.md.
"""
import subprocess
import sys

import pandas

from base import options
from base.errors import UserError
from benchmarks.common import ROOT, WORK, machine, markdown

VARIANTS = {
    "default": (),
    "AdamW": ("--optimizer", "adamw"),
    "batches of 128": ("--batch-size", "128"),
    "half of the faces erased in part": ("--erase", "0.5"),
}


def main():
    args = parse_arguments()
    runs = [(name, seed) for name in args.variants for seed in args.seeds]
    print(markdown(("variant", "seed", "training", "PublicTest", "seconds per epoch"),
                   [(name, seed, *run(args, name, seed)) for name, seed in runs]))
    print(f"\n{args.epochs} epochs, {machine()}.")


def parse_arguments():
    parser = options.parser(__doc__)
    parser.add_argument("--data", default=ROOT / "data", help="FER2013 in any form")
    parser.add_argument("--epochs", type=options.positive_integer, default=3,
                        help="epochs of each run")
    parser.add_argument("--seeds", nargs="+", type=options.seed_number, default=[0],
                        help="seeds of each variant")
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS),
                        metavar="NAME", help=f"of {', '.join(VARIANTS)}")
    return parser.parse_args()


def run(args, name, seed):
    """Accuracies and seconds of a run, which is trained or resumed where it is not complete."""
    folder = WORK / "recipe" / f"{name.replace(' ', '-')}-{args.epochs}-{seed}"
    command = [sys.executable, ROOT / "train.py", "--data", args.data, "--epochs", args.epochs,
               "--seed", seed, "--outputs", folder, "--precision", "bfloat16", *VARIANTS[name]]
    if subprocess.run(list(map(str, command)), stdout=sys.stderr, check=False).returncode:
        raise UserError(f"{name}: train.py stopped; the same command resumes")
    history = pandas.read_csv(folder / "history.csv")
    return (f"{history.accuracy.iloc[-1]:.1%}", f"{history.val_accuracy.max():.1%}",
            f"{history.seconds.median():.0f}")


if __name__ == "__main__":
    options.run(main)
