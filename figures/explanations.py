"""Figures of explanations, drawn from Explanation: the four panels, and a sheet of emotions.

They do without pyplot, which would keep every figure open.
"""
import numpy as np
from matplotlib.patheffects import withStroke

from fer2013 import EMOTIONS
from figures import style
from figures.style import AGAINST, FOR, show, stacked

WIDTH, PANELS = 10, 2.6  # inches: a figure; the height of a row of panels with their titles
LEAST = 0.01  # a point of probability: what contributes less against a label is not marked
NUMBERED = 3  # superpixels of a panel whose weights are written on them
ROOM = 9, 4  # columns and rows of a face that a number takes
INSIDE = (2, 4), (45, 43)  # rows and columns of its middle, at least and at most


def explanations(rows):
    """Draw the four panels of LIME for each explanation, all on one scale.

    face | superpixels that contribute to the label | their boundaries | boundaries of those that
    contribute against it

    Args:
        rows: list of (Explanation, title, small print): a sentence above, and a line below.
    """
    figure, parts = stacked(WIDTH, [(title, note, PANELS) for _, title, note in rows])
    limit = strongest_weight([explanation for explanation, *_ in rows])
    for part, (explanation, *_) in zip(parts, rows, strict=True):
        draw_panels(part, part.subplots(1, 4), explanation, limit)
    return figure


def sheet(found, title, note=""):
    """Draw all weights of several labels of one face on one scale, beside the face.

    Args:
        found: list of Explanation of the same face.
        title: a sentence above.
        note: small print below.
    """
    figure, part, axes = style.panels(len(found) + 1, 4, (WIDTH / 4, PANELS), title, note)
    first, *others = axes
    limit = strongest_weight(found)
    show(first, found[0].face, "face")
    predicted = found[0].probabilities.argmax()
    for panel, explanation in zip(others, found, strict=False):
        draw_map(panel, explanation, limit)
        panel.set_title(f"{EMOTIONS[explanation.label]}, {style.percent(explanation.probability)}",
                        weight="bold" if explanation.label == predicted else "normal", fontsize=11)
        write_numbers(panel, explanation, np.r_[marked(explanation, 1), marked(explanation, -1)])
    draw_scale(part, axes, limit, found[0])
    return figure


def draw_panels(part, four, explanation, limit):
    """Draw the four panels of an explanation on four axes of a figure, and their scale."""
    face, tints, boundaries, against = four
    to, contrary = marked(explanation, 1), marked(explanation, -1)
    label = EMOTIONS[explanation.label]
    show(face, explanation.face, "face")
    draw_map(tints, explanation, limit, to)
    write_numbers(tints, explanation, to)
    tints.set_title(f"contributes to {label}", color=FOR, fontsize=10)
    draw_boundaries(boundaries, explanation, to)
    boundaries.set_title("its boundaries", color=FOR, fontsize=10)
    draw_boundaries(against, explanation, contrary)
    write_numbers(against, explanation, contrary)
    against.set_title(f"contributes against {label}", color=AGAINST, fontsize=10)
    draw_scale(part, four, limit, explanation)


def marked(explanation, sign):
    """The superpixels that are marked: the strongest of a sign, 1 or -1.

    Those that contribute to the label are the ones that the texts hide, however weak they are.
    """
    found = explanation.strongest(sign)
    return found if sign > 0 else found[explanation.weights[found] <= -LEAST]


def strongest_weight(found):
    """The largest absolute weight, which sets the one scale of a figure."""
    return max([np.abs(explanation.weights).max() for explanation in found] + [1e-6])


def draw_map(axes, explanation, limit, parts=None):
    """Draw the weights of some superpixels, or of all, as colours on the face."""
    where = True if parts is None else np.isin(explanation.segments, parts)
    show(axes, style.tinted(explanation.face, explanation.weight_map(), limit, where))


def draw_boundaries(axes, explanation, parts):
    """Draw the boundaries of superpixels on the face."""
    show(axes, explanation.face)
    for part in parts:
        colour = FOR if explanation.weights[part] > 0 else AGAINST
        style.outline(axes, explanation.segments == part, colour)
    if not len(parts):
        write(axes, 24, 43, "nothing above 1 point")


def write_numbers(axes, explanation, parts):
    """Write the weights of the strongest superpixels on them, where one does not cover another."""
    strongest = sorted(parts, key=lambda part: -abs(explanation.weights[part]))[:NUMBERED]
    written = []
    for part in strongest:
        row, column = np.clip(style.deepest(explanation.segments == part), *INSIDE)
        if abs(explanation.weights[part]) >= LEAST and not any(
                abs(column - x) < ROOM[0] and abs(row - y) < ROOM[1] for x, y in written):
            factor, unit = style.unit(explanation.rather_than >= 0)
            weight = factor * explanation.weights[part]
            text = f"{weight:+.1f}" if unit == "log-odds" else f"{weight:+.0f}"
            write(axes, column, row, text.replace("-", "−"))
            written.append((column, row))


def write(axes, column, row, text):
    """Write a text that is seen on any face."""
    axes.text(column, row, text, ha="center", va="center", fontsize=12, weight="bold",
              path_effects=[withStroke(linewidth=3, foreground="white")])


def draw_scale(part, axes, limit, explanation):
    """Draw the colour bar, in the unit of the explanation."""
    factor, unit = style.unit(explanation.rather_than >= 0)
    style.colour_bar(part, axes, factor * limit, unit)
