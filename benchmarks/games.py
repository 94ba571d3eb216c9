"""Ask networks about all masks of faces, and show how well estimators do with few of them.

    python -m benchmarks.games make --data data --models pretrained/emotion_cnn.keras other.keras
    python -m benchmarks.estimators         # plays the games, in an environment of its own
    python -m benchmarks.games show         # prints the tables of benchmarks/games.md

`make` asks for all 16,384 masks of 14 superpixels of each face, 8 s for a network on two CPU cores,
and resumes. More --faces or --models are added to the file.
"""
import collections
import hashlib
import json
import pathlib

import matplotlib.pyplot as plt
import numpy as np
import pandas
from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.image import grid_to_graph
from tqdm.auto import tqdm

import fer2013
from base import files, options
from benchmarks.common import HERE, ROOT, WORK, markdown
from benchmarks.game_values import GAMES, all_masks
from explaining import superpixels
from explaining.hiding import HIDING
from fer2013 import EMOTIONS
from networks import PRECISIONS
from networks.choice import PRETRAINED
from networks.network import open_network

GREY = 8  # pixels apart are as far as one standard deviation of grey
TARGETS = {"lime": "LIME's weights", "banzhaf": "Banzhaf values", "shapley": "Shapley values"}
SCORES = ["rank", "strongest", "r2", "seconds"]
SCORED = 500  # calls of the table's other scores


def main():
    parser = options.parser(__doc__)
    parser.add_argument("do", choices=("make", "show"))
    parser.add_argument("--data", default=ROOT / "data", help="FER2013 in any form")
    parser.add_argument("--models", nargs="+", default=[PRETRAINED], help="networks to ask")
    parser.add_argument("--faces", type=int, default=98, help="of the emotions in turn")
    parser.add_argument("--parts", type=int, default=14, help="superpixels of a face")
    parser.add_argument("--precision", choices=PRECISIONS, default="float32")
    parser.add_argument("--games", type=pathlib.Path, default=GAMES, help="the file")
    args = parser.parse_args()
    make(args) if args.do == "make" else show(pandas.read_csv(WORK / "estimates.csv"))


def make(args):
    """Ask every network about every face, and add each answer to the file."""
    split = fer2013.open(args.data).split("validation")
    networks = [open_network(path, precision=args.precision) for path in args.models]
    columns = collections.defaultdict(list)
    if args.games.exists():
        with np.load(args.games) as file:
            columns.update({name: list(file[name]) for name in file})
    done = set(zip(columns["network"], columns["digest"], strict=True))
    for index in tqdm(choose(split, args.faces), "games", unit="face"):
        face = split.pixels[index]
        segments = merge(face, args.parts)
        digest = hashlib.sha256(face.tobytes() + segments.tobytes()).hexdigest()[:16]
        for network in networks:
            name = f"{network.name} {network.identity()['model'][:8]} {network.precision}"
            if (name, digest) in done:
                continue
            row = {"network": name, "face": split.names[index], "digest": digest,
                   "emotion": EMOTIONS[split.labels[index]], "segments": segments}
            for column, value in (row | ask(face, segments, network.predict)).items():
                columns[column].append(value)
            with files.replacing(args.games) as temporary:
                np.savez_compressed(temporary, **columns)


def choose(split, count):
    """Indices of faces of the emotions in turn, with seed 0; blank ones are left out."""
    random, told = np.random.default_rng(0), split.pixels.std(axis=(1, 2)) > 0
    of_emotions = [random.permutation(np.flatnonzero(told & (split.labels == label)))
                   for label in range(len(EMOTIONS))]
    return [index for group in zip(*of_emotions, strict=False) for index in group][:count]


def merge(face, parts):
    """A face's superpixels merged to so many, neighbours that are near and alike: int8 (48, 48)."""
    segments = superpixels.segment(face)
    features = np.stack([*np.indices(face.shape), GREY * face / max(face.std(), 1)], axis=2)
    means = np.stack([features[segments == part].mean(axis=0)
                      for part in range(segments.max() + 1)])[segments]  # (48, 48, 3)
    clusters = AgglomerativeClustering(parts, connectivity=grid_to_graph(*face.shape))
    return clusters.fit_predict(means.reshape(-1, 3)).reshape(face.shape).astype(np.int8)


def ask(face, segments, predict):
    """A network's label for the whole face, and its probability for each mask, float16.

    Masks that follow each other differ in few superpixels, which networks/sharing.py makes use of.
    """
    shown = all_masks(segments.max() + 1)[:, segments]
    probabilities = predict(np.where(shown, face, HIDING["blurred"](face)))  # (masks, 7)
    label = probabilities[-1].argmax()
    return {"label": label, "values": probabilities[:, label].astype(np.float16)}


def show(rows):
    """Print tables of the medians over games and seeds; write games.json and games.png."""
    groups = rows.groupby(["target", "estimator", "calls"], sort=False)
    medians = groups[["error", *SCORES]].median().reset_index()
    files.write_json(HERE / "games.json", json.loads(medians.to_json(orient="records")))
    draw(medians)
    print("![Error against calls for each estimator](games.png)\n")
    for target, words in TARGETS.items():
        own = medians[medians.target == target]
        table = own.pivot_table("error", "estimator", "calls", sort=False)
        header = f"error of {words}", *(f"{calls:,} calls" for calls in table), *SCORES
        table = table.join(own[own.calls == SCORED].set_index("estimator")[SCORES])
        print(markdown(header, [(name, *("" if np.isnan(each) else f"{each:.2g}" for each in cells))
                                for name, *cells in table.itertuples()]), end="\n\n")
    print(f"{rows.groupby(['network', 'face']).ngroups} games of {rows.network.nunique()} networks,"
          f" {rows.seed.nunique()} seeds; {', '.join(SCORES)}: with {SCORED} calls.")


def draw(medians):
    """games.png: error against calls."""
    figure, axes = plt.subplots(1, 3, figsize=(15, 5), layout="constrained", sharey=True)
    for axis, (target, words) in zip(axes, TARGETS.items(), strict=True):
        for number, name in enumerate(medians.estimator.unique()):
            own = medians[(medians.target == target) & (medians.estimator == name)]
            axis.loglog(own.calls, own.error, "o-", color=plt.cm.tab20(number % 20), label=name)
        axis.set(title=words, xlabel="calls of the network")
    axes[0].set_ylabel("squared error over the squared values, median")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside right")
    figure.savefig(HERE / "games.png", dpi=120)


if __name__ == "__main__":
    options.run(main)
