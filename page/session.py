"""What the page of app.py knows about one picture: its faces, and the one that is looked at.

The photograph itself is not kept, only its faces of 48x48 pixels, in the memory of the server.
"""
import dataclasses
import pathlib
from typing import NamedTuple

import numpy as np

from base.errors import UserError
from explaining.settings import LimeSettings
from fer2013 import pictures
from page import cards, what_if
from photographs import finding, framing
from photographs.framing import Face

LARGEST = 60_000_000  # pixels of a photograph: 0.4 GB while it is read; phones have 12 to 50
UNREADABLE = ("This file cannot be read as a picture: {}. What helps: open it in a program for "
              "pictures, make it smaller if need be, and save it as JPEG or PNG.")


class Opened(NamedTuple):
    """What is kept of a picture that somebody has chosen.

    Attributes:
        name: of the picture, without folder and suffix.
        problem: why it cannot be read, or "".
        faces: the found faces, from left to right.
        whole: the picture taken as one face.
        posed: the label that an example was posed or selected for; None if it is not known.
    """
    name: str
    problem: str = ""
    faces: tuple[Face, ...] = ()
    whole: Face | None = None
    posed: int | None = None


@dataclasses.dataclass(frozen=True)
class Session:
    """The faces of a picture, and what is shown of the chosen one.

    Attributes:
        name: of the picture.
        settings: a LimeSettings.
        posed: see Opened.
        faces: from left to right.
        answers: float (faces, 7), the network's probabilities of each whole face.
        chosen: index of the face that is looked at.
        parts: the chosen face and its superpixels.
        shown: bool (superpixels,) of the chosen face.
        answer: float (7,), the network's probabilities of what is shown.
        clicks: how often something was hidden or shown, the seed of the random choices.
    """
    name: str
    settings: LimeSettings
    posed: int | None
    faces: tuple[Face, ...]
    answers: np.ndarray
    chosen: int = 0
    parts: what_if.Parts | None = None
    shown: np.ndarray | None = None
    answer: np.ndarray | None = None
    clicks: int = 0

    @property
    def whole(self):
        """The network's probabilities of the whole chosen face: float (7,)."""
        return self.answers[self.chosen]

    def choose(self, index):
        """The session that looks at another of its faces."""
        parts = what_if.divide(self.faces[index].pixels, self.settings)
        return dataclasses.replace(self, chosen=index, parts=parts, clicks=0,
                                   shown=np.ones(parts.count, bool), answer=self.answers[index])

    def show(self, shown, predict):
        """The session that shows only some superpixels, bool (superpixels,), of its face."""
        return dataclasses.replace(self, shown=shown, clicks=self.clicks + 1,
                                   answer=what_if.ask(self.parts, shown, predict))


def read(path, name=None, posed=None):
    """Read a picture and find its faces.

    Args:
        path: of the picture.
        name: what its downloads are called, by default as the file.
        posed: see Opened.

    Returns:
        Its Opened, and HTML of the picture with its faces framed, "" if it cannot be read.
    """
    name = name or pathlib.Path(path).stem
    try:
        with open(path, "rb") as file:
            photograph = np.asarray(pictures.decode(file, LARGEST).convert("RGB"))
        found, too_small = framing.find_faces(photograph)
    except UserError as error:  # the detector does not work
        return Opened(name, str(error)), ""
    except (OSError, ValueError) as error:
        return Opened(name, UNREADABLE.format(error)), ""
    all_found = finding.Found((), found, too_small)
    faces = tuple(found[index] for index in all_found.largest())
    words = f"{name}: {all_found.count()}"
    small, scale = finding.shrink(photograph)
    return (Opened(name, "", faces, framing.take_whole(photograph), posed),
            cards.photograph(small, [face.corners * scale for face in faces], words))


def start(opened, cropped, settings, predict):
    """The Session of an Opened with faces, which looks at the largest face."""
    faces = (opened.whole,) if cropped else opened.faces
    answers = predict(np.stack([face.pixels for face in faces]))  # (faces, 7)
    first = max(range(len(faces)), key=lambda index: faces[index].side)
    return Session(opened.name, settings, opened.posed, faces, answers).choose(first)
