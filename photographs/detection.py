"""Detection of faces in photographs, in several sizes of the picture.

The detector is MTCNN (Zhang et al. 2016, arXiv 1604.02878) in the package mtcnn, which includes its
weights. It found 23 of 24 views of two portraits and took nothing else for a face; the cascades of
OpenCV and scikit-image found 20, and took up to 14 of 16 pictures without a face for one.
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
SIZES = (1600, 800, 400)
SMALLEST = 320  # shorter side in pixels for the detection, because a face needs at least 20 pixels
# confidence of the detector, from 0 to 1: on grass it was up to 0.92, and on 5 % of FER2013's faces
# it was below 0.93
CONFIDENT = 0.93
SIDE = 2.3  # side of the frame in units of the face's size
# pixels of a frame: shrunk to 30 pixels, FER2013's faces are classified nearly as well as at 48,
# shrunk to 24 much worse
LEAST = 30


class Detection(NamedTuple):
    """A detected face; x to the right and y down, in pixels of the photograph."""
    confidence: float  # from 0 to 1
    points: np.ndarray  # float (5, 2): left eye, right eye, nose, left and right mouth corner

    @property
    def middles(self):
        """The middle of the eyes and that of the mouth: float (2,) each."""
        return self.points[:2].mean(axis=0), self.points[3:].mean(axis=0)

    @property
    def size(self):
        """sqrt(distance of the eyes * distance from the eyes to the mouth)."""
        eyes, mouth = self.middles
        between = np.linalg.norm(self.points[1] - self.points[0])
        return float(np.sqrt(between * np.linalg.norm(mouth - eyes)))

    @property
    def large(self):
        """Whether its frame has at least LEAST pixels, so that the face can be read."""
        return SIDE * self.size >= LEAST


def detect(photograph):
    """The large faces in a photograph, uint8 (height, width, 3), and how many are smaller.

    Each is a Detection; of those of one face at several sizes, the surest of the large ones counts.
    """
    smaller = [size for size in SIZES[1:] if size < max(photograph.shape[:2])]
    found = [face for size in (SIZES[0], *smaller) for face in detect_at(photograph, size)]
    kept = []
    for face in sorted(found, key=lambda each: (not each.large, -each.confidence)):
        if not any(np.linalg.norm((face.points - other.points).mean(axis=0))
                   <= max(face.size, other.size) for other in kept):
            kept.append(face)
    large = [face for face in kept if face.large]
    return large, len(kept) - len(large)


def detect_at(photograph, longest):
    """The confident detections, if the picture is shrunk to a longer side of `longest` pixels."""
    height, width = photograph.shape[:2]
    scale = min(max(1, SMALLEST / min(height, width)), longest / max(height, width))
    size = [max(1, round(side * scale)) for side in (width, height)]
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
    with quiet_stderr():  # on Python 3.13 its reader of the weights complains when it is closed
        from mtcnn import MTCNN  # needs TensorFlow, which the rest of this file does not

        return MTCNN()
