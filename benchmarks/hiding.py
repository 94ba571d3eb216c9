"""What hides a superpixel: how the rules change LIME, and what the network says to a hidden face.

    python -m benchmarks.hiding --data data

Explains --faces faces of each emotion that the model classifies correctly (those of
benchmarks/faithfulness.py), from the validation split, with 1,000 samples and each rule of
EXPLAINED. Appends a row for each face and rule to benchmarks/hiding.csv (an interrupted run
continues where it stopped), and asks the network about all of the faces, hidden whole by every
rule. Prints the tables of benchmarks/hiding.md, means over faces with 95 % bootstrap intervals.

Deletion and insertion AUC are by superpixels; *own*: what is hidden shows the same as in the
explanation; *blurred*: it is blurred, whatever the explanation hid by. Entropy is that of a face's
seven probabilities, 1 if they are equal; its mean is over faces. A face takes about 15 s on two CPU
cores.
"""
import pathlib

import numpy as np
from scipy.stats import entropy

from base import command_line
from benchmarks.faces import chosen, complete, face_arguments, precisions
from benchmarks.results import cell, read
from explaining import face_lime, faithfulness, superpixels
from explaining.hiding import HIDING
from fer2013 import EMOTIONS

HERE = pathlib.Path(__file__).resolve().parent

SAMPLES = 1000
EXPLAINED = ("blurred", "superpixel-mean", "mean-face", "mean-face-matched")
FITS = ["r2", "r2_pairs", "stability"]
SCORES = ["deletion own", "insertion own", "deletion blurred", "insertion blurred"]
COLUMNS = ["face", "emotion", "model", "precision", "hide", *FITS, *SCORES]


def main():
    args = parse_arguments()
    faces, table = chosen(args), HERE / "hiding.csv"
    predict = faces.asked.predict
    complete(table, COLUMNS, faces, "hide", EXPLAINED, lambda index, rules: measure(
        faces.pixels[index], int(faces.labels[index]), predict, rules))
    print(tables(read(table)), answers(faces.pixels[faces.indices], predict), sep="\n\n")


def parse_arguments():
    return face_arguments(__doc__, faces=33).parse_args()


def measure(face, label, predict, rules):
    """Yield a row with LIME's scores for each of some rules.

    Args:
        face: uint8 (48, 48).
        label: int.
        predict: function from uint8 (n, 48, 48) to float (n, 7) probabilities.
        rules: names in HIDING.
    """
    segments = superpixels.segment(face)
    for rule in sorted(rules):
        explained = face_lime.explain_face(face, predict, [label], segments, rule, SAMPLES)[label]
        row = {"hide": rule} | {name: getattr(explained, name) for name in FITS}
        for kind, shown in (("own", rule), ("blurred", "blurred")):
            score = faithfulness.score_maps({"LIME": explained.weight_map()}, segments, face, label,
                                            predict, shown)["LIME"]
            row |= {f"{curve} {kind}": getattr(score, f"{curve}_auc")
                    for curve in ("deletion", "insertion")}
        yield row


def tables(rows):
    """The scores as Markdown text; rows: a DataFrame of the CSV."""
    text = [f"{rows.face.nunique()} faces ({precisions(rows)}), model {rows.model.iloc[0]}", "",
            f"| hidden by | {' | '.join(FITS + SCORES)} |",
            "|---|" + "---:|" * len(FITS + SCORES)]
    for rule in EXPLAINED:
        own = rows[rows.hide == rule]
        text.append(f"| {rule} | {' | '.join(cell(own[name]) for name in FITS + SCORES)} |")
    return "\n".join(text)


def answers(faces, predict):
    """What the network answers to faces, uint8 (n, 48, 48), hidden whole: Markdown text."""
    text = [f"{len(faces)} faces with everything hidden", "",
            f"| hidden by | predicted | {' | '.join(EMOTIONS)} | entropy |",
            "|---|---|" + "---:|" * (len(EMOTIONS) + 1)]
    for rule, hide in HIDING.items():
        found = predict(np.stack([hide(face, superpixels.segment(face)) for face in faces]))
        counts = np.bincount(found.argmax(axis=1), minlength=len(EMOTIONS))
        calls = ", ".join(f"{EMOTIONS[label]} {counts[label]}"
                          for label in np.argsort(-counts, kind="stable") if counts[label])
        means = [*found.mean(axis=0), entropy(found, axis=1, base=len(EMOTIONS)).mean()]
        text.append(f"| {rule} | {calls} | {' | '.join(f'{mean:.2f}' for mean in means)} |")
    return "\n".join(text)


if __name__ == "__main__":
    command_line.run(main)
