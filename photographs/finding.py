"""Picture files, and the faces in them.

    paths, others = list_pictures(["me.jpg", "holiday/"], outputs)
    found = find(paths[0])
    found.faces[0].pixels        # uint8 (48, 48)
    found.error                  # why the picture could not be read, or ""
"""
import pathlib
from typing import NamedTuple

import numpy as np
from PIL import Image

from base.errors import UserError
from fer2013 import pictures
from photographs.detection import LEAST
from photographs.framing import find_faces, take_whole

MOST = 12  # explained faces of a picture: each takes seconds, and a row of the figure


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


def list_pictures(paths, outputs):
    """The pictures at these paths, and how many other files are in the folders among them.

    Args:
        paths: files, which are all taken, and folders, from which and from whose subfolders the
            files are taken that are pictures by their ending. What is hidden is not looked at.
        outputs: a folder that is not looked into either, because figures are written there.

    Raises:
        UserError: a folder contains no picture.
    """
    taken, others = [], 0
    for path in map(pathlib.Path, paths):
        files = files_below(path, outputs) if path.is_dir() else [path]
        inside = [file for file in files if file == path or pictures.is_picture(file)]
        if not inside:
            raise UserError(f"{path}: no picture in this folder and its subfolders, "
                            "without those in --outputs")
        taken += inside
        others += len(files) - len(inside)
    return list(dict.fromkeys(taken)), others


def files_below(root, outputs):
    return [path for path in sorted(root.rglob("*"))
            if path.is_file() and outputs.resolve() not in path.resolve().parents
            and not any(part.startswith(".") for part in path.relative_to(root).parts)]


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


def shrink(photograph, longest=1000):
    """The photograph with a longer side of at most `longest` pixels, and its scale, at most 1."""
    scale = min(1, longest / max(photograph.shape[:2]))
    size = [max(1, round(side * scale)) for side in photograph.shape[1::-1]]
    return np.asarray(Image.fromarray(photograph).resize(size, Image.Resampling.LANCZOS)), scale
