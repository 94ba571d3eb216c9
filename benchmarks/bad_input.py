"""How the programs handle thousands of generated bad inputs: data, models, outputs, paths, streams.

    python -m benchmarks.bad_input
    python -m benchmarks.bad_input --share 0.01 --subjects models paths

Runs the cases of the modules bad_data.py to bad_streams.py, drawn with --seed, each subject in a
process of its own. Each input must be read correctly or refused with one line. Anything else is
printed with the number of its case and makes the exit status 1. Keeps the outcomes of each subject
in outputs/bad_input/, prints them as tables and, once all subjects were run whole, writes these to
benchmarks/bad_input.md.
"""
import argparse
import collections
import importlib.metadata
import os
import pathlib
import platform
import sys
import time

from base import command_line, files
from benchmarks import bad_cases
from benchmarks.results import processor

HERE = pathlib.Path(__file__).resolve().parent
KEPT = HERE.parent / "outputs" / "bad_input"

SUBJECTS = {  # {module's name without bad_: what is bad}
    "data": "Damaged data sets",
    "models": "Model files, damaged or made to fill the memory",
    "outputs": "Damaged files of outputs/",
    "paths": "Paths that cannot be read, written or spelt, in every option that takes one",
    "streams": "Terminals, pipes and full disks",
}
PACKAGES = ("tensorflow", "keras", "h5py", "onnxruntime", "hypothesis", "numpy", "pillow")


def main():
    args = parse_arguments()
    folder = files.make_folder(KEPT / f"seed {args.seed}, share {args.share:g}")
    for subject in args.subjects:
        began = time.perf_counter()
        print(f"{subject} ...", file=sys.stderr, flush=True)
        cases = bad_cases.run(subject, args.share, args.seed)
        files.write_json(folder / f"{subject}.json",
                         {"seconds": time.perf_counter() - began, "cases": cases})
    found = {subject: files.read_json(folder / f"{subject}.json", "-m benchmarks.bad_input")
             for subject in SUBJECTS if (folder / f"{subject}.json").is_file()}
    text = page(found, args.seed)
    print(text)
    if args.share == 1 and len(found) == len(SUBJECTS):
        (HERE / "bad_input.md").write_text(text, encoding="utf-8")
    wrong = bad_cases.TRACEBACK, bad_cases.SILENT
    sys.exit(any(case["outcome"] in wrong for part in found.values() for case in part["cases"]))


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", nargs="+", choices=SUBJECTS, default=list(SUBJECTS),
                        help="what is tried")
    parser.add_argument("--share", type=command_line.positive_number, default=1.0,
                        help="share of the cases of each kind, at least one of each")
    parser.add_argument("--seed", type=int, default=0, help="seed of the generated inputs")
    return parser.parse_args()


def page(found, seed):
    """The Markdown page.

    Args:
        found: {subject: {"seconds", "cases": as bad_cases.run() returns them}}.
    """
    everything = [case for part in found.values() for case in part["cases"]]
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES
                         if any(importlib.metadata.distributions(name=name)))
    lines = ["# Bad input", "", f"{summary(everything)}, of `python -m benchmarks.bad_input` with "
             f"seed {seed}. {processor()}, {os.cpu_count()} cores, Python "
             f"{platform.python_version()}, {versions}.", "",
             "Read is what was taken for good. It had to be what was written, as far as that can "
             "be known: a text or a format without checksums does not show that a digit in it is "
             "another one; PNG, zip, .keras and .npz do. Refused is what ended in one line and, in "
             "a program, in exit status 2. A process that crashed and a case of more than "
             f"{bad_cases.LONGEST} s count as a traceback. The memory is that of the largest "
             "process of a subject, of its own and of those that it started. The seconds are "
             "wall-clock time beside other programs."]
    for subject, part in found.items():
        lines += ["", f"## {SUBJECTS[subject]}", "",
                  f"{summary(part['cases'])}, {part['seconds']:,.0f} s.", "",
                  *table(part["cases"])]
    return "\n".join(lines) + "\n"


def summary(cases):
    """How many cases there were, what went wrong and how much memory it took, in a line."""
    counts = collections.Counter(case["outcome"] for case in cases)
    skipped = counts[bad_cases.SKIPPED]
    return (f"{len(cases) - skipped:,} cases: {counts[bad_cases.TRACEBACK]} tracebacks, "
            f"{counts[bad_cases.SILENT]} silent errors, peak memory "
            f"{max(case['bytes'] for case in cases) / 1e6:,.0f} MB"
            + (f", {skipped} skipped" if skipped else ""))


def table(cases):
    """The lines of the table of outcomes by kind."""
    counts = collections.Counter((case["kind"], case["outcome"]) for case in cases)
    lines = ["| input | " + " | ".join(bad_cases.OUTCOMES) + " |",
             "|---|" + "---:|" * len(bad_cases.OUTCOMES)]
    for kind in dict.fromkeys(case["kind"] for case in cases):
        numbers = [f"{counts[kind, outcome]:,}" for outcome in bad_cases.OUTCOMES]
        lines.append(f"| {kind} | {' | '.join(numbers)} |")
    return lines


if __name__ == "__main__":
    main()
