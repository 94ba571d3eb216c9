"""Whether explanations find a planted cue: a "Clever Hans" check (Lapuschkin et al. 2019).

    python -m benchmarks.planted_cue

Gives the bundled avatars random labels and, in a corner, a mark of 6x6 pixels that shows the label:
one of four corners, white in black or black in white. A network that learns these faces (--epochs,
about a minute on two CPU cores) can only have learned the marks. On faces of identities that are
not in the training data, the superpixel with the largest relevance for the label must contain at
least a quarter of the mark. Appends a row for each face and method to benchmarks/planted_cue.csv
and prints the table of benchmarks/planted_cue.md. An interrupted run continues where it stopped,
with the network that is kept in outputs/planted_cue/.
"""
import functools
import pathlib

import keras
import numpy as np

import fer2013
import model as network
from base import command_line, files
from benchmarks.faces import Faces, complete
from benchmarks.results import read, version
from explaining import faithfulness, methods, superpixels
from explaining.methods.lime import lime
from fer2013 import bundled

HERE = pathlib.Path(__file__).resolve().parent

SIDE = 6  # of the mark, in pixels
CORNERS = [(rows, columns) for rows in (slice(0, SIDE), slice(-SIDE, None))
           for columns in (slice(0, SIDE), slice(-SIDE, None))]
COLUMNS = ["face", "label", "model", "method",
           "strongest_on_mark", "mark_carriers", "share_of_mark"]


def main():
    args = parse_arguments()
    folder = files.make_folder(HERE.parent / "outputs" / "planted_cue")
    if not (folder / "model.keras").exists():
        train(args, folder / "model.keras")
    asked = network.as_network(network.load_model(folder / "model.keras"))
    pixels, labels, names = plant("test", args.seed)
    correct = asked.predict(pixels).argmax(axis=1) == labels  # (n,)
    print(f"{correct.mean():.1%} of {len(labels)} marked faces of unseen identities are "
          "classified correctly")
    indices = np.flatnonzero(correct)[:args.faces]
    faces = Faces(pixels, labels, names, indices, asked,
                  {"model": version(folder / "model.keras")})
    complete(args.table, COLUMNS, faces, "method", methods.METHODS, lambda index, lacking: measure(
        pixels[index], int(labels[index]), asked, args.samples, lacking))
    print(table(read(args.table)))


def parse_arguments():
    parser = command_line.parser(__doc__)
    parser.add_argument("--epochs", type=command_line.positive_integer, default=4,
                        help="passes over the training faces")
    parser.add_argument("--faces", type=command_line.positive_integer, default=100,
                        help="number of faces to explain")
    parser.add_argument("--samples", type=command_line.automatic_or_positive_integer, default=1000,
                        help="number of LIME's samples")
    parser.add_argument("--seed", type=command_line.seed_number, default=0,
                        help="seed of labels, weights and samples")
    parser.add_argument("--table", type=pathlib.Path, default=HERE / "planted_cue.csv",
                        help="the CSV to create or to continue")
    return parser.parse_args()


def train(args, path):
    """Train a network on marked faces with Adam and save the weights of the last epoch."""
    keras.utils.set_random_seed(args.seed)
    pixels, labels, _ = plant("train", args.seed)
    model = network.build_model()
    model.compile(optimizer=keras.optimizers.Adam(3e-4), loss="sparse_categorical_crossentropy",
                  metrics=["accuracy"], jit_compile=network.jit_compile())
    model.fit(pixels[..., None], labels, batch_size=64, epochs=args.epochs, verbose=2)
    with files.replacing(path) as temporary:
        model.save(temporary)


def plant(split, seed):
    """The avatars of a split in random order, with random labels and their marks.

    Returns:
        Marked faces uint8 (n, 48, 48), the labels of their marks int (n,), and n names.
    """
    pixels, _, names = fer2013.load(bundled.AVATARS, split)
    random = np.random.default_rng([seed, fer2013.SPLITS.index(split)])
    order = random.permutation(len(pixels))
    labels = random.permutation(len(pixels)) % network.CLASSES
    marked = np.stack([mark(face, label)
                       for face, label in zip(pixels[order], labels, strict=True)])
    return marked, labels, [names[index] for index in order]


def mark(face, label):
    """A copy of a face, uint8 (48, 48), with the mark of a label from 0 to 6."""
    marked, inside = face.copy(), 255 * (label // len(CORNERS))
    rows, columns = CORNERS[label % len(CORNERS)]
    marked[rows, columns] = 255 - inside
    marked[rows, columns][1:-1, 1:-1] = inside
    return marked


def measure(face, label, asked, samples, names):
    """Yield a row for each named method: whether the most relevant superpixel contains the mark.

    Args:
        face: uint8 (48, 48), marked.
        label: int, of the mark.
        asked: a networks.network.Network.
        samples: number of LIME's samples, or "auto".
        names: of the methods.
    """
    segments = superpixels.segment(face)
    on_mark = segments[CORNERS[label % len(CORNERS)]].ravel()
    shares = np.bincount(on_mark, minlength=segments.max() + 1) / SIDE**2  # (superpixels,)
    with_samples = methods.METHODS | {"LIME": functools.partial(lime, samples=samples)}
    for name in names:
        relevance = with_samples[name](face, label, asked, 0)
        relevance = faithfulness.superpixel_means(relevance, segments)
        share = shares[relevance.argmax()]
        yield {"method": name, "strongest_on_mark": int(share >= 0.25),
               "mark_carriers": (shares >= 0.25).sum(), "share_of_mark": share}


def table(rows):
    """The table as Markdown text; rows: a DataFrame of the CSV."""
    lines = [f"{rows.face.nunique()} faces, model {rows.model.iloc[0]}", "",
             "| method | strongest superpixel carries the mark | share of the mark in it |",
             "|---|---:|---:|"]
    for method in methods.METHODS:
        scores = rows[rows.method == method]
        lines.append(f"| {method} | {scores.strongest_on_mark.mean():.0%} | "
                     f"{scores.share_of_mark.mean():.2f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    command_line.run(main)
