"""What hides a superpixel: how the rules change LIME, and what the network says to a hidden face.

    python -m benchmarks.hiding --data data

Explains --faces faces of each emotion that the model classifies correctly (those of
benchmarks/faithfulness.py), from the validation split, with 1,000 samples and each rule of
EXPLAINED, and asks the network about the face hidden by every rule. Appends a row for each face and
rule to benchmarks/hiding.csv (an interrupted run continues where it stopped), and prints the tables
of benchmarks/hiding.md, means over faces with 95 % bootstrap intervals.

Deletion and insertion AUC are by superpixels; *own*: what is hidden shows the same as in the
explanation; *blurred*: it is blurred, whatever the explanation hid by. Entropy is that of a face's
seven probabilities, 1 if they are equal; its mean is over faces. A face takes about 15 s on two CPU
cores.
"""
import functools
import pathlib

import numpy as np
from scipy.stats import entropy
from tqdm import tqdm

import fer2013
import model as network
from base import command_line
from benchmarks.lime_stability import choose_faces
from benchmarks.results import append, cell, face_arguments, read, unmeasured, version
from explaining import face_lime, faithfulness, superpixels
from explaining.baselines import HIDING
from fer2013 import EMOTIONS

HERE = pathlib.Path(__file__).resolve().parent

SAMPLES = 1000
EXPLAINED = ("blurred", "superpixel-mean", "mean-face", "mean-face-matched")
FITS = ["r2", "r2_pairs", "stability"]
SCORES = ["deletion own", "insertion own", "deletion blurred", "insertion blurred"]
COLUMNS = ["face", "emotion", "model", "hide", *FITS, *SCORES, *EMOTIONS]


def main():
    args = parse_arguments()
    pixels, labels, names = fer2013.load(args.data, "validation")
    model, table = network.load_model(args.model), HERE / "hiding.csv"
    predict = functools.partial(network.predict, model)
    indices = choose_faces(pixels, labels, predict, args.faces)
    for index, missing in tqdm(unmeasured(table, COLUMNS, version(args.model), indices, names,
                                          "hide", HIDING), unit="face"):
        append(table, measure(pixels[index], int(labels[index]), predict, missing), COLUMNS,
               face=names[index], emotion=EMOTIONS[labels[index]], model=version(args.model))
    print(tables(read(table)))


def parse_arguments():
    return face_arguments(__doc__, faces=33).parse_args()


def measure(face, label, predict, rules):
    """Yield a row for each rule: what the network says to the hidden face, and LIME's scores.

    Args:
        face: uint8 (48, 48).
        label: int.
        predict: function from uint8 (n, 48, 48) to float (n, 7) probabilities.
        rules: names in HIDING.
    """
    segments, rules = superpixels.segment(face), sorted(rules)
    answers = predict(np.stack([HIDING[rule](face, segments) for rule in rules]))  # (rules, 7)
    for rule, answer in zip(rules, answers, strict=True):
        scores = lime_scores(face, label, predict, segments, rule) if rule in EXPLAINED else {}
        yield dict.fromkeys(FITS + SCORES) | scores | {
            "hide": rule, **dict(zip(EMOTIONS, answer, strict=True))}


def lime_scores(face, label, predict, segments, rule):
    """The columns FITS and SCORES of an explanation that hides by this rule."""
    explained = face_lime.explain_face(face, predict, [label], segments, rule, SAMPLES)[label]
    found = {name: getattr(explained, name) for name in FITS}
    for kind, shown in (("own", rule), ("blurred", "blurred")):
        score = faithfulness.score_maps({"LIME": explained.weight_map()}, segments, face, label,
                                        predict, shown)["LIME"]["superpixels"]
        found |= {f"{curve} {kind}": getattr(score, f"{curve}_auc")
                  for curve in ("deletion", "insertion")}
    return found


def tables(rows):
    """The tables as Markdown text; rows: a DataFrame of the CSV."""
    text = [f"{rows.face.nunique()} faces, model {rows.model.iloc[0]}", "",
            f"| hidden by | {' | '.join(FITS + SCORES)} |",
            "|---|" + "---:|" * len(FITS + SCORES)]
    for rule in EXPLAINED:
        own = rows[rows.hide == rule]
        text.append(f"| {rule} | {' | '.join(cell(own[name]) for name in FITS + SCORES)} |")
    text += ["", f"| hidden by | predicted | {' | '.join(EMOTIONS)} | entropy |",
             "|---|---|" + "---:|" * (len(EMOTIONS) + 1)]
    for rule in HIDING:
        answers = rows.loc[rows.hide == rule, list(EMOTIONS)]  # (faces, 7)
        means = [*answers.mean(), entropy(answers, axis=1, base=len(EMOTIONS)).mean()]
        cells = " | ".join(f"{mean:.2f}" for mean in means)
        text.append(f"| {rule} | {calls(answers)} | {cells} |")
    return "\n".join(text)


def calls(answers):
    """The predicted labels and how often each, the most frequent first; answers: a DataFrame."""
    counts = answers.idxmax(axis=1).value_counts()
    return ", ".join(f"{emotion} {count}" for emotion, count in counts.items())


if __name__ == "__main__":
    command_line.run(main)
