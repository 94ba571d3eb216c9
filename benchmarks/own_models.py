"""Measure how models from elsewhere are read: what is found out about each, and how accurate it is.

    python -m benchmarks.own_models --models DIR --data data

Reads every file in a directory as explain.py --model does, with the labelled faces of the training
split, then predicts --faces faces of PublicTest (the validation split), chosen with seed 0, and
explains one bundled composite face of "happy". Writes a row for each model, or the reason why it is
refused, into benchmarks/own_models.md.
"""
import argparse
import pathlib

import numpy as np

import fer2013
from base import command_line, files
from base.errors import UserError
from explaining import face_lime, faithfulness
from fer2013 import bundled
from networks.network import open_network

HERE = pathlib.Path(__file__).resolve().parent

HAPPY = fer2013.EMOTIONS.index("happy")
HEADER = ("model", "format", "how it is fed", "accuracy", "R²", "stability", "deletion AUC",
          "insertion AUC")


def main():
    args = parse_arguments()
    pixels, labels, _ = fer2013.load(args.data, "validation")
    chosen = np.random.default_rng(0).permutation(len(labels))[:args.faces]
    rows = []
    for path in sorted(args.models.iterdir()):
        if path.suffix.lower() in (".md", ".txt"):
            continue
        try:
            rows.append(measure(path, args.data, pixels[chosen], labels[chosen]))
        except UserError as error:
            reason = str(error).replace(f"{path}: ", "").replace(str(path), path.name)
            rows.append((path.name, "", f"refused: {reason}", *[""] * 5))
        print(" | ".join(rows[-1]), flush=True)
    with files.replacing(HERE / "own_models.md") as temporary:
        temporary.write_text(report(rows, len(chosen)), encoding="utf-8")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=command_line.HelpFormatter)
    parser.add_argument("--models", type=pathlib.Path, required=True,
                        help="directory of model files")
    parser.add_argument("--data", default=bundled.DATA,
                        help="FER2013: a CSV, folders, a .zip, or a directory with one of these")
    parser.add_argument("--faces", type=command_line.positive_integer, default=700,
                        help="faces of PublicTest that are predicted")
    return parser.parse_args()


def measure(path, data, pixels, labels):
    """The row of a model: texts in the order of HEADER."""
    network = open_network(path, data)
    accuracy = (network.predict(pixels).argmax(axis=1) == labels).mean()
    composites, of_composites, _ = fer2013.load(bundled.COMPOSITES, "test")
    face = composites[of_composites == HAPPY][0]
    found = face_lime.explain_face(face, network.predict, [HAPPY], samples=1000)[HAPPY]
    by_method = faithfulness.score_maps({"LIME": found.weight_map()}, found.segments, face, HAPPY,
                                        network.predict)
    scores = by_method["LIME"]
    return (path.name, network.raw.form, network.feeding.words(), f"{100 * accuracy:.1f} %",
            f"{found.r2:.2f}", f"{found.stability:.1f}", f"{scores.deletion_auc:.3f}",
            f"{scores.insertion_auc:.3f}")


def report(rows, faces):
    """The page, as Markdown."""
    lines = ["# Models from elsewhere", "",
             "`python -m benchmarks.own_models --models DIR --data data`, where DIR held "
             f"{len(rows)} models as people publish them: accuracy on {faces:,} faces of "
             "PublicTest, chosen with seed 0; the scores are those of LIME with 1,000 samples on "
             "one bundled composite face of \"happy\". How a model is fed was found out on faces "
             "of the training split.", "",
             f"| {' | '.join(HEADER)} |", "|---|---|---|" + "---:|" * 5]
    lines += [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    command_line.run(main)
