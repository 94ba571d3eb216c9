"""Show what the network looks at: LIME's explanation of an emotion, as a figure of four panels.

    python explain.py --label happy
    python explain.py                     # all seven emotions

Explains a face that the model classifies correctly, chosen by the seed; --index or --name choose another. Writes

    outputs/happy.png           face | superpixels that speak for the label | their boundaries | those against it
    outputs/explanations.png    all seven emotions, a row each, where no --label was given
"""
import argparse
import functools
from typing import NamedTuple

import lazy_loader
import numpy as np
from tqdm import tqdm

import baselines
import bundled
import command_line
import fer2013
import model as network
import outputs
import superpixels
from command_line import UserError

face_lime = lazy_loader.load("face_lime")  # at first use: importing these takes seconds, and --help needs neither
figures = lazy_loader.load("figures")


class Subject(NamedTuple):
    """A face to explain, and the label to explain it for."""
    label: int
    index: int
    note: str = ""  # why it is this face, where that is not the rule


def main():
    args = parse_arguments()
    model_path = bundled.choose_model(args.model, args.outputs)
    data = bundled.choose_faces(args.data, model_path)
    print(bundled.in_use(data, model_path))
    split = fer2013.held_out_split(data) if args.split == "auto" else args.split
    pixels, labels, names = fer2013.load(data, split)
    print(*fer2013.describe(data, split, labels), sep="\n")
    index = named_face(args, names)
    predict = functools.partial(network.predict, network.load_model(model_path))
    asked = [fer2013.EMOTIONS.index(emotion) for emotion in args.label or fer2013.EMOTIONS]
    subjects = [choose_face(label, args.seed, pixels, labels, predict) if index is None else Subject(label, index)
                for label in asked]
    folder, rows = outputs.make_folder(args.outputs), []
    for subject in tqdm(subjects, disable=None if len(subjects) > 1 else True, unit="face", leave=False):
        rows.append(explain(subject, args, pixels, labels, names, predict))
        figures.explanations(rows[-1:], folder / f"{fer2013.EMOTIONS[subject.label]}.png")
    if not args.label:
        figures.explanations(rows, folder / "explanations.png")
    print(*(f"{heading}; {caption}".replace("\n", "; ") for _, heading, caption in rows), sep="\n")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=command_line.HelpFormatter)
    parser.add_argument("--label", nargs="+", choices=fer2013.EMOTIONS, default=[], metavar="EMOTION",
                        help=f"emotions to explain, of {', '.join(fer2013.EMOTIONS)}; all seven if none is given")
    parser.add_argument("--data", default=bundled.DATA, help="FER2013: a CSV, folders, a .zip, or a directory with one")
    parser.add_argument("--split", choices=("auto", *fer2013.SPLITS), default="auto",
                        help="whose faces; auto: test where it is there, else validation")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--index", type=int, help="explain this face of the split, counted from 0")
    which.add_argument("--name", help="explain the face of this file name or CSV row (as in 'row 7')")
    parser.add_argument("--model", default="",
                        help="a .keras file; empty: model.keras in --outputs, else the pretrained one")
    parser.add_argument("--superpixels", choices=superpixels.SEGMENTATIONS, default="slic",
                        help="how the face is divided")
    parser.add_argument("--hide", choices=baselines.HIDING, default="blurred", help="what a hidden superpixel shows")
    parser.add_argument("--samples", type=command_line.automatic_or_positive_integer, default="auto",
                        help="perturbed faces per face; auto: doubled from 500 on until both halves of them agree on "
                             "the five strongest superpixels, at most to 4,000")
    parser.add_argument("--seed", type=command_line.seed_number, default=0,
                        help="of the samples and of the choice of faces")
    parser.add_argument("--outputs", default="outputs", help="folder to write to")
    return parser.parse_args()


def named_face(args, names):
    """The index of the face that --index or --name asks for; None where neither was given."""
    if args.index is not None and not 0 <= args.index < len(names):
        raise UserError(f"--index {args.index}: expected 0 to {len(names) - 1}")
    if args.name is not None and args.name not in names:
        raise UserError(f"--name {args.name}: no such face; expected a file name or row of the split, as {names[0]!r}")
    return args.index if args.name is None else names.index(args.name)


def choose_face(label, seed, pixels, labels, predict, batch_size=250):
    """The first face of this label, in an order by the seed, that the model gets right; else its likeliest one."""
    emotion = fer2013.EMOTIONS[label]
    order = np.random.default_rng([seed, label]).permutation(np.flatnonzero(labels == label))
    if not len(order):
        raise UserError(f"no {emotion} face in this split; choose another --label or --split")
    likeliest = []
    for start in range(0, len(order), batch_size):
        batch = order[start:start + batch_size]
        probabilities = predict(pixels[batch])  # (<= batch_size, 7)
        correct = batch[probabilities.argmax(axis=1) == label]
        if len(correct):
            return Subject(label, int(correct[0]))
        likeliest.append((probabilities[:, label].max(), int(batch[probabilities[:, label].argmax()])))
    return Subject(label, max(likeliest)[1], f"no {emotion} face is classified correctly")


def explain(subject, args, pixels, labels, names, predict):
    """The row of a figure: Explanation, heading, caption."""
    face, name = pixels[subject.index], names[subject.index]
    segments = superpixels.segment(face, args.superpixels)
    found = face_lime.explain_face(
        face, predict, [subject.label], segments, args.hide, args.samples, args.seed)[subject.label]
    predicted = found.probabilities.argmax()
    heading = (f"true: {fer2013.EMOTIONS[labels[subject.index]]} | predicted: {fer2013.EMOTIONS[predicted]} "
               f"({found.probabilities[predicted]:.2f})")
    notes = [describe(found, args), name, subject.note, *found.cautions()]
    return found, heading, "\n".join(filter(None, notes))


def describe(explanation, args):
    """What a reader needs to judge one explanation, and to repeat it."""
    return (f"explained: {fer2013.EMOTIONS[explanation.label]} ({explanation.probability:.2f}), "
            f"R² {explanation.r2:.2f}, stability {explanation.stability:.1f}, {len(explanation.weights)} superpixels "
            f"({args.superpixels}, hidden: {args.hide}), {explanation.samples:,} samples, seed {explanation.seed}")


if __name__ == "__main__":
    command_line.run(main)
