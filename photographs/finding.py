"""Picture files and the faces in them.

    found = find("me.jpg")
    found.faces[0].pixels        # uint8 (48, 48)
    found.error                  # why the picture could not be read, or ""
"""
import functools
from typing import NamedTuple

import numpy as np
from PIL import Image

from base.errors import UserError
from base.jobs import packages
from base.store import kept_or_computed, make_key
from fer2013 import SIZE, pictures
from photographs.detection import LEAST
from photographs.framing import Face, find_faces, take_whole

VERSION = 1  # higher where the same picture gets other faces
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


def find_all(paths, cropped, store, workers):
    """Yield the Found of each picture, in order.

    Args:
        paths: list of pathlib.Path.
        cropped: whether each picture is one face.
        store: a base.store.Store that keeps the faces by the content of the file, or None.
        workers: a base.jobs.Jobs.
    """
    keys = [make_key({"cropped": cropped, "version": VERSION, "packages": packages()},
                     path.read_bytes()) if store and path.is_file() else "" for path in paths]
    task = functools.partial(find, cropped=cropped)
    return kept_or_computed(store, keys, paths, lambda missing: workers.map(task, missing),
                            pack, unpack)


def pack(found):
    """A Found as {name: array}; None if the picture was not read, because it may be next time."""
    if found.error:
        return None
    faces = {name: np.array([getattr(face, name) for face in found.faces]) for name in Face._fields}
    return faces | {"size": np.array(found.size), "small": np.array(found.small)}


def unpack(arrays, _):
    """The Found that pack() was given."""
    shapes = [arrays[name].shape[1:] for name in Face._fields]
    if len(arrays["note"]) and shapes != [(SIZE, SIZE), (4, 2), ()]:
        raise ValueError(f"faces of shapes {shapes}")
    faces = map(Face, arrays["pixels"], arrays["corners"], arrays["note"].tolist())
    return Found(tuple(arrays["size"].tolist()), list(faces), arrays["small"].item())


def shrink(photograph, longest=1000):
    """The photograph with a longer side of at most `longest` pixels, and its scale, at most 1."""
    scale = min(1, longest / max(photograph.shape[:2]))
    size = [max(1, round(side * scale)) for side in photograph.shape[1::-1]]
    return np.asarray(Image.fromarray(photograph).resize(size, Image.Resampling.LANCZOS)), scale
