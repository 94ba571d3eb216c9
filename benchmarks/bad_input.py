"""How the programs handle thousands of generated bad inputs: data, models, outputs, paths, streams.

    python -m benchmarks.bad_input
    python -m benchmarks.bad_input --share 0.01 --subjects models paths

Runs the cases of the modules bad_data.py to bad_streams.py, drawn with --seed, each subject in a
process of its own. Each input must be read correctly or refused with one line. Anything else is
printed with the number of its case and makes the exit status 1. Prints a table of all outcomes and,
if all subjects were run whole, writes it to benchmarks/bad_input.md.
"""
import argparse
import collections
import importlib.metadata
import pathlib
import platform
import sys
import time

from base import command_line
from benchmarks import bad_cases
from benchmarks.results import processor

HERE = pathlib.Path(__file__).resolve().parent

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
    found, seconds = {}, {}
    for subject in args.subjects:
        began = time.perf_counter()
        print(f"{subject} ...", file=sys.stderr, flush=True)
        found[subject] = bad_cases.run(subject, args.share, args.seed)
        seconds[subject] = time.perf_counter() - began
    text = page(found, seconds, args.seed)
    print(text)
    if args.share == 1 and len(found) == len(SUBJECTS):
        (HERE / "bad_input.md").write_text(text, encoding="utf-8")
    wrong = bad_cases.TRACEBACK, bad_cases.SILENT
    sys.exit(any(case["outcome"] in wrong for cases in found.values() for case in cases))


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", nargs="+", choices=SUBJECTS, default=list(SUBJECTS),
                        help="what is tried")
    parser.add_argument("--share", type=command_line.positive_number, default=1.0,
                        help="share of the cases of each kind, at least one of each")
    parser.add_argument("--seed", type=int, default=0, help="seed of the generated inputs")
    return parser.parse_args()


def page(found, seconds, seed):
    """The Markdown page.

    Args:
        found: {subject: list of outcomes}, as bad_cases.run() returns them.
        seconds: {subject: that it took}.
    """
    everything = [case for cases in found.values() for case in cases]
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    lines = ["# Bad input", "", f"{summary(everything)} in {sum(seconds.values()) / 60:.0f} "
             f"minutes, of `python -m benchmarks.bad_input` with seed {seed}. {processor()}, "
             f"Python {platform.python_version()}, {versions}.", "",
             "Read is what was taken for good, and had to be what was written as far as that can "
             "be known: a format without checksums, as all but PNG, zip, tar, .keras and .npz are, "
             "does not show an overwritten number. Refused is what ended in one line and, in a "
             "program, exit status 2. A process that crashed or a case of more than "
             f"{bad_cases.LONGEST} s counts as a traceback. The memory is that of the largest "
             "process, of the subject's and of those that it started."]
    for subject, cases in found.items():
        lines += ["", f"## {SUBJECTS[subject]}", "",
                  f"{summary(cases)} in {seconds[subject]:.0f} s.", "", *table(cases)]
    return "\n".join(lines) + "\n"


def summary(cases):
    """How many cases there were, what went wrong and how much memory it took, in a line."""
    counts = collections.Counter(case["outcome"] for case in cases)
    skipped = counts[bad_cases.SKIPPED]
    return (f"{len(cases) - skipped:,} cases: {counts[bad_cases.TRACEBACK]} tracebacks, "
            f"{counts[bad_cases.SILENT]} silent errors, peak memory "
            f"{max(case['bytes'] for case in cases) / 1e6:,.0f} MB"
            + (f", {skipped} skipped," if skipped else ","))


def table(cases):
    """The lines of the table of outcomes by kind."""
    counts = collections.Counter((case["kind"], case["outcome"]) for case in cases)
    lines = ["| input | " + " | ".join(bad_cases.OUTCOMES) + " | longest, s |",
             "|---|" + "---:|" * (len(bad_cases.OUTCOMES) + 1)]
    for kind in dict.fromkeys(case["kind"] for case in cases):
        numbers = [f"{counts[kind, outcome]:,}" for outcome in bad_cases.OUTCOMES]
        longest = max(case["seconds"] for case in cases if case["kind"] == kind)
        lines.append(f"| {kind} | {' | '.join(numbers)} | {longest:.1f} |")
    return lines


if __name__ == "__main__":
    main()
