"""Figures of explanations: of faces, of a photograph, of all emotions, of pairs of superpixels."""
import numpy as np
from matplotlib.patches import Polygon
from matplotlib.patheffects import withStroke

from fer2013 import EMOTIONS
from figures import style
from figures.style import AGAINST, FOR, show, stacked

WIDTH, PANELS = 8, 2.1  # inches: a figure; the height of a row of panels with their titles
MEANING_OF_PAIRS = ("blue: together they add more than one by one; "
                    "orange: less, as one can partly replace the other")
LEAST = 0.01  # a point of probability: what contributes less against a label is not marked
NUMBERED = 3  # superpixels of a panel whose weights are written on them
ROOM = 9, 4  # columns and rows of a face that a number takes
TALLEST, BADGE = 5.5, 0.25  # inches: a photograph at most; the number of a face on it


def explanations(rows):
    """Draw the four panels of LIME for each explanation, all on one scale.

    face | superpixels that contribute to the label | their boundaries | boundaries of those that
    contribute against it

    Args:
        rows: list of (Explanation, title, note).
    """
    figure, parts = stacked(WIDTH, [(title, note, PANELS) for _, title, note in rows])
    draw_rows(parts, rows)
    return figure


def photograph(picture, frames, rows, title):
    """Draw a photograph with its faces framed and numbered, and the four panels of each face.

    Args:
        picture: uint8 (height, width, 3).
        frames: for each face float (4, 2), x and y of its corners, clockwise.
        rows: for each face (Explanation, title, note).
    """
    height = min(TALLEST, WIDTH * picture.shape[0] / picture.shape[1])
    figure, [top, *parts] = stacked(
        WIDTH, [(title, "", height), *((title, note, PANELS) for _, title, note in rows)])
    draw_frames(top.subplots(), picture, frames, BADGE * picture.shape[0] / height)
    draw_rows(parts, rows)
    return figure


def draw_frames(axes, picture, frames, badge):
    """Draw the photograph with the frame of each face and its number, `badge` pixels large."""
    axes.imshow(picture)
    axes.set_axis_off()
    height, width = picture.shape[:2]
    for number, corners in enumerate(frames, start=1):
        axes.add_patch(Polygon(corners, fill=False, edgecolor=FOR, linewidth=2, path_effects=[
            withStroke(linewidth=4, foreground="white")]))  # it is seen on any background
        x, y = np.clip(corners[corners[:, 1].argmin()], badge, (width - badge, height - badge / 4))
        box = {"boxstyle": "round,pad=0.15", "facecolor": FOR, "edgecolor": "white"}
        axes.text(x, y, number, color="white", bbox=box, ha="center", va="bottom")
    axes.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))


def sheet(found, title, note=""):
    """Draw all weights of several Explanations of one face on one scale, beside the face."""
    figure, part, axes = style.panels(len(found) + 1, 4, (WIDTH / 4, PANELS), title, note)
    first, *others = axes
    limit = strongest_weight(found)
    show(first, found[0].face, "face")
    predicted = found[0].probabilities.argmax()
    for panel, explanation in zip(others, found, strict=False):
        draw_map(panel, explanation, limit)
        panel.set_title(f"{EMOTIONS[explanation.label]}, {style.percent(explanation.probability)}",
                        weight="bold" if explanation.label == predicted else "normal", fontsize=9)
        write_numbers(panel, explanation, np.r_[marked(explanation, 1), marked(explanation, -1)])
    style.weight_bar(part, axes, limit)
    return figure


def pairs(explanation, found, names, title):
    """Draw what two superpixels add together beyond their sum, a face for each pair.

    Args:
        explanation: an Explanation.
        found: list of (superpixel, superpixel, what they add together), the strongest first.
        names: list of str, what each superpixel is called.
    """
    figure, part, axes = style.panels(
        len(found), 4, (WIDTH / 4, PANELS + 0.4), title, MEANING_OF_PAIRS)
    limit = max([abs(together) for *_, together in found] + [1e-6])
    for panel, (first, second, together) in zip(axes, found, strict=False):
        both = np.isin(explanation.segments, (first, second))
        colour = FOR if together > 0 else AGAINST
        show(panel, style.tinted(explanation.face, together * both, limit, both))
        for each in (first, second):
            style.outline(panel, explanation.segments == each, colour)
        points = f"{100 * together:+.1f} points".replace("-", "−")
        panel.set_title(points, fontsize=10, weight="bold", color=colour)
        panel.set_xlabel(f"{names[first]} +\n{names[second]}", fontsize=9)
    style.colour_bar(part, axes, 100 * limit, "points of probability beyond their sum")
    return figure


def draw_rows(parts, rows):
    """Draw the four panels on a SubFigure for each row."""
    limit = strongest_weight([explanation for explanation, *_ in rows])
    for part, (explanation, *_) in zip(parts, rows, strict=True):
        four = part.subplots(1, 4)
        draw_panels(four, explanation, limit)
        style.weight_bar(part, four, limit, explanation.rather_than >= 0)


def draw_panels(four, explanation, limit):
    face, tints, boundaries, against = four
    to, contrary = marked(explanation, 1), marked(explanation, -1)
    label = EMOTIONS[explanation.label]
    show(face, explanation.face, "face")
    draw_map(tints, explanation, limit, to)
    write_numbers(tints, explanation, to)
    tints.set_title(f"contributes to {label}", color=FOR, fontsize=9)
    draw_boundaries(boundaries, explanation, to)
    boundaries.set_title("their boundaries", color=FOR, fontsize=9)
    draw_boundaries(against, explanation, contrary)
    write_numbers(against, explanation, contrary)
    against.set_title(f"contributes against {label}", color=AGAINST, fontsize=9)


def marked(explanation, sign):
    """The strongest superpixels of a sign, 1 or -1; those of 1 are what the verdict hides."""
    found = explanation.strongest(sign)
    return found if sign > 0 else found[explanation.weights[found] <= -LEAST]


def strongest_weight(found):
    """The largest absolute weight, which sets the one scale of a figure."""
    return max([np.abs(explanation.weights).max() for explanation in found] + [1e-6])


def draw_map(axes, explanation, limit, parts=None):
    """Draw the weights of some superpixels, or of all, as colours."""
    where = True if parts is None else np.isin(explanation.segments, parts)
    show(axes, style.tinted(explanation.face, explanation.weight_map(), limit, where))


def draw_boundaries(axes, explanation, parts):
    show(axes, explanation.face)
    for part in parts:
        colour = FOR if explanation.weights[part] > 0 else AGAINST
        style.outline(axes, explanation.segments == part, colour)
    if not len(parts):
        write(axes, 24, 43, "nothing above 1 point")


def write_numbers(axes, explanation, parts):
    """Write the weights of the strongest superpixels on them, where one does not cover another."""
    weights, log_odds = explanation.weights, explanation.rather_than >= 0
    written = []
    for part in sorted(parts, key=lambda part: -abs(weights[part]))[:NUMBERED]:
        row, column = np.clip(style.deepest(explanation.segments == part), 4, 43)
        if abs(weights[part]) >= LEAST and not any(
                abs(column - x) < ROOM[0] and abs(row - y) < ROOM[1] for x, y in written):
            text = f"{weights[part]:+.1f}" if log_odds else f"{100 * weights[part]:+.0f}"
            write(axes, column, row, text.replace("-", "−"))
            written.append((column, row))


def write(axes, column, row, text):
    axes.text(column, row, text, ha="center", va="center", fontsize=10, weight="bold",
              path_effects=[withStroke(linewidth=3, foreground="white")])
