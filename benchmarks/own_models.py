"""How models from elsewhere are read: what is found out about each, and how accurate it is.

    python -m benchmarks.own_models --models DIR --data data

Reads every file in a directory as explain.py --model does, with the labelled faces of the training
split, then predicts --faces faces of PublicTest, chosen with seed 0. Prints the table of
benchmarks/own_models.md, with a row for each model, or the reason why it is refused.
"""
import pathlib

import numpy as np

import fer2013
from base import options
from base.errors import UserError
from benchmarks.common import ROOT, markdown
from networks.network import open_network

NO_MODEL = (".md", ".txt")


def main():
    args = parse_arguments()
    options.notes.disabled = True  # the table says it
    data = fer2013.open(args.data)
    split = data.split("validation")
    chosen = np.random.default_rng(0).permutation(len(split))[:args.faces]
    rows = [row(path, data, split.pixels[chosen], split.labels[chosen])
            for path in sorted(args.models.iterdir()) if path.suffix.lower() not in NO_MODEL]
    print(markdown(("model", "format", "preprocessing", "accuracy"), rows))


def parse_arguments():
    parser = options.parser(__doc__)
    parser.add_argument("--models", type=pathlib.Path, required=True,
                        help="directory of model files")
    parser.add_argument("--data", default=ROOT / "data", help="FER2013 in any form")
    parser.add_argument("--faces", type=options.positive_integer, default=700,
                        help="faces of PublicTest that are predicted")
    return parser.parse_args()


def row(path, data, pixels, labels):
    """Name, format, preprocessing and accuracy of a model, or why it is refused."""
    try:
        network = open_network(path, data)
    except UserError as error:
        reason = str(error).replace(f"{path}: ", "").replace(str(path), path.name)
        return path.name, "", f"refused: {reason}".replace("|", "/"), ""
    accuracy = (network.predict(pixels).argmax(axis=1) == labels).mean()
    return path.name, network.raw.form, network.preprocessing.words(), f"{accuracy:.1%}"


if __name__ == "__main__":
    options.run(main)
