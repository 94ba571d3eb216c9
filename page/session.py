"""What the page knows about one picture: its faces, and the one that is looked at.

The photograph itself is not kept, only its faces of 48x48 pixels, in the memory of the server.
"""
import contextlib
import dataclasses
import pathlib
from typing import NamedTuple

import numpy as np
from PIL import Image

from base.errors import UserError
from explaining import superpixels
from explaining.hiding import HIDING
from explaining.regions import part_names
from fer2013 import included
from page import drawing
from photographs import finding, framing

LARGEST = 60_000_000  # pixels of a photograph: 0.4 GB while it is read; phones have 12 to 50
EXAMPLES = (  # path, name, and the label that it was made for
    (included.HERE / "examples" / "eileen_collins.jpg", "a portrait", None),
    (included.COMPOSITES / "test" / "surprise" / "surprise_01.png", "average of surprise", 5),
    (included.COMPOSITES / "test" / "angry" / "angry_01.png", "average of angry", 0),
    (included.COMPOSITES / "test" / "sad" / "sad_01.png", "average of sad", 4),
    (included.AVATARS / "test" / "happy" / "id0293_happy_0.png", "one that goes wrong", 3),
)


class Picture(NamedTuple):
    """What is kept of a picture that somebody has chosen."""
    name: str  # without folder and suffix
    faces: tuple = ()  # of framing.Face, the largest, from left to right
    whole: framing.Face | None = None  # the picture taken as one face
    posed: int | None = None  # the label that an example was made for, if it is known
    problem: str = ""  # why it cannot be read


@dataclasses.dataclass(frozen=True)
class Session:
    """The faces of a picture, and what is shown of the chosen one."""
    picture: Picture
    faces: tuple
    predictions: np.ndarray  # float (faces, 7), of each whole face
    chosen: int = 0  # index of the face that is looked at
    segments: np.ndarray | None = None  # int (48, 48), its superpixels
    hidden: np.ndarray | None = None  # uint8 (48, 48), what they show when they are hidden
    shown: np.ndarray | None = None  # bool (superpixels,)
    prediction: np.ndarray | None = None  # float (7,), for what is shown
    clicks: int = 0  # how often something was hidden or shown, the seed of random choices

    @property
    def face(self):
        return self.faces[self.chosen]

    @property
    def whole(self):
        """The network's probabilities of the whole chosen face: float (7,)."""
        return self.predictions[self.chosen]

    @property
    def names(self):
        """Where each superpixel lies, a list of str."""
        return part_names(self.segments)

    def choose(self, index, settings):
        """The session that looks at another of its faces, divided as a LimeSettings says."""
        face = self.faces[index].pixels
        segments = superpixels.segment(face, settings.superpixels)
        return dataclasses.replace(
            self, chosen=index, segments=segments, hidden=HIDING[settings.hide](face, segments),
            shown=np.ones(segments.max() + 1, bool), prediction=self.predictions[index], clicks=0)

    def show(self, shown, predict):
        """The session that shows only some superpixels, bool (superpixels,), of its face."""
        session = dataclasses.replace(self, shown=shown, clicks=self.clicks + 1)
        return dataclasses.replace(session, prediction=predict(session.pixels()[None])[0])

    def pixels(self):
        """The face as it is shown: uint8 (48, 48)."""
        return np.where(self.shown[self.segments], self.face.pixels, self.hidden)


def open_picture(path, name=None, posed=None):
    """Read a picture and find its faces.

    Returns:
        Its Picture, and HTML of it with its faces framed, "" if it cannot be read.
    """
    name = name or pathlib.Path(path).stem
    advice = ". What helps: save the picture as JPEG or PNG, smaller if need be."
    try:
        photograph = finding.read(path, LARGEST)
        advice = ""
        found = finding.Found((), *framing.find_faces(photograph))
    except UserError as error:  # not a picture, or the detector does not work
        return Picture(name, problem=str(error).removeprefix(f"{path}: ") + advice), ""
    faces = tuple(found.faces[index] for index in found.largest())
    small, scale = finding.shrink(photograph)
    framed = drawing.photograph(small, [face.corners * scale for face in faces],
                                f"{name}: {found.count()}")
    return Picture(name, faces, framing.take_whole(photograph), posed), framed


def open_upload(path, name=None):
    """open_picture() of an uploaded picture, which is deleted."""
    try:
        return open_picture(path, name)
    finally:
        with contextlib.suppress(OSError):
            pathlib.Path(path).unlink()


def open_example(choice):
    """open_picture() of an example."""
    path, _, label = EXAMPLES[int(choice)]
    return open_picture(path, posed=label)


def examples():
    """The examples as uint8 (96, 96) each, and their names."""
    return ([np.asarray(Image.open(path).convert("L").resize((96, 96))) for path, *_ in EXAMPLES],
            [name for _, name, _ in EXAMPLES])
