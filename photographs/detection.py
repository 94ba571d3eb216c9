"""Detection of faces in photographs, in several sizes and turns of the picture.

The detector is MTCNN (Zhang et al. 2016, arXiv 1604.02878) in the package mtcnn, which includes its
weights. It found 23 of 24 views of two portraits and 12 of 12 lying on their side, and took nothing
else for a face; the cascades of OpenCV and scikit-image found 20, and took up to 14 of 16 pictures
without a face for one.
"""
import functools
from typing import NamedTuple

import keras
import numpy as np
from PIL import Image

from base.errors import UserError
from base.options import quiet_stderr

# longer sides in pixels at which a picture is looked at, if it is as large: MTCNN's confidence in
# the same face changes with its size. The largest takes about 2 s on two CPU cores
LONGEST = (1600, 800, 400)
SMALLEST = 320  # shorter side in pixels for the detection, because a face needs at least 20 pixels
# confidence of the detector, from 0 to 1: on grass it was up to 0.92, and on 5 % of FER2013's faces
# it was below 0.93
CONFIDENT = 0.93
# two portraits on their side got false faces of up to 0.973; turned back, theirs have at least 0.98
CERTAIN = 0.98
SIDE = 2.3  # side of the frame in units of the face's size
# pixels of a frame: shrunk to 30 pixels, FER2013's faces are classified nearly as well as at 48,
# shrunk to 24 much worse
LEAST = 30


class Detection(NamedTuple):
    """A detected face; x to the right and y down, in pixels of the photograph."""
    confidence: float  # from 0 to 1
    points: np.ndarray  # float (5, 2): left eye, right eye, nose, left and right mouth corner

    @property
    def eyes(self):
        return self.points[:2]

    @property
    def mouth(self):
        return self.points[3:]

    @property
    def size(self):
        """sqrt(distance of the eyes * distance from the eyes to the mouth)."""
        between = np.linalg.norm(self.eyes[1] - self.eyes[0])
        down = np.linalg.norm(self.mouth.mean(axis=0) - self.eyes.mean(axis=0))
        return float(np.sqrt(between * down))

    @property
    def large(self):
        """Whether its frame has at least LEAST pixels, so that the face can be read."""
        return SIDE * self.size >= LEAST


def detect(photograph):
    """The large faces in a photograph, and how many smaller ones there are.

    If none is certain, the picture is also looked at in its three other quarter turns, and counts
    as turned if one of them has a certain face.

    Args:
        photograph: uint8 (height, width, 3).

    Returns:
        A list of Detection, and an int.

    Raises:
        UserError: Keras does not run on TensorFlow, which the detector needs.
    """
    found = look(photograph, LONGEST)
    if surest(found) < CERTAIN:
        turned = [[turned_back(detection, photograph.shape, turns)
                   for detection in look(np.rot90(photograph, turns), LONGEST[1:])]
                  for turns in (1, 2, 3)]
        best = max(turned, key=surest)
        found = best if surest(best) >= CERTAIN else found
    large = [detection for detection in found if detection.large]
    return large, len(found) - len(large)


def surest(detections):
    """The highest confidence in a large face."""
    return max([each.confidence for each in detections if each.large], default=0.0)


def turned_back(detection, shape, turns):
    """The Detection in a photograph of this shape, of one in np.rot90(photograph, turns)."""
    points = detection.points
    for turn in reversed(range(turns)):
        width = shape[1 - turn % 2]  # before this turn
        points = np.stack([width - points[:, 1], points[:, 0]], axis=1)  # (5, 2)
    return detection._replace(points=points)


def look(photograph, longest):
    """The faces that a picture as it is shows in one of several sizes, each face once.

    Args:
        photograph: uint8 (height, width, 3).
        longest: the largest longer sides to look at, in pixels; of the last ones those that the
            picture exceeds.

    Returns:
        A list of Detection: the large ones before the others, the surest first.
    """
    longer = max(photograph.shape[:2])
    sizes = [longest[0], *(size for size in longest[1:] if size < longer)]
    found = [detection for size in sizes for detection in detect_at(photograph, size)]
    kept = []
    for detection in sorted(found, key=lambda each: (not each.large, -each.confidence)):
        middle = detection.points.mean(axis=0)
        if all(np.linalg.norm(middle - other.points.mean(axis=0))
               > max(detection.size, other.size) for other in kept):
            kept.append(detection)
    return kept


def detect_at(photograph, longest):
    """The confident detections, if the picture is shrunk to a longer side of `longest` pixels."""
    height, width = photograph.shape[:2]
    scale = min(max(1, SMALLEST / min(height, width)), longest / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    picture = np.asarray(Image.fromarray(photograph).resize(size, Image.Resampling.BILINEAR))
    # min_face_size stays at its default of 20: with 40, mtcnn 1.0.0 shrinks small pictures below
    # its window and finds no face
    found = detector().detect_faces(picture, box_format="xyxy", output_type="numpy")  # (n, 16)
    detections = [Detection(float(row[5]), row[6:].reshape(2, 5).T / scale) for row in found]
    return [face for face in detections if face.confidence >= CONFIDENT]


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
