"""How faithful LIME is to the network, beside four other methods and a random order: deletion, insertion, stability.

    python -m benchmarks.faithfulness --data data

--faces faces of each emotion that the model reads rightly, of the validation split, chosen with seed 0; where there are
fewer, as of disgust, all. Writes a row for each face and method into benchmarks/faithfulness.csv as it goes (an
interrupted run goes on where it stopped); then prints the tables of benchmarks/faithfulness.md, means over faces with
95 % bootstrap intervals, and draws benchmarks/faithfulness.png.

Deletion and insertion AUC: faithfulness.py. R squared: LIME's own. Stability: overlap (Jaccard) of the five superpixels
of largest absolute relevance between the seeds 0 and 1; 1 for methods that draw nothing. About 10 s a face on two CPU
cores, half of them LIME's samples for the two seeds.
"""
import functools
import pathlib

import numpy as np
from tqdm import tqdm

import fer2013
import model as network
from base import command_line
from benchmarks.lime_stability import choose_faces, jaccard
from benchmarks.results import append, begin, cell, face_arguments, interval, read, version
from explaining import baselines, face_lime, faithfulness, methods
from explaining.methods.lime import stock_explanation
from figures import numbers

HERE = pathlib.Path(__file__).resolve().parent

DRAWING = ("LIME", "stock LIME", "random")  # methods whose result depends on the seed
SCORES = [f"{curve} {level} {baseline}" for baseline in baselines.BASELINES for level in faithfulness.LEVELS
          for curve in ("deletion", "insertion")]
COLUMNS = ["face", "emotion", "model", "method", *SCORES, "r2", "stability", "samples"]


def main():
    args = parse_arguments()
    pixels, labels, names = fer2013.load(args.data, "validation")
    model = network.load_model(args.model)
    done = begin(args.table, COLUMNS, version(args.model))
    faces = choose_faces(pixels, labels, functools.partial(network.predict, model), args.faces)
    for face in tqdm([face for face in faces if names[face] not in set(done.face)], unit="face"):
        append(args.table, measure(pixels[face], int(labels[face]), model, args.samples), COLUMNS,
               face=names[face], emotion=fer2013.EMOTIONS[labels[face]], model=version(args.model))
    rows = read(args.table)
    print(report(rows))
    draw(rows, args.table.with_suffix(".png"))


def parse_arguments():
    parser = face_arguments(__doc__, faces=33)
    parser.add_argument("--samples", type=command_line.automatic_or_positive_integer, default="auto",
                        help="of LIME, as in explain.py")
    parser.add_argument("--table", type=pathlib.Path, default=HERE / "faithfulness.csv", help="the CSV, begun or not")
    return parser.parse_args()


def measure(face, label, model, samples):
    """A row for each method: every score of one face."""
    predict = functools.partial(network.predict, model)
    found = [face_lime.explain_face(face, predict, [label], samples=samples, seed=seed)[label] for seed in (0, 1)]
    maps = methods.compare(found[0], model)
    again = maps | {"LIME": found[1].weight_map()} | {
        name: methods.METHODS[name](face, label, model, 1) for name in DRAWING if name != "LIME"}
    scores = {baseline: faithfulness.score_maps(maps, found[0].segments, face, label, predict, baseline)
              for baseline in baselines.BASELINES}
    r2 = {"LIME": found[0].r2, "stock LIME": stock_explanation(face, label, model, 0).score}
    for name in maps:
        means = [faithfulness.superpixel_means(each[name], found[0].segments) for each in (maps, again)]
        yield {"method": name, "r2": r2.get(name), "stability": jaccard(*means),
               "samples": found[0].samples if name == "LIME" else None} | {
            f"{curve} {level} {baseline}": getattr(scores[baseline][name][level], f"{curve}_auc")
            for baseline in scores for level in faithfulness.LEVELS for curve in ("deletion", "insertion")}


def report(rows):
    """The tables, as Markdown."""
    text = [f"{rows.face.nunique()} faces ({faces_by_emotion(rows)}), model {rows.model.iloc[0]}", ""]
    for baseline in baselines.BASELINES:
        names = [score for score in SCORES if score.endswith(baseline)]
        text += [f"## Hidden pixels: {baseline}", "", *table(rows, names), ""]
    text += ["## R squared and stability", "", *table(rows, ["r2", "stability"]), "",
             f"LIME took {rows.samples.mean():,.0f} samples a face on average.", "",
             "## LIME's lead: how far its insertion less deletion AUC is above the other's (superpixels, blurred)", "",
             *lead(rows), "", "## LIME by emotion", "", *by_emotion(rows[rows.method == "LIME"])]
    return "\n".join(text)


def faces_by_emotion(rows):
    counts = rows[rows.method == "LIME"].emotion.value_counts()
    return ", ".join(f"{counts.get(emotion, 0)} {emotion}" for emotion in fer2013.EMOTIONS)


def table(rows, names):
    """Markdown lines: a row for each method, mean [low, high] of each named column."""
    yield f"| method | {' | '.join(name.rsplit(' ', 1)[0] if name in SCORES else name for name in names)} |"
    yield "|---|" + "---:|" * len(names)
    for method in methods.METHODS:
        own = rows[rows.method == method]
        yield f"| {method} | {' | '.join(cell(own[name]) for name in names)} |"


def lead(rows):
    """How much better LIME is than each other method on the same faces, and on how many of them."""
    difference = (rows["insertion superpixels blurred"] - rows["deletion superpixels blurred"]).rename("lead")
    wide = rows.assign(lead=difference).pivot(index="face", columns="method", values="lead")
    yield "| method | LIME's lead | faces on which LIME is better |"
    yield "|---|---:|---:|"
    for method in methods.METHODS:
        if method != "LIME":
            ahead = (wide["LIME"] - wide[method]).rename("lead")
            yield f"| {method} | {cell(ahead)} | {np.mean(ahead > 0):.0%} |"


def by_emotion(rows):
    names = ["deletion superpixels blurred", "insertion superpixels blurred", "r2", "stability"]
    yield "| emotion | faces | deletion | insertion | R² | stability |"
    yield "|---|---:|---:|---:|---:|---:|"
    for emotion in fer2013.EMOTIONS:
        own = rows[rows.emotion == emotion]
        yield f"| {emotion} | {len(own)} | {' | '.join(cell(own[name]) for name in names)} |"


def draw(rows, path):
    """Deletion and insertion AUC of every method, for each baseline and level."""
    panels = {f"{level}, {baseline}": {
        method: [interval(rows.loc[rows.method == method, f"{curve} {level} {baseline}"])
                 for curve in ("deletion", "insertion")] for method in methods.METHODS}
        for level in faithfulness.LEVELS for baseline in baselines.BASELINES}
    numbers.auc_intervals(panels, f"{rows.face.nunique()} FER2013 validation faces: mean AUC and 95 % interval", path)


if __name__ == "__main__":
    command_line.run(main)
