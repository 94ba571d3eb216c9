"""One style for every figure: two colours, maps on one signed scale, and how a figure is written.

Blue contributes to a label and orange against it, which colour-blind readers can tell apart (Okabe
& Ito 2008). Each has one shade, in figures and on the page.
"""
import json
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
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from scipy.ndimage import distance_transform_edt, gaussian_filter

from base import files

FOR, AGAINST = "#0072B2", "#D55E00"  # in texts: blue and orange
NEUTRAL, PALE = "#555555", "#BBBBBB"
SIGNED = LinearSegmentedColormap.from_list("signed", (AGAINST, "#F2F2F2", FOR))  # for -1, 0 and 1
RELIEF, SMOOTH = 0.7, 1.2  # contrast of details under a map; pixels, to tell them from skin
GREYS = 0.6, 0.9  # of the parts of a face that are not coloured
FONTS = (  # each glyph comes from the first one that has it: Latin, then Chinese, Japanese, Korean
    "DejaVu Sans", "Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans", "WenQuanYi Zen Hei",
    "Microsoft YaHei", "Yu Gothic", "Malgun Gothic", "PingFang SC", "Hiragino Sans")
WRITING = {  # Matplotlib's settings while a figure is written
    "svg.hashsalt": "emotion recognition",  # else every file has other identifiers
    "pdf.fonttype": 42,  # TrueType: Type 3 fonts are refused by some journals
}


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
    greys = GREYS[0] + (GREYS[1] - GREYS[0]) * face
    return np.where(np.expand_dims(where, -1), np.clip(colours, 0, 1), greys)


def show(axes, picture, title=""):
    """Draw a face, (48, 48) from 0 to 255, or an RGB picture."""
    axes.imshow(picture, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    axes.set_title(title, fontsize=10)


def percent(share):
    return f"{100 * share:.0f} %"


def unit(log_odds):
    """What weights are multiplied with where they are drawn, and what they then are."""
    return (1, "log-odds") if log_odds else (100, "points of probability")


def colour_bar(figure, axes, limit, label):
    """Draw the scale of tinted() beside some axes, and return it."""
    scale = ScalarMappable(Normalize(-limit, limit), SIGNED)
    bar = figure.colorbar(scale, ax=axes, pad=0.01, ticks=MaxNLocator(6), shrink=0.8)
    bar.set_label(label, fontsize=9)
    bar.ax.tick_params(labelsize=9)
    return bar


def bars(axes, names, values, title, colour, offset=0, height=0.8, label=None):
    """Draw shares as bars with their percentages, one name below the other."""
    drawn = axes.barh(np.arange(len(names)) + offset, values, height, color=colour, label=label)
    axes.bar_label(drawn, fmt=percent, padding=2, fontsize=9)
    axes.set_yticks(range(len(names)), names)
    axes.set(xticks=[], ylim=(len(names) - 0.5, -0.5))
    axes.set_title(title, fontsize=10)
    axes.margins(x=0.25)
    axes.tick_params(length=0)
    axes.spines[["top", "right", "bottom"]].set_visible(False)


def edges(area):
    """The boundary of `area`, bool (48, 48): list of ((x, y), (x, y)) in corners of pixels."""
    around = np.pad(area, 1)
    across = np.argwhere(around[:-1, 1:-1] != around[1:, 1:-1])  # row, column of horizontal edges
    down = np.argwhere(around[1:-1, :-1] != around[1:-1, 1:])  # of vertical ones
    return ([((x, y), (x + 1, y)) for y, x in across] + [((x, y), (x, y + 1)) for y, x in down])


def outline(axes, area, colour, width=2.0):
    """Draw the boundary of `area`, bool (48, 48), on white, so that it is seen on any face.

    Args:
        width: of the line, in points.
    """
    lines = np.array(edges(area)) - 0.5  # (edges, 2, 2)
    for shade, points in (("white", width + 1.2), (colour, width)):
        axes.add_collection(LineCollection(lines, colors=shade, linewidths=points,
                                           capstyle="projecting"), autolim=False)


def deepest(area):
    """The row and column of the pixel that is farthest from the boundary of `area`."""
    depth = distance_transform_edt(np.pad(area, 1))[1:-1, 1:-1]
    return np.unravel_index(depth.argmax(), area.shape)


def stacked(width, rows):
    """A Figure of rows that are laid out apart, each with a title and small print below.

    Args:
        width: in inches.
        rows: list of (title, small print, height of what is drawn between them in inches).

    Returns:
        The Figure, and a list with the SubFigure of each row.
    """
    rows = [(wrapped(title, 10.5 * width), wrapped(note, 12.5 * width), height)
            for title, note, height in rows]
    heights = [height + 0.2 * len(f"{title}\n{note}".splitlines()) for title, note, height in rows]
    figure = Figure(figsize=(width, sum(heights)), layout="constrained")
    parts = np.atleast_1d(figure.subfigures(len(rows), 1, height_ratios=heights)).tolist()
    for part, (title, note, _) in zip(parts, rows, strict=True):
        part.suptitle(title, fontsize=13)
        part.supxlabel(note, fontsize=10, color=NEUTRAL)
    return figure, parts


def panels(count, most, size, title, note=""):
    """A Figure of `count` panels of a size in inches, in few rows of about equal length.

    Returns the Figure, its SubFigure, and the Axes; what is left of the last row is empty.
    """
    rows = max(1, -(-count // most))
    columns = max(1, -(-count // rows))
    figure, [part] = stacked(size[0] * columns, [(title, note, size[1] * rows)])
    axes = part.subplots(rows, columns, squeeze=False).ravel()
    for empty in axes[count:]:
        empty.set_axis_off()
    return figure, part, axes


def wrapped(text, length):
    """The text with no line of more than `length` characters."""
    return "\n".join(textwrap.fill(line, int(length)) for line in text.splitlines())


def save(figure, path, record=None, dpi=120):
    """Write a figure whole, in the format of the path's suffix.

    It has no date, so that the same figure is written as the same bytes.

    Args:
        figure: a matplotlib Figure.
        path: file to write.
        record: what made the figure, a JSON object. It is kept in the file's metadata (PNG and SVG:
            Description, PDF: Subject): a picture never stands beside the numbers of another one.
        dpi: resolution in dots per inch.
    """
    path = pathlib.Path(path)
    families = [name for name in FONTS if name in font_manager.get_font_names()]
    for text in figure.findobj(Text):  # file names: in any script, and a dollar sign is a dollar
        text.set(parse_math=False, family=families)
    key = {".pdf": "Subject"}.get(path.suffix, "Description")
    metadata = {".pdf": {"CreationDate": None}, ".svg": {"Date": None}}.get(path.suffix, {})
    metadata |= {key: json.dumps(record)} if record else {}
    with (files.replacing(path) as temporary, matplotlib.rc_context(WRITING),
          warnings.catch_warnings()):
        warnings.filterwarnings("ignore", "Glyph .* missing")  # no font has it: drawn as a box
        figure.savefig(temporary, metadata=metadata, dpi=dpi)
