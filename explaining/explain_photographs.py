"""The story of explain.py --image: every face of the pictures found, and explained in a figure of each picture."""
import pathlib
import sys
from typing import NamedTuple

import numpy as np
from PIL import Image
from tqdm import tqdm

from base import catalogue
from base.errors import UserError
from explaining import photographs, wording
from explaining.face_set import FaceSet
from explaining.wording import Explained
from fer2013 import EMOTIONS
from figures import explanations

MOST = 12  # faces of one picture that are explained, the largest ones: each takes seconds, and a row of the figure
DRAWN = 1000  # pixels of the longer side of the photo in the figure


class ExplainedPhotograph(NamedTuple):
    """A photograph, the faces in it, and the explanations of the largest of them."""
    name: str
    picture: np.ndarray  # uint8 (height, width, 3)
    faces: list  # of photographs.Face, from left to right
    rows: list  # of wording.Explained


def explain_all(paths, asked, settings, network, folder, suffix, cropped):
    """Write a figure for each picture; one that fails does not stop the others.

    Args:
        paths: of pictures and of folders of them.
        asked: labels to explain; the predicted one of each face where there are none.
        settings: LimeSettings.
        network: a networks.network.Network.
        folder, suffix: where to write, in which format.
        cropped: whether each picture is a face already.

    Raises:
        UserError: at the end, how many have no figure; a line for each went to stderr. Of one picture, that line.
    """
    pictures, failed = photographs.list_pictures(paths), 0
    targets = name_figures(pictures, folder, suffix)
    if not cropped:
        photographs.detector()  # what keeps it from working is said once, not for each picture
    for picture, target in tqdm(list(zip(pictures, targets, strict=True)), unit="picture", leave=False,
                                disable=None if len(pictures) > 1 else True):
        try:
            found = explain_picture(picture, asked, settings, network, cropped)
            draw(found, target)
            tqdm.write("\n".join([f"{summary(found)}; {target}", *lines(found)]))
        except UserError as error:
            if len(pictures) == 1:
                raise
            failed += 1
            tqdm.write(str(error), file=sys.stderr)
    if failed:
        raise UserError(f"{failed} of {len(pictures)} pictures {'has' if failed == 1 else 'have'} no figure")


def name_figures(pictures, folder, suffix="png"):
    """A path in `folder` for each picture, by its name; numbered where two are alike, and never one of the pictures."""
    own = catalogue.taken(EMOTIONS)
    taken, targets = {path.resolve() for path in pictures}, []
    for picture in pictures:
        stem = f"{picture.stem}_photograph" if picture.stem.lower() in own else picture.stem
        number, target = 1, pathlib.Path(folder, f"{stem}.{suffix}")
        while target.resolve() in taken or str(target).lower() in map(str.lower, map(str, targets)):
            number += 1
            target = pathlib.Path(folder, f"{stem}_{number}.{suffix}")
        targets.append(target)
    return targets


def explain_picture(path, asked, settings, network, cropped, name=None):
    """The ExplainedPhotograph of one picture.

    Args:
        path: of the picture; name: what messages call it, its path if None.
        asked, settings, network, cropped: see explain_all().

    Raises:
        UserError: not a readable picture, or no face found in it.
    """
    photograph = photographs.read(path, name)
    faces = [photographs.whole(photograph)] if cropped else photographs.find_faces(photograph)
    if not faces:
        raise UserError(f"{name or path}: no face found; if it shows one from forehead to chin, say --cropped")
    return ExplainedPhotograph(path.name, photograph, faces, explain_faces(faces, asked, settings, network))


def explain_faces(faces, asked, settings, network):
    """A wording.Explained for each of the largest faces and each asked label."""
    pixels = np.stack([face.pixels for face in faces])  # (faces, 48, 48)
    predicted = network.predict(pixels).argmax(axis=1)
    face_set = FaceSet(pixels, predicted, [face.note for face in faces], network.predict, settings)
    largest = sorted(range(len(faces)), key=lambda index: -faces[index].side)[:MOST]
    return [Explained(explanation, settings, face_set.names[index], number=index + 1,
                      fed=network.caption)
            for index in sorted(largest)
            for explanation in face_set.explain(index, asked or [predicted[index]]).values()]


def summary(found):
    """The line above the figure of an ExplainedPhotograph."""
    height, width = found.picture.shape[:2]
    count = len(found.faces)
    line = f"{found.name}: {width} x {height} pixels, {count} {'face' if count == 1 else 'faces'}"
    return line + f", of which the {MOST} largest are explained" * (count > MOST)


def lines(found):
    """A line of text for each of its explanations."""
    return [f"  {wording.one_line(row)}" for row in found.rows]


def draw(found, target):
    """Write the figure of an ExplainedPhotograph."""
    small, scale = reduce(found.picture)
    explanations.photograph(small, [face.corners * scale for face in found.faces],
                            list(map(wording.row, found.rows)), summary(found), target)


def reduce(photograph):
    """The photograph with its longer side at most DRAWN, and the scale of that."""
    scale = min(1, DRAWN / max(photograph.shape[:2]))
    size = [max(1, round(side * scale)) for side in photograph.shape[1::-1]]
    return np.asarray(Image.fromarray(photograph).resize(size, Image.Resampling.LANCZOS)), scale
