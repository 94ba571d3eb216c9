"""Files in outputs/: each is whole or absent, and says where it comes from."""
import contextlib
import csv
import json
import os
import pathlib
import shutil
import tempfile

import filelock

from base.errors import UserError


def make_folder(path):
    """Create the folder that a script writes to; UserError where that is not possible."""
    path = pathlib.Path(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{path}: cannot write there ({error.strerror}); expected a folder") from error
    return path


@contextlib.contextmanager
def locked(folder, names):
    """Hold `folder` for the one run that writes the files `names`; UserError where another run holds it.

    The operating system drops the lock when the process ends, however it ends. What a killed run left half-written
    of these files is removed.
    """
    lock = filelock.FileLock(folder / ".lock", timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise UserError(f"{folder}: another run writes there; wait for its end or take another --outputs") from None
    except (OSError, NotImplementedError) as error:  # read-only, full, or a file system without locks
        raise UserError(f"{folder}: cannot write there ({getattr(error, 'strerror', None) or error})") from error
    try:
        for name in names:
            for leftover in folder.glob(f"{unfinished(name)}*"):
                shutil.rmtree(leftover, ignore_errors=True)
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def replacing(path):
    """Yield a temporary path beside `path`; it takes path's place when the block ends, and only if it ends well.

    The suffix stays, because Keras and Matplotlib choose the format by it. The file is on the disk before it takes
    the place, so that not even a power failure leaves half of it.
    """
    path = pathlib.Path(path)
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=unfinished(path.name)) as folder:
            temporary = pathlib.Path(folder) / path.name
            yield temporary
            flush(temporary)
            os.replace(temporary, path)
        flush(path.parent)
    except OSError as error:
        raise UserError(f"{path}: cannot write it ({error.strerror or error})") from error


def unfinished(name):
    """How the folder begins in which a file of this name is being written."""
    return f".writing-{name}-"


def flush(path):
    """Wait until a file, or the names in a folder, have reached the disk."""
    if path.is_dir() and os.name != "posix":
        return  # elsewhere folders cannot be opened, and renaming is on the disk when it returns
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_json(path, content):
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def write_csv(path, rows):
    """A table of dicts with the same keys; floats with six digits."""
    lines = [rows[0].keys()] + [[f"{value:.6g}" if isinstance(value, float) else value for value in row.values()]
                                for row in rows]
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


def read_json(path, writer="train.py"):
    """The JSON object that a script of this project wrote; UserError where the file holds something else."""
    try:
        return dict(json.loads(pathlib.Path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f"{path}: not readable as JSON ({error}); python {writer} writes it") from error
