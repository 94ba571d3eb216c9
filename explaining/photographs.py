"""Faces in photographs, found and framed as FER2013 frames them.

    photograph = read("me.jpg")              # uint8 (height, width, 3)
    faces = find_faces(photograph)           # from left to right; faces[0].pixels is uint8 (48, 48)

MTCNN finds them (Zhang et al. 2016, arXiv 1604.02878; the mtcnn package, whose weights come with it).
benchmarks/photographs.md compares it with the detectors of scikit-image and OpenCV.
"""
import functools
import pathlib
from typing import NamedTuple

import keras
import numpy as np
from PIL import Image, ImageOps

import fer2013
from base.command_line import quiet_stderr
from base.errors import UserError
from fer2013.images import reason

FORMATS = {"JPEG": (".jpg", ".jpeg"), "PNG": (".png",), "WEBP": (".webp",)}
LARGEST = 100_000_000  # pixels of a photograph: 300 MB in memory; phones and cameras take 12 to 60 million
LONGEST = 1600  # pixels of the longer side when faces are looked for, in about 2 s on two CPU cores
SMALLEST = 320  # pixels of the shorter side then: smaller pictures are enlarged, as the detector needs 20 for a face
CONFIDENT = 0.93  # of the detector, from 0 to 1: of grass it said up to 0.92, of 5 % of FER2013's faces less
# FER2013's framing, in units of the face's size, which is sqrt(distance of eyes * distance of eyes and mouth):
# measured on its validation faces by benchmarks/photographs.py
SIDE, UPWARDS = 2.3, 0.2
FILLED = 0.7  # a frame this long, as a share of a square picture's side, is the picture itself: already cropped
SQUARE = 0.9  # shorter side as a share of the longer one
TINY = fer2013.SIZE  # a frame of fewer pixels was enlarged, and has less detail than the faces that the model knows


class Face(NamedTuple):
    """A face of a photograph; x to the right and y down, in the photograph's pixels."""
    pixels: np.ndarray  # uint8 (48, 48), upright
    corners: np.ndarray  # float (4, 2): x, y of the frame, clockwise from the face's own top left
    note: str = ""  # what a reader should know about this frame

    @property
    def side(self):
        """Length of the frame, in the photograph's pixels."""
        return float(np.linalg.norm(self.corners[1] - self.corners[0]))


def list_pictures(paths):
    """The pictures at these paths, in order: files as they are, of folders the JPEG, PNG and WebP files by name.

    Raises:
        UserError: no such file, or a folder without a picture.
    """
    pictures = {}  # by absolute path, so that each counts once
    for path in map(pathlib.Path, paths):
        if not path.exists():
            raise UserError(f"{path}: no such file or folder; expected a JPEG, PNG or WebP picture")
        inside = sorted(file for file in path.iterdir() if is_picture(file)) if path.is_dir() else [path]
        if not inside:
            raise UserError(f"{path}: no JPEG, PNG or WebP picture in this folder")
        for picture in inside:
            pictures.setdefault(picture.resolve(), picture)
    return list(pictures.values())


def is_picture(path):
    return path.suffix.lower() in sum(FORMATS.values(), ()) and not path.name.startswith(".") and path.is_file()


def read(path, name=None):
    """A photograph as people see it: uint8 (height, width, 3), turned as its EXIF says, on white where transparent.

    Args:
        path: of a JPEG, PNG or WebP picture; name: what messages call it, its path if None.

    Raises:
        UserError: not a readable JPEG, PNG or WebP, or one of more than LARGEST pixels.
    """
    name = name or path
    try:
        with Image.open(path, formats=tuple(FORMATS)) as image:
            if image.width * image.height > LARGEST:
                raise UserError(f"{name}: {image.width:,} x {image.height:,} pixels; expected at most {LARGEST:,}")
            image = ImageOps.exif_transpose(image)
            if image.has_transparency_data:
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
            if image.mode.startswith("I"):  # 16 bits: convert() would clip them to white
                image = Image.fromarray((np.asarray(image) // 257).astype(np.uint8))
            return np.asarray(image.convert("RGB"))
    except UserError:
        raise
    except Exception as error:  # whatever a decoder raises on damaged bytes: SyntaxError, struct.error, IndexError ...
        raise UserError(f"{name}: not a readable JPEG, PNG or WebP picture ({reason(error)})") from error


def find_faces(photograph):
    """The faces of a photograph, from left to right; a picture that one face fills is taken whole.

    Args:
        photograph: uint8 (height, width, 3).

    Returns:
        A list of Face, empty where none is found.
    """
    faces = [frame(photograph, **points) for points in detect(photograph)]
    shorter, longer = sorted(photograph.shape[:2])
    if shorter >= SQUARE * longer and len(faces) == 1 and faces[0].side >= FILLED * longer:
        return [whole(photograph, "the face fills the picture, which was taken whole")]
    if shorter >= SQUARE * longer and not faces and longer <= 2 * fer2013.SIZE:
        return [whole(photograph, "no face was found; so small a square was taken whole")]
    return sorted(faces, key=lambda face: face.corners[:, 0].mean())


def whole(photograph, note="taken whole"):
    """A photograph that is already cropped to a face, as a Face."""
    height, width = photograph.shape[:2]
    grey = Image.fromarray(photograph).convert("L")
    pixels = np.asarray(grey.resize((fer2013.SIZE, fer2013.SIZE), Image.Resampling.BILINEAR))
    return Face(pixels, np.array([(0, 0), (width, 0), (width, height), (0, height)], float), note)


def detect(photograph):
    """Where the faces are: a list of {"eyes": float (2, 2), "mouth": float (2, 2)}, x and y of each left and right end.

    Raises:
        UserError: Keras runs on another backend than TensorFlow, the only one that the detector works with.
    """
    height, width = photograph.shape[:2]
    scale = min(max(1, SMALLEST / min(height, width)), LONGEST / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    picture = np.asarray(Image.fromarray(photograph).resize(size, Image.Resampling.BILINEAR))
    # its min_face_size stays at 20: with 40, mtcnn 1.0.0 shrinks pictures below its own window and finds no face
    found = detector().detect_faces(picture)
    return [{"eyes": np.array([points["left_eye"], points["right_eye"]]) / scale,
             "mouth": np.array([points["mouth_left"], points["mouth_right"]]) / scale}
            for points in (face["keypoints"] for face in found if face["confidence"] >= CONFIDENT)]


def frame(photograph, eyes, mouth):
    """Cut one face out as FER2013 does, with its eyes level.

    Args:
        photograph: uint8 (height, width, 3); what lies beyond its border repeats the border.
        eyes, mouth: float (2, 2), x and y of the left and right eye, and of the mouth's left and right corner.
    """
    between = eyes[1] - eyes[0]
    size = np.sqrt(np.linalg.norm(between) * np.linalg.norm(mouth.mean(axis=0) - eyes.mean(axis=0)))
    right = between / np.linalg.norm(between)  # the face's own axes in the photograph
    down = np.array([-right[1], right[0]])
    centre = (eyes.mean(axis=0) + mouth.mean(axis=0)) / 2 - UPWARDS * size * down
    half = SIDE * size / 2
    corners = centre + half * np.array([-right - down, right - down, right + down, -right + down])  # (4, 2)
    note = f"only {2 * half:.0f} pixels wide, enlarged" if 2 * half < TINY else ""
    return Face(cut(photograph, centre, half, np.degrees(np.arctan2(right[1], right[0]))), corners, note)


def cut(photograph, centre, half, degrees):
    """The square of side 2 * half around a point, turned by `degrees` clockwise: uint8 (48, 48)."""
    reach = int(np.ceil(half * np.sqrt(2))) + 1  # so that its corners stay inside when it is turned
    left, top = np.floor(centre).astype(int) - reach
    columns = np.clip(np.arange(left, left + 2 * reach), 0, photograph.shape[1] - 1)
    rows = np.clip(np.arange(top, top + 2 * reach), 0, photograph.shape[0] - 1)
    around = Image.fromarray(photograph[rows[:, None], columns]).convert("L")  # (2 * reach, 2 * reach)
    x, y = centre - (left, top)
    upright = around.rotate(degrees, Image.Resampling.BICUBIC, center=(x, y))
    box = (x - half, y - half, x + half, y + half)
    return np.asarray(upright.resize((fer2013.SIZE, fer2013.SIZE), Image.Resampling.BILINEAR, box=box))


@functools.cache
def detector():
    """MTCNN, built once. It is written for TensorFlow, and its Keras model works with no other backend."""
    if keras.backend.backend() != "tensorflow":
        raise UserError("finding faces needs KERAS_BACKEND=tensorflow; --cropped pictures need no finding")
    try:
        with quiet_stderr():
            from mtcnn import (
                MTCNN,  # not above: it needs TensorFlow, and only finding faces needs it
            )
    except ImportError as error:
        raise UserError(f"finding faces needs the package mtcnn ({error}); pip install -r requirements.txt") from error
    return MTCNN()
