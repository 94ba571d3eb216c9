"""Do the explanations depend on what the network learned? Its weights are randomised from the top, layer after layer.

    python -m benchmarks.sanity

The check of Adebayo et al. 2018 (arXiv 1810.03292) with the included model on the bundled composite faces, --faces of
each emotion: each layer in turn loses its weights, and each method explains the same label again. Writes the Spearman
correlation of the superpixels' relevance with that of the whole network, a row for each face, method and layer, into
benchmarks/sanity.csv, draws benchmarks/sanity.png, and prints the table of benchmarks/sanity.md.
"""
import argparse
import functools
import pathlib

import numpy as np
from scipy.stats import spearmanr
from tqdm import tqdm

import fer2013
import model as network
from base import command_line
from benchmarks.results import append, begin, cell, interval, read, version
from explaining import faithfulness, methods, superpixels
from explaining.methods.lime import lime
from fer2013 import bundled
from figures import numbers

HERE = pathlib.Path(__file__).resolve().parent

METHODS = {"LIME": functools.partial(lime, samples=500),
           **{name: methods.METHODS[name] for name in ("Grad-CAM", "integrated gradients")}}
COLUMNS = ["face", "model", "method", "layer", "spearman"]
SHOWN = fer2013.EMOTIONS.index("happy")  # the emotion of the figure's face


def main():
    args = parse_arguments()
    pixels, labels, names = fer2013.load(bundled.COMPOSITES, "test")
    model, known = network.load_model(bundled.PRETRAINED), version(bundled.PRETRAINED)
    done = begin(args.table, COLUMNS, known)
    faces = [face for label in range(network.CLASSES) for face in np.flatnonzero(labels == label)[:args.faces]]
    for face in tqdm([face for face in faces if names[face] not in set(done.face)], unit="face"):
        maps = cascade(pixels[face], int(labels[face]), model, seed=int(face))
        append(args.table, correlations(maps, pixels[face]), COLUMNS, face=names[face], model=known)
    rows = read(args.table)
    print(report(rows))
    shown = faces[SHOWN * args.faces]
    draw(rows, pixels[shown], cascade(pixels[shown], SHOWN, model, seed=int(shown)), args.table.with_suffix(".png"))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=command_line.HelpFormatter)
    parser.add_argument("--faces", type=command_line.positive_integer, default=3, help="of each emotion")
    parser.add_argument("--table", type=pathlib.Path, default=HERE / "sanity.csv", help="the CSV, begun or not")
    return parser.parse_args()


def cascade(face, label, model, seed):
    """{layer: {method: float64 (48, 48)}} from the whole network, "none", to one without any learned layer.

    Batch normalisations are randomised too, but not measured by themselves.
    """
    maps = {"none": explain(face, label, model)}
    for layer, randomised in faithfulness.randomise_from_the_top(model, seed=1000 * seed):
        if not layer.endswith("norm"):
            maps[layer] = explain(face, label, randomised)
    return maps


def explain(face, label, model):
    return {name: method(face, label, model, 0) for name, method in METHODS.items()}


def correlations(maps, face):
    """A row for each layer and method; none where all superpixels are equal, as on an empty Grad-CAM."""
    segments = superpixels.segment(face)
    means = {layer: {name: faithfulness.superpixel_means(relevance, segments) for name, relevance in found.items()}
             for layer, found in maps.items()}
    for layer in list(maps)[1:]:
        for name, relevance in means[layer].items():
            flat = np.ptp(relevance) == 0 or np.ptp(means["none"][name]) == 0
            yield {"method": name, "layer": layer,
                   "spearman": None if flat else spearmanr(means["none"][name], relevance).statistic}


def report(rows):
    """The table, as Markdown."""
    lines = [f"{rows.face.nunique()} composite faces, model {rows.model.iloc[0]}", "",
             f"| randomised down to | {' | '.join(METHODS)} |", "|---|" + "---:|" * len(METHODS)]
    for layer, own in rows.groupby("layer", sort=False):
        lines.append(f"| {layer} | {' | '.join(cell(own[own.method == name].spearman) for name in METHODS)} |")
    return "\n".join(lines)


def draw(rows, face, maps, path):
    layers = list(maps)[1:]
    lines = {name: [interval(rows[(rows.method == name) & (rows.layer == layer)].spearman) for layer in layers]
             for name in METHODS}
    title = f"Spearman correlation with the explanation of the trained network, {rows.face.nunique()} composite faces"
    numbers.sanity(face, maps, lines, title, path)


if __name__ == "__main__":
    command_line.run(main)
