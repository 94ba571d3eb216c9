"""Reading and writing the files in outputs/: a file is written completely or not at all."""
import contextlib
import csv
import json
import os
import pathlib
import tempfile

import filelock

from base.errors import UserError


def make_folder(path):
    """Create the folder that a program writes to and return its path."""
    path = pathlib.Path(path)
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def locked(folder):
    """Lock `folder` while a run writes in it; UserError if another one has it.

    The operating system releases the lock when the process ends, even when it is killed.
    """
    try:
        with filelock.FileLock(folder / ".lock", timeout=0):
            yield
    except filelock.Timeout:
        raise UserError(f"{folder}: another run writes there; wait until it ends, or choose "
                        "another --outputs") from None


@contextlib.contextmanager
def replacing(path):
    """Yield a temporary path whose file replaces `path` when the block ends without an error.

    It keeps the suffix, by which Keras and Matplotlib choose the format. It is on the disk before
    it replaces the old file, so that even a power failure leaves no incomplete file.
    """
    path = pathlib.Path(path)
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".writing-") as folder:
            temporary = pathlib.Path(folder) / path.name
            yield temporary
            if temporary.is_file():
                with temporary.open("rb+") as file:
                    os.fsync(file.fileno())
            os.replace(temporary, path)
    except OSError as error:
        raise UserError(f"{path}: cannot write it ({error.strerror or error})") from error


def write_json(path, content):
    """Write `content` as indented JSON."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def write_csv(path, rows):
    """Write a list of dicts with the same keys as a table; floats have six significant digits."""
    lines = [rows[0].keys()]
    lines += [[f"{value:.6g}" if isinstance(value, float) else value for value in row.values()]
              for row in rows]
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


def read_json(path):
    """The JSON object in a file; UserError if it has none."""
    try:
        return dict(json.loads(pathlib.Path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise UserError(f"{path}: not readable as JSON ({error})") from error
