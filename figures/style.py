"""One style for every figure: colours, maps with a sign, faces, and how a figure is written.

Colours are blue for what speaks for a label and vermilion for what speaks against it, which colour-blind readers can
tell apart (Okabe & Ito 2008).
"""
import matplotlib
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from base import files

FOR, AGAINST, NEUTRAL = "#0072B2", "#D55E00", "#666666"
FOR_RGB, AGAINST_RGB = (0.337, 0.706, 0.914), (0.902, 0.450, 0.0)  # their lighter kin, to be seen on dark faces
SIGNED = LinearSegmentedColormap.from_list("signed", (AGAINST, "#F7F7F7", FOR))  # from -1 over 0 to 1


def signed_map(axes, face, relevance, limit):
    """Draw a float (48, 48) map on one scale from -limit to limit, with the face (48, 48) faintly over it."""
    image = axes.imshow(relevance, cmap=SIGNED, vmin=-limit, vmax=limit, interpolation="nearest")
    axes.imshow(face, cmap="gray", vmin=0, vmax=255, alpha=0.25, interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    return image


def relative_map(axes, face, relevance):
    """signed_map() of a map relative to its own largest absolute value, of methods with units of their own."""
    return signed_map(axes, face, relevance / max(np.abs(relevance).max(), 1e-12), 1)


def grey_face(axes, face):
    axes.imshow(face, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axes.set(xticks=[], yticks=[])


def set_resolution(dots_per_inch):
    """Of every figure that is saved from now on, in this process."""
    matplotlib.rcParams["savefig.dpi"] = dots_per_inch


def save(figure, path):
    """Write a figure whole, in the format of the path's suffix, undated so that equal runs write the same bytes."""
    undated = {".pdf": {"CreationDate": None}, ".svg": {"Date": None}}
    with files.replacing(path) as temporary, matplotlib.rc_context({"svg.hashsalt": "emotion recognition"}):
        figure.savefig(temporary, metadata=undated.get(path.suffix))
