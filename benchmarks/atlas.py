"""An atlas of PublicTest: what the model looks at, for each emotion and each common mistake.

    python -m benchmarks.atlas --data data

Explains --faces faces of each emotion that are classified correctly by `explain.py --count`, and
the 500 most confident mistakes by `--mistakes 500` (500 samples, bfloat16; an interrupted run
resumes), and averages the explanations of each group. A mistake is explained by the log-odds of the
predicted against the true emotion. A group is shown only if it has 32 different faces. Writes

    docs/atlas.png              mean face and mean map of each emotion classified correctly
    docs/atlas_mistakes.png     the same of the common mistakes

and prints the table of docs/what_it_looks_at.md. About a second for each face.
"""
import itertools
import subprocess
import sys

import numpy as np
import pandas

import fer2013
from base import files, options
from base.errors import UserError
from benchmarks.common import ROOT, WORK, interval, markdown, parser
from explaining.averages import AREAS
from explaining.regions import PLACES, region_shares
from figures import averages, style

DOCS = ROOT / "docs"
FEWEST = 32  # different faces: the mean of fewer could show who they are
PAIRS = tuple(f"{one} × {other}"
              for one, other in itertools.combinations_with_replacement(PLACES, 2))
EMFACS = {"angry": "4, 5, 7, 23", "disgust": "9, 15, 16", "fear": "1, 2, 4, 5, 20, 26",
          "happy": "6, 12", "sad": "1, 4, 15", "surprise": "1, 2, 5, 26"}  # Friesen & Ekman 1983


def main():
    args = parser(__doc__, faces=60).parse_args()
    explained = pandas.concat([explain(args, "--count", str(args.faces)),
                               explain(args, "--mistakes", "500")], ignore_index=True)
    split = fer2013.open(args.data).split("validation")
    explained["index"] = explained.name.map({name: at for at, name in enumerate(split.names)})
    groups = {key: rows for key, rows in explained.groupby(["true", "predicted"])
              if len(np.unique(split.pixels[rows["index"]], axis=0)) >= FEWEST}
    groups = dict(sorted(groups.items(), key=lambda group: (group[0][0] != group[0][1],
                                                            -len(group[1]))))
    draw(groups, split.pixels, "atlas", "Faces classified correctly", correct=True)
    draw(groups, split.pixels, "atlas_mistakes", "Mistakes", correct=False)
    print(table(groups))


def explain(args, which, count):
    """The table of explain.py's explanations, with columns `map` (48, 48) and one for each pair."""
    path = files.make_folder(WORK / "atlas") / f"{which.strip('-')}.csv"
    command = [sys.executable, ROOT / "explain.py", "--data", args.data, "--split", "validation",
               "--model", args.model, "--samples", "500", "--precision", "bfloat16",
               "--table", path, "--outputs", path.parent, which, count]
    if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode:
        raise UserError("explain.py stopped; the same command resumes")
    rows, arrays = pandas.read_csv(path), np.load(path.with_suffix(".npz"))
    details = [describe(arrays["segments"][row], arrays["weights"][row, :count],
                        arrays["pairs"][row, :count, :count])
               for row, count in enumerate(rows.superpixels)]
    return pandas.concat([rows, pandas.DataFrame(details)], axis=1)


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


def draw(groups, pixels, name, title, correct):
    """The figure of the faces classified correctly, or of the mistakes."""
    columns = [(f"{words(key)}\n{len(rows)} faces", pixels[rows["index"]].mean(axis=0),
                np.mean(list(rows["map"]), axis=0))
               for key, rows in groups.items() if (key[0] == key[1]) == correct]
    if columns:
        title = f"{title}; FER2013's PublicTest, the included model"
        figure = averages.averages(columns[:8], title, log_odds=not correct)
        style.save(figure, DOCS / f"{name}.png")


def words(key):
    true, predicted = key
    return true if true == predicted else f"{true} called {predicted}"


def table(groups):
    """Markdown: positive weight by region, R², and the strongest pair of regions."""
    header = ("faces", "number", *PLACES, "EMFACS", "R² alone", "R² with pairs", "strongest pair")
    return markdown(header, [row(key, rows) for key, rows in groups.items()])


def row(key, rows):
    """The cells of a group: shares of the positive weight as multiples of the region's area."""
    pair = max(PAIRS, key=lambda name: abs(rows[name].mean()))
    mean, low, high = interval(rows[pair])
    return (words(key), len(rows),
            *(f"{rows[f'share_{region}'].mean() / AREAS[region]:.1f}" for region in PLACES),
            EMFACS.get(key[0], "") if key[0] == key[1] else "",
            f"{rows.r2.mean():.2f}", f"{rows.r2_pairs.mean():.2f}",
            f"{pair}: {mean:+.2f} [{low:+.2f}, {high:+.2f}]")


if __name__ == "__main__":
    options.run(main)
