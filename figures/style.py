"""One style for every figure: colours, signed maps, faces, and how a figure is written.

Blue speaks for a label and vermilion against it, which colour-blind readers can tell apart (Okabe &
Ito 2008).
"""
import html
import json
import pathlib
import re

import matplotlib
import numpy as np
from matplotlib import font_manager
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.text import Text
from PIL import Image

from base import files

FOR, AGAINST, NEUTRAL = "#0072B2", "#D55E00", "#666666"
FOR_RGB, AGAINST_RGB = (0.337, 0.706, 0.914), (0.902, 0.450, 0.0)  # lighter, for lines on faces
SIGNED = LinearSegmentedColormap.from_list("signed", (AGAINST, "#F7F7F7", FOR))  # for -1, 0 and 1
# from -1 to 1, by the square root: a weight of a tenth of a figure's strongest is still seen
TINTS = LinearSegmentedColormap.from_list("tints", [
    1 - abs(share) ** 0.5 * (1 - np.array(FOR_RGB if share > 0 else AGAINST_RGB))
    for share in np.linspace(-1, 1, 65)])
FONTS = (  # each glyph comes from the first one that has it: Latin, then Chinese, Japanese, Korean
    "DejaVu Sans", "Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans", "WenQuanYi Zen Hei",
    "Microsoft YaHei", "Yu Gothic", "Malgun Gothic", "PingFang SC", "Hiragino Sans")
WRITING = {  # Matplotlib's settings while a figure is written
    "svg.hashsalt": "emotion recognition",  # else every file has other identifiers
    "image.composite_image": False,  # else the map hides the face above it in PDF and SVG
    "pdf.fonttype": 42,  # TrueType: Type 3 fonts are refused by some journals
}


def signed_map(axes, face, relevance, limit):
    """Draw a map on a scale from -limit to limit, with the face faintly over it.

    Args:
        axes: matplotlib Axes.
        face: (48, 48) from 0 to 255.
        relevance: float (48, 48), the map.
        limit: the largest absolute value that the colours tell apart.

    Returns:
        The image of the map, for a colour bar.
    """
    image = axes.imshow(relevance, cmap=SIGNED, vmin=-limit, vmax=limit, interpolation="nearest")
    axes.imshow(face, cmap="gray", vmin=0, vmax=255, alpha=0.25, interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    return image


def relative_map(axes, face, relevance):
    """signed_map() of a map divided by its largest absolute value: each method has its own unit."""
    return signed_map(axes, face, relevance / max(np.abs(relevance).max(), 1e-12), 1)


def grey_face(axes, face):
    axes.imshow(face, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axes.set(xticks=[], yticks=[])


def save(figure, path, record=None, dpi=None):
    """Write a figure whole, in the format of the path's suffix.

    It has no date, so that the same figure is written as the same bytes.

    Args:
        figure: a matplotlib Figure.
        path: file to write.
        record: what made the figure, a JSON object. It is kept inside of the file, where
            read_record() finds it: a picture never stands beside the numbers of another one.
        dpi: resolution in dots per inch; None for Matplotlib's setting savefig.dpi.
    """
    path = pathlib.Path(path)
    families = [name for name in FONTS if name in font_manager.get_font_names()]
    for text in figure.findobj(Text):  # file names: in any script, and a dollar sign is a dollar
        text.set(parse_math=False, family=families)
    key = {".pdf": "Subject"}.get(path.suffix, "Description")
    metadata = {".pdf": {"CreationDate": None}, ".svg": {"Date": None}}.get(path.suffix, {})
    metadata |= {key: json.dumps(record)} if record else {}
    with files.replacing(path) as temporary, matplotlib.rc_context(WRITING):
        figure.savefig(temporary, metadata=metadata, dpi=dpi)


def read_record(path):
    """The record that save() put into a figure; {} if there is none."""
    try:
        return dict(json.loads(READERS[pathlib.Path(path).suffix](pathlib.Path(path))))
    except (OSError, ValueError, TypeError):  # damaged, or another program's
        return {}


def read_png(path):
    with Image.open(path) as picture:
        return picture.info.get("Description", "{}")


def read_svg(path):
    match = re.search(r"<dc:description>(.*?)</dc:description>", path.read_text("utf-8"), re.S)
    return html.unescape(match[1]) if match else "{}"


def read_pdf(path):
    """The subject in a PDF as Matplotlib writes it: ASCII, with a backslash before brackets."""
    match = re.search(rb"/Subject \(((?:\\.|[^\\)])*)\)", path.read_bytes(), re.S)
    return re.sub(rb"\\(.)", rb"\1", match[1]).decode("ascii") if match else "{}"


READERS = {".png": read_png, ".svg": read_svg, ".pdf": read_pdf}
