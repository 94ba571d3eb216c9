"""Every sentence about an explanation: facts in, lines out."""
import collections

import numpy as np

from explaining.regions import part_names
from explaining.verdict import TELLING, VERDICTS
from fer2013 import EMOTIONS
from figures.style import percent

# there is a warning if the local model explains less than half of the variance, or if the halves of
# the samples agree on fewer than four of five superpixels
LOW_R2, LOW_STABILITY = 0.5, 0.8
WIDTH = 80  # of a line on the terminal


def share(label, probabilities):
    """An emotion and its probability: "happy, 90 %"."""
    return f"{EMOTIONS[label]}, {percent(probabilities[label])}"


def headline(explained):
    """One sentence: "Happy, 90 %: mainly the right corner of the mouth (+14 points)"."""
    return f"{subject(explained)}: {reason(explained.explanation)}"


def subject(explained):
    """What is explained: "Happy, 90 %", or "Face 2: sad, 3 % (predicted: happy, 90 %)"."""
    explanation = explained.explanation
    label = share(explanation.label, explanation.probabilities)
    if explanation.rather_than >= 0:
        label += f", rather than {share(explanation.rather_than, explanation.probabilities)}"
    elif explanation.predicted != explanation.label:
        label += f" (predicted: {share(explanation.predicted, explanation.probabilities)})"
    face = "" if explained.number is None else f"Face {explained.number}: "
    return f"{face}{label}" if face else label.capitalize()


def reason(explanation):
    """What the prediction depends on, after its name."""
    without = explanation.without
    if not without.marked:
        return "no part contributes to it"
    if without.verdict != "does not tell":
        return f"mainly the {main_parts(explanation)}"
    if without.whole < TELLING:
        return "too unlikely to tell what contributes to it"
    if without.fewest > without.marked:
        return (f"many parts together; {percent(without.fewest_hidden)} without the "
                f"{without.fewest} strongest")
    if without.fewest:
        return "random parts matter about as much as the marked ones"
    return "many parts together; not even the strongest decide"


def main_parts(explanation):
    """The strongest part, and the next if it has half of its weight: "nose (+14 points)"."""
    names, by_name = part_names(explanation.segments), collections.Counter()
    for part in explanation.strongest(1, 2):
        if explanation.weights[part] >= explanation.weights.max() / 2:
            by_name[names[part]] += explanation.weights[part]
    points = explanation.rather_than < 0
    first, *second = [f"{name} ({100 * weight:+.0f}" if points else f"{name} ({weight:+.1f}"
                      for name, weight in by_name.items()]
    first += " points)" if points else " in log-odds)"
    return " and the ".join([first, *(each + ")" for each in second)])


def verdict(without):
    """Whether the explanation tells anything, and by how many points of probability."""
    if not without.marked:
        return f"{without.verdict}: no part contributes to the label"
    return (f"{without.verdict}: hiding the marked parts costs {abs(100 * without.margin):.0f} "
            f"points {'more' if without.margin >= 0 else 'less'} than hiding random ones")


def verdicts(found):
    """How many of several verdict.Without tell, and their mean number."""
    counts = collections.Counter(without.verdict for without in found)
    told = [f"{counts[each]} {word}" for each, word in
            zip(VERDICTS, ("telling", "partly", "not telling"), strict=True)]
    return f"{', '.join(told)} ({100 * np.mean([each.margin for each in found]):+.0f} points)"


def what_if(without, label):
    """The label's probability without parts of the face."""
    return (f"P({EMOTIONS[label]}): {percent(without.whole)} whole face, "
            f"{percent(without.marked_hidden)} with the {without.marked} marked superpixels hidden "
            f"({percent(without.random_hidden)} with as many random ones), "
            f"{percent(without.only_marked)} with only those visible, "
            f"{percent(without.all_hidden)} with all hidden (predicts {EMOTIONS[without.called]}, "
            f"{percent(without.called_probability)})")


def cautions(explanation):
    """A list of the reasons not to trust an Explanation, in words; empty if there are none."""
    label = EMOTIONS[explanation.label]
    reasons = {
        f"low R²: neither single superpixels nor pairs describe the network here (below {LOW_R2})":
            explanation.r2_pairs < LOW_R2,
        f"single superpixels explain less than {percent(LOW_R2)} of what the network does here: "
        "much acts together": explanation.r2 < LOW_R2 <= explanation.r2_pairs,
        f"unstable: other samples give other superpixels (below {LOW_STABILITY})":
            explanation.stability < LOW_STABILITY,
        f"with everything hidden the model already predicts {label}; weights are relative to that":
            explanation.without.called == explanation.label,
    }
    return [reason for reason, holds in reasons.items() if holds]


def fit(explanation):
    """How well LIME describes the network around the face, and by how many samples."""
    return (f"R² of single superpixels {explanation.r2:.2f}, with pairs "
            f"{explanation.r2_pairs:.2f}, stability {explanation.stability:.1f}, "
            f"{len(explanation.weights)} superpixels, {explanation.samples:,} samples, "
            f"seed {explanation.seed}")


def called(explained):
    """An explanation beside others: "happy", "face 2, happy", or a mistake by its face."""
    emotion = EMOTIONS[explained.explanation.label]
    if explained.explanation.rather_than >= 0:
        return explained.name
    return emotion if explained.number is None else f"face {explained.number}, {emotion}"


def name_and_truth(explained):
    """"row 7; true: happy"."""
    true = "" if explained.true is None else f"true: {EMOTIONS[explained.true]}"
    return "; ".join(filter(None, [explained.name, true]))


def figure_row(explained):
    """What a figure draws of an explanation: itself, the sentence above, the small print below."""
    note = [name_and_truth(explained), verdict(explained.explanation.without)]
    return explained.explanation, headline(explained), "; ".join(filter(None, note))


def one_line(explained, picture=""):
    """The line on the terminal: label, prediction, verdict, and where the picture is."""
    explanation, without = explained.explanation, explained.explanation.without
    predicted = share(explanation.predicted, explanation.probabilities)
    first = (f"predicted {predicted}" if explanation.rather_than < 0 else
             f"{EMOTIONS[explained.true]} predicted as {predicted}")
    line = "; ".join(filter(None, [
        first, f"{without.verdict} ({100 * without.margin:+.0f} points)", picture]))
    what = called(explained)[len(line) + 2 - WIDTH:]  # long names end in what differs
    return f"{what + ':':<9} {line}"


def scores(explained):
    """The numbers and sentences of an explanation, a JSON object."""
    explanation, without = explained.explanation, explained.explanation.without
    _, heading, note = figure_row(explained)
    return {
        "heading": heading, "probability": explanation.probability,
        "probabilities": dict(zip(EMOTIONS, map(float, explanation.probabilities), strict=True)),
        "verdict": without.verdict, "margin": without.margin,
        "r2": explanation.r2, "r2_pairs": explanation.r2_pairs,
        "stability": float(explanation.stability), "superpixels": len(explanation.weights),
        "samples": explanation.samples, "seed": explanation.seed,
        "without": without._asdict() | {"called": EMOTIONS[without.called]},
        "notes": [what_if(without, explanation.label), note, *cautions(explanation)]}


def record(rows, source):
    """{what each Explained is called: its scores and what made it}, a JSON object."""
    return {called(row): scores(row) | source for row in rows}
