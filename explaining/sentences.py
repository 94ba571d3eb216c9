"""An explanation in sentences for people who do not read R²: the texts of the page of app.py."""
import numpy as np

from fer2013 import EMOTIONS

ADJECTIVES = ("angry", "disgusted", "afraid", "happy", "sad", "surprised", "neutral")
SURE, LIKELY = 0.8, 0.5  # from these probabilities on; 86 of 100 answers of 86% are right
WORTH_NAMING = 0.1  # other answers of an unsure network
TELLING = 0.1  # how much more than random parts the marked ones must change the probability


def certainty(probabilities):
    """How sure the network is: "Surely happy: 86%.", or what it wavers between."""
    order = np.argsort(-probabilities, kind="stable")[:3]
    if probabilities[order[0]] < LIKELY:
        return "Unsure: " + ", ".join(
            share(label, probabilities) for number, label in enumerate(order)
            if number < 2 or probabilities[label] >= WORTH_NAMING) + "."
    how = "Surely" if probabilities[order[0]] >= SURE else "Probably"
    emotion = EMOTIONS[order[0]]
    second = "" if how == "Surely" else f" Next is {share(order[1], probabilities)}."
    return f"{how} {emotion}: {probabilities[order[0]]:.0%}.{second}"


def posed(label, probabilities):
    """Whether the network says what an example was made for; "" if that is not known."""
    if label is None:
        return ""
    wrong = probabilities.argmax() != label
    return f"This face was made to look {ADJECTIVES[label]}" + (
        ": the network is wrong." if wrong else ".")


def share(label, probabilities):
    return f"{EMOTIONS[label]} {probabilities[label]:.0%}"


def what_if(without, label):
    """What the network answers without the marked parts, and whether that tells anything.

    Args:
        without: a without.Without of the explained label.
        label: the explained one.
    """
    emotion = EMOTIONS[label]
    if not without.marked:
        return f"No part of the face speaks for {emotion}."
    parts = "the marked part" if without.marked == 1 else f"the {without.marked} marked parts"
    random = "a random part" if without.marked == 1 else f"{without.marked} random parts"
    lost = without.random_hidden - without.marked_hidden
    verdict = (f"hiding what is marked costs {lost * 100:.0f} points more than hiding at random, "
               "so the answer depends on it" if lost >= TELLING else
               "that is little more than hiding at random costs, so this explanation does not "
               "tell much")
    return (f"With only {parts} the network gives {emotion} {without.only_marked:.0%} (the whole "
            f"face: {without.whole:.0%}); without them {without.marked_hidden:.0%}; without "
            f"{random} {without.random_hidden:.0%}: {verdict}.")


def all_hidden(without, label):
    """What the network predicts from nothing of the face, to which all weights are relative."""
    predicted = f"{EMOTIONS[without.called]} {without.called_probability:.0%}"
    if without.called == label:
        return f"With everything hidden the network still predicts {predicted}."
    return (f"With everything hidden the network predicts {predicted}, and gives "
            f"{EMOTIONS[label]} {without.all_hidden:.0%}.")


def pairs(explanation, names, count=3):
    """The strongest pairs in words: what two parts add when both are shown, beyond their sum.

    That is f(both) - f(the one) - f(the other) + f(neither), mean over the states of the others.

    Args:
        explanation: a lime.Explanation.
        names: list of str, what each superpixel is called.
        count: how many pairs at most.
    """
    lines = []
    for first, second, together in explanation.strongest_pairs(count):
        two = (f"two parts of the {names[first]}" if names[first] == names[second] else
               f"{names[first]} and {names[second]}")
        lines.append(f"{two} {beyond(together)}"
                     f"{meaning(*explanation.weights[[first, second]], together)}")
    return lines


def regions(row):
    """The pairs of superpixels in two regions, a row of pairs_average.csv, in words."""
    where = (f"pairs in the {row['region']}" if row["region"] == row["other"] else
             f"pairs across {row['other']} and {row['region']}")
    return f"{row['emotion']}: all {where} {beyond(row['together'])}"


def beyond(together):
    """How far a change of the probability is above the sum of its parts."""
    return (f"together add {abs(together) * 100:.1f} points {'more' if together > 0 else 'less'} "
            "than one by one")


def meaning(first, second, together):
    """What a pair means whose two weights have one sign; "" for others."""
    if first * second <= 0:
        return ""
    return (": each counts more beside the other" if together * first > 0 else
            ": the one can partly replace the other")


def preference(first, second, names, count=3):
    """Which parts speak more for the label of one Explanation than for that of another."""
    difference = first.weights - second.weights  # (superpixels,)
    order = np.argsort(-difference, kind="stable")[:count]
    parts = ", ".join(dict.fromkeys(names[part] for part in order if difference[part] > 0))
    one, other = EMOTIONS[first.label], EMOTIONS[second.label]
    return (f"More for {one} than for {other} speak: {parts}." if parts else
            f"No part speaks more for {one} than for {other}.")


def sides(explanation, names):
    """The strongest parts for and against a label, for those who do not see the figure."""
    emotion = EMOTIONS[explanation.label]
    told = [f"{word} {emotion}: {', '.join(dict.fromkeys(names[part] for part in found))}."
            for word, found in (("For", explanation.strongest(1)),
                                ("Against", explanation.strongest(-1))) if len(found)]
    return " ".join(told) or f"No part speaks for or against {emotion}."
