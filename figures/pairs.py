"""Figures of what acts together: pairs of superpixels, and pairs of regions over many faces."""
import numpy as np

from figures.explanations import PANELS, WIDTH
from figures.style import AGAINST, FOR, colour_bar, outline, panels, show, tinted

COLUMNS = 4
MEANING = "blue: more together; orange: less, as one can partly replace the other"


def pairs(explanation, found, names, title, note=""):
    """Draw what two superpixels add together beyond their sum, a face for each pair.

    Args:
        explanation: an Explanation.
        found: list of (superpixel, superpixel, what they add together), the strongest first.
        names: list of str, what each superpixel is called.
        title, note: a sentence above, and small print below.
    """
    figure, part, axes = panels(len(found), COLUMNS, (WIDTH / 4, PANELS + 0.4), title, note)
    limit = max([abs(together) for *_, together in found] + [1e-6])
    for panel, (first, second, together) in zip(axes, found, strict=False):
        both = np.isin(explanation.segments, (first, second))
        values = np.full(both.shape, together)
        colour = FOR if together > 0 else AGAINST
        show(panel, tinted(explanation.face, values, limit, both))
        for each in (first, second):
            outline(panel, explanation.segments == each, colour)
        points = f"{100 * together:+.1f} points".replace("-", "−")
        panel.set_title(points, fontsize=12, weight="bold", color=colour)
        panel.set_xlabel(f"{names[first]} +\n{names[second]}", fontsize=9)
    colour_bar(part, axes, 100 * limit, "points of probability beyond their sum")
    return figure
