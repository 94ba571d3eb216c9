"""Figures that compare: several methods on one face, and two labels of faces that are mistaken."""
import numpy as np

from fer2013 import EMOTIONS
from figures import explanations, style
from figures.style import AGAINST, FOR, PALE, show, stacked, tinted


def comparison(face, maps, scores, title, note):
    """Draw the maps of several methods for one face, each on a scale of its own, with its scores.

    Args:
        face: uint8 (48, 48).
        maps: {method: float (48, 48)}.
        scores: {method: (deletion AUC, insertion AUC)}.
    """
    figure, part, axes = style.panels(len(maps) + 1, 7, (1.6, 2.2), title, note)
    first, *others = axes
    show(first, face, "face")
    first.set_xlabel("deletion: low is good\ninsertion: high is good", fontsize=8)
    for panel, (method, relevance) in zip(others, maps.items(), strict=False):
        show(panel, tinted(face, relevance, max(np.abs(relevance).max(), 1e-12)), method)
        deletion, insertion = scores[method]
        panel.set_xlabel(f"deletion {deletion:.2f}\ninsertion {insertion:.2f}", fontsize=9)
    bar = style.colour_bar(part, axes, 1, "each map on a scale of its own")
    bar.set_ticks((-1, 0, 1), labels=("contributes\nagainst", "0", "contributes\nto"))
    return figure


def mistakes(rows):
    """Draw wrong predictions, one in each row and all on one scale.

    probabilities | what contributes most to the predicted label rather than the true one | weights

    Args:
        rows: list of (Explanation of the two labels, title, note).
    """
    figure, parts = stacked(explanations.WIDTH, [(title, note, 2.3) for _, title, note in rows])
    limit = explanations.strongest_weight([explanation for explanation, *_ in rows])
    for part, (explanation, *_) in zip(parts, rows, strict=True):
        shares, face, weights = part.subplots(1, 3)
        label, true = explanation.label, explanation.rather_than
        colours = [PALE] * len(EMOTIONS)
        colours[label], colours[true] = FOR, AGAINST
        style.bars(shares, EMOTIONS, explanation.probabilities, colours)
        shares.set_title("probabilities", fontsize=9)
        explanations.draw_boundaries(face, explanation, explanation.strongest(1))
        face.set_title(f"contributes most to {EMOTIONS[label]}", fontsize=9)
        explanations.draw_map(weights, explanation, limit)
        explanations.write_numbers(weights, explanation, range(len(explanation.weights)))
        weights.set_title(f"blue: {EMOTIONS[label]}, orange: {EMOTIONS[true]}", fontsize=9)
        style.weight_bar(part, weights, limit, log_odds=True)
    return figure
