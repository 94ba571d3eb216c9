"""Terminals, pipes and full disks for bad_input.py: streams alone, --help, and whole programs.

A whole program is a process of its own in a shell that redirects its output. It must end well and
write the same files as in an ordinary shell.
"""
import functools
import io
import os
import pathlib
import shutil
import signal
import socket
import string
import subprocess
import sys
import tempfile
import threading

import model as own
from base import streams
from benchmarks import bad_cases
from benchmarks.bad_cases import READ, REFUSED, call, ended_well
from tests.support import ENVIRONMENT, ROOT, make_dataset

ENCODINGS = ("ascii", "latin-1", "cp1252", "cp437", "cp932", "gbk", "big5", "koi8-r", "utf-16",
             "utf-8", "utf-8-sig", "cp037", "iso2022_jp")
ALPHABET = [*string.printable, *"é²ß笑→“\u200b\ufeff\U0001f600\x1b\x07", "\udcff", "\ud800"]
PROGRAMS = ("train", "evaluate", "explain", "dataset", "report", "app", "model")
WIDTHS = ("", "a", "-5", "0", "1", "2", "7", "11", "20", "80", "100000", "9" * 30)
HERE = "données 笑"  # the folder of outputs, so that its name is printed
CLOSED = (">&-", "2>&-", ">&- 2>&-", "<&-", "<&- >&- 2>&-")
FULL = ("> /dev/full", "2> /dev/full", "> /dev/full 2>&1")
ENDS = ("| head -c {}", "2>&1 | head -c {}", "2> >(head -c {} > /dev/null)")


def text(random):
    return "".join(random.choice(ALPHABET, random.integers(200)))


def stream_to_a_file(random, here):
    """A stream in any encoding gives what was written, escapes in place of what it lacks."""
    encoding, path = str(random.choice(ENCODINGS)), here / "written"
    texts = [text(random) for _ in range(random.integers(1, 6))]
    with path.open("w", encoding=encoding, newline="\n") as file:
        stream = streams.LastingStream(file)
        for each in texts:
            stream.write(each)
            stream.flush()
        if stream.failure:
            raise AssertionError(f"{encoding}: {stream.failure}")
    whole = io.TextIOWrapper(io.BytesIO(), encoding, "backslashreplace", newline="\n")
    whole.write("".join(texts))
    whole.flush()
    if path.read_bytes() != whole.buffer.getvalue():
        raise bad_cases.Silent(f"{encoding}: {texts}")
    return READ


def stream_that_fails(random, here):
    """A full device, or a pipe whose reader ends after some bytes: nothing is raised."""
    encoding = str(random.choice(ENCODINGS))
    if random.integers(2):
        out, reader = open("/dev/full", "w", encoding=encoding), None  # noqa: SIM115
    else:
        entry, exit_ = os.pipe()
        reader = threading.Thread(target=read_some, args=(entry, int(random.integers(3_000))))
        reader.start()
        out = open(exit_, "w", encoding=encoding)  # noqa: SIM115
    with out:
        stream = streams.LastingStream(out)
        for _ in range(random.integers(1, 100)):
            if stream.write(each := text(random)) != len(each):
                raise bad_cases.Silent("another length than was written")
            if random.integers(2):
                stream.flush()
        stream.flush()
    if reader:
        reader.join()
    return REFUSED if stream.failure else READ


def read_some(descriptor, size):
    with open(descriptor, "rb", buffering=0) as file:
        while size > 0 and (piece := file.read(size)):
            size -= len(piece)


def help_on_a_console(random, here):
    """--help on a terminal of any width."""
    program = str(random.choice(PROGRAMS))
    before = os.environ.copy()
    os.environ |= {"COLUMNS": str(random.choice(WIDTHS)),
                   "TERM": str(random.choice(["", "dumb", "xterm", "nothing"]))}
    try:
        status, said, errors = call(program, "--help")
    finally:
        os.environ.clear()
        os.environ.update(before)
    if "--quiet" not in said:
        raise bad_cases.Silent(f"{program}.py --help says {said[:200]!r}")
    return ended_well(program, status, errors)


@functools.cache
def started():
    """A folder with faces and a network, and a port in use."""
    folder = pathlib.Path(tempfile.mkdtemp())
    make_dataset(folder / "data", {"train": 2, "validation": 1, "test": 1})
    own.build_model(filters=(1, 1, 1, 1), hidden=1).save(folder / "model.keras")
    return folder, socket.create_server(("127.0.0.1", 0))


def command(program, outputs):
    """The words of a command line that writes into a folder."""
    folder, listener = started()
    data, model = ("--data", folder / "data"), ("--model", folder / "model.keras")
    options = {
        "train": (*data, "--epochs", 1, "--filters", 1, 1, 1, 1, "--hidden", 1,
                  "--batch-size", 14),
        "evaluate": (*data, *model),
        "explain": (*data, *model, "--label", "happy", "sad", "--samples", 100),
        "dataset": data, "report": (), "app": (*model, "--port", listener.getsockname()[1]),
        "model": (*model, "--export", "tflite")}[program]
    return [sys.executable, str(ROOT / f"{program}.py"), *map(str, options), "--outputs",
            str(outputs)]


@functools.cache
def undisturbed(program):
    """The names of the files that a program writes when nothing is in its way."""
    outputs = started()[0] / program / HERE
    subprocess.run(command(program, outputs), env=ENVIRONMENT, capture_output=True)
    return names(outputs)


def names(outputs):
    return sorted(path.name for path in outputs.glob("*"))


def whole_program(program, redirections=("",), environments=({},), terminal=False):
    """A case: a program in a shell that redirects its output, or with other variables."""
    def case(random, here):
        redirection = redirections[random.integers(len(redirections))]
        words = [redirection.format(random.integers(0, 400))]
        words[:0] = ["script", "-qec", '"$RUN"', "/dev/null"] if terminal else ["eval", '"$RUN"']
        run = command(program, here / HERE)
        columns = f"stty cols {random.integers(1, 30)}; " if terminal else ""
        variables = environments[random.integers(len(environments))] | {
            "RUN": columns + " ".join(f"'{word}'" for word in run)}
        result = subprocess.run(["bash", "-c", "set -o pipefail; " + " ".join(words)],
                                env=ENVIRONMENT | variables, capture_output=True, cwd=ROOT)
        return check(program, result, redirection, names(here / HERE), terminal)
    return case


def check(program, result, redirection, written, terminal):
    errors = result.stderr.decode("utf-8", "replace") + result.stdout.decode("utf-8", "replace")
    if "Traceback" in errors or "Exception ignored" in errors:
        raise AssertionError(f"{program}.py {redirection}: {errors[-2_000:]}")
    lost = "/dev/full" in redirection and not redirection.startswith("2>")
    expected = (2,) if program == "app" else (0, 1) if lost else (0,)
    if result.returncode not in (*expected, 128 + signal.SIGPIPE):
        raise AssertionError(f"{program}.py {redirection}: status {result.returncode}, {errors}")
    if written != undisturbed(program):
        raise bad_cases.Silent(f"{program}.py {redirection}: wrote {written} only")
    return READ if result.returncode == 0 else REFUSED


def consoles():
    """Environments of other consoles."""
    found = [{"PYTHONIOENCODING": encoding} for encoding in ENCODINGS]
    found += [{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"LANG": "C"},
              {"TERM": "dumb"}, {"COLUMNS": "1"}, {"COLUMNS": "a"}, {"TERM": ""}]
    return found


def cases(share, seed, first):
    kinds = {"a stream in any encoding": (stream_to_a_file, 1_000),
             "a stream that fails": (stream_that_fails, 500),
             "--help, terminals of any width": (help_on_a_console, 150)}
    for program in PROGRAMS:
        kinds |= {
            f"a whole program, closed streams, {program}":
                (whole_program(program, CLOSED), 1),
            f"a whole program, full disk, {program}": (whole_program(program, FULL), 1),
            f"a whole program, a pipe that ends, {program}": (whole_program(program, ENDS), 1),
            f"a whole program, other consoles, {program}":
                (whole_program(program, environments=consoles()), 2)}
        if shutil.which("script"):
            kinds[f"a whole program, a narrow terminal, {program}"] = (
                whole_program(program, terminal=True), 1)
    for kind, outcome in bad_cases.generated(kinds, share, seed, first):
        parts = kind.split(", ")
        yield ", ".join(parts[:-1]) if parts[-1] in PROGRAMS else kind, outcome
