"""Figures of faces and explanations, drawn from arrays: each function returns one.

They do without pyplot, which would keep every figure open.
"""
import textwrap

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
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
    signed_map,
)

ZOOM = 12  # drawn pixels per face pixel: a boundary must not cover the pixels that it separates
COMPARISON = (
    "Deletion and insertion: area under the curve of the label's probability while superpixels are "
    "blurred (the less, the better)\nor shown (the more, the better) in the order of the map. Each "
    "map is drawn relative to its own largest value.")
WIDEST = 5.0  # drawn pixels to each side of an outline, for the strongest weight of a figure
COLUMNS = 7  # of a comparison, the face included; more methods go into a second row
TINT = 0.7  # share of the colour in the tint, for the same
LINE, PANEL = 0.17, 2.75  # inches: a line of a caption; a row of panels with heading and titles
PICTURE, NUMBER = (12.2, 3.7), 0.25  # inches: the photograph at most; the number of a face
PANELS = ("face", "speaks for it", "boundaries: for", "boundaries: against")


def explanations(rows):
    """Draw the four panels of LIME, one row for each explanation.

    Args:
        rows: list of (lime.Explanation, heading, caption); the texts are drawn above and
            below the row.
    """
    captions = [wrapped(caption, 150) for *_, caption in rows]
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
    return figure


def wrapped(caption, width):
    """The caption with no line longer than `width` characters."""
    return "\n".join(textwrap.fill(line, width) for line in caption.splitlines())


def row_height(caption):
    """Inches of a row: the panels keep their size, however many lines the caption has."""
    return PANEL + LINE * len(caption.splitlines())


def strongest_weight(found):
    """The largest absolute weight, which sets the one scale of a figure."""
    return max([np.abs(explanation.weights).max() for explanation in found] + [1e-6])


def draw_panels(four, explanation, limit):
    """Draw the four panels of an explanation on four axes, with their titles."""
    for axes, title, panel in zip(four, PANELS, panels(explanation, limit), strict=True):
        axes.imshow(panel, interpolation="nearest")
        axes.set_title(title, fontsize=10)
        axes.set_axis_off()


def draw_scale(part, axes, limit):
    """Draw the colour bar of outlines and tints."""
    bar = part.colorbar(ScalarMappable(Normalize(-limit, limit), TINTS), ax=axes, shrink=0.8,
                        pad=0.01)
    bar.set_ticks((-limit, 0, limit), labels=(f"{-limit:.2g}", "0", f"{limit:.2g}"), fontsize=8)
    bar.set_label("change of the probability", fontsize=8)


def panels(explanation, limit=None):
    """The four pictures of an explanation, each float (48 * ZOOM, 48 * ZOOM, 3) from 0 to 1.

    Args:
        explanation: a lime.Explanation.
        limit: the weight that is drawn strongest; None for the explanation's own strongest.
    """
    speaks_for, speaks_against = explanation.strongest(1), explanation.strongest(-1)
    limit = limit or strongest_weight([explanation])
    strength = np.sqrt(np.abs(explanation.weights) / limit)  # see style.TINTS
    grey = enlarge(gray2rgb(explanation.face / 255))  # (48 * ZOOM, 48 * ZOOM, 3)
    segments = enlarge(explanation.segments)  # (48 * ZOOM, 48 * ZOOM)
    return (
        grey,
        only(grey, segments, speaks_for, strength),
        outlined(grey, segments, speaks_for, strength, FOR_RGB),
        outlined(grey, segments, speaks_against, strength, AGAINST_RGB),
    )


def enlarge(image):
    return image.repeat(ZOOM, axis=0).repeat(ZOOM, axis=1)


def only(grey, segments, chosen, strength):
    """The face with its chosen superpixels tinted by their strength and the others faded.

    They fade to near white, not black, so that the panel is never dark.
    """
    shown = np.isin(segments, chosen)[..., None]
    tint = TINT * strength[segments][..., None]
    tinted = (1 - tint) * grey + tint * np.array(FOR_RGB)
    return np.where(shown, tinted, 0.15 * grey + 0.85)


def outlined(grey, segments, chosen, strength, colour):
    """The face with a line around each chosen superpixel, wider and fuller if it is stronger."""
    picture = grey
    for superpixel in sorted(chosen, key=lambda superpixel: strength[superpixel]):
        area, width = segments == superpixel, max(1, WIDEST * strength[superpixel])
        line = isotropic_dilation(area, width) & ~isotropic_erosion(area, width)
        opacity = line[..., None] * np.sqrt(strength[superpixel])  # thin lines need more of it
        picture = (1 - opacity) * picture + opacity * np.array(colour)
    return picture


def photograph(picture, frames, rows, summary):
    """Draw a photograph with its faces framed and numbered, and an explanation of each face.

    Each face has a row of the seven probabilities and the four panels of LIME.

    Args:
        picture: uint8 (height, width, 3), the photograph.
        frames: for each face float (4, 2), x and y of its corners in the photograph, clockwise from
            the face's own top left.
        rows: for each face (lime.Explanation, heading, caption).
        summary: text above the photograph.
    """
    captions = [wrapped(caption, 170) for *_, caption in rows]
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
    return figure


def draw_frames(axes, picture, frames):
    """Draw the photograph with the frame and the number of each face.

    The frames are light lines on dark ones, which can be seen on any background.
    """
    axes.imshow(picture)
    axes.set_axis_off()
    height, width = picture.shape[:2]
    margin = NUMBER * max(width / PICTURE[0], height / PICTURE[1])
    for number, corners in enumerate(frames, start=1):
        axes.add_patch(Polygon(corners, fill=False, edgecolor="black", linewidth=3.5))
        axes.add_patch(Polygon(corners, fill=False, edgecolor=FOR_RGB, linewidth=2))
        x, y = np.clip(corners[corners[:, 1].argmin()], margin, (width - margin, height))
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


def comparison(face, maps, scores, heading, caption):
    """Draw the maps of several methods for one face on one signed scale, their scores below.

    There are two rows if one had more than COLUMNS panels.

    Args:
        face: uint8 (48, 48).
        maps: {method: float (48, 48)}; each is drawn relative to its own largest absolute value.
        scores: {method: an object with deletion_auc and insertion_auc}.
        heading: text above the figure.
        caption: text below the figure.
    """
    panels = len(maps) + 1
    rows = 1 if panels <= COLUMNS else 2
    columns = -(-panels // rows)
    width = 2 * columns + 0.6
    below = f"{wrapped(caption, int(13 * width))}\n{wrapped(COMPARISON, int(13 * width))}"
    height = 0.4 + 2.7 * rows + LINE * len(below.splitlines())
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.suptitle(heading, fontsize=12)
    figure.supxlabel(below, fontsize=9, color=NEUTRAL)
    first, *others = figure.subplots(rows, columns, squeeze=False).ravel()
    for empty in others[len(maps):]:
        empty.set_axis_off()
    grey_face(first, face)
    first.set_title("face", fontsize=10)
    for axes, (method, relevance) in zip(others, maps.items(), strict=False):
        image = relative_map(axes, face, relevance)
        score = scores[method]
        axes.set_title(method, fontsize=10)
        axes.set_xlabel(f"deletion {score.deletion_auc:.2f}\ninsertion {score.insertion_auc:.2f}",
                        fontsize=9)
    bar = figure.colorbar(image, ax=others, shrink=0.7, pad=0.01, ticks=(-1, 0, 1))
    bar.ax.set_yticklabels(("against", "0", "for"))
    return figure


def mistakes(rows):
    """Draw wrong predictions, one in each row: the probabilities, the face, and one map.

    The map shows what speaks for the predicted label rather than for the true one; on the face the
    strongest of it is outlined.

    Args:
        rows: list of (lime.Explanation of the two labels, heading, caption).
    """
    captions = [wrapped(caption, 130) for *_, caption in rows]
    heights = [0.45 + row_height(caption) for caption in captions]
    figure = Figure(figsize=(9.4, sum(heights)), layout="constrained")
    parts = np.atleast_1d(figure.subfigures(len(rows), 1, height_ratios=heights))
    for part, (explanation, heading, _), caption in zip(parts, rows, captions, strict=True):
        part.suptitle(heading, fontsize=12)
        part.supxlabel(caption, fontsize=9, color=NEUTRAL)
        bars, first, second = part.subplots(1, 3, width_ratios=(1.1, 1, 1.15))
        draw_probabilities(bars, explanation)
        first.imshow(panels(explanation)[2], interpolation="nearest")
        first.set(xticks=[], yticks=[])
        first.set_title("boundaries: for", fontsize=10)
        limit = strongest_weight([explanation])
        image = signed_map(second, explanation.face, explanation.weight_map(), limit)
        label, true = (EMOTIONS[each] for each in explanation.explained)
        second.set_title(f"blue: {label}; vermilion: {true}", fontsize=10)
        part.colorbar(image, ax=second, shrink=0.8, label="change of the log-odds")
    return figure
