"""explain.py --image: a figure for each picture, with an explanation of each face in it."""
import pathlib
import sys
from typing import NamedTuple

import numpy as np
from PIL import Image

from base import options, streams
from base.errors import UserError
from explaining import wording
from explaining.wording import Explained
from fer2013 import EMOTIONS
from figures import explanations, style
from photographs import detection, finding, framing, listing

MOST = 12  # explained faces of a picture: each takes seconds, and a row of the figure
TOGETHER = 64  # pictures whose faces the network answers in one batch
DRAWN = 1000  # longer side of the photograph in the figure, in pixels
OWN = {  # names of the programs' other figures
    "curves", "confusion_matrix", "reliability", "dataset", "explanations", "mistakes",
    "emotions_average", "pairs_average",
    *(emotion + kind for emotion in EMOTIONS for kind in ("", "_pairs", "_average", "_compare"))}


class ExplainedPhotograph(NamedTuple):
    """A photograph, the faces in it, and the explanations of the largest of them."""
    path: pathlib.Path
    found: finding.Found
    rows: list  # of wording.Explained

    @property
    def error(self):
        """Why there is no explanation; empty if there is one."""
        nothing = (f"{self.path}: no face of at least {detection.LEAST} pixels found, also not "
                   "after quarter turns; if the picture is a face from forehead to chin, "
                   "use --cropped")
        return self.found.error or ("" if self.found.faces else nothing)


def explain_all(paths, labels, engine, folder, suffix, cropped, fed, source, table=None):
    """Write a figure for each picture; an error in one does not stop the others.

    Args:
        paths: paths of pictures and of folders of pictures.
        labels: labels to explain; if there are none, the predicted label of each face.
        engine: an engine.Engine.
        folder, suffix: where to write the figures, and their format; no figure if it is empty.
        cropped: whether each picture is already cropped to a face.
        fed: how the network is fed, where captions are to say so.
        source: the model and its training data in words, for captions.
        table: a table.Table that takes a row for each explanation.

    Raises:
        UserError: some pictures have no figure. If there are several pictures, the message is their
            number, after a line for each on stderr.
    """
    pictures, skipped = listing.list_pictures(paths, leave_out=folder)
    print(*listing.skipped_lines(skipped), sep="\n", end="\n" * bool(skipped))
    targets, failed = name_figures(pictures, folder, suffix), []
    if engine.workers.here and not cropped:
        detection.detector()  # if it does not work, the reason is printed once
    explained = explain_pictures(pictures, labels, engine, cropped, fed, source)
    for each, target in zip(streams.progress(explained, "picture", len(pictures)), targets,
                            strict=True):
        if each.error:
            failed.append(each.error)
            continue
        print(summary(each), *(f"  {wording.one_line(row)}" for row in each.rows), sep="\n")
        for row in each.rows if table else ():
            table.add(row.explanation, row.settings, each.path, face=row.number,
                      corners=each.found.faces[row.number - 1].corners)
        if suffix:
            draw(each, target)
            print(f"wrote {target}")
    if table:
        print(table.write())
    if failed and len(pictures) > 1:
        print(*failed, sep="\n", file=sys.stderr)
        raise UserError(f"{len(failed)} of {len(pictures)} pictures "
                        f"{'has' if len(failed) == 1 else 'have'} no figure")
    if failed:
        raise UserError(failed[0])


def explain_pictures(pictures, labels, engine, cropped, fed, source):
    """Yield the ExplainedPhotograph of each picture, some pictures at a time.

    Args:
        pictures: list of pathlib.Path.
        labels, engine, cropped, fed, source: see explain_all().
    """
    for start in range(0, len(pictures), TOGETHER):
        some = pictures[start:start + TOGETHER]
        found = list(finding.find_all(some, cropped, engine.store, engine.workers))
        chosen = [largest(each.faces) for each in found]
        asked = ask([each.faces[index].pixels for each, indices in zip(found, chosen, strict=True)
                     for index in indices], labels, engine)
        answers = engine.explain(asked)
        for picture, each, indices in zip(some, found, chosen, strict=True):
            rows = [Explained(explanation, engine.settings, each.faces[index].note,
                              number=index + 1, fed=fed, source=source)
                    for index in indices for explanation in next(answers).values()]
            yield ExplainedPhotograph(picture, each, rows)


def largest(faces):
    """The indices of the MOST largest faces, from left to right."""
    order = sorted(range(len(faces)), key=lambda index: -faces[index].side)
    return sorted(order[:MOST])


def ask(faces, labels, engine):
    """(face, labels) of each face; if there are no labels, that which the network predicts."""
    if labels or not faces:
        return [(face, labels) for face in faces]
    predicted = engine.predict(np.stack(faces)).argmax(axis=1)  # (faces,)
    return [(face, [int(label)]) for face, label in zip(faces, predicted, strict=True)]


def name_figures(pictures, folder, suffix="png"):
    """A path in `folder` for the figure of each picture, with the picture's name.

    The names of other figures of the programs are extended by "_photograph". Equal names are
    numbered. No path is that of one of the pictures.
    """
    names = set()
    taken, targets = {path.resolve() for path in pictures}, []
    for picture in pictures:
        stem = f"{picture.stem}_photograph" if picture.stem.lower() in OWN else picture.stem
        number, target = 1, pathlib.Path(folder, f"{stem}.{suffix}")
        while target.resolve() in taken or str(target).lower() in names:
            number += 1
            target = pathlib.Path(folder, f"{stem}_{number}.{suffix}")
        names.add(str(target).lower())
        targets.append(target)
    return targets


def summary(explained):
    """The line above the figure of an ExplainedPhotograph."""
    width, height = explained.found.size
    faces = counted(len(explained.found.faces), explained.found.small)
    return f"{explained.path.name}: {width} x {height} pixels, {faces}"


def counted(count, small):
    """In words how many faces a picture has, and how many smaller ones that are left out."""
    return (f"{count} {'face' if count == 1 else 'faces'}"
            + f", of which the {MOST} largest are explained" * (count > MOST)
            + f"; {small} of under {detection.LEAST} pixels left out" * bool(small))


def draw(explained, target):
    """Write the figure of an ExplainedPhotograph to the path `target`."""
    small, scale = shrink(framing.read(explained.path))
    source = {"command": options.command(), "faces": explained.path.name}
    named = {f"face {row.number}, {EMOTIONS[row.explanation.label]}": row for row in explained.rows}
    figure = explanations.photograph(
        small, [face.corners * scale for face in explained.found.faces],
        list(map(wording.figure_row, explained.rows)), summary(explained))
    style.save(figure, target, wording.record(named, source))


def shrink(photograph):
    """The photograph with a longer side of at most DRAWN pixels, and its scale, at most 1."""
    scale = min(1, DRAWN / max(photograph.shape[:2]))
    size = [max(1, round(side * scale)) for side in photograph.shape[1::-1]]
    small = Image.fromarray(photograph).resize(size, Image.Resampling.LANCZOS)
    return np.asarray(small), scale
