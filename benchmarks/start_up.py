"""How long `python explain.py --label happy` takes, against its imports and one explanation; and `--help`.

    python -m benchmarks.start_up

Runs four commands in turn, each several times in a process of its own, and prints the median seconds of each, the
second table of benchmarks/lime_speed.md. The explanation alone is that of benchmarks/lime_speed.py.
"""
import argparse
import functools
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

from base import command_line
from benchmarks.lime_speed import measure

HERE = pathlib.Path(__file__).resolve().parent

COMMANDS = {
    "importing tensorflow, lime.lime_image and matplotlib.pyplot":
        ["-c", "import tensorflow, lime.lime_image, matplotlib.pyplot"],
    "explain.py --label happy --samples 1000": ["explain.py", "--label", "happy", "--samples", "1000"],
    "explain.py --label happy": ["explain.py", "--label", "happy"],
    "explain.py --help": ["explain.py", "--help"],
}


def main():
    args = parse_arguments()
    with tempfile.TemporaryDirectory() as folder:
        seconds = measure({name: functools.partial(run, command, folder) for name, command in COMMANDS.items()},
                          args.repeats)
    print("| command | median, s |\n|---|---:|")
    for name, values in seconds.items():
        print(f"| {name} | {np.median(values):.2f} |")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=command_line.HelpFormatter)
    parser.add_argument("--repeats", type=command_line.positive_integer, default=7, help="rounds over all commands")
    return parser.parse_args()


def run(command, folder):
    """A command in a process of its own; an explanation is written to this folder."""
    writes = command[0] == "explain.py" and "--help" not in command
    subprocess.run([sys.executable, *command, *["--outputs", folder] * writes], cwd=HERE.parent, check=True,
                   capture_output=True)


if __name__ == "__main__":
    command_line.run(main)
