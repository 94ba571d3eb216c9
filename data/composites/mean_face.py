"""Make the mean of all training faces of FER2013, which can hide a part of a face.

    python -m data.composites.mean_face --data data

Writes mean_face.png beside this file: 48x48, 8-bit grey, the mean of the pixels of the 28,709
training faces, without alignment or scaling. `--hide mean-face` shows it.
"""
import numpy as np
from PIL import Image

import fer2013
from base import command_line, files
from base.errors import UserError
from fer2013 import bundled


def main():
    parser = command_line.parser(__doc__)
    parser.add_argument("--data", default=bundled.DATA, help="FER2013 in any form")
    data = parser.parse_args().data
    pixels, labels, _ = fer2013.load(data, "train")  # (n, 48, 48)
    if bundled.name_of(data, np.bincount(labels)) != "FER2013":
        raise UserError(f"{data}: not the training split of FER2013")
    with files.replacing(bundled.MEAN_FACE) as path:
        Image.fromarray(pixels.mean(axis=0).round().astype(np.uint8)).save(path)
    print(f"wrote {bundled.MEAN_FACE}: the mean of {len(pixels):,} faces")


if __name__ == "__main__":
    command_line.run(main)
