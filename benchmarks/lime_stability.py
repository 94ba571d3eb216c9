"""How LIME's explanations differ between seeds, by sampler, number of samples and superpixels.

    python -m benchmarks.lime_stability --data data

Explains ten faces of each emotion that the model classifies correctly, from the validation split,
with five seeds each (two in the less important comparisons). Appends a row for each face,
combination and number of samples to benchmarks/lime_stability.csv (an interrupted run continues
where it stopped), and prints the tables of benchmarks/lime_stability.md: Jaccard overlap of the
five superpixels with the largest absolute weight and Spearman correlation of all weights, means
over faces and pairs of seeds, and R squared.
"""
import itertools
import math
import pathlib

import numpy as np
from scipy.linalg import hadamard
from scipy.stats import spearmanr
from tqdm import tqdm

from base import command_line
from benchmarks.faces import chosen, face_arguments, jaccard
from benchmarks.results import append, begin, read, version
from explaining import face_lime, superpixels

HERE = pathlib.Path(__file__).resolve().parent

SIZES = (128, 256, 512, 1000, 2000, 4000)
WAY = ["superpixels", "hide", "sampler"]
MEASURED = ["samples", "jaccard", "spearman", "r2"]
COLUMNS = ["face", "model", "precision", *WAY, *MEASURED]


class Independent(face_lime.FaceExplainer):
    """lime's own sampling: each superpixel of each mask is shown with probability 1/2."""

    def draw_masks(self, samples, count, whole_first=True):
        masks = self.random_state.randint(0, 2, (samples, count))
        masks[:whole_first] = 1
        return masks


class OrthogonalPairs(face_lime.FaceExplainer):
    """Pairs whose first masks are rows of Hadamard matrices, shuffled and with random signs.

    All pairs of superpixels are shown together equally often.
    """

    def draw_masks(self, samples, count, whole_first=True):
        order, random = 2 ** math.ceil(math.log2(count)), self.random_state
        blocks = [np.ones((1, count), int), np.zeros((1, count), int)]
        for _ in range(math.ceil(samples / order / 2)):
            rows, columns = random.permutation(order), random.permutation(order)[:count]
            signs = hadamard(order)[rows][:, columns]
            half = (signs * random.choice([-1, 1], count) > 0).astype(int)  # (order, count)
            blocks.append(np.stack([half, 1 - half], axis=1).reshape(-1, count))
        return np.concatenate(blocks)[:samples]


class Glime(face_lime.FaceExplainer):
    """GLIME-Binomial (Tan et al. 2023, arXiv 2311.15722), which samples similar masks more often.

    The probability of a number of shown superpixels is lime's probability times lime's weight, and
    all samples have the same weight in the local fit.
    """

    def __init__(self, **options):
        super().__init__(kernel=lambda distances, kernel_width: np.ones_like(distances), **options)

    def draw_masks(self, samples, count, whole_first=True):
        sizes = np.arange(1, count + 1)
        similarity = np.exp(-(((1 - np.sqrt(sizes / count)) / 0.25) ** 2) / 2)
        likelihood = similarity * [math.comb(count, size) / 2.0**count for size in sizes]
        probabilities = likelihood / likelihood.sum()  # (count,)
        shown = self.random_state.choice(sizes, samples, p=probabilities)  # (samples,)
        ranks = self.random_state.random_sample((samples, count)).argsort(axis=1)
        masks = (ranks < shown[:, None]).astype(int)  # (samples, count)
        masks[:whole_first] = 1
        return masks


SAMPLERS = {"independent": Independent, "pairs": face_lime.FaceExplainer,
            "orthogonal pairs": OrthogonalPairs, "GLIME": Glime}
RUNS = (  # superpixels, hidden by, sampler, most samples, seeds
    ("slic", "blurred", "pairs", 4000, 5), ("slic", "blurred", "independent", 4000, 5),
    ("slic", "blurred", "orthogonal pairs", 1000, 5), ("slic", "blurred", "GLIME", 1000, 5),
    ("slic", "superpixel-mean", "pairs", 1000, 2),
    ("slic", "superpixel-mean", "independent", 1000, 2),
    ("quickshift", "blurred", "pairs", 1000, 2), ("felzenszwalb", "blurred", "pairs", 1000, 2),
    ("grid", "blurred", "pairs", 1000, 2))


def main():
    args = parse_arguments()
    faces, table = chosen(args), HERE / "lime_stability.csv"
    done = set(begin(table, COLUMNS, version(args.model))[["face", *WAY]].itertuples(
        index=False, name=None))
    jobs = [(index, run) for index, run in itertools.product(faces.indices, RUNS)
            if (faces.names[index], *run[:3]) not in done]
    for index, run in tqdm(jobs):
        rows = measure(faces.pixels[index], faces.labels[index], faces.asked.predict, *run)
        append(table, [dict(zip(MEASURED, row, strict=True)) for row in rows], COLUMNS,
               face=faces.names[index], **faces.common, **dict(zip(WAY, run[:3], strict=True)))
    print_tables(read(table))


def parse_arguments():
    return face_arguments(__doc__, faces=10).parse_args()


def measure(face, label, predict, segmentation, hide, sampler, most, seeds):
    """Yield (samples, jaccard, spearman, r2) for each number of samples up to `most`.

    The samples of each number are the first of the same `most` samples.

    Args:
        face: uint8 (48, 48).
        label: int.
        predict: function from uint8 (n, 48, 48) to float (n, 7) probabilities.
        segmentation: a name in superpixels.SEGMENTATIONS.
        hide: a name in baselines.HIDING.
        sampler: a name in SAMPLERS.
        most: largest number of samples.
        seeds: number of seeds.
    """
    segments = superpixels.segment(face, segmentation)
    explainers = [sample(face, predict, segments, hide, sampler, most, seed)
                  for seed in range(seeds)]
    for size in (size for size in SIZES if size <= most):
        fits = [explainer.fit(label, slice(size)) for explainer in explainers]
        weights = [fit[0] for fit in fits]
        overlaps = [jaccard(*pair) for pair in itertools.combinations(weights, 2)]
        correlations = [spearmanr(*pair).statistic for pair in itertools.combinations(weights, 2)]
        yield size, np.mean(overlaps), np.mean(correlations), np.mean([fit[2] for fit in fits])


def sample(face, predict, segments, hide, sampler, samples, seed):
    """A FaceExplainer with `samples` masks of this sampler and the network's predictions."""
    explainer = SAMPLERS[sampler](hide=hide, random_state=seed)
    explainer.explain_instance(face, predict, labels=(), top_labels=None, num_samples=samples,
                               segmentation_fn=lambda image: segments)
    return explainer


def print_tables(rows):
    """Print the tables as Markdown; rows: a DataFrame of the CSV."""
    for score in ("jaccard", "spearman", "r2"):
        means = rows.groupby([*WAY, "samples"], sort=False)[score].mean().unstack()
        print(f"\n{score}, {rows.face.nunique()} faces\n")
        print("| superpixels | hidden by | sampler |", " | ".join(map(str, means.columns)), "|")
        print("|---|---|---|" + "---:|" * len(means.columns))
        for way, values in means.iterrows():
            cells = ["" if math.isnan(value) else f"{value:.3f}" for value in values]
            print(f"| {' | '.join(way)} |", " | ".join(cells), "|")


if __name__ == "__main__":
    command_line.run(main)
