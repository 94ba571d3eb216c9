"""The faces in many pictures, found in worker processes, or kept from an earlier run."""
import functools
from typing import NamedTuple

import numpy as np

from base.errors import UserError
from base.parallel import versions
from base.store import kept_or_computed, make_key
from photographs import framing
from photographs.framing import Face


class Found(NamedTuple):
    """What was found in a picture.

    Attributes:
        size: (width, height) in pixels.
        faces: list of framing.Face, from left to right.
        small: how many faces are too small to be read and are left out.
        error: why the picture was not read; empty if it was.
    """
    size: tuple
    faces: list
    small: int = 0
    error: str = ""


def find_all(pictures, cropped, store, workers):
    """Yield the Found of each picture, in order.

    Args:
        pictures: list of pathlib.Path.
        cropped: whether each picture is one face from forehead to chin.
        store: a base.store.Store that keeps the faces by the content of the file, or None.
        workers: a base.parallel.Workers.
    """
    keys = [make_key({"cropped": cropped, "versions": versions()}, content(picture))
            if store else "" for picture in pictures]
    items = [(str(picture.resolve()), str(picture)) for picture in pictures]
    task = functools.partial(find, cropped)
    return kept_or_computed(store, keys, items, lambda missing: workers.map(task, missing),
                            pack, unpack)


def content(picture):
    try:
        return picture.read_bytes()
    except OSError:  # find() says so
        return b""


def find(cropped, picture):
    """The Found of a (path, name)."""
    try:
        photograph = framing.read(*picture)  # (height, width, 3)
    except UserError as error:
        return Found((0, 0), [], error=str(error))
    faces, small = (([framing.take_whole(photograph)], 0) if cropped
                    else framing.find_faces(photograph))
    return Found(photograph.shape[1::-1], faces, small)


def pack(found):
    """A Found as {name: array}; None if the picture was not read, because it may be next time."""
    if found.error:
        return None
    return {"size": np.array(found.size), "small": np.array(found.small)} | {
        f"{number} {name}": np.asarray(value) for number, face in enumerate(found.faces)
        for name, value in face._asdict().items()}


def unpack(arrays, picture):
    """The Found that pack() was given."""
    faces = {}
    for name, array in arrays.items():
        number, _, field = name.partition(" ")
        if field:
            faces.setdefault(int(number), {})[field] = array if array.ndim else array.item()
    return Found(tuple(arrays["size"].tolist()),
                 [Face(**faces[number]) for number in sorted(faces)], arrays["small"].item())
