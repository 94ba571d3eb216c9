"""Faces in photographs, cut out as in FER2013.

    faces, small = find_faces(photograph)    # from left to right; faces[0].pixels is uint8 (48, 48)
"""
from typing import NamedTuple

import numpy as np
from PIL import Image

from fer2013 import SIZE
from photographs.detection import LEAST, SIDE, detect

UPWARDS = 0.2  # from the middle of eyes and mouth to that of the frame, in units of the face's size
FILLED = 0.7  # a square picture is already cropped if a frame is longer than this share of its side
SQUARE = 0.9  # the least shorter side of a square picture, as a share of the longer side
# from the middle of the eyes to the nose, along the eyes and in units of their distance: above 0.5
# the face is turned far to the side, as 1 in 100 of FER2013's faces
TURNED_ASIDE = 0.5


class Face(NamedTuple):
    """A face in a photograph; x to the right and y down, in pixels of the photograph."""
    pixels: np.ndarray  # uint8 (48, 48), upright
    corners: np.ndarray  # float (4, 2): x, y of the frame, clockwise from the face's own top left
    note: str = ""  # what a reader should know about this frame

    @property
    def side(self):
        """Length of a side of the frame, in pixels of the photograph."""
        return float(np.linalg.norm(self.corners[1] - self.corners[0]))


def find_faces(photograph):
    """The faces in a photograph, from left to right, and how many are too small to be read.

    A square picture that one face fills is taken whole, and so is a small one without a found face.

    Returns a list of Face for a uint8 (height, width, 3), and an int.
    """
    found, small = detect(photograph)
    faces = [frame(photograph, detection) for detection in found]
    shorter, longer = sorted(photograph.shape[:2])
    if shorter >= SQUARE * longer:
        if len(faces) == 1 and faces[0].side >= FILLED * longer:
            note = "the face fills the picture, which was taken whole"
            return [take_whole(photograph, note)], small
        if not faces and LEAST <= longer <= 2 * SIZE:
            note = "no face was found; the small, square picture was taken whole"
            return [take_whole(photograph, note)], 0
    return sorted(faces, key=lambda face: face.corners[:, 0].mean()), small


def take_whole(photograph, note="taken whole"):
    """The Face of a photograph that is already cropped to a face."""
    height, width = photograph.shape[:2]
    grey = Image.fromarray(photograph).convert("L").resize((SIZE, SIZE), Image.Resampling.BILINEAR)
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], float)
    return Face(np.asarray(grey), corners, note)


def frame(photograph, detection):
    """The Face of a Detection, cut out as in FER2013, with its eyes level.

    Args:
        photograph: uint8 (height, width, 3); its border is repeated outside it.
    """
    left, right, nose, *_ = detection.points
    width = np.linalg.norm(right - left)
    across = (right - left) / width  # the face's own axes
    down = np.array([-across[1], across[0]])
    eyes, mouth = detection.middles
    centre = (eyes + mouth) / 2 - UPWARDS * detection.size * down
    half = SIDE * detection.size / 2
    corners = centre + half * np.array(
        [-across - down, across - down, across + down, down - across])  # (4, 2)
    notes = {
        f"only {2 * half:.0f} pixels wide, enlarged": 2 * half < SIZE,
        "seen from the side, as few of the faces that the network learned from":
            abs((nose - eyes) @ across) > TURNED_ASIDE * width,
    }
    return Face(cut(photograph, centre, half, np.degrees(np.arctan2(*across[::-1]))), corners,
                "; ".join(note for note, holds in notes.items() if holds))


def cut(photograph, centre, half, degrees):
    """The square of side 2 * half around a point, turned clockwise by `degrees`: uint8 (48, 48)."""
    reach = int(np.ceil(half * np.sqrt(2))) + 1  # the corners of the turned square stay inside
    left, top = np.floor(centre).astype(int) - reach
    columns = np.clip(np.arange(left, left + 2 * reach), 0, photograph.shape[1] - 1)
    rows = np.clip(np.arange(top, top + 2 * reach), 0, photograph.shape[0] - 1)
    around = photograph[rows[:, None], columns]  # (2 * reach, 2 * reach, 3)
    x, y = centre - (left, top)
    upright = Image.fromarray(around).convert("L").rotate(
        degrees, Image.Resampling.BICUBIC, center=(x, y))
    box = (x - half, y - half, x + half, y + half)
    return np.asarray(upright.resize((SIZE, SIZE), Image.Resampling.BILINEAR, box=box))
