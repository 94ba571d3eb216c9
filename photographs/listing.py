"""Which files are explained as pictures: named ones, and those in folders and their subfolders.

    paths, skipped = list_pictures(["me.jpg", "holiday/"])
"""
import pathlib

from base.errors import UserError
from fer2013.pictures import is_picture

NAMED = 10  # skipped files that are named in a line; the others are counted


def list_pictures(paths, leave_out="/"):
    """The pictures at these paths, each once, and a line about the files that are none, or "".

    Args:
        paths: files, which are all taken, and folders, of which those files are taken that are
            pictures by their ending. Hidden files and folders are skipped.
        leave_out: a folder in which nothing is looked for, unless a path lies in it.

    Raises:
        UserError: a path is no file and no folder, or a folder contains no picture.
    """
    found, skipped = {}, []  # found by absolute path, so that each counts once
    for path in map(pathlib.Path, paths):
        if not path.is_dir() and not path.is_file():  # a pipe would be waited for without an end
            raise UserError(f"{path}: no such file or folder; expected a picture or a folder")
        inside, others = inside_of(path, leave_out) if path.is_dir() else ([path], [])
        if not inside:
            raise UserError(f"{path}: no picture in this folder and its subfolders; "
                            + (skipped_line(others) or "it is empty"))
        for picture in inside:
            found.setdefault(picture.resolve(), picture)
        skipped += others
    return list(found.values()), skipped_line(skipped)


def inside_of(root, leave_out):
    """The pictures below a folder in order of name, and the other files there."""
    closed = {pathlib.Path(leave_out).resolve()} - {*(root / "any").resolve().parents}
    pictures, others = [], []
    for path in sorted(root.rglob("*")):
        if path.is_dir() or closed & {*path.resolve().parents}:
            continue
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        (pictures if is_picture(path) and not hidden else others).append(path)
    return pictures, others


def skipped_line(skipped):
    names = [path.name for path in skipped[:NAMED]] + ["..."] * (len(skipped) > NAMED)
    return f"skipped, because no picture ({len(skipped):,}): {', '.join(names)}" * bool(names)
