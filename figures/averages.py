"""Figures of mean explanations: one emotion with its regions, and several side by side."""
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from figures.explanations import wrapped
from figures.style import FOR, FOR_RGB, grey_face, signed_map


def average(mean_face, mean_map, shares, areas, regions, title):
    """Draw the mean of many explanations of one emotion: faces, maps, and the weight by region.

    Args:
        mean_face: float (48, 48), the mean face from 0 to 255, on which the regions are drawn.
        mean_map: float (48, 48), the mean map of weights.
        shares: {region: share of the positive weight}.
        areas: {region: share of the face's area}.
        regions: {region: (slice of rows, slice of columns)}; shares may have more, such as "rest".
        title: text above the figure.
    """
    title = wrapped(title, 125)
    figure = Figure(figsize=(11, 3.3 + 0.2 * len(title.splitlines())), layout="constrained")
    figure.suptitle(title, fontsize=11)
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1.15, 1.2))
    grey_face(left, mean_face)
    left.set_title("mean face, regions", fontsize=10)
    for region, (rows, columns) in regions.items():
        left.add_patch(Rectangle(
            (columns.start - 0.5, rows.start - 0.5), columns.stop - columns.start,
            rows.stop - rows.start, fill=False, color=FOR_RGB, linewidth=1.5))
        left.text(columns.start, rows.start, region, color="white", fontsize=8, va="top")
    image = signed_map(middle, mean_face, mean_map, np.abs(mean_map).max())
    middle.set_title("mean weight, blue for, vermilion against", fontsize=10)
    figure.colorbar(image, ax=middle, shrink=0.85, label="change of the probability")
    places = np.arange(len(shares))
    right.barh(places - 0.2, list(shares.values()), 0.4, color=FOR, label="of the positive weight")
    right.barh(places + 0.2, [areas[region] for region in shares], 0.4, color="#BBBBBB",
               label="of the face's area")
    right.set(yticks=places, yticklabels=shares, xlabel="share",
              title="where the positive weight lies")
    right.title.set_fontsize(10)
    right.invert_yaxis()
    right.legend(fontsize=8)
    return figure


def averages(columns, title, log_odds=False):
    """Draw the mean faces and mean maps of several emotions side by side, all maps on one scale.

    Args:
        columns: list of (heading, mean face float (48, 48), mean map float (48, 48)).
        title: text above the figure.
        log_odds: whether the maps are of log-odds and not of probabilities.
    """
    width = 2 * len(columns) + 0.8
    title = wrapped(title, int(11 * width))
    figure = Figure(figsize=(width, 4.3 + 0.2 * len(title.splitlines())), layout="constrained")
    figure.suptitle(title, fontsize=11)
    limit = max(np.abs(mean_map).max() for _, _, mean_map in columns)
    axes = figure.subplots(2, len(columns), squeeze=False)
    for upper, lower, (heading, mean_face, mean_map) in zip(*axes, columns, strict=True):
        grey_face(upper, mean_face)
        upper.set_title(heading, fontsize=10)
        image = signed_map(lower, mean_face, mean_map, limit)
    figure.colorbar(image, ax=axes, shrink=0.6,
                    label=f"change of the {'log-odds' if log_odds else 'probability'}: "
                          "blue for, vermilion against")
    return figure
