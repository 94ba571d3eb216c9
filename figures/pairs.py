"""Figures of what acts together: pairs of superpixels, and pairs of regions over many faces."""
import numpy as np

from figures.explanations import PANELS, WIDTH
from figures.style import AGAINST, FOR, SIGNED, colour_bar, outline, show, stacked, tinted

COLUMNS = 4
MEANING = "blue: more together; orange: less, as one can partly replace the other"


def pairs(explanation, found, names, title, note=""):
    """Draw what two superpixels add together beyond their sum, a face for each pair.

    Args:
        explanation: an Explanation.
        found: list of (superpixel, superpixel, what they add together), the strongest first.
        names: list of str, what each superpixel is called.
        title, note: a sentence above, and small print below.
    """
    rows = max(1, -(-len(found) // COLUMNS))
    figure, [part] = stacked(WIDTH, [(title, note, (PANELS + 0.4) * rows)])
    axes = part.subplots(rows, COLUMNS, squeeze=False).ravel()
    for empty in axes[len(found):]:
        empty.set_axis_off()
    limit = max([abs(together) for *_, together in found] + [1e-6])
    for panel, (first, second, together) in zip(axes, found, strict=False):
        both = np.isin(explanation.segments, (first, second))
        values = np.full(both.shape, together)
        colour = FOR if together > 0 else AGAINST
        show(panel, tinted(explanation.face, values, limit, both))
        for each in (first, second):
            outline(panel, explanation.segments == each, colour)
        points = f"{100 * together:+.1f} points".replace("-", "−")
        panel.set_title(points, fontsize=12, weight="bold", color=colour)
        panel.set_xlabel(f"{names[first]} +\n{names[second]}", fontsize=9)
    colour_bar(part, axes, 100 * limit, "points of probability beyond their sum", shrink=0.8)
    return figure


def by_region(columns, places, title, note=""):
    """Draw what pairs of superpixels in two regions add beyond their sum, on one scale.

    Args:
        columns: list of (heading, float (places, places), symmetric).
        places: names of the regions.
        title, note: a sentence above, and small print below.
    """
    figure, [part] = stacked(max(6, 2.6 * len(columns) + 1.6), [(title, note, 3.9)])
    limit = 100 * max(np.abs(means).max() for _, means in columns) or 1
    axes = part.subplots(1, len(columns), squeeze=False, sharey=True)[0]
    for panel, (heading, means) in zip(axes, columns, strict=True):
        draw_triangle(panel, 100 * means, places, limit)
        panel.set_title(heading, fontsize=10)
    colour_bar(part, axes, limit, "points of probability:\nblue more together, orange less",
               shrink=0.8)
    return figure


def draw_triangle(axes, points, places, limit):
    """Draw a symmetric matrix, each pair once, with its numbers."""
    lower = np.where(np.tri(len(places), dtype=bool), points, np.nan)
    axes.imshow(lower, cmap=SIGNED, vmin=-limit, vmax=limit)
    for row, column in zip(*np.tril_indices(len(places)), strict=True):
        value = round(points[row, column], 1) + 0.0  # no minus before 0
        axes.text(column, row, f"{value:.1f}", ha="center", va="center", fontsize=8,
                  color="white" if abs(value) > limit / 2 else "black")
    axes.set_xticks(range(len(places)), places, rotation=90, fontsize=9)
    axes.set_yticks(range(len(places)), places, fontsize=9)
    axes.spines[:].set_visible(False)
