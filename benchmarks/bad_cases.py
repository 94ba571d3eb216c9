"""Generated cases of one subject, and what each led to, for bad_input.py.

A case is a function of a random generator and an empty folder. It returns READ or
REFUSED, raises Silent where something is read without complaint that is not what was written, and
anything else that it raises is a traceback that a user would see.
"""
import contextlib
import importlib
import io
import json
import logging
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback

import numpy as np

from base import command_line
from base.errors import UserError

ROOT = pathlib.Path(__file__).resolve().parents[1]
READ, REFUSED, SKIPPED, TRACEBACK, SILENT = OUTCOMES = (
    "read", "refused", "skipped", "traceback", "silent error")
FULL, GO_ON = 1_000_000_000, 75  # bytes and exit status with which a process makes way to another
LONGEST = 600  # seconds of a case, after which it counts as hanging
UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes


class Silent(Exception):
    """What was read differs from what was written, and nothing said so."""


class Hangs(BaseException):
    """A case took too long. No `except Exception` takes it for an answer."""


def generated(kinds, share, seed, first):
    """Yield (kind, outcome) of a share of the cases of each kind, from number `first` on.

    Args:
        kinds: {name: (case, how many)}.
    """
    numbered = [(kind, case) for kind, (case, count) in kinds.items()
                for _ in range(max(1, round(count * share)))]
    for number, (kind, case) in enumerate(numbered[first:], first):
        yield kind, attempt(case, [seed, number], f"{kind}, case {number}")


def attempt(case, seeds, name):
    """What one case led to, one of OUTCOMES; what went wrong is printed to stderr."""
    with tempfile.TemporaryDirectory() as folder:
        signal.setitimer(signal.ITIMER_REAL, LONGEST)
        try:
            return case(np.random.default_rng(seeds), pathlib.Path(folder))
        except Silent as error:
            print(f"{name}: {error}", file=sys.stderr, flush=True)
            return SILENT
        except (Exception, SystemExit, Hangs):
            print(f"{name}:\n{traceback.format_exc()}", file=sys.stderr, flush=True)
            return TRACEBACK
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            open_up(folder)


def open_up(folder):
    """Let the folder be removed, whatever permissions a case took away."""
    os.chmod(folder, 0o700)
    for root, folders, _ in os.walk(folder):
        for name in folders:
            path = os.path.join(root, name)
            if not os.path.islink(path):
                os.chmod(path, 0o700)


def judge(read, path, expected=None, same=np.array_equal):
    """READ or REFUSED of read(), which must name `path` in one line if it raises a UserError.

    Args:
        expected: what it must return, if that is known; Silent if it is another thing.
        same: function that compares the two.
    """
    try:
        found = read()
    except UserError as error:
        if not str(error).isprintable() or UserError(str(path)).__str__() not in str(error):
            raise AssertionError(f"not one line about {path}: {error}") from error
        return REFUSED
    if expected is not None and not same(found, expected):
        raise Silent(f"{path.name}: another content was read than had been written")
    return READ


def call(program, *options):
    """Run a program's main() in this process, as its command line does.

    Returns:
        The exit status, and what it wrote to stdout and to stderr.
    """
    module = importlib.import_module(program)
    sys.argv = [f"{program}.py", *map(str, options)]
    streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2)]
    status = 0
    with contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
        try:
            command_line.run(module.main)
        except SystemExit as error:
            status = error.code or 0
        finally:
            forget()
    return status, *(stream.buffer.getvalue().decode() for stream in streams)


def forget():
    """Undo what a run leaves in its process: log handlers, --quiet, signals, Keras's names."""
    log = logging.getLogger("fer2013")
    log.handlers.clear()
    log.filters.clear()
    os.environ.pop("TQDM_DISABLE", None)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if "keras" in sys.modules:
        sys.modules["keras"].utils.clear_session()


def ended_well(program, status, errors):
    """READ or REFUSED of a program's exit status and of what it wrote to stderr."""
    lines = errors.splitlines()
    if status == 0 and "Traceback" not in errors:
        return READ
    if status != 2 or not lines or not lines[-1].startswith(f"{program}.py: "):
        raise AssertionError(f"{program}.py ended with status {status} and {errors[-3_000:]!r}")
    return REFUSED


def flip_bits(content, random, most=8):
    """The bytes with up to `most` bits turned over, half of the times among the first 4,000."""
    changed = bytearray(content)
    within = min(len(content), 4_000) if random.integers(2) else len(content)
    for _ in range(random.integers(1, most + 1)):
        changed[random.integers(within)] ^= 1 << random.integers(8)
    return bytes(changed)


def overwrite(content, random):
    """The bytes with some pieces in other bytes' place."""
    changed = bytearray(content)
    for _ in range(random.integers(1, 4)):
        start = random.integers(len(content))
        piece = random.bytes(random.integers(1, 60))[:len(content) - start]
        changed[start:start + len(piece)] = piece
    return bytes(changed)


def cut(content, random):
    """The bytes up to a random place, half of the times one near the end."""
    if random.integers(2):
        return content[:random.integers(len(content))]
    return content[:-random.integers(1, min(60, len(content)) + 1)]


HOSTILE = (None, True, -1, 0, 1, 2**31, 2**63, 10**40, -0.5, 1e308, float("nan"), float("inf"), "",
           "a", "\x1b[2J", "\udcff", "../..", "<script>", "{}", "%s", [], {}, [[]], [None],
           [1, "a"], {"a": 1}, {"class_name": "Dense", "config": {}}, "9" * 5_000)


def change_json(value, random, times=1):
    """A JSON value with values in it changed to others, dropped, or nested deeply."""
    for _ in range(times):
        value = json.loads(json.dumps(value))
        holders = [value, *inner(value)]
        holder = holders[random.integers(len(holders))]
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        if not keys:
            continue
        key = keys[random.integers(len(keys))]
        if random.integers(6) == 0:
            del holder[key]
        else:
            holder[key] = HOSTILE[random.integers(len(HOSTILE))]
    return value


def inner(value):
    """Every object and list inside of a JSON value."""
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, (dict, list)) and each:
            yield each
            yield from inner(each)


def run(subject, share, seed):
    """The outcomes of all cases of a subject, each in a process that may crash.

    Returns:
        A list of dicts with kind, outcome, seconds and bytes, the peak memory until then.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "outcomes.jsonl")
        path.touch()
        while True:
            lines = path.read_text(encoding="utf-8").splitlines()
            command = [sys.executable, "-c", "from benchmarks.bad_cases import main; main()",
                       subject, share, seed, len(lines), path]
            status = subprocess.run([*without_privileges(), *map(str, command)]).returncode
            if status == 0:
                return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
            if status == GO_ON:
                continue
            print(f"{subject}: the process ended with status {status}", file=sys.stderr)
            with path.open("a", encoding="utf-8") as file:
                crashed = {"kind": "the process crashed", "outcome": TRACEBACK}
                file.write(json.dumps(crashed | {"seconds": 0, "bytes": 0}) + "\n")


def without_privileges():
    """The beginning of a command that takes from root the right to read everything."""
    return (["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
            if hasattr(os, "geteuid") and os.geteuid() == 0 else [])


def main():
    """In a process of its own: write a line about each case from a number on."""
    subject, share, seed, first, path = sys.argv[1:]
    os.environ |= {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    sys.path.insert(0, str(ROOT))  # a case may go to another folder
    signal.signal(signal.SIGALRM, hang)
    module = importlib.import_module(f"benchmarks.bad_{subject}")
    with open(path, "a", encoding="utf-8") as file:
        began = time.perf_counter()
        for kind, outcome in module.cases(float(share), int(seed), int(first)):
            line = {"kind": kind, "outcome": outcome, "seconds": time.perf_counter() - began,
                    "bytes": peak()}
            print(json.dumps(line), file=file, flush=True)
            if peak() > FULL and subject == "models":  # TensorFlow keeps memory of earlier ones
                sys.exit(GO_ON)
            began = time.perf_counter()


def hang(*_):
    raise Hangs(f"more than {LONGEST} s")


def peak():
    """The most memory that this process, or one that it started and that has ended, had: bytes."""
    return UNIT * max(resource.getrusage(who).ru_maxrss
                      for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
