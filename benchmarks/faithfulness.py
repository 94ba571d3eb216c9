"""Faithfulness of LIME, of other methods and of a random order: deletion, insertion, stability.

    python -m benchmarks.faithfulness --data data

Explains --faces faces of each emotion that the model classifies correctly, from the validation
split, chosen with seed 0; if an emotion has fewer, as disgust, all of them. Appends a row for each
face and method to benchmarks/faithfulness.csv (an interrupted run continues where it stopped). Then
it prints the tables of benchmarks/faithfulness.md, means over faces with 95 % bootstrap intervals,
and draws benchmarks/faithfulness.png.

Deletion and insertion AUC are those of explaining/faithfulness.py, R squared is LIME's. Stability
is the overlap (Jaccard) of the five superpixels with the largest absolute relevance between the
seeds 0 and 1; it is 1 for methods that draw nothing at random. A face takes about 20 s on two CPU
cores, most of it for the samples of LIME, KernelSHAP, RISE and HSIC with the two seeds. A table
that lacks a method, because one was added or its rows were deleted, is completed by its rows alone.
"""
import pathlib

import numpy as np

import fer2013
from base import command_line
from benchmarks import drawings, measures
from benchmarks.faces import chosen, complete, face_arguments, jaccard, precisions
from benchmarks.results import cell, interval, read
from explaining import baselines, face_lime, faithfulness, methods, superpixels
from explaining.methods.lime import stock_explanation
from figures import style

HERE = pathlib.Path(__file__).resolve().parent

SCORES = [f"{curve} {level} {baseline}" for baseline in baselines.BASELINES
          for level in measures.LEVELS for curve in ("deletion", "insertion")]
COLUMNS = ["face", "emotion", "model", "precision", "method", *SCORES, "r2", "stability", "samples"]


def main():
    args = parse_arguments()
    faces = chosen(args)
    complete(args.table, COLUMNS, faces, "method", methods.METHODS, lambda index, lacking: measure(
        faces.pixels[index], int(faces.labels[index]), faces.asked, args.samples, lacking))
    rows = read(args.table)
    print(tables(rows))
    draw(rows, args.table.with_suffix(".png"))


def parse_arguments():
    parser = face_arguments(__doc__, faces=33)
    parser.add_argument("--samples", type=command_line.automatic_or_positive_integer,
                        default="auto", help="number of LIME's samples, as in explain.py")
    parser.add_argument("--table", type=pathlib.Path, default=HERE / "faithfulness.csv",
                        help="the CSV to create or to continue")
    return parser.parse_args()


def measure(face, label, asked, samples, names):
    """Yield a row with all scores of one face for each named method.

    Args:
        face: uint8 (48, 48).
        label: int.
        asked: a networks.network.Network.
        samples: number of LIME's samples, or "auto".
        names: of the methods.
    """
    predict, segments = asked.predict, superpixels.segment(face)
    limes = [face_lime.explain_face(face, predict, [label], segments, samples=samples,
                                    seed=seed)[label] for seed in (0, 1) if "LIME" in names]
    maps, again = ({name: limes[seed].weight_map() if name == "LIME" else
                    methods.METHODS[name](face, label, asked, seed) for name in chosen}
                   for seed, chosen in enumerate((names, set(names) & set(methods.SEEDED))))
    second_maps = maps | again
    scores = {(level, baseline): faithfulness.score_maps(maps, segments, face, label, predict,
                                                         baseline, order=order)
              for baseline in baselines.BASELINES for level, order in measures.LEVELS.items()}
    r2 = {"LIME": limes[0].r2} if limes else {}
    if "stock LIME" in names:
        r2["stock LIME"] = stock_explanation(face, label, asked, 0).score
    for name in maps:
        means = [faithfulness.superpixel_means(relevance, segments)
                 for relevance in (maps[name], second_maps[name])]
        yield {"method": name, "r2": r2.get(name), "stability": jaccard(*means),
               "samples": limes[0].samples if name == "LIME" else None} | {
            f"{curve} {level} {baseline}": getattr(scores[level, baseline][name], f"{curve}_auc")
            for level, baseline in scores for curve in ("deletion", "insertion")}


def tables(rows):
    """The tables as Markdown text; rows: a DataFrame of the CSV."""
    text = [f"{rows.face.nunique()} faces ({faces_by_emotion(rows)}), model {rows.model.iloc[0]}",
            ""]
    for baseline in baselines.BASELINES:
        names = [score for score in SCORES if score.endswith(baseline)]
        text += [f"## Hidden pixels: {baseline}", "", *table(rows, names), ""]
    text += ["## R squared and stability", "", *table(rows, ["r2", "stability"]), "",
             f"LIME took {rows.samples.mean():,.0f} samples a face on average.", "",
             *(f"{method}: {precisions(rows[rows.method == method])}." for method in methods.SEEDED
               if method != "random"), "",
             "## LIME's lead: how far its insertion less deletion AUC is above the other's "
             "(superpixels, blurred)", "",
             *lead(rows), "", "## LIME by emotion", "", *by_emotion(rows[rows.method == "LIME"])]
    return "\n".join(text)


def faces_by_emotion(rows):
    counts = rows.drop_duplicates("face").emotion.value_counts()
    return ", ".join(f"{counts.get(emotion, 0)} {emotion}" for emotion in fer2013.EMOTIONS)


def table(rows, names):
    """Markdown lines: a row for each method, mean [low, high] of each named column."""
    headings = [name.rsplit(" ", 1)[0] if name in SCORES else name for name in names]
    yield f"| method | {' | '.join(headings)} |"
    yield "|---|" + "---:|" * len(names)
    for method in methods.METHODS:
        scores = rows[rows.method == method]
        fewer = f" ({len(scores)} faces)" if len(scores) < rows.face.nunique() else ""
        yield f"| {method}{fewer} | {' | '.join(cell(scores[name]) for name in names)} |"


def lead(rows):
    """Markdown lines: LIME's lead over each other method, and the share of faces on which it leads.

    The lead is the difference of insertion AUC minus deletion AUC on the same face.
    """
    difference = rows["insertion superpixels blurred"] - rows["deletion superpixels blurred"]
    by_method = rows.assign(lead=difference).pivot(index="face", columns="method", values="lead")
    yield "| method | LIME's lead | faces on which LIME is better |"
    yield "|---|---:|---:|"
    for method in methods.METHODS:
        if method != "LIME":
            ahead = (by_method["LIME"] - by_method[method]).dropna()
            yield f"| {method} | {cell(ahead)} | {np.mean(ahead > 0):.0%} |"


def by_emotion(rows):
    """Markdown lines: the scores of the rows by emotion."""
    names = ["deletion superpixels blurred", "insertion superpixels blurred", "r2", "stability"]
    yield "| emotion | faces | deletion | insertion | R² | stability |"
    yield "|---|---:|---:|---:|---:|---:|"
    for emotion in fer2013.EMOTIONS:
        scores = rows[rows.emotion == emotion]
        cells = " | ".join(cell(scores[name]) for name in names)
        yield f"| {emotion} | {len(scores)} | {cells} |"


def draw(rows, path):
    """Draw deletion and insertion AUC of every method, a panel for each baseline and level."""
    panels = {f"{level}, {baseline}": {
        method: [interval(rows.loc[rows.method == method, f"{curve} {level} {baseline}"])
                 for curve in ("deletion", "insertion")] for method in methods.METHODS}
        for level in measures.LEVELS for baseline in baselines.BASELINES}
    fewest, most = rows.method.value_counts().agg(["min", "max"])
    faces = f"{most}" if fewest == most else f"{fewest} to {most}"
    title = f"{faces} FER2013 validation faces: mean AUC and 95 % interval"
    style.save(drawings.auc_intervals(panels, title), path)


if __name__ == "__main__":
    command_line.run(main)
