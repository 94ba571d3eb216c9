"""How superpixels and hiding rules change LIME: its fit, stability, deletion and insertion.

    python -m benchmarks.lime_choices --data data

Explains ten faces of each emotion that the model classifies correctly, from the validation split,
chosen with seed 0, with 1,000 samples. Each hiding rule is tried with SLIC's superpixels, each
other segmentation with the blurred face. Appends a row for each face and combination to
benchmarks/lime_choices.csv (an interrupted run continues where it stopped), and prints the tables
of benchmarks/lime_choices.md, means over faces with 95 % bootstrap intervals.

Deletion and insertion change pixels in equal steps, so that segmentations can be compared; the
pixels of a superpixel are in random order. A face takes about 10 s on two CPU cores.
"""
import pathlib

from base import command_line
from benchmarks import measures
from benchmarks.faces import chosen, complete, face_arguments
from benchmarks.results import cell, read
from explaining import baselines, face_lime, faithfulness, superpixels

HERE = pathlib.Path(__file__).resolve().parent

SAMPLES = 1000
RULES = (*baselines.BASELINES, "superpixel-mean")  # the others: benchmarks/hiding.py
WAYS = [("slic", hide) for hide in RULES] + [
    (segmentation, "blurred") for segmentation in superpixels.SEGMENTATIONS
    if segmentation != "slic"]
SCORES = [f"{curve} {baseline}" for baseline in baselines.BASELINES
          for curve in ("deletion", "insertion")]
COLUMNS = ["face", "emotion", "model", "precision", "superpixels", "hide", "count", "r2",
           "stability", *SCORES]


def main():
    args = parse_arguments()
    faces, table = chosen(args), HERE / "lime_choices.csv"
    complete(table, COLUMNS, faces, "hide", RULES, lambda index, rules: measure(
        faces.pixels[index], int(faces.labels[index]), faces.asked.predict, rules))
    print(tables(read(table)))


def parse_arguments():
    return face_arguments(__doc__, faces=10).parse_args()


def measure(face, label, predict, rules):
    """Yield a row of scores for each combination of superpixels and one of the hiding rules.

    Args:
        face: uint8 (48, 48).
        label: int.
        predict: function from uint8 (n, 48, 48) to float (n, 7) probabilities.
        rules: names in HIDING.
    """
    explanations = {way: explain(face, label, predict, *way) for way in WAYS if way[1] in rules}
    maps = {way: explanation.weight_map() for way, explanation in explanations.items()}
    segments = superpixels.segment(face)
    scores = {baseline: faithfulness.score_maps(maps, segments, face, label, predict, baseline,
                                                    order=measures.pixel_order)
              for baseline in baselines.BASELINES}
    for way, explanation in explanations.items():
        yield {"superpixels": way[0], "hide": way[1], "count": len(explanation.weights),
               "r2": explanation.r2, "stability": explanation.stability} | {
            f"{curve} {baseline}": getattr(scores[baseline][way], f"{curve}_auc")
            for baseline in scores for curve in ("deletion", "insertion")}


def explain(face, label, predict, segmentation, hide):
    segments = superpixels.segment(face, segmentation)
    return face_lime.explain_face(face, predict, [label], segments, hide, SAMPLES)[label]


def tables(rows):
    """The tables as Markdown text; rows: a DataFrame of the CSV."""
    text = [f"{rows.face.nunique()} faces, model {rows.model.iloc[0]}"]
    curves = [[f"deletion {baseline}", f"insertion {baseline}"] for baseline in baselines.BASELINES]
    for names in (["count", "r2", "stability"], *curves):
        text += ["", f"| superpixels | hidden by | {' | '.join(names)} |",
                 "|---|---|" + "---:|" * len(names)]
        for way in WAYS:
            scores = rows[(rows.superpixels == way[0]) & (rows.hide == way[1])]
            cells = " | ".join(cell(scores[name]) for name in names)
            text.append(f"| {way[0]} | {way[1]} | {cells} |")
    return "\n".join(text)


if __name__ == "__main__":
    command_line.run(main)
