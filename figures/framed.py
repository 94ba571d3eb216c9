"""The figure of a photograph with its faces framed, and an explanation of each face."""
import numpy as np
from matplotlib.patches import Polygon
from matplotlib.patheffects import withStroke

from figures.explanations import PANELS, WIDTH, draw_rows
from figures.style import FOR, stacked

TALLEST = 5.5  # inches, a photograph at most
NUMBER = 0.25  # inches, the number of a face


def photograph(picture, frames, rows, title):
    """Draw a photograph with its faces framed and numbered, and the four panels of each face.

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
    draw_rows(parts, rows)
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
