"""Every sentence about an explanation: facts in, lines out."""
import collections

import numpy as np
import pandas

from explaining.averages import AREAS
from explaining.regions import part_names
from explaining.verdict import TELLING, VERDICTS
from fer2013 import EMOTIONS
from figures.style import percent

LIKELY, WORTH_NAMING = 0.5, 0.1  # from these probabilities on: a prediction; one that it wavers to
SURE = 0.8  # 86 of 100 predictions of 86 % are right
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
    scale, digits, unit = (100, 0, " points") if explanation.rather_than < 0 else (
        1, 1, " in log-odds")
    told = [f"{name} ({scale * weight:+.{digits}f}{unit if number == 0 else ''})"
            for number, (name, weight) in enumerate(by_name.items())]
    return " and the ".join(told)


def verdict(without):
    """Whether the explanation tells anything, and by how many points of probability."""
    if not without.marked:
        return f"{without.verdict}: no part contributes to the label"
    more = "more" if without.margin >= 0 else "less"
    marked, random = (("the marked part", "a random part") if without.marked == 1 else
                      (f"the {without.marked} marked parts", f"{without.marked} random parts"))
    return (f"{without.verdict}: hiding {marked} costs {abs(100 * without.margin):.0f} points "
            f"{more} than hiding {random}")


def what_if(without, label):
    """The label's probability without parts of the face."""
    return (f"P({EMOTIONS[label]}): {percent(without.whole)} whole face, "
            f"{percent(without.marked_hidden)} with the {without.marked} marked superpixels hidden "
            f"({percent(without.random_hidden)} with as many random ones), "
            f"{percent(without.only_marked)} with only those visible, "
            f"{percent(without.all_hidden)} with all hidden (predicts {EMOTIONS[without.called]}, "
            f"{percent(without.called_probability)})")


def verdicts(found):
    """How many of several verdict.Without tell, and their mean number."""
    counts = collections.Counter(without.verdict for without in found)
    told = [f"{counts[each]} {word}" for each, word in
            zip(VERDICTS, ("telling", "partly", "not telling"), strict=True)]
    return f"{', '.join(told)} ({100 * np.mean([each.margin for each in found]):+.0f} points)"


def cautions(explanation):
    """A list of the reasons not to trust an Explanation, in words; empty if there are none."""
    label = EMOTIONS[explanation.label]
    reasons = {
        "low R²: neither single superpixels nor pairs describe the network here "
        f"(below {LOW_R2})": explanation.r2_pairs < LOW_R2,
        f"single superpixels explain less than {percent(LOW_R2)} of what the network does here: "
        "much acts together": explanation.r2 < LOW_R2 <= explanation.r2_pairs,
        f"unstable: other samples give other superpixels (below {LOW_STABILITY})":
            explanation.stability < LOW_STABILITY,
        f"with everything hidden the model already predicts {label}; weights are relative to that":
            explanation.without.called == explanation.label,
    }
    return [reason for reason, holds in reasons.items() if holds]


def name_and_truth(explained):
    """"row 7; true: happy"."""
    true = "" if explained.true is None else f"true: {EMOTIONS[explained.true]}"
    return "; ".join(filter(None, [explained.name, true]))


def small_print(explained):
    """The one line below a figure: the face, its true label and the verdict."""
    return "; ".join(filter(None, [name_and_truth(explained),
                                   verdict(explained.explanation.without)]))


def description(explained):
    """One line with the scores of an explanation and the settings to repeat it."""
    explanation, settings = explained.explanation, explained.settings
    return (f"R² of single superpixels {explanation.r2:.2f}, with pairs "
            f"{explanation.r2_pairs:.2f}, stability {explanation.stability:.1f}, "
            f"{len(explanation.weights)} superpixels (hidden: {settings.hide}), "
            f"{explanation.samples:,} samples, seed {settings.seed}")


def scores(explained):
    """The numbers and notes of an explanation, as explanations.json and the figure keep them."""
    explanation, settings = explained.explanation, explained.settings
    without = explanation.without
    notes = (what_if(without, explanation.label), small_print(explained), *explained.notes,
             explained.fed, *cautions(explanation))
    return {
        "heading": headline(explained), "probability": explanation.probability,
        "probabilities": dict(zip(EMOTIONS, map(float, explanation.probabilities), strict=True)),
        "verdict": without.verdict, "margin": without.margin,
        "r2": explanation.r2, "r2_pairs": explanation.r2_pairs,
        "stability": float(explanation.stability), "superpixels": len(explanation.weights),
        "hidden": settings.hide,
        "samples": explanation.samples, "seed": explanation.seed, "about": explained.source,
        "without": without._asdict() | {"called": EMOTIONS[without.called]},
        "notes": [line for line in notes if line]}


def record(rows, source):
    """What a figure keeps of its Explained, and of what made it: the command, model and faces."""
    return {"explanations": {called(row): scores(row) | source for row in rows}}


def called(explained):
    """An explanation beside others: "happy", "face 2, happy", or a mistake by its face."""
    emotion = EMOTIONS[explained.explanation.label]
    if explained.explanation.rather_than >= 0:
        return explained.name
    return emotion if explained.number is None else f"face {explained.number}, {emotion}"


def figure_row(explained):
    """What figures.explanations draws of an explanation: itself, heading and caption."""
    return explained.explanation, headline(explained), small_print(explained)


def one_line(explained, picture=""):
    """The line on the terminal: label, prediction, verdict, and where the picture is."""
    explanation, without = explained.explanation, explained.explanation.without
    predicted = share(explanation.predicted, explanation.probabilities)
    first = (f"predicted {predicted}" if explanation.rather_than < 0 else
             f"{EMOTIONS[explained.true]} predicted as {predicted}")
    line = "; ".join(filter(None, [
        first, f"{without.verdict} ({100 * without.margin:+.0f} points)", picture]))
    what, room = called(explained), WIDTH - len(line) - 2
    shortened = what if len(what) <= room else "…" + what[1 - room:]  # names end in what differs
    return f"{shortened + ':':<9} {line}"


def certainty(probabilities):
    """What the network predicts: "The network predicts happy, 86 %", or what it wavers between."""
    order = np.argsort(-probabilities, kind="stable")[:3]
    if probabilities[order[0]] < LIKELY:
        *others, last = [share(label, probabilities) for number, label in enumerate(order)
                         if number < 2 or probabilities[label] >= WORTH_NAMING]
        return f"The network wavers between {', '.join(others)} and {last}"
    unsure = probabilities[order[0]] < SURE
    second = f"; next is {share(order[1], probabilities)}" if unsure else ""
    return f"The network predicts {share(order[0], probabilities)}{second}"


def pairs(explanation, names, count=3):
    """The strongest pairs in words: what two parts add when both are shown, beyond their sum.

    That is f(both) - f(the one) - f(the other) + f(neither), mean over the states of the others.

    Args:
        explanation: an Explanation.
        names: list of str, what each superpixel is called.
        count: how many pairs at most.
    """
    lines = []
    for first, second, together in explanation.strongest_pairs(count):
        two = (f"two parts of the {names[first]}" if names[first] == names[second] else
               f"{names[first]} and {names[second]}")
        more = "more" if together > 0 else "less"
        lines.append(f"{two} together add {abs(together) * 100:.1f} points {more} than one by one"
                     f"{meaning(*explanation.weights[[first, second]], together)}")
    return lines


def meaning(first, second, together):
    """What a pair means whose two weights have one sign; "" for others."""
    if first * second <= 0:
        return ""
    return (": each counts more beside the other" if together * first > 0 else
            ": the one can partly replace the other")


def shares(rows):
    """A table: each region's share of the positive weight by emotion, and of the face's area."""
    names = [*(f"{row['emotion']}, {row['faces']} faces" for row in rows), "share of the area"]
    table = pandas.DataFrame([*rows, AREAS], names, columns=list(AREAS))
    return f"share of the positive weight\n{table.to_string(float_format='{:.3f}'.format)}"
