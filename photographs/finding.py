"""Picture files, and the faces in them.

    paths, skipped = list_pictures(["me.jpg", "holiday/"])
    found = find(paths[0])
    found.faces[0].pixels        # uint8 (48, 48)
    found.error                  # why the picture could not be read, or ""
"""
import functools
import pathlib
from typing import NamedTuple

import numpy as np
from PIL import Image

from base.errors import UserError
from fer2013 import pictures
from photographs.detection import LEAST
from photographs.framing import find_faces, take_whole

MOST = 12  # explained faces of a picture: each takes seconds, and a row of the figure
NAMED = 10  # skipped files that are named in a line; the others are counted


class Found(NamedTuple):
    """What was found in a picture."""
    size: tuple = (0, 0)  # width, height in pixels
    faces: list = []  # of framing.Face, from left to right
    small: int = 0  # how many faces of under LEAST pixels are left out
    error: str = ""  # why the picture was not read; empty if it was

    def largest(self):
        """The indices of the MOST largest faces, from left to right."""
        order = sorted(range(len(self.faces)), key=lambda index: -self.faces[index].side)
        return sorted(order[:MOST])

    def count(self):
        """In words how many faces there are, and how many of them are left out."""
        count = len(self.faces)
        return (f"{count} {'face' if count == 1 else 'faces'}"
                + f", of which the {MOST} largest are explained" * (count > MOST)
                + f"; {self.small} of under {LEAST} pixels left out" * bool(self.small))


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
        found |= {picture.resolve(): found.get(picture.resolve(), picture) for picture in inside}
        skipped += others
    return list(found.values()), skipped_line(skipped)


def inside_of(root, leave_out):
    """The pictures below a folder in order of name, and the other files there."""
    closed = {pathlib.Path(leave_out).resolve()} - {*(root / "any").resolve().parents}
    files = [path for path in sorted(root.rglob("*"))
             if not path.is_dir() and not closed & {*path.resolve().parents}]
    taken = [path for path in files if pictures.is_picture(path) and not any(
        part.startswith(".") for part in path.relative_to(root).parts)]
    return taken, sorted({*files} - {*taken})


def skipped_line(skipped):
    names = [path.name for path in skipped[:NAMED]] + ["..."] * (len(skipped) > NAMED)
    return f"skipped, because no picture ({len(skipped):,}): {', '.join(names)}" * bool(names)


def read(path, most_pixels=pictures.MOST_PIXELS):
    """A photograph as viewers show it: uint8 (height, width, 3); UserError if that fails."""
    try:
        with open(path, "rb") as file:
            return np.asarray(pictures.decode(file, most_pixels).convert("RGB"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: not a readable picture ({error})") from error


def find(path, cropped=False):
    """The Found of a picture; `cropped`: it is one face, from forehead to chin."""
    try:
        photograph = read(path)
    except UserError as error:
        return Found(error=str(error))
    faces, small = ([take_whole(photograph)], 0) if cropped else find_faces(photograph)
    return Found(photograph.shape[1::-1], faces, small)


def find_all(paths, cropped, workers):
    """Yield the Found of each picture, in order; workers: a base.jobs.Jobs."""
    return workers.map(functools.partial(find, cropped=cropped), paths)


def shrink(photograph, longest=1000):
    """The photograph with a longer side of at most `longest` pixels, and its scale, at most 1."""
    scale = min(1, longest / max(photograph.shape[:2]))
    size = [max(1, round(side * scale)) for side in photograph.shape[1::-1]]
    return np.asarray(Image.fromarray(photograph).resize(size, Image.Resampling.LANCZOS)), scale
