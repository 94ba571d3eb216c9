"""Whether explanations mark the cause of the expression, on rendered faces with a known cause.

    python train.py --data data/avatars --outputs outputs/avatars
    python -m benchmarks.ground_truth --model outputs/avatars/model.keras

Explains --faces faces of each emotion but neutral that the model classifies correctly, from the
avatars' test split, chosen with seed 0. The cause is the skin that moved by more than a tenth of
the distance between the eyes (about 2 pixels). Appends a row for each face and method to
benchmarks/ground_truth.csv (an interrupted run continues where it stopped) and prints the table of
benchmarks/ground_truth.md: means over faces with 95 % bootstrap intervals.
"""
import functools
import pathlib

import numpy as np
import pandas

import fer2013
import model as network
from base import command_line
from benchmarks import measures
from benchmarks.faces import Faces, choose_faces, complete
from benchmarks.results import cell, read, version
from explaining import methods
from explaining.methods.lime import lime
from fer2013 import bundled

HERE = pathlib.Path(__file__).resolve().parent

EXPRESSIONS = fer2013.EMOTIONS[:6]  # a neutral face has no cause
MOVED = 0.1  # least motion of the cause, as a share of the distance between the eyes
MEASURES = list(measures.Agreement._fields)
COLUMNS = ["face", "emotion", "model", "method", *MEASURES]


def main():
    args = parse_arguments()
    pixels, labels, names = fer2013.load(bundled.AVATARS, "test")
    moved = load_motion(names) > MOVED  # (n, 48, 48)
    asked = network.as_network(network.load_model(args.model))
    indices = [index for index in choose_faces(pixels, labels, asked.predict, args.faces)
               if moved[index].any()]
    faces = Faces(pixels, labels, names, indices, asked, {"model": version(args.model)})
    complete(args.table, COLUMNS, faces, "method", methods.METHODS, lambda index, lacking: measure(
        pixels[index], int(labels[index]), moved[index], asked, args.samples, lacking))
    print(tables(read(args.table)))


def parse_arguments():
    parser = command_line.parser(__doc__)
    parser.add_argument("--model", default=HERE.parent / "outputs" / "avatars" / "model.keras",
                        help="the model to explain, a .keras file")
    parser.add_argument("--faces", type=command_line.positive_integer, default=25,
                        help="number of faces of each emotion")
    parser.add_argument("--samples", type=command_line.automatic_or_positive_integer, default=1000,
                        help="number of LIME's samples")
    parser.add_argument("--table", type=pathlib.Path, default=HERE / "ground_truth.csv",
                        help="the CSV to create or to continue")
    return parser.parse_args()


def load_motion(names):
    """The motion of the skin at each pixel of the named test avatars.

    Args:
        names: n file names.

    Returns:
        float16 (n, 48, 48), in units of the distance between the eyes.
    """
    truth = np.load(bundled.AVATARS / "ground_truth.npz")
    rows = {name.split("/")[-1]: row for row, name in enumerate(truth["names"])}
    return truth["motion"][[rows[name] for name in names]]


def measure(face, label, cause, asked, samples, names):
    """Yield a row with the agreement of the map and the cause for each named method.

    Args:
        face: uint8 (48, 48).
        label: int.
        cause: bool (48, 48), the skin that moved.
        asked: a networks.network.Network.
        samples: number of LIME's samples, or "auto".
        names: of the methods.
    """
    with_samples = methods.METHODS | {"LIME": functools.partial(lime, samples=samples)}
    for name in names:
        relevance = with_samples[name](face, label, asked, 0)
        yield {"method": name} | measures.agreement(relevance, cause)._asdict()


def tables(rows):
    """The tables as Markdown text; the last row has the scores expected of an uninformed map."""
    chance = rows[rows.method == "random"].assign(method="chance level")
    rows = pandas.concat([rows, chance.assign(**{name: chance.chance for name in MEASURES})])
    text = [f"{rows.face.nunique()} avatars, model {rows.model.iloc[0]}", "",
            "| method | mass accuracy | rank accuracy | pointing game |", "|---|---:|---:|---:|"]
    for method in [*methods.METHODS, "chance level"]:
        scores = rows[rows.method == method]
        text.append(f"| {method} | {' | '.join(cell(scores[name]) for name in MEASURES[:3])} |")
    text += ["", "Mass accuracy by emotion", "", f"| method | {' | '.join(EXPRESSIONS)} |",
             "|---|" + "---:|" * 6]
    by_emotion = rows.groupby(["method", "emotion"], sort=False).mass_accuracy.mean().unstack()
    for method in [*methods.METHODS, "chance level"]:
        cells = " | ".join(f"{by_emotion.loc[method, emotion]:.2f}" for emotion in EXPRESSIONS)
        text.append(f"| {method} | {cells} |")
    return "\n".join(text)


if __name__ == "__main__":
    command_line.run(main)
