"""The faces in photographs, explained, for explain.py --image.

    for each in explain_photographs(paths, find, labels=[], engine=engine):
        each.problem or each.rows
"""
import pathlib
from typing import NamedTuple

import numpy as np

from explaining import wording
from explaining.explanation import Explained
from figures import explanations

TOGETHER = 64  # pictures whose faces the network predicts in one batch
NO_FACE = ("no face found; rotate the picture if it lies on its side, and use --cropped if it is a "
           "face from forehead to chin")


class ExplainedPhotograph(NamedTuple):
    """A photograph, the faces in it, and the explanations of the largest of them."""
    path: pathlib.Path
    found: object  # a photographs.finding.Found
    rows: list  # of explanation.Explained

    @property
    def problem(self):
        """Why there is no explanation; empty if there is one."""
        return self.found.error or ("" if self.found.faces else f"{self.path}: {NO_FACE}")

    @property
    def summary(self):
        """The line above its figure."""
        width, height = self.found.size
        return f"{self.path.name}: {width} x {height} pixels, {self.found.count()}"

    def figure(self, picture, scale):
        """Its figure; picture: uint8 (height, width, 3), its sides times `scale`."""
        frames = [face.corners * scale for face in self.found.faces]
        rows = [wording.figure_row(row) for row in self.rows]
        return explanations.photograph(picture, frames, rows, self.summary)


def explain_photographs(paths, find, labels, engine):
    """Yield the ExplainedPhotograph of each picture.

    Args:
        paths: list of pathlib.Path.
        find: function from a list of paths to an iterator of their photographs.finding.Found.
        labels: to explain; if there are none, the predicted label of each face is.
        engine: an engine.Engine.
    """
    for start in range(0, len(paths), TOGETHER):
        some = paths[start:start + TOGETHER]
        photographs = list(find(some))
        faces = [each.faces[index].pixels for each in photographs for index in each.largest()]
        asked = [(face, labels) for face in faces]
        if faces and not labels:
            predicted = engine.predict(np.stack(faces)).argmax(axis=1)  # (faces,)
            asked = [(face, [int(label)]) for face, label in zip(faces, predicted, strict=True)]
        answers = engine.explain(asked)
        for path, found in zip(some, photographs, strict=True):
            yield ExplainedPhotograph(path, found, [
                Explained(explanation, found.faces[index].note, number=index + 1)
                for index in found.largest() for explanation in next(answers).values()])


def name_figures(paths, folder):
    """A name without suffix for the figure of each picture: the picture's own.

    It gets a number if it is that of a picture in `folder`, or given already.
    """
    taken, names = {path.stem.lower() for path in paths
                    if path.resolve().parent == pathlib.Path(folder).resolve()}, []
    for path in paths:
        name, number = path.stem, 1
        while name.lower() in taken:
            number += 1
            name = f"{path.stem}_{number}"
        taken.add(name.lower())
        names.append(name)
    return names
