"""Figures of what acts together: pairs of superpixels, and pairs of regions over many faces."""
import numpy as np
from matplotlib.figure import Figure

from figures.explanations import LINE, wrapped
from figures.style import AGAINST, AGAINST_RGB, FOR, FOR_RGB, NEUTRAL, SIGNED, grey_face

THICKEST = 7.0  # points, the line of the strongest pair; the others in proportion
TOGETHER = "what two add together beyond their sum"


def pairs(explanation, centres, found, names, heading, caption):
    """Draw pairs of superpixels as numbered lines on the face, and as bars.

    Blue pairs add more together than their sum, vermilion ones less.

    Args:
        explanation: a lime.Explanation.
        centres: float (superpixels, 2), the row and column of the centre of each superpixel.
        found: list of (superpixel, superpixel, what they add together), the strongest first.
        names: list of str, what each superpixel is called.
        heading, caption: text above and below the figure.
    """
    below = wrapped(caption, 145)
    figure = Figure(figsize=(10.6, 4.2 + LINE * len(below.splitlines())), layout="constrained")
    figure.suptitle(heading, fontsize=12)
    figure.supxlabel(below, fontsize=9, color=NEUTRAL)
    left, right = figure.subplots(1, 2, width_ratios=(1.3, 1))
    grey_face(left, explanation.face)
    for part in {part for pair in found for part in pair[:2]}:
        left.contour(explanation.segments == part, [0.5], colors="white", linewidths=0.6)
    left.set_title("the strongest pairs", fontsize=10)
    for number, (first, second, together) in reversed(list(enumerate(found, start=1))):
        draw_pair(left, centres[[first, second]], number, together, abs(found[0][2]))
    values = [together for *_, together in found]
    right.barh(range(len(found)), values, color=[FOR if value > 0 else AGAINST for value in values])
    right.set_yticks(range(len(found)), [f"{number}: {names[first]} – {names[second]}" for number,
                                         (first, second, _) in enumerate(found, start=1)])
    right.set_title(f"{TOGETHER}:\nblue more, vermilion less", fontsize=10)
    right.set_xlabel("change of the probability", fontsize=9)
    right.tick_params(labelsize=8)
    right.locator_params(axis="x", nbins=5)
    right.axvline(0, color=NEUTRAL, linewidth=0.8)
    right.invert_yaxis()
    right.spines[["top", "right", "left"]].set_visible(False)
    return figure


def draw_pair(axes, ends, number, together, strongest):
    """Draw the line of a pair with its number; ends: float (2, 2), row and column of each."""
    rows, columns = ends.T
    axes.plot(columns, rows, color=FOR_RGB if together > 0 else AGAINST_RGB, marker="o",
              markersize=4, linewidth=max(1, THICKEST * abs(together) / strongest))
    box = {"boxstyle": "circle,pad=0.15", "facecolor": "white", "edgecolor": NEUTRAL}
    axes.text(columns.mean(), rows.mean(), str(number), fontsize=8, ha="center", va="center",
              bbox=box)


def by_region(columns, places, caption):
    """Draw what pairs of superpixels in two regions add beyond their sum, on one scale.

    Args:
        columns: list of (heading, float (places, places), symmetric).
        places: names of the regions.
        caption: text below the figure, after what it shows.
    """
    width = max(5.5, 2.6 * len(columns) + 1.6)
    below = wrapped(f"{TOGETHER}, summed over all pairs, mean over the faces\n{caption}",
                    int(13 * width))
    figure = Figure(figsize=(width, 3.6 + LINE * len(below.splitlines())), layout="constrained")
    figure.supxlabel(below, fontsize=9, color=NEUTRAL)
    limit = 100 * max(np.abs(means).max() for _, means in columns) or 1
    axes = figure.subplots(1, len(columns), squeeze=False, sharey=True)[0]
    for panel, (heading, means) in zip(axes, columns, strict=True):
        image = triangle(panel, 100 * means, places, limit)
        panel.set_title(heading, fontsize=10)
    bar = figure.colorbar(image, ax=axes, shrink=0.8)
    bar.ax.tick_params(labelsize=8)
    bar.set_label("points of probability:\nblue more, vermilion less", fontsize=8)
    return figure


def triangle(axes, points, places, limit):
    """Draw a symmetric matrix, each pair once, with its numbers; returns the image."""
    lower = np.where(np.tri(len(places), dtype=bool), points, np.nan)
    image = axes.imshow(lower, cmap=SIGNED, vmin=-limit, vmax=limit)
    for row, column in zip(*np.tril_indices(len(places)), strict=True):
        value = points[row, column]
        axes.text(column, row, f"{value:.1f}", ha="center", va="center", fontsize=7,
                  color="white" if abs(value) > limit / 2 else "black")
    axes.set_xticks(range(len(places)), places, rotation=90, fontsize=8)
    axes.set_yticks(range(len(places)), places, fontsize=8)
    axes.spines[:].set_visible(False)
    return image
