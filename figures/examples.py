"""Example faces of every cell of a confusion matrix, kept in one PNG with their names.

    examples.write(pixels, labels, probabilities, names, "outputs/confusion_examples.png", record)
    examples.read("outputs/confusion_examples.png")     # (examples by cell, record)

The picture is a grid like the matrix, true emotions in rows, with up to EACH faces side by side in
a cell. report.py takes single faces out of it.
"""
import json
from typing import NamedTuple

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from base import files
from fer2013 import EMOTIONS, SIZE
from figures.style import read_record

EACH = 3
CLASSES = len(EMOTIONS)


class Example(NamedTuple):
    """A face of a cell."""
    name: str
    confidence: float  # the probability of the predicted label
    face: np.ndarray  # uint8 (48, 48)


def write(pixels, labels, probabilities, names, path, record):
    """Write the faces of each cell that the network is most confident about.

    Args:
        pixels: uint8 (n, 48, 48).
        labels: int (n,).
        probabilities: float (n, 7).
        names: n file names or rows.
        path: of the PNG to write.
        record: a JSON object that is kept with them.
    """
    sheet = np.full((CLASSES, SIZE, CLASSES, EACH, SIZE), 255, np.uint8)
    confidence, predicted = probabilities.max(axis=1), probabilities.argmax(axis=1)  # (n,)
    cells = {}
    for index in np.argsort(-confidence, kind="stable"):
        true, called = int(labels[index]), int(predicted[index])
        kept = cells.setdefault(f"{true} {called}", [])
        if len(kept) < EACH:
            sheet[true, :, called, len(kept)] = pixels[index]
            kept.append((names[index], round(float(confidence[index]), 4)))
    information = PngInfo()
    information.add_text("Description", json.dumps(record | {"cells": cells}))
    with files.replacing(path) as temporary:
        Image.fromarray(sheet.reshape(CLASSES * SIZE, -1)).save(temporary, pnginfo=information)


def read(path):
    """What write() wrote: ({(true label, predicted label): list of Example}, record).

    Raises:
        OSError, ValueError, TypeError, AttributeError: another picture, or a damaged one.
    """
    record = read_record(path)
    with Image.open(path) as picture:
        sheet = np.asarray(picture).reshape(CLASSES, SIZE, CLASSES, EACH, SIZE)
    cells = {}
    for cell, kept in record.pop("cells", {}).items():
        true, called = map(int, cell.split())
        cells[true, called] = [Example(name, confidence, sheet[true, :, called, place])
                               for place, (name, confidence) in enumerate(kept)]
    return cells, record
