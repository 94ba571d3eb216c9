"""How long `python explain.py --label happy` takes, against its imports and one explanation; and `--help`.

    python benchmarks/start_up.py

Runs four commands in turn, each several times in a process of its own, and prints the median seconds of each, the
second table of benchmarks/lime_speed.md. The explanation alone is that of benchmarks/lime_speed.py.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import command_line  # noqa: E402

COMMANDS = {
    "importing tensorflow, lime.lime_image and matplotlib.pyplot":
        ["-c", "import tensorflow, lime.lime_image, matplotlib.pyplot"],
    "explain.py --label happy --samples 1000": ["explain.py", "--label", "happy", "--samples", "1000"],
    "explain.py --label happy": ["explain.py", "--label", "happy"],
    "explain.py --help": ["explain.py", "--help"],
}


def main():
    args = parse_arguments()
    seconds = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(args.repeats):
            for name, command in COMMANDS.items():
                writes = command[0] == "explain.py" and "--help" not in command
                seconds[name].append(run(command + ["--outputs", folder] * writes))
    print("| command | median, s |\n|---|---:|")
    for name, values in seconds.items():
        print(f"| {name} | {np.median(values):.2f} |")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=command_line.HelpFormatter)
    parser.add_argument("--repeats", type=command_line.positive_integer, default=7, help="rounds over all commands")
    return parser.parse_args()


def run(command):
    """Seconds that a command takes in a process of its own."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *command], cwd=HERE.parent, check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    command_line.run(main)
