"""Draw LIME in two dimensions for the README: a curved boundary, weighted samples, the local line.

    python -m benchmarks.lime_intuition

The boundary is invented; the lime package fits the line, as in an explanation. Writes
docs/lime_intuition.png.
"""
import pathlib

import numpy as np
from lime.lime_base import LimeBase

from benchmarks import drawings
from figures import style

HERE = pathlib.Path(__file__).resolve().parent

WIDTH = 0.6  # kernel width of the similarity, in units of the axes
INSTANCE = np.array([0.55, 0.1])


def main():
    samples = np.random.default_rng(1).normal(INSTANCE, 0.9, (250, 2))
    samples[0] = INSTANCE  # lime's first sample is the instance itself
    distances = np.linalg.norm(samples - INSTANCE, axis=1)  # (250,)
    probabilities = probability(samples)  # (250,)
    weights, intercept = local_line(samples, probabilities, distances)
    axis = np.linspace(-2, 2.6, 231)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1)  # (231, 231, 2)
    figure = drawings.intuition(axis, probability(grid), grid @ weights + intercept, samples,
                                probabilities, similarity(distances))
    style.save(figure, HERE.parent / "docs" / "lime_intuition.png")


def probability(points):
    """The probability that an invented network predicts: float (...,) for points (..., 2)."""
    x, y = points[..., 0], points[..., 1]
    return 1 / (1 + np.exp(-4 * (x - 0.4 - 0.55 * np.sin(2.2 * y) - 0.25 * y**2)))


def similarity(distances):
    return np.exp(-(distances**2) / WIDTH**2)


def local_line(samples, probabilities, distances):
    """lime's local model of (n, 2) samples: weights float (2,) and intercept float."""
    both = np.stack([1 - probabilities, probabilities], axis=1)  # (n, 2)
    intercept, pairs, _, _ = LimeBase(similarity, random_state=0).explain_instance_with_data(
        samples, both, distances, label=1, num_features=2, feature_selection="none")
    return np.array([dict(pairs)[0], dict(pairs)[1]]), intercept


if __name__ == "__main__":
    main()
