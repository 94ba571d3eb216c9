"""Figures of mean explanations: one emotion with its regions, and several side by side."""
import numpy as np
from matplotlib.patches import Rectangle

from figures import style
from figures.style import FOR, PALE, colour_bar, show, stacked, tinted


def average(mean_face, mean_map, shares, areas, regions, title, note=""):
    """Draw the mean of many explanations of one emotion: faces, maps, and the weight by region.

    Args:
        mean_face: float (48, 48), the mean face from 0 to 255, on which the regions are drawn.
        mean_map: float (48, 48), the mean map of weights.
        shares: {region: share of the positive weight}.
        areas: {region: share of the face's area}.
        regions: {region: (slice of rows, slice of columns)}; shares may have more, such as "rest".
        title, note: a sentence above, and small print below.
    """
    figure, [part] = stacked(11, [(title, note, 3.4)])
    left, middle, right = part.subplots(1, 3, width_ratios=(1, 1.15, 1.1))
    show(left, mean_face, "mean face and its regions")
    for region, (rows, columns) in regions.items():
        left.add_patch(Rectangle(
            (columns.start - 0.5, rows.start - 0.5), columns.stop - columns.start,
            rows.stop - rows.start, fill=False, color="white", linewidth=1.5))
        left.text(columns.start, rows.start, region, color="white", fontsize=9, va="top")
    limit = np.abs(mean_map).max()
    show(middle, tinted(mean_face, mean_map, limit),
         "mean weight: blue contributes, orange against")
    colour_bar(part, middle, 100 * limit, "points of probability")
    title = "where the positive weight lies"
    style.bars(right, shares, shares.values(), title, FOR, -0.2, 0.4, "of the positive weight")
    style.bars(right, shares, [areas[region] for region in shares], title, PALE, 0.2, 0.4,
               "of the face's area")
    right.legend(fontsize=9, frameon=False)
    return figure


def averages(columns, title, note="", log_odds=False):
    """Draw the mean faces and mean maps of several emotions side by side, all maps on one scale.

    Args:
        columns: list of (heading, mean face float (48, 48), mean map float (48, 48)).
        title, note: a sentence above, and small print below.
        log_odds: whether the maps are of log-odds and not of probabilities.
    """
    figure, [part] = stacked(2 * len(columns) + 0.8, [(title, note, 4.2)])
    limit = max(np.abs(mean_map).max() for _, _, mean_map in columns)
    axes = part.subplots(2, len(columns), squeeze=False)
    for upper, lower, (heading, mean_face, mean_map) in zip(*axes, columns, strict=True):
        show(upper, mean_face, heading)
        show(lower, tinted(mean_face, mean_map, limit))
    factor, unit = style.unit(log_odds)
    colour_bar(part, axes, factor * limit, f"{unit}: blue contributes, orange against")
    return figure
