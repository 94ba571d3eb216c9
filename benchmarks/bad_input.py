"""What the dataset's reader does with thousands of generated bad inputs.

    python -m benchmarks.bad_input --cases 10000

Runs the properties of tests/fer2013/test_bad_input.py with as many cases in all, drawn by --seed and shared evenly between
them. Each case must load rightly or be refused in one line; anything else ends the run with the input that did it.
Prints a table and writes it to benchmarks/bad_input.md.
"""
import argparse
import importlib.metadata
import math
import os
import pathlib
import platform
import resource
import sys
import time

import hypothesis

from benchmarks.data_speed import processor

HERE = pathlib.Path(__file__).resolve().parent

PROPERTIES = 12  # in tests/fer2013/test_bad_input.py
PACKAGES = ("hypothesis", "numpy", "pillow")


def main():
    args = parse_arguments()
    os.environ["BAD_INPUT_CASES"] = str(math.ceil(args.cases / PROPERTIES))  # read when the tests are imported
    from tests.fer2013 import test_bad_input

    properties = [item for item in vars(test_bad_input).values() if hypothesis.is_hypothesis_test(item)]
    assert len(properties) == PROPERTIES, f"{len(properties)} properties; put that into PROPERTIES"
    started = time.perf_counter()
    for check in properties:
        print(check.__name__, flush=True)
        hypothesis.seed(args.seed)(check)()
    text = report(test_bad_input.outcomes, time.perf_counter() - started, args.seed)
    print(text)
    (HERE / "bad_input.md").write_text(text, encoding="utf-8")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=10_000, help="generated inputs, of all kinds together")
    parser.add_argument("--seed", type=int, default=0, help="of the inputs")
    return parser.parse_args()


def report(outcomes, seconds, seed):
    """The Markdown page; outcomes: {(kind, "loaded" or "refused"): cases}."""
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    lines = ["# Bad input", "",
             f"{sum(outcomes.values()):,} cases of `python -m benchmarks.bad_input` with seed {seed}, in {seconds:.0f} "
             f"s; peak memory {peak / 1e6:.0f} MB. {processor()}, Python {platform.python_version()}, {versions}.", "",
             "Every case was loaded rightly or refused with one line; none ended otherwise. Where bytes were "
             "overwritten, an image loads as another picture where its format has no check sums; PNG has.", "",
             "| input | loaded | refused |", "|---|---:|---:|"]
    for kind in dict.fromkeys(kind for kind, _ in outcomes):
        lines.append(f"| {kind} | {outcomes[kind, 'loaded']:,} | {outcomes[kind, 'refused']:,} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
