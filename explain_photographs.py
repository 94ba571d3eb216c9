"""The story of `python explain.py --image me.jpg`: every face of the pictures found, read and explained.

explain.py holds the options. For each picture a figure is written, named after it:

    outputs/me.png              the photo with its faces numbered; for each face its probabilities and four panels
"""
import functools
import pathlib
import sys

import lazy_loader
import numpy as np
from PIL import Image
from tqdm import tqdm

import bundled
import fer2013
import model as network
import outputs
import photographs
from command_line import UserError
from faces import Faces

figures = lazy_loader.load("figures")

OTHERS = {*fer2013.EMOTIONS, "explanations", "mistakes", "dataset", "curves", "confusion_matrix", "reliability"}
MOST = 12  # faces of one picture that are explained, the largest ones: each takes seconds, and a row of the figure
DRAWN = 1000  # pixels of the longer side of the photo in the figure


def explain_all(options, model_path):
    """Write a figure for each picture; one that fails does not stop the others.

    Args:
        options: those of explain.py.
        model_path: a .keras file.

    Raises:
        UserError: at the end, how many have no figure; a line for each went to stderr. Of one picture, that line.
    """
    print(bundled.in_use(", ".join(options.image), model_path))
    pictures, failed = photographs.list_pictures(options.image), 0
    predict = functools.partial(network.predict, network.load_model(model_path))
    targets = name_figures(pictures, outputs.make_folder(options.outputs), options.format)
    figures.set_resolution(options.dpi)
    if not options.cropped:
        photographs.detector()  # what keeps it from working is said once, not for each picture
    for picture, target in tqdm(list(zip(pictures, targets, strict=True)), unit="picture", leave=False,
                                disable=None if len(pictures) > 1 else True):
        try:
            tqdm.write("\n".join(explain_one(picture, target, options, predict)))
        except UserError as error:
            if len(pictures) == 1:
                raise
            failed += 1
            tqdm.write(str(error), file=sys.stderr)
    if failed:
        raise UserError(f"{failed} of {len(pictures)} pictures {'has' if failed == 1 else 'have'} no figure")


def name_figures(pictures, folder, suffix="png"):
    """A path in `folder` for each picture, by its name; numbered where two are alike, and never one of the pictures."""
    taken, targets = {path.resolve() for path in pictures}, []
    for picture in pictures:
        stem = f"{picture.stem}_photograph" if picture.stem.lower() in OTHERS else picture.stem
        number, target = 1, pathlib.Path(folder, f"{stem}.{suffix}")
        while target.resolve() in taken or str(target).lower() in map(str.lower, map(str, targets)):
            number += 1
            target = pathlib.Path(folder, f"{stem}_{number}.{suffix}")
        targets.append(target)
    return targets


def explain_one(picture, target, options, predict):
    """Write the figure of one picture, and return the lines that say what is in it."""
    photograph = photographs.read(picture)
    found = [photographs.whole(photograph)] if options.cropped else photographs.find_faces(photograph)
    if not found:
        raise UserError(f"{picture}: no face found; if it shows one from forehead to chin, say --cropped")
    height, width = photograph.shape[:2]
    summary = f"{picture.name}: {width} x {height} pixels, {len(found)} {'face' if len(found) == 1 else 'faces'}"
    if len(found) > MOST:
        summary += f", of which the {MOST} largest are explained"
    rows = explain_faces(found, options, predict)
    small, scale = reduce(photograph)
    figures.photograph(small, [face.corners * scale for face in found], rows, summary, target)
    return [f"{summary}; {target}", *(f"  {heading}; {caption}".replace("\n", "; ") for _, heading, caption in rows)]


def explain_faces(found, options, predict):
    """Rows of the figure, for each face and asked label one: Explanation, heading, caption."""
    pixels = np.stack([face.pixels for face in found])  # (faces, 48, 48)
    predicted = predict(pixels).argmax(axis=1)
    faces, rows = Faces(pixels, predicted, [face.note for face in found], predict, options), []
    asked = [fer2013.EMOTIONS.index(emotion) for emotion in options.label]
    for index in sorted(sorted(range(len(found)), key=lambda index: -found[index].side)[:MOST]):
        for explanation in faces.explain(index, asked or [predicted[index]]).values():
            probability = explanation.probabilities[predicted[index]]
            heading = f"face {index + 1}: {fer2013.EMOTIONS[predicted[index]]} ({probability:.2f})"
            notes = [faces.describe(explanation), faces.names[index], *explanation.cautions()]
            rows.append((explanation, heading, "\n".join(filter(None, notes))))
    return rows


def reduce(photograph):
    """The photograph with its longer side at most DRAWN, and the scale of that."""
    scale = min(1, DRAWN / max(photograph.shape[:2]))
    size = [max(1, round(side * scale)) for side in photograph.shape[1::-1]]
    return np.asarray(Image.fromarray(photograph).resize(size, Image.Resampling.LANCZOS)), scale
