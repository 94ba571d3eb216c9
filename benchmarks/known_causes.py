"""Whether explanations find a cause that is known: four checks of all methods.

    python train.py --data data/avatars --epochs 12 --outputs outputs/benchmarks/demonstration
    python -m benchmarks.known_causes

1. Planted cue (Lapuschkin et al. 2019): a network learns rendered faces with random labels and a
   mark in a corner that shows the label. How often the strongest superpixel contains the mark.
2. Moved skin: of the network of the demonstration, the share of the positive relevance on the skin
   that moved by more than a tenth of the distance between the eyes.
3. Action units: the included model predicts rendered faces without each of their action units. Rank
   correlation of the map's mass on a unit and the fall of the log-odds without it. FunnyBirds does
   the same with parts of birds (Hesse et al. 2023, arXiv 2308.06248).
4. Random weights (Adebayo et al. 2018): rank correlation of the superpixels' relevance with that of
   the same network whose last layer has random weights, on included average faces.

Prints the table of docs/trust.md, means with 95 % bootstrap intervals. About 4 s a face on two CPU
cores.
"""
import functools

import keras
import numpy as np
import pandas
from scipy.stats import spearmanr

import fer2013
import model as ours
from base import files, options
from benchmarks import measures
from benchmarks.common import WORK, cell, choose_faces, complete, machine, maps_of, markdown
from explaining import faithfulness, superpixels
from explaining.methods import METHODS
from fer2013 import EMOTIONS, included
from networks.choice import PRETRAINED
from networks.network import open_network

SIDE = 6  # of the mark, in pixels
CORNERS = [(rows, columns) for rows in (slice(0, SIDE), slice(-SIDE, None))
           for columns in (slice(0, SIDE), slice(-SIDE, None))]
FAR = 0.1  # least motion of the skin, as a share of the distance between the eyes
MOVED = 8  # grey levels: the noise of the pictures is the same, but shades change everywhere
EPOCHS = 4  # of the network that learns the marks, a minute on two CPU cores


def main():
    args = parse_arguments()
    checks = {"planted cue": planted_cue, "moved skin": moved_skin, "action units": action_units,
              "random weights": random_weights}
    found = {name: check(args) for name, check in checks.items()}
    names = pandas.unique(np.concatenate([rows.method for rows in found.values()]))
    print(markdown(["method", *(f"{name} ({rows.face.nunique()} faces)"
                                for name, rows in found.items())],
                   [(method, *(cell(rows[rows.method == method].score) for rows in found.values()))
                    for method in names]))
    print(f"\n{machine()}.")


def parse_arguments():
    parser = options.parser(__doc__)
    parser.add_argument("--model", default=PRETRAINED, help="the included model")
    parser.add_argument("--avatars-model", default=WORK / "demonstration" / "model.keras",
                        help="a model trained on data/avatars")
    parser.add_argument("--faces", type=options.positive_integer, default=5,
                        help="faces of each emotion in each check; eight times as many in the "
                             "check of action units, whose score of one face is a correlation "
                             "of three to seven numbers")
    return parser.parse_args()


def planted_cue(args):
    """Rows of `method` and `score`, 1 where the strongest superpixel contains the mark, else 0."""
    path = files.make_folder(WORK) / "planted_cue.keras"
    if not path.exists():
        learn_marks(path)
    network, marked = open_network(path), plant("test")
    indices = choose_faces(marked, network, args.faces)
    return complete("planted_cue", network, marked, indices, lambda index: mark_found(
        marked.pixels[index], int(marked.labels[index]), network))


def learn_marks(path):
    """Train a network on marked faces with Adam and save the weights of the last epoch."""
    keras.utils.set_random_seed(0)
    split, network = plant("train"), ours.build_model()
    network.compile(optimizer=keras.optimizers.Adam(3e-4), loss="sparse_categorical_crossentropy",
                    jit_compile=ours.jit_compile())
    network.fit(split.pixels[..., None], split.labels, batch_size=64, epochs=EPOCHS, verbose=2)
    with files.replacing(path) as temporary:
        network.save(temporary)


def plant(name):
    """The avatars of a split in random order, with random labels and their marks: a Split."""
    split = fer2013.open(included.AVATARS).split(name)
    random = np.random.default_rng([0, fer2013.SPLITS.index(name)])
    order = random.permutation(len(split.pixels))
    labels = (random.permutation(len(order)) % len(EMOTIONS)).astype(np.uint8)
    marked = np.stack([mark(face, label)
                       for face, label in zip(split.pixels[order], labels, strict=True)])
    return fer2013.Split(name, marked, labels, [split.names[index] for index in order])


def mark(face, label):
    """A copy of a face, uint8 (48, 48), with the mark of a label from 0 to 6.

    One of four corners, white in black or black in white.
    """
    marked, inside = face.copy(), 255 * (label // len(CORNERS))
    rows, columns = CORNERS[label % len(CORNERS)]
    marked[rows, columns] = 255 - inside
    marked[rows, columns][1:-1, 1:-1] = inside
    return marked


def mark_found(face, label, network):
    """Yield a row for each method: whether a quarter of the mark is in the strongest superpixel."""
    segments = superpixels.segment(face)
    on_mark = segments[CORNERS[label % len(CORNERS)]].ravel()
    shares = np.bincount(on_mark, minlength=segments.max() + 1) / SIDE**2  # (superpixels,)
    for name, relevance in maps_of(face, label, network).items():
        strongest = faithfulness.superpixel_means(relevance, segments).argmax()
        yield {"method": name, "score": int(shares[strongest] >= 0.25)}


def moved_skin(args):
    """Rows of `method` and `score`, the share of the positive relevance on the skin that moved."""
    network, split = open_network(args.avatars_model), fer2013.open(included.AVATARS).split("test")
    causes = motion(split.names) > FAR  # (n, 48, 48)
    indices = [index for index in choose_faces(split, network, args.faces) if causes[index].any()]

    def measure(index):
        maps = maps_of(split.pixels[index], int(split.labels[index]), network)
        yield {"method": "chance", "score": causes[index].mean()}
        for name, each in maps.items():
            yield {"method": name, "score": measures.mass_accuracy(each, causes[index])}
    return complete("moved_skin", network, split, indices, measure)


def motion(names):
    """Motion of the skin of the named test avatars, in distances between the eyes.

    Returns:
        float16 (n, 48, 48).
    """
    truth = np.load(included.AVATARS / "ground_truth.npz")
    rows = {name.split("/")[-1]: row for row, name in enumerate(truth["names"])}
    return truth["motion"][[rows[name.split("/")[-1]] for name in names]]


def action_units(args):
    """Rows of `method` and `score`, the rank correlation of a map's mass and what is lost."""
    network, split = open_network(args.model), fer2013.open(included.AVATARS).split("test")
    units = load_units(split)
    indices = np.random.default_rng(0).permutation(list(units))[:8 * args.faces].tolist()
    return complete("action_units", network, split, indices, lambda index: unit_scores(
        split.pixels[index], units[index], network))


def load_units(split):
    """{index of a face: uint8 (units, 48, 48), the face without each of its units}."""
    stored = np.load(included.AVATARS / "units.npz")
    files_of_rows = np.array([name.split("/")[-1] for name in stored["names"]])
    found = {}
    for index, name in enumerate(split.names):
        own = files_of_rows == name.split("/")[-1]  # (rows,)
        if own.any():
            found[index] = (split.pixels[index] + stored["changes"][own]).astype(np.uint8)
    return found


def unit_scores(face, without, network):
    """Yield a row for each method, for the label that the network predicts."""
    predictions = network.predict(np.concatenate([face[None], without])).astype(np.float64)
    label = int(predictions[0].argmax())
    odds = log_odds(predictions, label)
    moved = np.abs(without.astype(int) - face) >= MOVED  # (units, 48, 48)
    maps = maps_of(face, label, network) | {"all pixels alike": np.ones((48, 48))}
    for name, relevance in maps.items():
        yield {"method": name, "score": rank_correlation(relevance, moved, odds[0] - odds[1:])}


def log_odds(probabilities, label):
    """Of a label, float64 (...,), from probabilities, float (..., 7); also if one rounds to 1."""
    others = np.delete(probabilities, label, axis=-1).sum(axis=-1)
    return np.log(probabilities[..., label]) - np.log(others)


def rank_correlation(relevance, moved, lost):
    """Spearman's, between a map's mass on the pixels of each unit and what is lost without it.

    It is 0 for a map whose masses are all equal, because it ranks nothing.
    """
    masses = (relevance * moved).sum(axis=(1, 2))  # (units,)
    return 0.0 if np.ptp(masses) == 0 else spearmanr(masses, lost).statistic


def random_weights(args):
    """Rows of `method` and `score`, the rank correlation before and after randomising."""
    network = open_network(args.model)
    split = fer2013.open(included.COMPOSITES).split("test")
    indices = [int(index) for label in range(len(EMOTIONS))
               for index in np.flatnonzero(split.labels == label)[:args.faces]]

    def measure(index):
        face, label = split.pixels[index], int(split.labels[index])
        _, randomised = next(measures.randomise_from_the_top(network.keras_model, 1000 * index))
        maps = [maps_of(face, label, each, names=[name for name in METHODS if name != "random"])
                for each in (network, ours.as_network(randomised))]
        means = functools.partial(faithfulness.superpixel_means,
                                  segments=superpixels.segment(face))
        for name in maps[0]:
            before, after = (means(each[name]) for each in maps)
            flat = np.ptp(before) == 0 or np.ptp(after) == 0  # as an empty Grad-CAM
            score = np.nan if flat else spearmanr(before, after).statistic
            yield {"method": name, "score": score}
    return complete("random_weights", network, split, indices, measure)


if __name__ == "__main__":
    options.run(main)
