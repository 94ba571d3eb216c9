"""One style for every figure: two colours, maps on one signed scale, and how a figure is written.

Blue contributes to a label and orange against it: colour-blind readers can tell them apart (Okabe
& Ito 2008). Figures do without pyplot, which would keep every one open.
"""
import json
import math
import pathlib
import textwrap
import warnings

import matplotlib
import numpy as np
from matplotlib import font_manager
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from scipy.ndimage import distance_transform_edt, gaussian_filter

from base import files

FOR, AGAINST = "#0072B2", "#D55E00"  # in texts: blue and orange
NEUTRAL, PALE = "#555555", "#BBBBBB"
SIGNED = LinearSegmentedColormap.from_list("signed", (AGAINST, "#F2F2F2", FOR))  # for -1, 0 and 1
DPI = 150
RELIEF, SMOOTH = 0.7, 1.2  # contrast of details under a map; pixels, to tell them from skin
FONTS = (  # each glyph comes from the first one that has it: Latin, then Chinese, Japanese, Korean
    "DejaVu Sans", "Noto Sans CJK JP", "Microsoft YaHei", "Malgun Gothic", "Hiragino Sans")


def tinted(face, values, limit, where=True):
    """A face whose colours say the values alone: RGB, float (48, 48, 3) from 0 to 1.

    Of the face only the details are kept, not how dark the skin is: equal values come out alike.

    Args:
        face: (48, 48) from 0 to 255.
        values: float (48, 48).
        limit: the largest absolute value that the colours tell apart.
        where: bool (48, 48), the pixels that are coloured; the others are a pale grey face.
    """
    face = np.asarray(face, float)[..., None] / 255
    details = RELIEF * (face - gaussian_filter(face, (SMOOTH, SMOOTH, 0)))
    colours = SIGNED(Normalize(-limit, limit)(values))[..., :3] + details
    greys = 0.6 + 0.3 * face
    return np.where(np.expand_dims(where, -1), np.clip(colours, 0, 1), greys)


def show(axes, picture, title=""):
    """Draw a face, (48, 48) from 0 to 255, or an RGB picture."""
    axes.imshow(picture, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    axes.set_title(title, fontsize=9)


def percent(share):
    return f"{100 * share:.0f} %"


def colour_bar(figure, axes, limit, label):
    """Draw the scale of tinted() beside some axes, and return it."""
    scale = ScalarMappable(Normalize(-limit, limit), SIGNED)
    bar = figure.colorbar(scale, ax=axes, pad=0.01, ticks=MaxNLocator(6), shrink=0.8)
    bar.set_label(label, fontsize=9)
    bar.ax.tick_params(labelsize=9)
    return bar


def weight_bar(figure, axes, limit, log_odds=False):
    """Draw the scale of weights up to a limit, of log-odds or of probability."""
    factor, unit = (1, "log-odds") if log_odds else (100, "points of probability")
    colour_bar(figure, axes, factor * limit, unit)


def bars(axes, names, values, colour, offset=0, height=0.8):
    """Draw shares as bars with their percentages, one name below the other."""
    drawn = axes.barh(np.arange(len(names)) + offset, values, height, color=colour)
    axes.bar_label(drawn, fmt=percent, padding=2, fontsize=8)
    axes.set_yticks(range(len(names)), names, fontsize=9)
    axes.set(xticks=[], ylim=(len(names) - 0.5, -0.5))
    axes.margins(x=0.3)
    axes.tick_params(length=0)
    axes.spines[["top", "right", "bottom"]].set_visible(False)


def edges(area):
    """The boundary of `area`, bool (48, 48): list of ((x, y), (x, y)) in corners of pixels."""
    around = np.pad(area, 1)
    across = np.argwhere(around[:-1, 1:-1] != around[1:, 1:-1])  # row, column of horizontal edges
    down = np.argwhere(around[1:-1, :-1] != around[1:-1, 1:])  # of vertical ones
    return ([((x, y), (x + 1, y)) for y, x in across] + [((x, y), (x, y + 1)) for y, x in down])


def outline(axes, area, colour):
    """Draw the boundary of `area`, bool (48, 48), on white, so that it is seen on any face."""
    lines = np.array(edges(area)) - 0.5  # (edges, 2, 2)
    for shade, width in (("white", 3.2), (colour, 2)):
        axes.add_collection(LineCollection(lines, colors=shade, linewidths=width,
                                           capstyle="projecting"), autolim=False)


def deepest(area):
    """The row and column of the pixel that is farthest from the boundary of `area`."""
    depth = distance_transform_edt(np.pad(area, 1))[1:-1, 1:-1]
    return np.unravel_index(depth.argmax(), area.shape)


def stacked(width, rows):
    """A Figure of rows that are laid out apart, and the list of their SubFigures.

    Args:
        width: in inches.
        rows: list of (title, note, height of what is drawn between them in inches).
    """
    rows = [(wrapped(title, 11 * width), wrapped(note, 14.5 * width), height)
            for title, note, height in rows]
    heights = [height + 0.2 * len(f"{title}\n{note}".splitlines()) for title, note, height in rows]
    figure = Figure(figsize=(width, sum(heights)), layout="constrained")
    families = [name for name in FONTS if name in font_manager.get_font_names()]
    literal = {"family": families, "parse_math": False}  # file names: a dollar sign is a dollar
    parts = np.atleast_1d(figure.subfigures(len(rows), 1, height_ratios=heights)).tolist()
    for part, (title, note, _) in zip(parts, rows, strict=True):
        part.suptitle(title, fontsize=12, **literal)
        part.supxlabel(note, fontsize=9, color=NEUTRAL, **literal)
    return figure, parts


def panels(count, most, size, title, note=""):
    """A Figure of panels of a size in inches, at most so many in a row; its SubFigure; its Axes."""
    rows = max(1, math.ceil(count / most))
    columns = max(1, math.ceil(count / rows))
    figure, [part] = stacked(size[0] * columns, [(title, note, size[1] * rows)])
    axes = part.subplots(rows, columns, squeeze=False).ravel()
    for empty in axes[count:]:
        empty.set_axis_off()
    return figure, part, axes


def wrapped(text, length):
    return "\n".join(textwrap.fill(line, int(length)) for line in text.splitlines())


def save(figure, path, record=None):
    """Write a figure whole, in the format of the path's suffix.

    Args:
        record: what made the figure, a JSON object. It is kept in the file's metadata (PNG and SVG:
            Description, PDF: Subject): a picture never stands beside the numbers of another one.
    """
    path = pathlib.Path(path)
    key = "Subject" if path.suffix == ".pdf" else "Description"
    with (files.replacing(path) as temporary, warnings.catch_warnings(),
          matplotlib.rc_context({"pdf.fonttype": 42})):  # some journals refuse Type 3 fonts
        warnings.filterwarnings("ignore", "Glyph .* missing")  # no font has it: drawn as a box
        figure.savefig(temporary, metadata={key: json.dumps(record)} if record else {}, dpi=DPI)
