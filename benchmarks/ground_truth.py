"""Does an explanation mark what made the expression? On rendered faces, where it is known which skin moved.

    python train.py --outputs outputs/avatars          # without FER2013 in data/: learns from the bundled avatars
    python -m benchmarks.ground_truth --model outputs/avatars/model.keras

--faces faces of each emotion but neutral that the model reads rightly, of the avatars' test split, chosen with seed 0.
The cause is the skin that moved by more than a tenth of the distance between the eyes (about 2 pixels). Writes a
row for each face and method into benchmarks/ground_truth.csv as it goes (an interrupted run goes on where it stopped)
and prints the table of benchmarks/ground_truth.md: means over faces with 95 % bootstrap intervals.
"""
import argparse
import functools
import pathlib

import numpy as np
import pandas
from tqdm import tqdm

import fer2013
import model as network
from base import command_line
from benchmarks.lime_stability import choose_faces
from benchmarks.results import append, begin, cell, read, version
from explaining import faithfulness, methods
from explaining.methods.lime import lime
from fer2013 import bundled

HERE = pathlib.Path(__file__).resolve().parent

EXPRESSIONS = fer2013.EMOTIONS[:6]  # a neutral face has no cause
MOVED = 0.1  # of the distance between the eyes
MEASURES = list(faithfulness.Agreement._fields)
COLUMNS = ["face", "emotion", "model", "method", *MEASURES]


def main():
    args = parse_arguments()
    pixels, labels, names = fer2013.load(bundled.AVATARS, "test")
    moved = load_motion(names) > MOVED  # (n, 48, 48)
    model = network.load_model(args.model)
    done = begin(args.table, COLUMNS, version(args.model))
    faces = choose_faces(pixels, labels, functools.partial(network.predict, model), args.faces)
    for face in tqdm([face for face in faces if moved[face].any() and names[face] not in set(done.face)], unit="face"):
        append(args.table, measure(pixels[face], int(labels[face]), moved[face], model, args.samples), COLUMNS,
               face=names[face], emotion=fer2013.EMOTIONS[labels[face]], model=version(args.model))
    print(report(read(args.table)))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=command_line.HelpFormatter)
    parser.add_argument("--model", default=HERE.parent / "outputs" / "avatars" / "model.keras", help="a .keras file")
    parser.add_argument("--faces", type=command_line.positive_integer, default=25, help="of each emotion")
    parser.add_argument("--samples", type=command_line.automatic_or_positive_integer, default=1000, help="of LIME")
    parser.add_argument("--table", type=pathlib.Path, default=HERE / "ground_truth.csv", help="the CSV, begun or not")
    return parser.parse_args()


def load_motion(names):
    """How far the skin moved at each pixel of the named test avatars: float16 (n, 48, 48), in distances of the eyes."""
    truth = np.load(bundled.AVATARS / "ground_truth.npz")
    place = {name.split("/")[-1]: row for row, name in enumerate(truth["names"])}
    return truth["motion"][[place[name] for name in names]]


def measure(face, label, cause, model, samples):
    """A row for each method."""
    for name, method in (methods.METHODS | {"LIME": functools.partial(lime, samples=samples)}).items():
        yield {"method": name} | faithfulness.agreement(method(face, label, model, 0), cause)._asdict()


def report(rows):
    """The tables, as Markdown; their last row is what a map that knows nothing reaches."""
    chance = rows[rows.method == "random"].assign(method="chance level")
    rows = pandas.concat([rows, chance.assign(**{name: chance.chance for name in MEASURES})])
    text = [f"{rows.face.nunique()} avatars, model {rows.model.iloc[0]}", "",
            "| method | mass accuracy | rank accuracy | pointing game |", "|---|---:|---:|---:|"]
    for method, own in rows.groupby("method", sort=False):
        text.append(f"| {method} | {' | '.join(cell(own[name]) for name in MEASURES[:3])} |")
    text += ["", "Mass accuracy by emotion", "", f"| method | {' | '.join(EXPRESSIONS)} |", "|---|" + "---:|" * 6]
    for method, means in rows.groupby(["method", "emotion"], sort=False).mass_accuracy.mean().unstack().iterrows():
        text.append(f"| {method} | {' | '.join(f'{means[emotion]:.2f}' for emotion in EXPRESSIONS)} |")
    return "\n".join(text)


if __name__ == "__main__":
    command_line.run(main)
