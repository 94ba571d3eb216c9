"""The figure of mean explanations: faces, maps on one scale, and the weight by region."""
import numpy as np
from matplotlib.patches import Rectangle

from figures.style import FOR, PALE, bars, show, stacked, tinted, weight_bar

MEANING = "blue: contributes to the prediction; orange: contributes against it"
OF_BARS = "\nbars: the share of the positive weight in a region, and in grey of the face's area"


def averages(columns, title, log_odds=False, shares=(), areas=None, regions=None):
    """Draw mean faces and mean maps side by side, all maps on one scale; a single one as a row.

    Args:
        columns: list of (heading, mean face float (48, 48), mean map float (48, 48)).
        log_odds: whether the maps are of log-odds and not of probabilities.
        shares: for each column {region: share of the positive weight}; () draws no bars.
        areas: {region: share of the face's area}.
        regions: {region: (slice of rows, slice of columns)}, which are drawn on the faces.
    """
    many, kinds = len(columns) > 1, 3 if shares else 2
    high, wide = (kinds, len(columns)) if many else (1, kinds)
    side = 1.6 if many else 2.3  # inches
    figure, [part] = stacked(side * wide + 1.2, [
        (title, MEANING + OF_BARS * bool(shares), side * high + 0.5)])
    axes = part.subplots(high, wide, squeeze=False)
    faces, maps, *weights = axes if many else axes.T
    limit = max(np.abs(mean_map).max() for _, _, mean_map in columns)
    for upper, lower, (heading, mean_face, mean_map) in zip(faces, maps, columns, strict=True):
        show(upper, mean_face, heading)
        show(lower, tinted(mean_face, mean_map, limit))
        draw_regions(upper, regions or {})
    weight_bar(part, maps, limit, log_odds)
    for panel, share in zip(weights[0] if shares else (), shares, strict=True):
        bars(panel, share, share.values(), FOR, -0.2, 0.4)
        bars(panel, share, [areas[region] for region in share], PALE, 0.2, 0.4)
    for panel in axes[2][1:] if shares and many else ():
        panel.set_yticks([])
    return figure


def draw_regions(axes, regions):
    for region, (rows, columns) in regions.items():
        axes.add_patch(Rectangle(
            (columns.start - 0.5, rows.start - 0.5), columns.stop - columns.start,
            rows.stop - rows.start, fill=False, color="white"))
        axes.text(columns.start, rows.start, region, color="white", fontsize=7, va="top")
