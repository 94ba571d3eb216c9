"""Does an explanation find a cue that was planted? A "Clever Hans" check, after Lapuschkin et al. 2019.

    python -m benchmarks.planted_cue

Gives the bundled avatars random labels and, in a corner, a mark of 6x6 pixels that tells the label: one of four
corners, white in black or black in white. A network that learns these faces (--epochs, about a minute on two CPU cores)
can only have learned the marks. On faces of identities that it has never seen, the superpixel that speaks most for the
label must be one that carries at least a quarter of the mark. Writes a row for each face and method into
benchmarks/planted_cue.csv as it goes, and prints the table of benchmarks/planted_cue.md; an interrupted run goes on
where it stopped, with the network kept in outputs/planted_cue/.
"""
import argparse
import functools
import pathlib

import keras
import numpy as np
from tqdm import tqdm

import fer2013
import model as network
from base import command_line, files
from benchmarks.results import append, begin, read, version
from explaining import faithfulness, methods, superpixels
from explaining.methods.lime import lime
from fer2013 import bundled

HERE = pathlib.Path(__file__).resolve().parent

SIDE = 6  # of the mark, in pixels
CORNERS = [(rows, columns) for rows in (slice(0, SIDE), slice(-SIDE, None)) for columns in (
    slice(0, SIDE), slice(-SIDE, None))]
COLUMNS = ["face", "label", "model", "method", "strongest_on_mark", "mark_carriers", "share_of_mark"]


def main():
    args = parse_arguments()
    folder = files.make_folder(HERE.parent / "outputs" / "planted_cue")
    if not (folder / "model.keras").exists():
        train(args, folder / "model.keras")
    model = network.load_model(folder / "model.keras")
    pixels, labels, names = plant("test", args.seed)
    right = network.predict(model, pixels).argmax(axis=1) == labels
    print(f"{right.mean():.1%} of {len(labels)} marked faces of unseen identities are read rightly")
    known = version(folder / "model.keras")
    done = begin(args.table, COLUMNS, known)
    for face in tqdm([face for face in np.flatnonzero(right)[:args.faces] if names[face] not in set(done.face)]):
        append(args.table, measure(pixels[face], int(labels[face]), model, args.samples), COLUMNS,
               face=names[face], label=labels[face], model=known)
    print(report(read(args.table)))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=command_line.HelpFormatter)
    parser.add_argument("--epochs", type=command_line.positive_integer, default=4, help="of the training")
    parser.add_argument("--faces", type=command_line.positive_integer, default=100, help="to explain")
    parser.add_argument("--samples", type=command_line.automatic_or_positive_integer, default=1000, help="of LIME")
    parser.add_argument("--seed", type=command_line.seed_number, default=0, help="of labels, weights and samples")
    parser.add_argument("--table", type=pathlib.Path, default=HERE / "planted_cue.csv", help="the CSV, begun or not")
    return parser.parse_args()


def train(args, path):
    """Learn marked faces with Adam; the last epoch is kept."""
    keras.utils.set_random_seed(args.seed)
    pixels, labels, _ = plant("train", args.seed)
    model = network.build_model()
    model.compile(optimizer=keras.optimizers.Adam(3e-4), loss="sparse_categorical_crossentropy", metrics=["accuracy"],
                  jit_compile=network.jit_compile())
    model.fit(pixels[..., None], labels, batch_size=64, epochs=args.epochs, verbose=2)
    with files.replacing(path) as temporary:
        model.save(temporary)


def plant(split, seed):
    """One split in random order: marked uint8 (n, 48, 48) faces, random int (n,) labels of their marks, names."""
    pixels, _, names = fer2013.load(bundled.AVATARS, split)
    random = np.random.default_rng([seed, fer2013.SPLITS.index(split)])
    order = random.permutation(len(pixels))
    labels = random.permutation(len(pixels)) % network.CLASSES
    marked = np.stack([mark(face, label) for face, label in zip(pixels[order], labels, strict=True)])
    return marked, labels, [names[place] for place in order]


def mark(face, label):
    """A copy of a face with the label's mark."""
    marked, inside = face.copy(), 255 * (label // len(CORNERS))
    rows, columns = CORNERS[label % len(CORNERS)]
    marked[rows, columns] = 255 - inside
    marked[rows, columns][1:-1, 1:-1] = inside
    return marked


def measure(face, label, model, samples):
    """A row for each method: whether the strongest superpixel carries the mark."""
    segments = superpixels.segment(face)
    carried = np.bincount(segments[CORNERS[label % len(CORNERS)]].ravel(), minlength=segments.max() + 1) / SIDE**2
    for name, method in (methods.METHODS | {"LIME": functools.partial(lime, samples=samples)}).items():
        strongest = faithfulness.superpixel_means(method(face, label, model, 0), segments).argmax()
        yield {"method": name, "strongest_on_mark": int(carried[strongest] >= 0.25),
               "mark_carriers": (carried >= 0.25).sum(), "share_of_mark": carried[strongest]}


def report(rows):
    """The table, as Markdown."""
    lines = [f"{rows.face.nunique()} faces, model {rows.model.iloc[0]}", "",
             "| method | strongest superpixel carries the mark | share of the mark in it |", "|---|---:|---:|"]
    for method, own in rows.groupby("method", sort=False):
        lines.append(f"| {method} | {own.strongest_on_mark.mean():.0%} | {own.share_of_mark.mean():.2f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    command_line.run(main)
