"""Time for `python explain.py`, compared with its imports, and time for its `--help`.

    python -m benchmarks.start_up

Runs four commands in turn, each several times in a new process, and prints the median seconds of
each, the second table of benchmarks/lime_speed.md. benchmarks/lime_speed.py times the explanation
alone.
"""
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
    "explain.py --label happy --samples 1000":
        ["explain.py", "--label", "happy", "--samples", "1000"],
    "explain.py --label happy": ["explain.py", "--label", "happy"],
    "explain.py --help": ["explain.py", "--help"],
}


def main():
    args = parse_arguments()
    with tempfile.TemporaryDirectory() as folder:
        runs = {name: functools.partial(run, command, folder)
                for name, command in COMMANDS.items()}
        seconds = measure(runs, args.repeats)
    print("| command | median, s |\n|---|---:|")
    for name, values in seconds.items():
        print(f"| {name} | {np.median(values):.2f} |")


def parse_arguments():
    parser = command_line.parser(__doc__)
    parser.add_argument("--repeats", type=command_line.positive_integer, default=7,
                        help="number of timed runs of each command")
    return parser.parse_args()


def run(command, folder):
    """Run a command in a new process; an explanation is written to `folder`."""
    writes = command[0] == "explain.py" and "--help" not in command
    subprocess.run([sys.executable, *command, *["--outputs", folder] * writes], cwd=HERE.parent,
                   check=True, capture_output=True)


if __name__ == "__main__":
    command_line.run(main)
