"""What the page knows about one picture: its faces, and the one that is looked at.

The photograph itself is not kept, only its faces of 48x48 pixels, in the memory of the server.
"""
import dataclasses
import pathlib

import numpy as np

from explaining import superpixels
from explaining.hiding import HIDING
from fer2013 import included
from page import drawing
from photographs import finding, framing

LARGEST = 60_000_000  # pixels of a photograph: 0.4 GB while it is read; phones have 12 to 50
EXAMPLES = {
    "a portrait": included.HERE / "examples" / "eileen_collins.jpg",
    "average of surprise": included.COMPOSITES / "test" / "surprise" / "surprise_00.png",
    "average of angry": included.COMPOSITES / "test" / "angry" / "angry_01.png",
    "average of sad": included.COMPOSITES / "test" / "sad" / "sad_01.png",
    "an avatar made to look happy": included.AVATARS / "test" / "happy" / "id0293_happy_0.png",
}


@dataclasses.dataclass(frozen=True)
class Session:
    """The faces of a picture, and what is shown of the chosen one."""
    faces: list  # of framing.Face; the whole picture if none is found
    count: int  # of faces found
    predictions: np.ndarray  # float (faces, 7), of each whole face
    chosen: int = 0  # index of the face that is looked at
    segments: np.ndarray | None = None  # int (48, 48), its superpixels
    hidden: np.ndarray | None = None  # uint8 (48, 48), what they show when they are hidden
    shown: np.ndarray | None = None  # bool (superpixels,)
    prediction: np.ndarray | None = None  # float (7,), for what is shown

    @property
    def face(self):
        return self.faces[self.chosen]

    @property
    def pixels(self):
        """The face as it is shown: uint8 (48, 48)."""
        return np.where(self.shown[self.segments], self.face.pixels, self.hidden)

    def choose(self, index, settings):
        """The session that looks at another of its faces, hidden as a LimeSettings says."""
        face = self.faces[index].pixels
        segments = superpixels.segment(face)
        return dataclasses.replace(
            self, chosen=index, segments=segments, hidden=HIDING[settings.hide](face),
            shown=np.ones(segments.max() + 1, bool), prediction=self.predictions[index])

    def show(self, shown, predict):
        """The session that shows only some superpixels, bool (superpixels,), of its face."""
        session = dataclasses.replace(self, shown=shown)
        return dataclasses.replace(session, prediction=predict(session.pixels[None])[0])


def open_picture(path, predict):
    """The Session of a picture, and HTML of it with its faces framed; UserError if unreadable."""
    photograph = finding.read(path, LARGEST)
    found = finding.Found((), *framing.find_faces(photograph))
    faces = [found.faces[index] for index in found.largest()]
    small, scale = finding.shrink(photograph)
    framed = drawing.photograph(small, [face.corners * scale for face in faces],
                                f"{pathlib.Path(path).stem}: {found.count()}")
    count, faces = len(faces), faces or [framing.take_whole(photograph)]
    return Session(faces, count, predict(np.stack([face.pixels for face in faces]))), framed
