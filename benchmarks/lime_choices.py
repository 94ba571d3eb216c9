"""How what hides superpixels, the samples and the surrogate change LIME's explanations.

    python -m benchmarks.lime_choices --data data

Explains --faces PublicTest faces of each emotion that the model classifies correctly, chosen with
seed 0, and prints the tables of benchmarks/lime_choices.md: means with 95 % bootstrap intervals. A
face takes about 40 s on two CPU cores.
"""
import functools

import numpy as np
import pandas
from scipy.stats import spearmanr

import fer2013
from base import options
from benchmarks import stability
from benchmarks.common import cell, choose_faces, complete, jaccard, machine, markdown, parser
from explaining import faithfulness, superpixels
from explaining.hiding import HIDING, blurred
from explaining.lime import explain_face
from explaining.samples import Samples, draw_masks, local_model
from explaining.settings import LimeSettings
from fer2013 import EMOTIONS
from networks.network import open_network

SAMPLES = 1000  # of the comparison of what hides superpixels
SCORES = ("count", "r2", "r2_pairs", "stability", "deletion own", "insertion own",
          "deletion blurred", "insertion blurred")
SIZES = (250, 500, 1000, 2000)
DIVISIONS = 4  # of the face with each pixel a grey level up or down, see stability.py
FITS = ("independent masks, LIME's fit", "pairs, LIME's fit", "pairs, surrogate")


def main():
    args = parser(__doc__, faces=3).parse_args()
    split = fer2013.open(args.data).split("validation")
    network = open_network(args.model)
    indices = choose_faces(split, network, args.faces)

    def each_face(name, measure):
        return complete(name, network, split, indices, lambda index: measure(
            split.pixels[index], int(split.labels[index]), network.predict))
    print(choice_table(each_face("choices", choices)))
    print(f"\n{hidden_table(split.pixels[indices], network.predict)}")
    print(f"\n{sample_table(each_face('samples', samples))}")
    print(f"\n{division_table(each_face('divisions', divisions))}")
    print(f"\n{len(indices)} PublicTest faces, {machine()}.")


def choices(face, label, predict):
    """Yield a row of SCORES for each rule of HIDING.

    Args:
        face: uint8 (48, 48).
        label: int.
        predict: function from uint8 (n, 48, 48) to float (n, 7) probabilities.
    """
    for hide in HIDING:
        first, again = (explain_face(face, predict, [label], LimeSettings(
            hide, SAMPLES, seed))[label] for seed in (0, 1))
        row = {"hide": hide, "count": len(first.weights), "r2": first.r2,
               "r2_pairs": first.r2_pairs, "stability": jaccard(first.weights, again.weights)}
        for kind, shown in (("own", hide), ("blurred", "blurred")):
            row[f"deletion {kind}"], row[f"insertion {kind}"] = faithfulness.score_maps(
                {"LIME": first.weight_map()}, first.segments, face, label, predict, shown)["LIME"]
        yield row


def choice_table(rows):
    """The scores by what hides a superpixel, as Markdown; rows: a DataFrame."""
    return markdown(("hidden by", *SCORES),
                    [(hide, *(cell(own[score]) for score in SCORES))
                     for hide, own in rows.groupby("hide", sort=False)])


def hidden_table(faces, predict):
    """What is predicted for faces, uint8 (n, 48, 48), with everything hidden: Markdown."""
    rows = []
    for rule, hide in HIDING.items():
        hidden = np.stack(list(map(hide, faces)))
        rows.append((rule, *(f"{mean:.2f}" for mean in predict(hidden).mean(axis=0))))
    return markdown(("everything hidden by", *EMOTIONS), rows)


def samples(face, label, predict):
    """Yield a row for each of FITS and SIZES: how far two seeds agree."""
    segments = superpixels.segment(face)
    hidden = blurred(face)
    fits = [fit_all(face, hidden, segments, label, predict, seed) for seed in (0, 1)]
    for fit, size in fits[0]:
        first, second = (each[fit, size] for each in fits)
        yield {"fit": fit, "samples": size, "jaccard": jaccard(first, second),
               "spearman": spearmanr(first, second).statistic}


def fit_all(face, hidden, segments, label, predict, seed):
    """{(name in FITS, samples): float64 (superpixels,) weights}; fewer samples are the first."""
    random, count = np.random.RandomState(seed), segments.max() + 1
    coins = random.randint(0, 2, (SIZES[-1], count))
    coins[0] = 1  # the whole face, as in the lime package
    pairs = draw_masks(random, SIZES[-1], count, whole_first=True)
    predictions = [predict(np.where(masks.astype(bool)[:, segments], face, hidden))
               for masks in (coins, pairs)]
    found = {}
    for size in SIZES:
        plain = [local_model(masks[:size], probabilities[:size, label].astype(np.float64))[0]
                 for masks, probabilities in zip((coins, pairs), predictions, strict=True)]
        adjusted = Samples(pairs[:size], predictions[1][:size], seed).adjusted_fit(label)[0]
        found |= {(fit, size): weights
                  for fit, weights in zip(FITS, (*plain, adjusted), strict=True)}
    return found


def sample_table(rows):
    """Agreement of two seeds by way and number of samples, as Markdown; rows: a DataFrame."""
    tables = []
    for score, words in (("jaccard", "five strongest in common (Jaccard)"),
                         ("spearman", "rank correlation of all weights")):
        cells = functools.partial(score_cells, rows, score)
        tables.append(markdown((words, *(f"{size:,} samples" for size in SIZES)),
                               [(fit, *cells(fit)) for fit in FITS]))
    return "\n\n".join(tables)


def score_cells(rows, score, fit):
    means = pandas.Series({size: cell(own[score]) for size, own
                           in rows[rows.fit == fit].groupby("samples")})
    return [means[size] for size in SIZES]


def divisions(face, label, predict):
    """Yield a row for one division and for the mean of several: how far their maps agree.

    Each map of DIVISIONS divisions has as many samples in all as that of one.
    """
    parts = stability.divisions(face, DIVISIONS**2)
    one, each = (LimeSettings(samples=count) for count in (SAMPLES, SAMPLES // DIVISIONS))
    groups = [parts[first:first + DIVISIONS] for first in range(0, len(parts), DIVISIONS)]
    maps = {"one division": [stability.mean_map(face, predict, label, [part], one)
                             for part in groups[0]],
            f"mean of {DIVISIONS} divisions": [stability.mean_map(face, predict, label, group, each)
                                               for group in groups]}
    scores = faithfulness.score_maps({name: found[0] for name, found in maps.items()}, parts[0],
                                     face, label, predict)
    for name, found in maps.items():
        deletion, insertion = scores[name]
        yield {"map": name, "deletion": deletion, "insertion": insertion,
               **stability.agreement(found)._asdict()}


def division_table(rows):
    """Agreement and faithfulness by the number of divisions, as Markdown; rows: a DataFrame."""
    names = ("correlation", "overlap", "deletion", "insertion")
    return markdown((f"map, {SAMPLES:,} samples in all", *names),
                    [(key, *(cell(own[name]) for name in names))
                     for key, own in rows.groupby("map", sort=False)])


if __name__ == "__main__":
    options.run(main)
