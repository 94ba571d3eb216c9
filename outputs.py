"""Files in outputs/: each is whole or absent, and says where it comes from."""
import contextlib
import csv
import json
import os
import pathlib
import tempfile

from command_line import UserError


def make_folder(path):
    """Create the folder that a script writes to; UserError where that is not possible."""
    path = pathlib.Path(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{path}: cannot write there ({error.strerror}); expected a folder") from error
    return path


@contextlib.contextmanager
def replacing(path):
    """Yield a temporary path beside `path`; it takes path's place when the block ends, and only if it ends well.

    The suffix stays, because Keras and Matplotlib choose the format by it.
    """
    path = pathlib.Path(path)
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".writing-") as folder:
            temporary = pathlib.Path(folder) / path.name
            yield temporary
            os.replace(temporary, path)
    except OSError as error:
        raise UserError(f"{path}: cannot write it ({error.strerror or error})") from error


def write_json(path, content):
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def write_csv(path, rows):
    """A table of dicts with the same keys; floats with six digits."""
    lines = [rows[0].keys()] + [[f"{value:.6g}" if isinstance(value, float) else value for value in row.values()]
                                for row in rows]
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


def read_json(path):
    """The JSON object that a script of this project wrote; UserError where the file holds something else."""
    try:
        return dict(json.loads(pathlib.Path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f"{path}: not readable as JSON ({error}); python train.py writes it") from error
