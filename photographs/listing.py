"""Which files are explained as pictures: named ones, and those in folders and their subfolders.

    pictures, skipped = list_pictures(["me.jpg", "holiday/"])
"""
import collections
import glob
import itertools
import os
import pathlib

from base.errors import UserError
from fer2013.pictures import is_picture

NAMED = 10  # skipped files that are named in a line; of the others it has the endings


def list_pictures(paths, leave_out=""):
    """The pictures at these paths, in order and each once, and what was skipped.

    Args:
        paths: files, which are all taken, and folders, of which those files are taken that are
            pictures by their ending, or by their content if they have none.
        leave_out: a folder in which nothing is looked for, unless it is one of the paths.

    Returns:
        A list of paths, and a list of the names of the skipped files and folders.

    Raises:
        UserError: a file does not exist or is none, or a folder contains no picture.
    """
    pictures, skipped = {}, []  # pictures by absolute path, so that each counts once
    for path in itertools.chain.from_iterable(map(expanded, paths)):
        if not path.exists():
            raise UserError(f"{path}: no such file or folder; expected a picture or a folder")
        if not path.is_dir() and is_special(path):
            raise UserError(f"{path}: neither a file nor a folder; expected a picture or a folder")
        inside, others = walk(path, leave_out) if path.is_dir() else ([path], [])
        if not inside:
            raise UserError(f"{path}: no picture in this folder and its subfolders"
                            + "".join(f"; {line}" for line in skipped_lines(others)))
        skipped += others
        for picture in inside:
            pictures.setdefault(picture.resolve(), picture)
    return list(pictures.values()), skipped


def is_special(path):
    """Whether this is a pipe, a device or a socket: a pipe would be waited for without an end."""
    return path.exists() and not path.is_file()


def expanded(path):
    """The paths that a pattern such as *.jpg names, where no shell has expanded it; or the path."""
    path = pathlib.Path(path)
    if path.exists() or not glob.has_magic(str(path)):
        return [path]
    return sorted(map(pathlib.Path, glob.glob(str(path)))) or [path]


def walk(root, leave_out):
    """The pictures below a folder in order of name, and the names of everything else there."""
    inside, skipped = [], []
    closed = {pathlib.Path(leave_out).resolve()} if leave_out else set()
    unread = []
    for folder, subfolders, names in os.walk(root, onerror=unread.append):
        left_out = [name for name in subfolders if name.startswith(".")
                    or os.path.islink(os.path.join(folder, name))
                    or pathlib.Path(folder, name).resolve() in closed]
        skipped += [f"{name}{os.sep}" for name in left_out]
        subfolders[:] = sorted(set(subfolders) - set(left_out))
        for path in (pathlib.Path(folder, name) for name in sorted(names)):
            if not is_special(path) and is_picture(path):
                inside.append(path)
            else:
                skipped.append(path.name)
    return inside, skipped + [f"{error.filename} (cannot be read)" for error in unread]


def skipped_lines(skipped):
    """A list with the line of text that counts and names what was skipped, if anything was."""
    if not skipped:
        return []
    endings = collections.Counter(pathlib.Path(name).suffix.lower() or "without an ending"
                                  for name in skipped[NAMED:])
    more = ", ".join(f"{count} {ending}" for ending, count in endings.most_common())
    return [f"skipped {len(skipped)} that {'is' if len(skipped) == 1 else 'are'} no picture: "
            + ", ".join(skipped[:NAMED]) + (f", and {more}" if more else "")]
