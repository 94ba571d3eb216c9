"""The figures of faces and explanations, drawn from arrays: a function per figure, each writes one file.

No pyplot: a Figure of its own leaves nothing open.
"""
import textwrap

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle
from skimage.color import gray2rgb
from skimage.morphology import isotropic_dilation, isotropic_erosion

from fer2013 import EMOTIONS
from figures.style import (
    AGAINST_RGB,
    FOR,
    FOR_RGB,
    NEUTRAL,
    TINTS,
    grey_face,
    relative_map,
    save,
    signed_map,
)

ZOOM = 12  # drawn pixels per face pixel, so that a boundary does not cover the pixels that it separates
COMPARISON = ("Deletion and insertion: area under the curve of the label's probability while superpixels are blurred "
              "(the less, the better)\nor shown (the more, the better) in the order of the map. "
              "Each map is drawn relative to its own largest value.")
WIDEST = 5.0  # drawn pixels to each side of an outline, for the strongest weight of a figure
TINT = 0.7  # share of the colour in the tint, for the same
LINE, PANEL = 0.17, 2.75  # inches: a line of a caption; a row of panels with its heading and titles
PANELS = ("face", "speaks for it", "boundaries: for", "boundaries: against")


def explanations(rows, path):
    """The four panels of LIME, a row per explanation.

    Args:
        rows: list of (face_lime.Explanation, heading, caption); the texts stand above and below the row.
        path: file to write; its suffix chooses the format.
    """
    captions = [textwrap.fill(caption, 150, replace_whitespace=False) for *_, caption in rows]
    heights = list(map(row_height, captions))
    figure = Figure(figsize=(10.6, sum(heights)), layout="constrained")
    parts = np.atleast_1d(figure.subfigures(len(rows), 1, height_ratios=heights))
    limit = strongest_weight([explanation for explanation, *_ in rows])
    for part, (explanation, heading, _), caption in zip(parts, rows, captions, strict=True):
        part.suptitle(heading, fontsize=12)
        part.supxlabel(caption, fontsize=9, color=NEUTRAL)
        four = part.subplots(1, 4)
        draw_panels(four, explanation, limit)
        draw_scale(part, four, limit)
    save(figure, path)


def row_height(caption):
    """Inches of a row whose caption has this many lines: the panels keep their size below a long one."""
    return PANEL + LINE * len(caption.splitlines())


def strongest_weight(explanations):
    """The largest absolute weight: the one scale of a figure's outlines, tints and colour bars."""
    return max([np.abs(explanation.weights).max() for explanation in explanations] + [1e-6])


def draw_panels(four, explanation, limit):
    """The four panels on as many axes, each below its title."""
    for axes, title, panel in zip(four, PANELS, panels(explanation, limit), strict=True):
        axes.imshow(panel, interpolation="nearest")
        axes.set_title(title, fontsize=10)
        axes.set_axis_off()


def draw_scale(part, axes, limit):
    """The colour bar of outlines and tints."""
    bar = part.colorbar(ScalarMappable(Normalize(-limit, limit), TINTS), ax=axes, shrink=0.8, pad=0.01)
    bar.set_ticks((-limit, 0, limit), labels=(f"{-limit:.2g}", "0", f"{limit:.2g}"), fontsize=8)
    bar.set_label("change of the probability", fontsize=8)


def panels(explanation, limit=None):
    """The four pictures of one explanation: float (48 * ZOOM, 48 * ZOOM, 3) from 0 to 1.

    Args:
        explanation: a face_lime.Explanation.
        limit: the weight that is drawn strongest; the explanation's own strongest if None.
    """
    grey = enlarge(gray2rgb(explanation.face / 255))  # (48 * ZOOM, 48 * ZOOM, 3)
    segments = enlarge(explanation.segments)  # (48 * ZOOM, 48 * ZOOM)
    strength = np.abs(explanation.weights) / (limit or strongest_weight([explanation]))  # from 0 to 1
    speaks_for, speaks_against = explanation.strongest(1), explanation.strongest(-1)
    return (
        grey,
        only(grey, segments, speaks_for, strength),
        outlined(grey, segments, speaks_for, strength, FOR_RGB),
        outlined(grey, segments, speaks_against, strength, AGAINST_RGB),
    )


def enlarge(image):
    return image.repeat(ZOOM, axis=0).repeat(ZOOM, axis=1)


def only(grey, segments, chosen, strength):
    """The chosen superpixels, tinted by their strength; the rest faded to near white."""
    shown = np.isin(segments, chosen)[..., None]
    tint = TINT * strength[segments][..., None]
    return np.where(shown, (1 - tint) * grey + tint * np.array(FOR_RGB), 0.15 * grey + 0.85)


def outlined(grey, segments, chosen, strength, colour):
    """The face with a line around each chosen superpixel, the wider and fuller the stronger it is."""
    picture = grey
    for superpixel in sorted(chosen, key=lambda superpixel: strength[superpixel]):
        area, width = segments == superpixel, max(1, WIDEST * strength[superpixel])
        line = isotropic_dilation(area, width) & ~isotropic_erosion(area, width)
        opacity = line[..., None] * np.sqrt(strength[superpixel])  # thin lines need more of it to be seen
        picture = (1 - opacity) * picture + opacity * np.array(colour)
    return picture


def photograph(picture, frames, rows, summary, path):
    """A photo with its faces framed and numbered, and for each the probabilities and the four panels of LIME.

    Args:
        picture: uint8 (height, width, 3).
        frames: for each face float (4, 2), x and y of its corners in the picture, from its own top left clockwise.
        rows: list of (face_lime.Explanation, heading, caption).
        summary: text above the photo.
        path: file to write; its suffix chooses the format.
    """
    captions = [textwrap.fill(caption, 170, replace_whitespace=False) for *_, caption in rows]
    heights = [4.2, *map(row_height, captions)]
    figure = Figure(figsize=(12.5, sum(heights)), layout="constrained")
    top, *parts = figure.subfigures(len(heights), 1, height_ratios=heights)
    top.suptitle(summary, fontsize=12)
    draw_frames(top.subplots(), picture, frames)
    limit = strongest_weight([explanation for explanation, *_ in rows])
    for part, (explanation, heading, _), caption in zip(parts, rows, captions, strict=True):
        part.suptitle(heading, fontsize=12)
        part.supxlabel(caption, fontsize=9, color=NEUTRAL)
        bars, *four = part.subplots(1, 5, width_ratios=(1.3, 1, 1, 1, 1))
        draw_probabilities(bars, explanation)
        draw_panels(four, explanation, limit)
        draw_scale(part, four, limit)
    save(figure, path)


def draw_frames(axes, picture, frames):
    """The picture with each frame as a line, light on dark so that it shows on any ground, and its number."""
    axes.imshow(picture)
    axes.set_axis_off()
    for number, corners in enumerate(frames, start=1):
        axes.add_patch(Polygon(corners, fill=False, edgecolor="black", linewidth=3.5))
        axes.add_patch(Polygon(corners, fill=False, edgecolor=FOR_RGB, linewidth=2))
        x, y = corners[corners[:, 1].argmin()]
        axes.annotate(str(number), (x, y), (0, 3), textcoords="offset points", ha="center", va="bottom", fontsize=10,
                      bbox={"boxstyle": "round,pad=0.15", "facecolor": FOR_RGB, "edgecolor": "black"})
    axes.set(xlim=(-0.5, picture.shape[1] - 0.5), ylim=(picture.shape[0] - 0.5, -0.5))


def draw_probabilities(axes, explanation):
    """The network's answer as bars with their values, the explained label's darker."""
    colours = [FOR if label == explanation.label else "#9ac7e0" for label in range(len(EMOTIONS))]
    bars = axes.barh(EMOTIONS, explanation.probabilities, color=colours)
    axes.bar_label(bars, fmt="%.2f", padding=2, fontsize=9)
    axes.set(xlim=(0, 1.18), xticks=(0, 0.5, 1), title="probabilities")
    axes.title.set_fontsize(10)
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)


def comparison(face, maps, scores, heading, caption, path):
    """One face as several methods explain it, their maps on one signed scale, their scores below.

    Args:
        face: uint8 (48, 48).
        maps: {method: float (48, 48)}; each is drawn relative to its own largest absolute value.
        scores: {method: its deletion_auc and insertion_auc}, below its map.
        heading, caption: texts above and below the figure.
        path: file to write; its suffix chooses the format.
    """
    figure = Figure(figsize=(2 * (len(maps) + 1) + 0.6, 3.9), layout="constrained")
    figure.suptitle(heading, fontsize=12)
    figure.supxlabel(f"{caption}\n{COMPARISON}", fontsize=9, color=NEUTRAL)
    first, *others = figure.subplots(1, len(maps) + 1)
    grey_face(first, face)
    first.set_title("face", fontsize=10)
    for axes, (method, relevance) in zip(others, maps.items(), strict=True):
        image = relative_map(axes, face, relevance)
        axes.set_title(method, fontsize=10)
        axes.set_xlabel(f"deletion {scores[method].deletion_auc:.2f}\ninsertion {scores[method].insertion_auc:.2f}",
                        fontsize=9)
    bar = figure.colorbar(image, ax=others, shrink=0.7, pad=0.01, ticks=(-1, 0, 1))
    bar.ax.set_yticklabels(("against", "0", "for"))
    save(figure, path)


def mistakes(rows, path):
    """Wrong predictions, a row each: the face, what speaks for the predicted label, what for the true one.

    Args:
        rows: list of (Explanation of the predicted label, Explanation of the true one, heading, caption, two titles).
        path: file to write.
    """
    figure = Figure(figsize=(8.6, 3.5 * len(rows)), layout="constrained")
    for part, row in zip(np.atleast_1d(figure.subfigures(len(rows), 1)), rows, strict=True):
        *explanations, heading, caption, titles = row
        part.suptitle(heading, fontsize=12)
        part.supxlabel(caption, fontsize=9, color=NEUTRAL)
        first, *others = part.subplots(1, 3)
        grey_face(first, explanations[0].face)
        limit = max(np.abs(explanation.weights).max() for explanation in explanations)
        for axes, explanation, title in zip(others, explanations, titles, strict=True):
            image = signed_map(axes, explanation.face, explanation.weight_map(), limit)
            axes.set_title(title, fontsize=10)
        part.colorbar(image, ax=others, shrink=0.8, label="change of the probability")
    save(figure, path)


def average(mean_face, mean_map, shares, areas, regions, title, path):
    """The mean of many explanations of one emotion: mean face with the regions, mean map, weight by region.

    Args:
        mean_face, mean_map: float (48, 48).
        shares, areas: {region: share of the positive weight}, {region: share of the face}.
        regions: {region: (slice of rows, slice of columns)}; shares may have more, as "rest".
        title: text above.
        path: file to write.
    """
    figure = Figure(figsize=(11, 3.9), layout="constrained")
    figure.suptitle(title, fontsize=11)
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1.15, 1.2))
    grey_face(left, mean_face)
    left.set_title("mean face, regions", fontsize=10)
    for region, (rows, columns) in regions.items():
        left.add_patch(Rectangle((columns.start - 0.5, rows.start - 0.5), columns.stop - columns.start,
                                 rows.stop - rows.start, fill=False, color=FOR_RGB, linewidth=1.5))
        left.text(columns.start, rows.start, region, color="white", fontsize=8, verticalalignment="top")
    image = signed_map(middle, mean_face, mean_map, np.abs(mean_map).max())
    middle.set_title("mean weight, blue for, vermilion against", fontsize=10)
    figure.colorbar(image, ax=middle, shrink=0.85, label="change of the probability")
    places = np.arange(len(shares))
    right.barh(places - 0.2, list(shares.values()), 0.4, color=FOR, label="of the positive weight")
    right.barh(places + 0.2, [areas[region] for region in shares], 0.4, color="#BBBBBB", label="of the face's area")
    right.set(yticks=places, yticklabels=shares, xlabel="share", title="where the positive weight lies")
    right.title.set_fontsize(10)
    right.invert_yaxis()
    right.legend(fontsize=8)
    save(figure, path)


def averages(columns, title, path):
    """The mean faces and mean maps of several emotions side by side, all maps on one scale.

    Args:
        columns: list of (heading, mean face float (48, 48), mean map float (48, 48)).
        title: text above.
        path: file to write.
    """
    figure = Figure(figsize=(2 * len(columns) + 0.8, 4.7), layout="constrained")
    figure.suptitle(title, fontsize=11)
    limit = max(np.abs(mean_map).max() for _, _, mean_map in columns)
    axes = figure.subplots(2, len(columns), squeeze=False)
    for upper, lower, (heading, mean_face, mean_map) in zip(*axes, columns, strict=True):
        grey_face(upper, mean_face)
        upper.set_title(heading, fontsize=10)
        image = signed_map(lower, mean_face, mean_map, limit)
    figure.colorbar(image, ax=axes, shrink=0.6, label="change of the probability: blue for, vermilion against")
    save(figure, path)
