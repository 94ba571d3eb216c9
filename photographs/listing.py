"""Which files are explained as pictures: named ones, and those in folders and their subfolders.

    pictures, skipped = list_pictures(["me.jpg", "holiday/"])
"""
import glob
import pathlib

from base.errors import UserError
from fer2013.pictures import is_picture

NAMED = 10  # skipped files that are named in a line; the others are counted


def list_pictures(paths, leave_out="/"):
    """The pictures at these paths, in order and each once, and what was skipped.

    Args:
        paths: files, which are all taken, and folders, of which those files are taken that are
            pictures by their ending. Hidden files and folders are skipped.
        leave_out: a folder in which nothing is looked for, unless a path lies in it.

    Returns:
        A list of paths, and a list of the paths of the skipped files.

    Raises:
        UserError: a path is no file and no folder, or a folder contains no picture.
    """
    pictures, skipped = {}, []  # pictures by absolute path, so that each counts once
    for path in (each for path in paths for each in expanded(path)):
        if not path.is_dir() and not path.is_file():  # a pipe would be waited for without an end
            raise UserError(f"{path}: no such file or folder; expected a picture or a folder")
        inside, others = inside_of(path, leave_out) if path.is_dir() else ([path], [])
        if not inside:
            raise UserError(f"{path}: no picture in this folder and its subfolders"
                            + "".join(f"; {line}" for line in skipped_lines(others)))
        pictures |= {picture.resolve(): picture for picture in inside
                     if picture.resolve() not in pictures}
        skipped += others
    return list(pictures.values()), skipped


def expanded(path):
    """The paths that a pattern such as *.jpg names, where no shell has expanded it; or the path."""
    path = pathlib.Path(path)
    if path.exists() or not glob.has_magic(str(path)):
        return [path]
    return sorted(map(pathlib.Path, glob.glob(str(path)))) or [path]


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


def skipped_lines(skipped):
    """A list with the line of text that counts and names what was skipped, if anything was."""
    if not skipped:
        return []
    more = f", and {len(skipped) - NAMED:,} more" if len(skipped) > NAMED else ""
    return [f"skipped {len(skipped):,} that {'is' if len(skipped) == 1 else 'are'} no picture: "
            + ", ".join(path.name for path in skipped[:NAMED]) + more]
