"""The figure of a photograph with its faces framed, and an explanation of each face."""
import numpy as np
from matplotlib.patches import Polygon
from matplotlib.patheffects import withStroke

from fer2013 import EMOTIONS
from figures.explanations import PANELS, draw_panels, strongest_weight
from figures.style import AGAINST, FOR, PALE, bars, stacked

WIDTH, TALLEST = 12, 7.5  # inches: the figure; the photograph at most
NUMBER = 0.25  # inches, the number of a face


def photograph(picture, frames, rows, title):
    """Draw a photograph with its faces framed and numbered, and an explanation of each face.

    Each face has a row of the seven probabilities and the four panels of LIME.

    Args:
        picture: uint8 (height, width, 3), the photograph.
        frames: for each face float (4, 2), x and y of its corners in the photograph, clockwise from
            the face's own top left.
        rows: for each face (Explanation, title, small print).
        title: text above the photograph.
    """
    height = min(TALLEST, WIDTH * picture.shape[0] / picture.shape[1])
    figure, [top, *parts] = stacked(
        WIDTH, [(title, "", height), *((title, note, PANELS) for _, title, note in rows)])
    draw_frames(top.subplots(), picture, frames, height)
    limit = strongest_weight([explanation for explanation, *_ in rows])
    for part, (explanation, *_) in zip(parts, rows, strict=True):
        first, *four = part.subplots(1, 5, width_ratios=(0.9, 1, 1, 1, 1))
        draw_probabilities(first, explanation)
        draw_panels(part, four, explanation, limit)
    return figure


def draw_frames(axes, picture, frames, inches):
    """Draw the photograph, `inches` high, with the frame and the number of each face.

    The frames are lines on white ones, which can be seen on any background.
    """
    axes.imshow(picture)
    axes.set_axis_off()
    height, width = picture.shape[:2]
    margin = NUMBER * height / inches
    for number, corners in enumerate(frames, start=1):
        axes.add_patch(Polygon(corners, fill=False, edgecolor=FOR, linewidth=2,
                               path_effects=[withStroke(linewidth=4, foreground="white")]))
        x, y = np.clip(corners[corners[:, 1].argmin()], margin, (width - margin, height))
        box = {"boxstyle": "round,pad=0.15", "facecolor": FOR, "edgecolor": "white"}
        axes.annotate(str(number), (x, y), (0, 3), textcoords="offset points", ha="center",
                      va="bottom", fontsize=11, color="white", bbox=box)
    axes.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))


def draw_probabilities(axes, explanation):
    """Draw the seven probabilities as bars: the explained label blue, one it is compared with."""
    colours = [PALE] * len(EMOTIONS)
    colours[explanation.rather_than] = PALE if explanation.rather_than < 0 else AGAINST
    colours[explanation.label] = FOR
    bars(axes, EMOTIONS, explanation.probabilities, "probabilities", colours)
    axes.set_xlim(0, 1.25)
