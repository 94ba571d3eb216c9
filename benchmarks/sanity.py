"""Whether the explanations depend on the learned weights: randomise them from the top, by layer.

    python -m benchmarks.sanity

The check of Adebayo et al. 2018 (arXiv 1810.03292), with the included model and --faces bundled
composite faces of each emotion. One layer after the other loses its weights, and each method
explains the same label again. Appends the Spearman correlation of the superpixels' relevance with
that of the trained network to benchmarks/sanity.csv, a row for each face, method and layer, draws
benchmarks/sanity.png, and prints the table of benchmarks/sanity.md.
"""
import functools
import pathlib

import numpy as np
from scipy.stats import spearmanr

import fer2013
import model as network
from base import command_line
from benchmarks import drawings, measures
from benchmarks.faces import Faces, complete
from benchmarks.results import cell, interval, read, version
from explaining import faithfulness, methods, superpixels
from explaining.methods.lime import lime
from fer2013 import bundled
from figures import style

HERE = pathlib.Path(__file__).resolve().parent

METHODS = {"LIME": functools.partial(lime, samples=500),
           **{name: methods.METHODS[name] for name in ("Grad-CAM", "integrated gradients")}}
COLUMNS = ["face", "model", "method", "layer", "spearman"]
SHOWN = fer2013.EMOTIONS.index("happy")  # the emotion of the figure's face


def main():
    args = parse_arguments()
    pixels, labels, names = fer2013.load(bundled.COMPOSITES, "test")
    model = network.load_model(bundled.PRETRAINED)
    indices = [index for label in range(network.CLASSES)
               for index in np.flatnonzero(labels == label)[:args.faces]]
    asked = network.as_network(model)
    faces = Faces(pixels, labels, names, indices, asked, {"model": version(bundled.PRETRAINED)})
    complete(args.table, COLUMNS, faces, "method", METHODS, lambda index, lacking: correlations(
        cascade(pixels[index], int(labels[index]), model, int(index), lacking), pixels[index]))
    rows = read(args.table)
    print(table(rows))
    shown = indices[SHOWN * args.faces]
    maps = cascade(pixels[shown], SHOWN, model, int(shown), METHODS)
    draw(rows, pixels[shown], maps, args.table.with_suffix(".png"))


def parse_arguments():
    parser = command_line.parser(__doc__)
    parser.add_argument("--faces", type=command_line.positive_integer, default=3,
                        help="number of faces of each emotion")
    parser.add_argument("--table", type=pathlib.Path, default=HERE / "sanity.csv",
                        help="the CSV to create or to continue")
    return parser.parse_args()


def cascade(face, label, model, seed, names):
    """The maps of the trained network and of networks with more and more random layers.

    Batch normalisations are randomised too, but not measured by themselves.

    Args:
        face: uint8 (48, 48).
        label: int.
        model: the trained network.
        seed: seed of the random weights, before it is multiplied by 1,000.
        names: of the methods.

    Returns:
        {layer: {method: float64 (48, 48)}}, from "none", the trained network, to the lowest layer,
        when all are random.
    """
    maps = {"none": explain(face, label, model, names)}
    for layer, randomised in measures.randomise_from_the_top(model, seed=1000 * seed):
        if not layer.endswith("norm"):
            maps[layer] = explain(face, label, randomised, names)
    return maps


def explain(face, label, model, names):
    """{method: float64 (48, 48)}, the map of each named method."""
    asked = network.as_network(model)
    return {name: METHODS[name](face, label, asked, 0) for name in METHODS if name in names}


def correlations(maps, face):
    """Yield a row with the correlation for each layer and method.

    The correlation is None if all superpixels have the same relevance, as in an empty Grad-CAM.

    Args:
        maps: of cascade().
        face: uint8 (48, 48).
    """
    segments = superpixels.segment(face)
    means = {layer: {name: faithfulness.superpixel_means(relevance, segments)
                     for name, relevance in layer_maps.items()}
             for layer, layer_maps in maps.items()}
    for layer in list(maps)[1:]:
        for name, relevance in means[layer].items():
            flat = np.ptp(relevance) == 0 or np.ptp(means["none"][name]) == 0
            spearman = None if flat else spearmanr(means["none"][name], relevance).statistic
            yield {"method": name, "layer": layer, "spearman": spearman}


def table(rows):
    """The table as Markdown text; rows: a DataFrame of the CSV."""
    lines = [f"{rows.face.nunique()} composite faces, model {rows.model.iloc[0]}", "",
             f"| randomised down to | {' | '.join(METHODS)} |", "|---|" + "---:|" * len(METHODS)]
    for layer, scores in rows.groupby("layer", sort=False):
        cells = " | ".join(cell(scores[scores.method == name].spearman) for name in METHODS)
        lines.append(f"| {layer} | {cells} |")
    return "\n".join(lines)


def draw(rows, face, maps, path):
    """Draw the correlations by layer, and the maps of one face."""
    layers = list(maps)[1:]
    lines = {name: [interval(rows[(rows.method == name) & (rows.layer == layer)].spearman)
                    for layer in layers] for name in METHODS}
    title = ("Spearman correlation with the explanation of the trained network, "
             f"{rows.face.nunique()} composite faces")
    style.save(drawings.sanity(face, maps, lines, title), path)


if __name__ == "__main__":
    command_line.run(main)
