"""What LIME gains or loses by its superpixels and by what hides them: fit, stability, deletion and insertion.

    python -m benchmarks.lime_choices --data data

Ten faces of each emotion that the model reads rightly, of the validation split, chosen with seed 0; 1,000 samples.
Every rule of hiding is tried on SLIC's superpixels, every other segmentation with the blurred face. Writes a row for
each face and way into benchmarks/lime_choices.csv as it goes (an interrupted run goes on where it stopped), and prints
the tables of benchmarks/lime_choices.md, means over faces with 95 % bootstrap intervals.

Deletion and insertion take pixels, in equal steps, so that segmentations can be compared; the pixels of a superpixel go
in random order. About 10 s a face on two CPU cores.
"""
import functools
import pathlib

from tqdm import tqdm

import fer2013
import model as network
from base import command_line
from benchmarks.lime_stability import choose_faces
from benchmarks.results import append, begin, cell, face_arguments, read, version
from explaining import baselines, face_lime, faithfulness, superpixels

HERE = pathlib.Path(__file__).resolve().parent

SAMPLES = 1000
WAYS = [("slic", hide) for hide in baselines.HIDING] + [
    (segmentation, "blurred") for segmentation in superpixels.SEGMENTATIONS if segmentation != "slic"]
SCORES = [f"{curve} {baseline}" for baseline in baselines.BASELINES for curve in ("deletion", "insertion")]
COLUMNS = ["face", "emotion", "model", "superpixels", "hide", "count", "r2", "stability", *SCORES]


def main():
    args = parse_arguments()
    pixels, labels, names = fer2013.load(args.data, "validation")
    model, table = network.load_model(args.model), HERE / "lime_choices.csv"
    predict = functools.partial(network.predict, model)
    done = begin(table, COLUMNS, version(args.model))
    faces = choose_faces(pixels, labels, predict, args.faces)
    for face in tqdm([face for face in faces if names[face] not in set(done.face)], unit="face"):
        append(table, measure(pixels[face], int(labels[face]), predict), COLUMNS,
               face=names[face], emotion=fer2013.EMOTIONS[labels[face]], model=version(args.model))
    print(report(read(table)))


def parse_arguments():
    return face_arguments(__doc__, faces=10).parse_args()


def measure(face, label, predict):
    """A row for each way."""
    found = {way: explain(face, label, predict, *way) for way in WAYS}
    maps = {way: explanation.weight_map() for way, explanation in found.items()}
    scores = {baseline: faithfulness.score_maps(maps, found[WAYS[0]].segments, face, label, predict, baseline)
              for baseline in baselines.BASELINES}
    for way, explanation in found.items():
        yield {"superpixels": way[0], "hide": way[1], "count": len(explanation.weights), "r2": explanation.r2,
               "stability": explanation.stability} | {
            f"{curve} {baseline}": getattr(scores[baseline][way]["pixels"], f"{curve}_auc")
            for baseline in scores for curve in ("deletion", "insertion")}


def explain(face, label, predict, segmentation, hide):
    segments = superpixels.segment(face, segmentation)
    return face_lime.explain_face(face, predict, [label], segments, hide, SAMPLES)[label]


def report(rows):
    """The tables, as Markdown."""
    text = [f"{rows.face.nunique()} faces, model {rows.model.iloc[0]}"]
    for names in (["count", "r2", "stability"], *([f"deletion {baseline}", f"insertion {baseline}"]
                                                  for baseline in baselines.BASELINES)):
        text += ["", f"| superpixels | hidden by | {' | '.join(names)} |", "|---|---|" + "---:|" * len(names)]
        for way in WAYS:
            own = rows[(rows.superpixels == way[0]) & (rows.hide == way[1])]
            text.append(f"| {way[0]} | {way[1]} | {' | '.join(cell(own[name]) for name in names)} |")
    return "\n".join(text)


if __name__ == "__main__":
    command_line.run(main)
