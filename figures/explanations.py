"""Figures of faces and explanations, drawn from arrays: each function writes one file.

They do without pyplot, which would keep every figure open.
"""
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle
from skimage.color import gray2rgb
from skimage.morphology import dilation
from skimage.segmentation import find_boundaries

from fer2013 import EMOTIONS
from figures.style import (
    AGAINST_RGB,
    FOR,
    FOR_RGB,
    NEUTRAL,
    grey_face,
    relative_map,
    save,
    signed_map,
)

ZOOM = 12  # drawn pixels per face pixel: a boundary must not cover the pixels that it separates
COMPARISON = (
    "Deletion and insertion: area under the curve of the label's probability while superpixels are "
    "blurred (the less, the better)\nor shown (the more, the better) in the order of the map. Each "
    "map is drawn relative to its own largest value.")
PANELS = ("face", "speaks for it", "boundaries: for", "boundaries: against")


def explanations(rows, path):
    """Draw the four panels of LIME, one row for each explanation.

    Args:
        rows: list of (face_lime.Explanation, heading, caption); the texts are drawn above and
            below the row.
        path: file to write; its suffix determines the format.
    """
    figure = Figure(figsize=(10, 3.45 * len(rows)), layout="constrained")
    parts = np.atleast_1d(figure.subfigures(len(rows), 1))
    for part, (explanation, heading, caption) in zip(parts, rows, strict=True):
        part.suptitle(heading, fontsize=12)
        part.supxlabel(caption, fontsize=9, color=NEUTRAL)
        draw_panels(part.subplots(1, 4), explanation)
    save(figure, path)


def draw_panels(four, explanation):
    """Draw the four panels of an explanation on four axes, with their titles."""
    for axes, title, panel in zip(four, PANELS, panels(explanation), strict=True):
        axes.imshow(panel, interpolation="nearest")
        axes.set_title(title, fontsize=10)
        axes.set_axis_off()


def panels(explanation):
    """The four pictures of an explanation, each float (48 * ZOOM, 48 * ZOOM, 3) from 0 to 1."""
    speaks_for, speaks_against = explanation.strongest(1), explanation.strongest(-1)
    grey = enlarge(gray2rgb(explanation.face / 255))  # (48 * ZOOM, 48 * ZOOM, 3)
    segments = enlarge(explanation.segments)  # (48 * ZOOM, 48 * ZOOM)
    return (
        grey,
        only(grey, np.isin(segments, speaks_for)),
        outlined(grey, segments, speaks_for, FOR_RGB),
        outlined(grey, segments, speaks_against, AGAINST_RGB),
    )


def enlarge(image):
    return image.repeat(ZOOM, axis=0).repeat(ZOOM, axis=1)


def only(grey, shown):
    """The face with its `shown` pixels tinted and the others faded.

    They fade to near white, not black, so that the panel is never dark.
    """
    tinted = 0.75 * grey + 0.25 * np.array(FOR_RGB)
    faded = 0.15 * grey + 0.85
    return np.where(shown[..., None], tinted, faded)


def outlined(grey, segments, chosen, colour):
    """The face with a line around each chosen superpixel; unchanged if none is chosen."""
    areas = np.where(np.isin(segments, chosen), segments + 1, 0)  # 0: not chosen
    lines = find_boundaries(areas, connectivity=2, mode="thick")
    return np.where(dilation(lines)[..., None], colour, grey)


def photograph(picture, frames, rows, summary, path):
    """Draw a photograph with its faces framed and numbered, and an explanation of each face.

    Each face has a row of the seven probabilities and the four panels of LIME.

    Args:
        picture: uint8 (height, width, 3), the photograph.
        frames: for each face float (4, 2), x and y of its corners in the photograph, clockwise from
            the face's own top left.
        rows: for each face (face_lime.Explanation, heading, caption).
        summary: text above the photograph.
        path: file to write; its suffix determines the format.
    """
    figure = Figure(figsize=(12.5, 4.2 + 3.2 * len(rows)), layout="constrained")
    top, *parts = figure.subfigures(1 + len(rows), 1, height_ratios=(4.2, *[3.2] * len(rows)))
    top.suptitle(summary, fontsize=12)
    draw_frames(top.subplots(), picture, frames)
    for part, (explanation, heading, caption) in zip(parts, rows, strict=True):
        part.suptitle(heading, fontsize=12)
        part.supxlabel(caption, fontsize=9, color=NEUTRAL)
        bars, *four = part.subplots(1, 5, width_ratios=(1.3, 1, 1, 1, 1))
        draw_probabilities(bars, explanation)
        draw_panels(four, explanation)
    save(figure, path)


def draw_frames(axes, picture, frames):
    """Draw the photograph with the frame and the number of each face.

    The frames are light lines on dark ones, which can be seen on any background.
    """
    axes.imshow(picture)
    axes.set_axis_off()
    for number, corners in enumerate(frames, start=1):
        axes.add_patch(Polygon(corners, fill=False, edgecolor="black", linewidth=3.5))
        axes.add_patch(Polygon(corners, fill=False, edgecolor=FOR_RGB, linewidth=2))
        x, y = corners[corners[:, 1].argmin()]
        box = {"boxstyle": "round,pad=0.15", "facecolor": FOR_RGB, "edgecolor": "black"}
        axes.annotate(str(number), (x, y), (0, 3), textcoords="offset points", ha="center",
                      va="bottom", fontsize=10, bbox=box)
    axes.set(xlim=(-0.5, picture.shape[1] - 0.5), ylim=(picture.shape[0] - 0.5, -0.5))


def draw_probabilities(axes, explanation):
    """Draw the seven probabilities as bars; the bar of the explained label is darker."""
    colours = [FOR if label == explanation.label else "#9ac7e0" for label in range(len(EMOTIONS))]
    bars = axes.barh(EMOTIONS, explanation.probabilities, color=colours)
    axes.bar_label(bars, fmt="%.2f", padding=2, fontsize=9)
    axes.set(xlim=(0, 1.18), xticks=(0, 0.5, 1), title="probabilities")
    axes.title.set_fontsize(10)
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)


def comparison(face, maps, scores, heading, caption, path):
    """Draw the maps of several methods for one face on one signed scale, their scores below.

    Args:
        face: uint8 (48, 48).
        maps: {method: float (48, 48)}; each is drawn relative to its own largest absolute value.
        scores: {method: an object with deletion_auc and insertion_auc}.
        heading: text above the figure.
        caption: text below the figure.
        path: file to write; its suffix determines the format.
    """
    figure = Figure(figsize=(2 * (len(maps) + 1) + 0.6, 3.9), layout="constrained")
    figure.suptitle(heading, fontsize=12)
    figure.supxlabel(f"{caption}\n{COMPARISON}", fontsize=9, color=NEUTRAL)
    first, *others = figure.subplots(1, len(maps) + 1)
    grey_face(first, face)
    first.set_title("face", fontsize=10)
    for axes, (method, relevance) in zip(others, maps.items(), strict=True):
        image = relative_map(axes, face, relevance)
        score = scores[method]
        axes.set_title(method, fontsize=10)
        axes.set_xlabel(f"deletion {score.deletion_auc:.2f}\ninsertion {score.insertion_auc:.2f}",
                        fontsize=9)
    bar = figure.colorbar(image, ax=others, shrink=0.7, pad=0.01, ticks=(-1, 0, 1))
    bar.ax.set_yticklabels(("against", "0", "for"))
    save(figure, path)


def mistakes(rows, path):
    """Draw wrong predictions, one in each row: the face, and one map for each of the two labels.

    The first map shows what speaks for the predicted label, the second what speaks for the true
    label.

    Args:
        rows: list of (face_lime.Explanation of the predicted label, face_lime.Explanation of the
            true label, heading, caption, the titles of the two maps).
        path: file to write; its suffix determines the format.
    """
    figure = Figure(figsize=(8.6, 3.5 * len(rows)), layout="constrained")
    for part, row in zip(np.atleast_1d(figure.subfigures(len(rows), 1)), rows, strict=True):
        *both, heading, caption, titles = row
        part.suptitle(heading, fontsize=12)
        part.supxlabel(caption, fontsize=9, color=NEUTRAL)
        first, *others = part.subplots(1, 3)
        grey_face(first, both[0].face)
        limit = max(np.abs(explanation.weights).max() for explanation in both)
        for axes, explanation, title in zip(others, both, titles, strict=True):
            image = signed_map(axes, explanation.face, explanation.weight_map(), limit)
            axes.set_title(title, fontsize=10)
        part.colorbar(image, ax=others, shrink=0.8, label="change of the probability")
    save(figure, path)


def average(mean_face, mean_map, shares, areas, regions, title, path):
    """Draw the mean of many explanations of one emotion: faces, maps, and the weight by region.

    Args:
        mean_face: float (48, 48), the mean face from 0 to 255, on which the regions are drawn.
        mean_map: float (48, 48), the mean map of weights.
        shares: {region: share of the positive weight}.
        areas: {region: share of the face's area}.
        regions: {region: (slice of rows, slice of columns)}; shares may have more, such as "rest".
        title: text above the figure.
        path: file to write; its suffix determines the format.
    """
    figure = Figure(figsize=(11, 3.9), layout="constrained")
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
    save(figure, path)


def averages(columns, title, path):
    """Draw the mean faces and mean maps of several emotions side by side, all maps on one scale.

    Args:
        columns: list of (heading, mean face float (48, 48), mean map float (48, 48)).
        title: text above the figure.
        path: file to write; its suffix determines the format.
    """
    figure = Figure(figsize=(2 * len(columns) + 0.8, 4.7), layout="constrained")
    figure.suptitle(title, fontsize=11)
    limit = max(np.abs(mean_map).max() for _, _, mean_map in columns)
    axes = figure.subplots(2, len(columns), squeeze=False)
    for upper, lower, (heading, mean_face, mean_map) in zip(*axes, columns, strict=True):
        grey_face(upper, mean_face)
        upper.set_title(heading, fontsize=10)
        image = signed_map(lower, mean_face, mean_map, limit)
    figure.colorbar(image, ax=axes, shrink=0.6,
                    label="change of the probability: blue for, vermilion against")
    save(figure, path)
