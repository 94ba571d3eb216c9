"""Figures that compare: several methods on one face, and two labels of faces that are mistaken."""
import numpy as np

from fer2013 import EMOTIONS
from figures import explanations
from figures.framed import draw_probabilities
from figures.style import colour_bar, panels, show, stacked, tinted

COLUMNS = 7  # of a comparison, the face included; more methods go into a second row


def comparison(face, maps, scores, title, note):
    """Draw the maps of several methods for one face, their scores below.

    Each map is drawn relative to its own largest absolute value: every method has its own unit.

    Args:
        face: uint8 (48, 48).
        maps: {method: float (48, 48)}.
        scores: {method: an object with deletion_auc and insertion_auc}.
        title, note: a sentence above, and small print below.
    """
    figure, part, axes = panels(len(maps) + 1, COLUMNS, (2.1, 2.8), title, note)
    first, *others = axes
    show(first, face, "face")
    first.set_xlabel("deletion: low is good\ninsertion: high is good", fontsize=9)
    for panel, (method, relevance) in zip(others, maps.items(), strict=False):
        show(panel, tinted(face, relevance, max(np.abs(relevance).max(), 1e-12)), method)
        score = scores[method]
        panel.set_xlabel(f"deletion {score.deletion_auc:.2f}\ninsertion {score.insertion_auc:.2f}",
                         fontsize=10)
    bar = colour_bar(part, axes, 1, "each map on a scale of its own")
    bar.set_ticks((-1, 0, 1), labels=("against", "0", "contributes"))
    return figure


def mistakes(rows):
    """Draw wrong predictions, one in each row and all on one scale.

    The probabilities | the face with what contributes most to the predicted label rather than to
    the true one | the map of all weights

    Args:
        rows: list of (Explanation of the two labels, title, small print).
    """
    figure, parts = stacked(10, [(title, note, 3) for _, title, note in rows])
    limit = explanations.strongest_weight([explanation for explanation, *_ in rows])
    for part, (explanation, *_) in zip(parts, rows, strict=True):
        bars, face, weights = part.subplots(1, 3, width_ratios=(1.1, 1, 1))
        label, true = (EMOTIONS[each] for each in (explanation.label, explanation.rather_than))
        draw_probabilities(bars, explanation)
        explanations.draw_boundaries(face, explanation, explanation.strongest(1))
        face.set_title(f"contributes most to {label}", fontsize=10)
        explanations.draw_map(weights, explanation, limit)
        explanations.write_numbers(weights, explanation, range(len(explanation.weights)))
        weights.set_title(f"blue: {label}, orange: {true}", fontsize=10)
        explanations.draw_scale(part, weights, limit, explanation)
    return figure
