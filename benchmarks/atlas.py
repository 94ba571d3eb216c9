"""An atlas of a split: what the model looks at, for each emotion and each common mistake.

    python -m benchmarks.atlas --data data

Explains every face of the validation split by `explain.py --count all` and `--mistakes all` (500
samples, bfloat16; an interrupted run goes on where it stopped), and averages the explanations of
the faces that are classified correctly, and of each common mistake (the log-odds of the predicted
against the true emotion). A group is shown only if it has 32 different faces. Writes

    docs/atlas.csv              shares by region, pairs of regions, scores and what happens without
                                the marked parts, means with 95 % bootstrap intervals over faces
    docs/atlas.png              mean face and mean map of each emotion classified correctly
    docs/atlas_mistakes.png     the same of the common mistakes

and prints the table of docs/atlas.md. About a second of processor time for each face.
"""
import itertools
import pathlib
import subprocess
import sys

import numpy as np
import pandas

import fer2013
from base import command_line
from base.errors import UserError
from benchmarks.results import HERE, interval
from explaining.regions import PLACES, region_shares
from fer2013 import bundled
from figures import averages, style

DOCS = HERE.parent / "docs"
FEWEST = 32  # different faces: the mean of fewer could show who they are
SCORES = ("r2", "r2_pairs", "stability", "whole", "marked_hidden", "only_marked", "random_hidden",
          "all_hidden")
SHARES = tuple(f"share_{region}" for region in PLACES)
PAIRS = tuple(f"{one} x {other}"
              for one, other in itertools.combinations_with_replacement(PLACES, 2))
GROUP = ["true", "predicted"]


def main():
    args = parse_arguments()
    explained = pandas.concat([explain(args, "--count", args.count),
                               explain(args, "--mistakes", args.mistakes)], ignore_index=True)
    pixels, _, names = fer2013.load(args.data, "validation")
    explained["index"] = explained.name.map({name: index for index, name in enumerate(names)})
    groups = [(key, rows) for key, rows in explained.groupby(GROUP)
              if len(np.unique(pixels[rows["index"]], axis=0)) >= FEWEST]
    groups.sort(key=lambda group: (group[0][0] != group[0][1], -len(group[1])))
    summary = pandas.DataFrame([row for group in groups for row in summarise(*group)])
    summary.to_csv(DOCS / "atlas.csv", index=False, float_format="%.4f")
    draw(groups, pixels)
    print(report(groups, summary))


def parse_arguments():
    parser = command_line.parser(__doc__)
    parser.add_argument("--data", default=HERE.parent / "data", help="FER2013 in any form")
    parser.add_argument("--model", default=bundled.PRETRAINED, help="the model to explain")
    parser.add_argument("--count", type=command_line.all_or_positive_integer, default="all",
                        help="correctly classified faces of each emotion")
    parser.add_argument("--mistakes", type=command_line.all_or_positive_integer, default="all",
                        help="mistakes, the most confident first")
    parser.add_argument("--outputs", default=HERE.parent / "outputs" / "atlas", type=pathlib.Path,
                        help="folder for the explanations, where an interrupted run continues")
    return parser.parse_args()


def explain(args, which, count):
    """The table of explain.py's explanations, with columns `map` (48, 48) and one for each pair."""
    path = args.outputs / f"{which.strip('-')}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    options = ["--data", args.data, "--split", "validation", "--model", args.model, "--samples",
               "500", "--precision", "bfloat16", which, count, "--table", path, "--outputs",
               args.outputs, "--no-figures", "--quiet"]
    command = [sys.executable, HERE.parent / "explain.py", *map(str, options)]
    if subprocess.run(command, check=False).returncode:
        raise UserError("explain.py stopped; the same command goes on")
    table, arrays = pandas.read_csv(path), np.load(path.with_suffix(".npz"))
    details = [describe(arrays["segments"][row], arrays["weights"][row, :count],
                        arrays["pairs"][row, :count, :count])
               for row, count in enumerate(table.superpixels)]
    return pandas.concat([table, pandas.DataFrame(details)], axis=1)


def describe(segments, weights, together):
    """The map of an explanation, and what each two regions add together beyond their sum.

    Args:
        segments: uint8 (48, 48).
        weights: float (superpixels,).
        together: float (superpixels, superpixels), symmetric with zeros on the diagonal.
    """
    shares = region_shares(segments.astype(int))  # (superpixels, 5)
    sums = shares.T @ together @ shares  # (5, 5), on the diagonal each pair twice
    sums[np.diag_indices(len(PLACES))] /= 2
    upper = sums[np.triu_indices(len(PLACES))]
    return {"map": weights[segments], **dict(zip(PAIRS, upper, strict=True))}


def summarise(key, rows):
    """A row for each measure of a group: its mean, and the interval of the mean."""
    for measure in (*SHARES, *PAIRS, *SCORES):
        mean, low, high = interval(rows[measure])
        yield {**dict(zip(GROUP, key, strict=True)), "faces": len(rows), "measure": measure,
               "mean": mean, "low": low, "high": high}


def draw(groups, pixels):
    """The figures of the faces classified correctly and of the mistakes."""
    for name, title, correct in (("atlas", "faces classified correctly", True),
                                 ("atlas_mistakes", "mistakes", False)):
        columns = [(f"{words(key)}\n{len(rows)} faces", pixels[rows["index"]].mean(axis=0),
                    np.mean(list(rows["map"]), axis=0))
                   for key, rows in groups if (key[0] == key[1]) == correct]
        figure = averages.averages(
            columns[:8], f"{title}; FER2013's PublicTest, the included model",
            log_odds=not correct)
        style.save(figure, DOCS / f"{name}.png")


def words(key):
    true, predicted = key
    return true if true == predicted else f"{true} called {predicted}"


def report(groups, summary):
    """Markdown: shares of the positive weight by region, and the strongest pair of regions."""
    table = summary.pivot_table("mean", GROUP, "measure", sort=False)
    lines = [f"| faces | number | {' | '.join(PLACES)} | R² alone, with pairs | "
             "strongest pair of regions |",
             "|---|---:|" + "---:|" * len(PLACES) + "---:|---|"]
    for key, rows in groups:
        means = table.loc[key]
        pair = max(PAIRS, key=lambda name, means=means: abs(means[name]))
        cells = [f"{means[share]:.2f}" for share in SHARES]
        found = summary[(summary[GROUP] == list(key)).all(axis=1)
                        & (summary.measure == pair)].iloc[0]
        lines.append(
            f"| {words(key)} | {len(rows)} | {' | '.join(cells)} | "
            f"{means['r2']:.2f}, {means['r2_pairs']:.2f} | {pair.replace(' x ', ' × ')}: "
            f"{found['mean']:+.3f} [{found.low:+.3f}, {found.high:+.3f}] |")
    return "\n".join(lines)


if __name__ == "__main__":
    command_line.run(main)
