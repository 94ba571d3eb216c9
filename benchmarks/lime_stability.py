"""How much LIME's explanations differ between seeds: by sampler, by number of samples, by superpixels.

    python -m benchmarks.lime_stability --data data

Ten faces of each emotion that the model reads rightly, of the validation split, five seeds each (two of the lesser
ways). Writes a row for each face, way and number of samples into benchmarks/lime_stability.csv (an interrupted run goes
on where it stopped), and prints the tables of benchmarks/lime_stability.md: Jaccard overlap of the five superpixels of
largest absolute weight and Spearman correlation of all weights, means over faces and pairs of seeds, and R squared.
"""
import functools
import itertools
import math
import pathlib

import numpy as np
import pandas
from scipy.linalg import hadamard
from scipy.stats import spearmanr
from tqdm import tqdm

import fer2013
import model as network
from base import command_line
from benchmarks.results import face_arguments
from explaining import face_lime, superpixels
from training.recipe import PRECISIONS

HERE = pathlib.Path(__file__).resolve().parent

SIZES = (128, 256, 512, 1000, 2000, 4000)
WAY = ["superpixels", "hide", "sampler"]
COLUMNS = ["face", *WAY, "samples", "jaccard", "spearman", "r2"]


class Independent(face_lime.FaceExplainer):
    """lime's own sampling: every superpixel of every mask by a coin."""

    def draw_masks(self, samples, count, whole_first=True):
        masks = self.random_state.randint(0, 2, (samples, count))
        masks[:whole_first] = 1
        return masks


class OrthogonalPairs(face_lime.FaceExplainer):
    """Pairs whose first masks are rows of Hadamard matrices: any two superpixels are shown together equally often."""

    def draw_masks(self, samples, count, whole_first=True):
        order, random = 2 ** math.ceil(math.log2(count)), self.random_state
        blocks = [np.ones((1, count), int), np.zeros((1, count), int)]
        for _ in range(math.ceil(samples / order / 2)):
            signs = hadamard(order)[random.permutation(order)][:, random.permutation(order)[:count]]
            half = (signs * random.choice([-1, 1], count) > 0).astype(int)  # (order, count)
            blocks.append(np.stack([half, 1 - half], axis=1).reshape(-1, count))
        return np.concatenate(blocks)[:samples]


class Glime(face_lime.FaceExplainer):
    """GLIME-Binomial (Tan et al. 2023, arXiv 2311.15722): the similarity to the face is in the drawing of the masks.

    The number of shown superpixels has lime's probability times lime's weight; the local fit has no weights.
    """

    def __init__(self, **options):
        super().__init__(kernel=lambda distances, kernel_width: np.ones_like(distances), **options)

    def draw_masks(self, samples, count, whole_first=True):
        sizes = np.arange(1, count + 1)
        similarity = np.exp(-(((1 - np.sqrt(sizes / count)) / 0.25) ** 2) / 2)
        likelihood = similarity * [math.comb(count, size) / 2.0**count for size in sizes]
        shown = self.random_state.choice(sizes, samples, p=likelihood / likelihood.sum())  # (samples,)
        masks = (self.random_state.random_sample((samples, count)).argsort(axis=1) < shown[:, None]).astype(int)
        masks[:whole_first] = 1
        return masks


SAMPLERS = {"independent": Independent, "pairs": face_lime.FaceExplainer, "orthogonal pairs": OrthogonalPairs,
            "GLIME": Glime}
RUNS = (  # superpixels, hidden by, sampler, most samples, seeds
    ("slic", "blurred", "pairs", 4000, 5), ("slic", "blurred", "independent", 4000, 5),
    ("slic", "blurred", "orthogonal pairs", 1000, 5), ("slic", "blurred", "GLIME", 1000, 5),
    ("slic", "superpixel-mean", "pairs", 1000, 2), ("slic", "superpixel-mean", "independent", 1000, 2),
    ("quickshift", "blurred", "pairs", 1000, 2), ("felzenszwalb", "blurred", "pairs", 1000, 2),
    ("grid", "blurred", "pairs", 1000, 2))


def main():
    args = parse_arguments()
    pixels, labels, names = fer2013.load(args.data, "validation")
    predict = functools.partial(network.predict, in_precision(network.load_model(args.model), args.precision))
    table = HERE / "lime_stability.csv"
    if not table.exists():
        table.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    done = set(pandas.read_csv(table)[["face", *WAY]].itertuples(index=False, name=None))
    faces = choose_faces(pixels, labels, predict, args.faces)
    for face, run in tqdm([job for job in itertools.product(faces, RUNS) if (names[job[0]], *job[1][:3]) not in done]):
        rows = measure(pixels[face], labels[face], predict, *run)
        pandas.DataFrame([(names[face], *run[:3], *row) for row in rows], columns=COLUMNS).to_csv(
            table, mode="a", header=False, index=False, float_format="%.4f")
    report(pandas.read_csv(table))


def parse_arguments():
    parser = face_arguments(__doc__, faces=10)
    parser.add_argument("--precision", choices=PRECISIONS, default="float32",
                        help="of the network's arithmetic; bfloat16 takes about 0.6 times as long")
    return parser.parse_args()


def in_precision(model, precision):
    """The same network, calculating in this precision."""
    copy = network.build_model(dtype=PRECISIONS[precision])
    copy.set_weights(model.get_weights())
    copy.jit_compile = model.jit_compile
    return copy


def choose_faces(pixels, labels, predict, count):
    """Indices of `count` faces of each emotion that are read rightly, emotions in turn, chosen with seed 0."""
    right = np.flatnonzero(predict(pixels).argmax(axis=1) == labels)
    random = np.random.default_rng(0)
    chosen = [random.permutation(right[labels[right] == label])[:count] for label in range(network.CLASSES)]
    return [int(face) for group in itertools.zip_longest(*chosen) for face in group if face is not None]


def measure(face, label, predict, segmentation, hide, sampler, most, seeds):
    """(samples, jaccard, spearman, r2) for each number of samples: the first of the same draw of `most`."""
    segments = superpixels.segment(face, segmentation)
    explainers = [sample(face, predict, segments, hide, sampler, most, seed) for seed in range(seeds)]
    for size in (size for size in SIZES if size <= most):
        fits = [explainer.fit(label, slice(size)) for explainer in explainers]
        weights = [fit[0] for fit in fits]
        overlaps = [jaccard(*pair) for pair in itertools.combinations(weights, 2)]
        correlations = [spearmanr(*pair).statistic for pair in itertools.combinations(weights, 2)]
        yield size, np.mean(overlaps), np.mean(correlations), np.mean([fit[2] for fit in fits])


def sample(face, predict, segments, hide, sampler, samples, seed):
    """A FaceExplainer with `samples` masks of this sampler, and the network's answers to them."""
    explainer = SAMPLERS[sampler](hide=hide, random_state=seed)
    explainer.explain_instance(face, predict, labels=(), top_labels=None, num_samples=samples,
                               segmentation_fn=lambda image: segments)
    return explainer


def jaccard(first, second):
    """Overlap of the five superpixels of largest absolute weight."""
    first, second = (set(np.argsort(-np.abs(weights))[:face_lime.SHOWN]) for weights in (first, second))
    return len(first & second) / len(first | second)


def report(rows):
    """The tables, as Markdown."""
    for measure_name in ("jaccard", "spearman", "r2"):
        means = rows.groupby([*WAY, "samples"], sort=False)[measure_name].mean().unstack()
        print(f"\n{measure_name}, {rows.face.nunique()} faces\n")
        print("| superpixels | hidden by | sampler |", " | ".join(map(str, means.columns)), "|")
        print("|---|---|---|" + "---:|" * len(means.columns))
        for way, values in means.iterrows():
            cells = ["" if math.isnan(value) else f"{value:.3f}" for value in values]
            print(f"| {' | '.join(way)} |", " | ".join(cells), "|")


if __name__ == "__main__":
    command_line.run(main)
