"""How the dataset's readers handle thousands of generated bad inputs.

    python -m benchmarks.bad_input --cases 10000

Runs the properties of tests/fer2013/test_bad_input.py on --cases inputs, shared evenly between the
properties and drawn with --seed. Each input must be loaded correctly or refused with one line;
anything else ends the run and shows the input. Prints a table and writes it to
benchmarks/bad_input.md.
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

from benchmarks.results import processor

HERE = pathlib.Path(__file__).resolve().parent

PROPERTIES = 14  # in tests/fer2013/test_bad_input.py
PACKAGES = ("hypothesis", "numpy", "pillow")


def main():
    args = parse_arguments()
    # test_bad_input reads it when it is imported
    os.environ["BAD_INPUT_CASES"] = str(math.ceil(args.cases / PROPERTIES))
    from tests.fer2013 import test_bad_input

    properties = [item for item in vars(test_bad_input).values()
                  if hypothesis.is_hypothesis_test(item)]
    assert len(properties) == PROPERTIES, f"found {len(properties)} properties; correct PROPERTIES"
    started = time.perf_counter()
    for check in properties:
        print(check.__name__, flush=True)
        hypothesis.seed(args.seed)(check)()
    text = page(test_bad_input.outcomes, time.perf_counter() - started, args.seed)
    print(text)
    (HERE / "bad_input.md").write_text(text, encoding="utf-8")


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=10_000,
                        help="number of generated inputs, of all kinds together")
    parser.add_argument("--seed", type=int, default=0, help="seed of the generated inputs")
    return parser.parse_args()


def page(outcomes, seconds, seed):
    """The Markdown page; outcomes: {(kind, "loaded" or "refused"): cases}."""
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    lines = ["# Bad input", "",
             f"{sum(outcomes.values()):,} cases of `python -m benchmarks.bad_input` with seed "
             f"{seed}, in {seconds:.0f} s; peak memory {peak / 1e6:.0f} MB. {processor()}, "
             f"Python {platform.python_version()}, {versions}.", "",
             "Every case was loaded correctly or refused with one line; none ended otherwise. An "
             "image with overwritten bytes loads as another picture if its format has no "
             "checksums; PNG has them.", "",
             "| input | loaded | refused |", "|---|---:|---:|"]
    for kind in dict.fromkeys(kind for kind, _ in outcomes):
        lines.append(f"| {kind} | {outcomes[kind, 'loaded']:,} | {outcomes[kind, 'refused']:,} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
