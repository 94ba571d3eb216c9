"""Paths that cannot be read, written or spelt, for bad_input.py: in every option that takes one.

Each program runs in this process on a few faces of noise and a network of one filter. app.py finds
its port in use, so that it never waits for visitors.
"""
import contextlib
import functools
import os
import pathlib
import shutil
import socket
import tempfile

import keras
from tests.programs.test_report import write_outputs

import model as own
from benchmarks import bad_cases
from benchmarks.bad_cases import call, ended_well
from fer2013 import bundled
from tests.support import make_dataset

BYTES = b"\xff\xfe \xe9\xf0\x9f"  # not UTF-8
CONTROL = "a\nb\t\x1b[2J\x07{0}%s'\"$HOME`"


@functools.cache
def started():
    """A folder with a file or folder for every option, the good ones."""
    folder = pathlib.Path(tempfile.mkdtemp())
    make_dataset(folder / "data", {"train": 2, "validation": 1, "test": 1})
    own.build_model(filters=(1, 1, 1, 1), hidden=1).save(folder / "model.keras")
    shutil.copyfile(folder / "data" / "train" / "happy" / "train_happy_0.png",
                    folder / "face.png")
    shutil.copytree(bundled.AVATARS, folder / "avatars")
    (folder / "outputs").mkdir()
    write_outputs(folder / "outputs")
    (folder / "outputs" / "model.keras").unlink()
    (folder / "votes.csv").write_text("Usage,Image name,neutral\n")
    (folder / "faces.csv").write_text("")
    listener = socket.create_server(("127.0.0.1", 0))
    return folder, listener


def commands():
    """{program: {option: its good value}}, and the options that a command always has."""
    folder, listener = started()
    data, model, outputs = (folder / name for name in ("data", "model.keras", "outputs"))
    votes, table, face = (folder / name for name in ("votes.csv", "faces.csv", "face.png"))
    return {
        "train": ({"--data": data, "--outputs": outputs, "--start-from": model,
                   "--teachers": model, "--fer-plus": votes},
                  ("--epochs", 1, "--filters", 1, 1, 1, 1, "--hidden", 1, "--batch-size", 14)),
        "evaluate": ({"--data": data, "--model": model, "--outputs": outputs,
                      "--fer-plus": votes}, ()),
        "explain": ({"--data": data, "--model": model, "--outputs": outputs, "--image": face,
                     "--table": table, "--fer-plus": votes},
                    ("--label", "happy", "--samples", 100)),
        "dataset": ({"--data": data, "--outputs": outputs, "--fer-plus": votes}, ()),
        "report": ({"--outputs": outputs}, ()),
        "app": ({"--model": model, "--outputs": outputs},
                ("--port", listener.getsockname()[1])),
        "model": ({"--model": model, "--outputs": outputs}, ("--export", "tflite")),
    }


NEEDED = {  # options that are always given, with their good value or an empty folder
    "train": ("--data", "--outputs"), "evaluate": ("--data", "--model", "--outputs"),
    "explain": ("--data", "--model", "--outputs"), "dataset": ("--data", "--outputs"),
    "report": ("--outputs",), "app": ("--model", "--outputs"), "model": ("--model", "--outputs")}


def copy(good, path):
    """A copy of the good file or folder at another path, which is returned."""
    path.parent.mkdir(parents=True, exist_ok=True)
    (shutil.copytree if good.is_dir() else shutil.copyfile)(good, path)
    return path


def without_rights(good, here, random):
    """A file or folder that nobody may read."""
    path = copy(good, here / f"shut{good.suffix}")
    path.chmod(0)
    return path


def inside_without_rights(good, here, random):
    """A file or folder in a folder that nobody may open."""
    path = copy(good, here / "shut" / good.name)
    path.parent.chmod(int(random.choice([0, 0o400, 0o200])))
    return path


def parts_without_rights(good, here, random):
    """A folder in which one file or folder may not be read or written."""
    path = copy(good, here / f"part{good.suffix}")
    inside = sorted(path.rglob("*"))
    (inside[random.integers(len(inside))] if inside else path).chmod(0)
    return path


def not_to_be_written(good, here, random):
    path = copy(good, here / "readonly" / good.name)
    for each in (path, path.parent):
        each.chmod(0o500 if each.is_dir() else 0o400)
    return path


def of_another_kind(good, here, random):
    """A file in the place of a folder, a folder in the place of a file."""
    path = here / good.name
    if good.is_dir():
        path.write_bytes(random.bytes(100))
    else:
        path.mkdir()
    return path


def linked_in_a_circle(good, here, random):
    (here / f"a{good.suffix}").symlink_to(here / f"b{good.suffix}")
    (here / f"b{good.suffix}").symlink_to(here / f"a{good.suffix}")
    return here / f"a{good.suffix}"


def pipe(good, here, random):
    os.mkfifo(here / f"pipe{good.suffix}")
    return here / f"pipe{good.suffix}"


def broken_link(good, here, random):
    (here / f"link{good.suffix}").symlink_to(here / "nowhere" / "at all")
    return here / f"link{good.suffix}"


def in_bytes(name, good):
    return os.fsdecode(name) + good.suffix


PATHS = {
    "nothing there": lambda good, here, random: here / "nowhere" / good.name,
    "a name of 300 characters": lambda good, here, random:
        here / ("x" * int(random.integers(256, 400)) + good.suffix),
    "a path of 5,000 characters": lambda good, here, random:
        here / "/".join(["z" * 99] * 50) / good.name,
    "there, but not UTF-8": lambda good, here, random: copy(good, random.choice([
        here / in_bytes(BYTES, good), here / os.fsdecode(BYTES) / good.name])),
    "not UTF-8, nothing there": lambda good, here, random: here / in_bytes(BYTES, good),
    "control characters": lambda good, here, random: copy(good, here / (CONTROL + good.suffix)),
    "beneath a file": lambda good, here, random: copy(good, here / "a") / "b",
    "a device": lambda good, here, random: pathlib.Path(random.choice(
        ["/dev/null", "/dev/full", "/dev/zero"])),
    "no text": lambda good, here, random: "",
    "of another kind": of_another_kind, "a pipe": pipe, "a broken link": broken_link,
    "links in a circle": linked_in_a_circle, "no right to read it": without_rights,
    "in a folder without rights": inside_without_rights,
    "with parts without rights": parts_without_rights, "no right to write": not_to_be_written,
}
RIGHTS = ("rights", "right to")


def program_with(program, option, path_of):
    """A case: a program whose option has a bad path."""
    def case(random, here):
        options, always = commands()[program]
        values = {name: options[name] for name in NEEDED[program]}
        values["--outputs"] = here / "written"
        if option == "--image":
            del values["--data"]
        bad = path_of(options[option], here, random)
        with contextlib.chdir(here):  # where "" leads
            status, _, errors = call(program, *(
                f"{name}={value}" for name, value in (values | {option: bad}).items()), *always)
        return ended_well(program, status, errors)
    return case


def may_read_everything():
    """Whether permissions do not bind this process, as they do not bind root."""
    with tempfile.NamedTemporaryFile() as file:
        os.chmod(file.name, 0)
        return os.access(file.name, os.R_OK)


def skipped(random, here):
    return bad_cases.SKIPPED


def cases(share, seed, first):
    keras.utils.disable_interactive_logging()
    everything, kinds = may_read_everything(), {}
    for name, path_of in PATHS.items():
        for program, (options, _) in commands().items():
            for option in options:
                bound = not (everything and any(word in name for word in RIGHTS))
                case = program_with(program, option, path_of) if bound else skipped
                kinds[f"{name}, {program}.py {option}"] = case, 1
    for kind, outcome in bad_cases.generated(kinds, share, seed, first):
        yield kind.rsplit(", ", 1)[0], outcome
