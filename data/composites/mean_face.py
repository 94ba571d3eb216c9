"""Make the mean of all training faces of FER2013, which can hide a part of a face.

    python -m data.composites.mean_face --data data

Writes mean_face.png beside this file: 48x48, 8-bit grey, the mean of the pixels of the 28,709
training faces, without alignment or scaling. `--hide mean-face` shows it.
"""
import numpy as np
from PIL import Image

import fer2013
from base import files, options
from base.errors import UserError
from fer2013 import included


def main():
    parser = options.parser(__doc__)
    parser.add_argument("--data", default=fer2013.DataOptions.data, help="FER2013 in any form")
    data = parser.parse_args().data
    faces = fer2013.open(data).split("train")
    pixels = faces.pixels
    if faces.counts != fer2013.COUNTS["train"]:
        raise UserError(f"{data}: not the training split of FER2013")
    with files.replacing(included.MEAN_FACE) as path:
        Image.fromarray(pixels.mean(axis=0).round().astype(np.uint8)).save(path)
    print(f"wrote {included.MEAN_FACE}: the mean of {len(pixels):,} faces")


if __name__ == "__main__":
    options.run(main)
