"""Face detection in photographs, and framing of the faces as in FER2013.

    photograph = read("me.jpg")              # uint8 (height, width, 3)
    faces = find_faces(photograph)           # from left to right; faces[0].pixels is uint8 (48, 48)

The detector is MTCNN (Zhang et al. 2016, arXiv 1604.02878) in the package mtcnn, which includes its
weights. benchmarks/photographs.md compares it with the detectors of scikit-image and OpenCV.
"""
import functools
from typing import NamedTuple

import keras
import numpy as np
from PIL import Image

import fer2013
from base.command_line import quiet_stderr
from base.errors import UserError
from fer2013 import pictures

LARGEST = 100_000_000  # pixels of a photograph, 300 MB in memory; cameras take 12 to 60 million
LONGEST = 1600  # longer side in pixels for the detection, which takes about 2 s on two CPU cores
SMALLEST = 320  # shorter side in pixels for the detection, because a face needs at least 20 pixels
# confidence of the detector, from 0 to 1: on grass it was up to 0.92, and on 5 % of FER2013's faces
# it was below 0.93
CONFIDENT = 0.93
# FER2013's framing in units of the face's size, sqrt(distance of the eyes * distance from the eyes
# to the mouth), measured on its validation faces by benchmarks/photographs.py
SIDE, UPWARDS = 2.3, 0.2
FILLED = 0.7  # a square picture is already cropped if a frame is longer than this share of its side
SQUARE = 0.9  # the least shorter side of a square picture, as a share of the longer side
TINY = fer2013.SIZE  # a frame of fewer pixels is enlarged and has less detail than FER2013's faces


class Face(NamedTuple):
    """A face in a photograph; x to the right and y down, in pixels of the photograph."""
    pixels: np.ndarray  # uint8 (48, 48), upright
    corners: np.ndarray  # float (4, 2): x, y of the frame, clockwise from the face's own top left
    note: str = ""  # what a reader should know about this frame

    @property
    def side(self):
        """Length of a side of the frame, in pixels of the photograph."""
        return float(np.linalg.norm(self.corners[1] - self.corners[0]))


def read(path, name=None):
    """Read a photograph as a viewer shows it: turned as its EXIF says, white where transparent.

    Args:
        path: path of a picture, in one of the formats of fer2013.pictures.
        name: name of the picture in error messages, by default its path.

    Returns:
        uint8 (height, width, 3).

    Raises:
        UserError: the file is not a readable picture, or has more than LARGEST pixels.
    """
    try:
        with open(path, "rb") as file:
            return np.asarray(pictures.decode(file, LARGEST).convert("RGB"))
    except (OSError, ValueError) as error:
        raise UserError(f"{name or path}: not a readable picture ({error})") from error


def find_faces(photograph):
    """The faces in a photograph, from left to right.

    A square picture that one face fills is taken whole, and so is a small one without a found face.

    Args:
        photograph: uint8 (height, width, 3).

    Returns:
        A list of Face, empty if no face is found.
    """
    faces = [frame(photograph, **points) for points in detect(photograph)]
    shorter, longer = sorted(photograph.shape[:2])
    square = shorter >= SQUARE * longer
    if square and len(faces) == 1 and faces[0].side >= FILLED * longer:
        return [take_whole(photograph, "the face fills the picture, which was taken whole")]
    if square and not faces and longer <= 2 * fer2013.SIZE:
        return [take_whole(photograph, "no face was found; the small, square picture was taken "
                                       "whole")]
    return sorted(faces, key=lambda face: face.corners[:, 0].mean())


def take_whole(photograph, note="taken whole"):
    """The Face of a photograph that is already cropped to a face."""
    height, width = photograph.shape[:2]
    grey = Image.fromarray(photograph).convert("L")
    pixels = np.asarray(grey.resize((fer2013.SIZE, fer2013.SIZE), Image.Resampling.BILINEAR))
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], float)
    return Face(pixels, corners, note)


def detect(photograph):
    """Locate the eyes and the mouth of each face in a photograph.

    Args:
        photograph: uint8 (height, width, 3).

    Returns:
        A list of {"eyes": float (2, 2), "mouth": float (2, 2)}: x, y of the left and right eye, and
        of the left and right corner of the mouth, in pixels of the photograph.

    Raises:
        UserError: Keras does not run on TensorFlow, which the detector needs.
    """
    height, width = photograph.shape[:2]
    scale = min(max(1, SMALLEST / min(height, width)), LONGEST / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    picture = np.asarray(Image.fromarray(photograph).resize(size, Image.Resampling.BILINEAR))
    # min_face_size stays at its default of 20: with 40, mtcnn 1.0.0 shrinks small pictures below
    # its window and finds no face
    detections = detector().detect_faces(picture)
    keypoints = [detection["keypoints"] for detection in detections
                 if detection["confidence"] >= CONFIDENT]
    return [{"eyes": np.array([points["left_eye"], points["right_eye"]]) / scale,
             "mouth": np.array([points["mouth_left"], points["mouth_right"]]) / scale}
            for points in keypoints]


def frame(photograph, eyes, mouth):
    """Cut one face out as in FER2013, with its eyes level.

    Args:
        photograph: uint8 (height, width, 3); its border is repeated outside it.
        eyes: float (2, 2), x and y of the left and right eye.
        mouth: float (2, 2), x and y of the left and right corner of the mouth.

    Returns:
        A Face.
    """
    between = eyes[1] - eyes[0]
    length = np.linalg.norm(mouth.mean(axis=0) - eyes.mean(axis=0))  # from the eyes to the mouth
    size = np.sqrt(np.linalg.norm(between) * length)
    right = between / np.linalg.norm(between)  # the face's own axes in the photograph
    down = np.array([-right[1], right[0]])
    centre = (eyes.mean(axis=0) + mouth.mean(axis=0)) / 2 - UPWARDS * size * down
    half = SIDE * size / 2
    corners = centre + half * np.array(
        [-right - down, right - down, right + down, -right + down])  # (4, 2)
    note = f"only {2 * half:.0f} pixels wide, enlarged" if 2 * half < TINY else ""
    degrees = np.degrees(np.arctan2(right[1], right[0]))
    return Face(cut(photograph, centre, half, degrees), corners, note)


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
    return np.asarray(upright.resize(
        (fer2013.SIZE, fer2013.SIZE), Image.Resampling.BILINEAR, box=box))


@functools.cache
def detector():
    """The MTCNN detector, built once; its Keras model works only with TensorFlow."""
    if keras.backend.backend() != "tensorflow":
        raise UserError("face detection needs KERAS_BACKEND=tensorflow; "
                        "--cropped pictures need no detection")
    try:
        with quiet_stderr():
            from mtcnn import MTCNN  # needs TensorFlow, which the rest of this file does not
    except ImportError as error:
        raise UserError(f"face detection needs the package mtcnn ({error}); "
                        "pip install -r requirements.txt") from error
    with quiet_stderr():  # on Python 3.13 its reader of the weights complains when it is closed
        return MTCNN()
