"""Draw LIME in two dimensions: a curved boundary, weighted samples, and the local line.

    python -m benchmarks.lime_intuition

The boundary is invented; the lime package fits the line, as in an explanation. Writes
docs/lime_intuition.png.
"""
import numpy as np
from lime.lime_base import LimeBase
from matplotlib.figure import Figure

from base import options
from benchmarks.common import ROOT
from figures.style import AGAINST, FOR, NEUTRAL, save

WIDTH = 0.6  # kernel width of the similarity, in units of the axes
INSTANCE = np.array([0.55, 0.1])


def main():
    samples = np.random.default_rng(1).normal(INSTANCE, 0.9, (250, 2))
    samples[0] = INSTANCE  # lime's first sample is the instance itself
    save(draw(samples), ROOT / "docs" / "lime_intuition.png")


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


def draw(samples):
    """The Figure of float (n, 2) samples, the explained instance first."""
    distances = np.linalg.norm(samples - INSTANCE, axis=1)  # (n,)
    probabilities = probability(samples)  # (n,)
    weights, intercept = local_line(samples, probabilities, distances)
    axis = np.linspace(-2, 2.6, 231)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1)  # (231, 231, 2)
    figure = Figure(figsize=(6.4, 4.6), layout="constrained")
    axes = figure.subplots()
    axes.contourf(axis, axis, probability(grid), levels=(0, 0.5, 1), colors=("#F8DCC8", "#CFE3F1"))
    axes.contour(axis, axis, probability(grid), levels=(0.5,), colors=NEUTRAL)
    axes.contour(axis, axis, grid @ weights + intercept, levels=(0.5,), colors="black",
                 linestyles="dashed")
    for positive, marker, colour, name in ((True, "P", FOR, "happy"),
                                           (False, "o", AGAINST, "another label")):
        chosen = (probabilities > 0.5) == positive
        axes.scatter(*samples[chosen].T, s=8 + 90 * similarity(distances[chosen]), marker=marker,
                     color=colour, edgecolor="white", linewidth=0.3,
                     label=f"sample for which the network predicts {name}")
    axes.scatter(*INSTANCE, s=260, marker="*", color="black", edgecolor="white",
                 label="the explained face", zorder=3)
    axes.plot([], [], color=NEUTRAL, label="the network's boundary, curved")
    axes.plot([], [], color="black", linestyle="dashed", label="the local model's, a line")
    axes.set(xticks=[], yticks=[], xlim=(axis[0], axis[-1]), ylim=(axis[0], axis[-1]),
             xlabel="one superpixel", ylabel="another superpixel", aspect="equal")
    figure.legend(loc="outside lower center", ncols=2, fontsize=8, markerscale=0.6, frameon=False)
    return figure


if __name__ == "__main__":
    options.run(main)
