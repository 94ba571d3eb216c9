"""explain.py --image: a figure for each picture, with an explanation of each face in it."""
import pathlib
import sys
from typing import NamedTuple

import numpy as np
from PIL import Image

from base import catalogue, streams
from base.errors import UserError
from explaining import photographs, picture_files, wording
from explaining.engine import Engine
from explaining.wording import Explained
from fer2013 import EMOTIONS
from figures import explanations

MOST = 12  # explained faces of a picture: each takes seconds, and a row of the figure
DRAWN = 1000  # longer side of the photograph in the figure, in pixels


class ExplainedPhotograph(NamedTuple):
    """A photograph, the faces in it, and the explanations of the largest of them."""
    name: str
    picture: np.ndarray  # uint8 (height, width, 3)
    faces: list  # of photographs.Face, from left to right
    rows: list  # of wording.Explained


def explain_all(paths, labels, settings, network, folder, suffix, cropped, source, table=None):
    """Write a figure for each picture; an error in one does not stop the others.

    Args:
        paths: paths of pictures and of folders of pictures.
        labels: labels to explain; if there are none, the predicted label of each face.
        settings: a LimeSettings.
        network: a networks.network.Network.
        folder, suffix: where to write the figures, and their format.
        cropped: whether each picture is already cropped to a face.
        source: the model and its training data in words, for captions.
        table: a table.Table that takes a row for each explanation.

    Raises:
        UserError: some pictures have no figure. If there are several pictures, the message is their
            number, after a line for each on stderr.
    """
    pictures, skipped = picture_files.list_pictures(paths, leave_out=folder)
    print(*picture_files.skipped_lines(skipped), sep="\n", end="\n" * bool(skipped))
    failed = 0
    targets = name_figures(pictures, folder, suffix)
    if not cropped:
        photographs.detector()  # if it does not work, the reason is printed once
    for picture, target in streams.progress(list(zip(pictures, targets, strict=True)), "picture"):
        try:
            explained = explain_picture(picture, labels, settings, network, cropped, source)
            print(summary(explained), *text_lines(explained), sep="\n")
            for row in explained.rows if table else ():
                table.add(row.explanation, settings, picture, face=row.number,
                          corners=explained.faces[row.number - 1].corners)
            if suffix:
                draw(explained, target)
                print(f"wrote {target}")
        except UserError as error:
            if len(pictures) == 1:
                raise
            failed += 1
            print(error, file=sys.stderr)
    if table:
        print(table.write())
    if failed:
        raise UserError(f"{failed} of {len(pictures)} pictures "
                        f"{'has' if failed == 1 else 'have'} no figure")


def name_figures(pictures, folder, suffix="png"):
    """A path in `folder` for the figure of each picture, with the picture's name.

    The names of other figures of the programs are extended by "_photograph". Equal names are
    numbered. No path is that of one of the pictures.
    """
    own = catalogue.taken(EMOTIONS)
    taken, targets = {path.resolve() for path in pictures}, []
    for picture in pictures:
        stem = f"{picture.stem}_photograph" if picture.stem.lower() in own else picture.stem
        number, target = 1, pathlib.Path(folder, f"{stem}.{suffix}")
        while (target.resolve() in taken
               or str(target).lower() in map(str.lower, map(str, targets))):
            number += 1
            target = pathlib.Path(folder, f"{stem}_{number}.{suffix}")
        targets.append(target)
    return targets


def explain_picture(path, labels, settings, network, cropped, source="", name=None):
    """The ExplainedPhotograph of one picture.

    Args:
        path: path of the picture.
        labels, settings, network, cropped, source: see explain_all().
        name: name of the picture in error messages, by default its path.

    Raises:
        UserError: the picture is not readable, or no face is found in it.
    """
    photograph = photographs.read(path, name)
    faces = ([photographs.take_whole(photograph)] if cropped
             else photographs.find_faces(photograph))
    if not faces:
        raise UserError(f"{name or path}: no face found; "
                        "if the picture is a face from forehead to chin, use --cropped")
    rows = explain_faces(faces, labels, settings, network, source)
    return ExplainedPhotograph(path.name, photograph, faces, rows)


def explain_faces(faces, labels, settings, network, source):
    """A list with a wording.Explained for each of the largest faces and each label."""
    pixels = np.stack([face.pixels for face in faces])  # (faces, 48, 48)
    predicted = network.predict(pixels).argmax(axis=1)  # (faces,)
    largest = sorted(sorted(range(len(faces)), key=lambda index: -faces[index].side)[:MOST])
    found = Engine(network.predict, settings).explain(
        [(pixels[index], labels or [predicted[index]]) for index in largest])
    return [Explained(explanation, settings, faces[index].note, number=index + 1,
                      fed=network.caption, source=source)
            for index, by_label in zip(largest, found, strict=True)
            for explanation in by_label.values()]


def summary(explained):
    """The line above the figure of an ExplainedPhotograph."""
    height, width = explained.picture.shape[:2]
    count = len(explained.faces)
    faces = f"{count} {'face' if count == 1 else 'faces'}"
    line = f"{explained.name}: {width} x {height} pixels, {faces}"
    return line + f", of which the {MOST} largest are explained" * (count > MOST)


def text_lines(explained):
    """A line of text for each explanation of an ExplainedPhotograph."""
    return [f"  {wording.one_line(row)}" for row in explained.rows]


def draw(explained, target):
    """Write the figure of an ExplainedPhotograph to the path `target`."""
    small, scale = shrink(explained.picture)
    explanations.photograph(small, [face.corners * scale for face in explained.faces],
                            list(map(wording.figure_row, explained.rows)), summary(explained),
                            target)


def shrink(photograph):
    """The photograph with a longer side of at most DRAWN pixels, and its scale, at most 1."""
    scale = min(1, DRAWN / max(photograph.shape[:2]))
    size = [max(1, round(side * scale)) for side in photograph.shape[1::-1]]
    small = Image.fromarray(photograph).resize(size, Image.Resampling.LANCZOS)
    return np.asarray(small), scale
