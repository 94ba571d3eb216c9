import numpy as np
import pytest

from explaining import sentences
from explaining.verdict import Without
from tests.support import explanation

NAMES = ["part 0", "part 1", "part 2"]


@pytest.mark.parametrize(("probabilities", "sentence"), [
    ((0.02, 0.02, 0.02, 0.86, 0.02, 0.03, 0.03), "Surely happy: 86%."),
    ((0.02, 0.02, 0.02, 0.6, 0.02, 0.3, 0.02), "Probably happy: 60%. Next is surprise 30%."),
    ((0.35, 0.05, 0.1, 0.03, 0.22, 0.05, 0.2), "Unsure: angry 35%, sad 22%, neutral 20%."),
    ((0.45, 0.45, 0.02, 0.02, 0.02, 0.02, 0.02), "Unsure: angry 45%, disgust 45%."),
])
def test_the_first_sentence_says_how_sure_the_network_is(probabilities, sentence):
    assert sentences.certainty(np.array(probabilities)) == sentence


def test_an_explanation_that_changes_no_more_than_chance_is_said_not_to_tell_much():
    said = sentences.what_if(Without(0.86, 0.76, 0.86, 0.85, 0.1, 5, 6, 0.5, 0, 0.0), 3)
    assert ("With only the 5 marked parts the network gives happy 86%" in said
            and "without them 76%; without 5 random parts 85%" in said)
    assert said.endswith("does not tell much.")


def test_an_explanation_that_changes_more_than_chance_says_by_how_much():
    said = sentences.what_if(Without(0.86, 0.2, 0.86, 0.85, 0.1, 5, 6, 0.5, 0, 0.0), 3)
    assert "costs 65 points more than hiding at random" in said


def test_what_is_predicted_with_everything_hidden_is_told():
    without = Without(0.86, 0.76, 0.86, 0.85, 0.1, 5, 6, 0.5, 0, 0.0)
    assert sentences.all_hidden(without, 3) == (
        "With everything hidden the network predicts neutral 50%, and gives happy 10%.")
    assert sentences.all_hidden(without, 6) == (
        "With everything hidden the network still predicts neutral 50%.")


def test_without_a_marked_part_there_is_nothing_to_hide():
    assert sentences.what_if(Without(0.1, 0.1, 0.1, 0.1, 0.1, 0, 6, 0.5, 0, 0.0), 3) == (
        "No part of the face speaks for happy.")


def test_pairs_are_told_strongest_first_and_zeros_not_at_all():
    together = np.zeros((3, 3))
    together[0, 2] = together[2, 0] = -0.04
    together[0, 1] = together[1, 0] = 0.06
    found = explanation(np.zeros((48, 48), int), np.zeros(3), together=together)
    assert sentences.pairs(found, NAMES) == [
        "part 0 and part 1 together add 6.0 points more than one by one",
        "part 0 and part 2 together add 4.0 points less than one by one"]


@pytest.mark.parametrize(("weights", "together", "said"), [
    ((0.2, 0.1), -0.05, "points less than one by one: the one can partly replace the other"),
    ((0.2, 0.1), 0.05, "points more than one by one: each counts more beside the other"),
    ((-0.2, -0.1), 0.05, "points more than one by one: the one can partly replace the other"),
    ((0.2, -0.1), 0.05, "points more than one by one"),
])
def test_a_pair_whose_weights_have_one_sign_is_said_to_replace_or_to_need_each_other(
        weights, together, said):
    found = explanation(np.zeros((48, 48), int), np.array(weights),
                        together=np.array([[0, together], [together, 0]]))
    assert sentences.pairs(found, ["mouth"] * 2) == [
        f"two parts of the mouth together add 5.0 {said}"]


def test_two_labels_are_compared_by_the_parts_that_speak_more_for_the_first():
    segments = np.zeros((48, 48), int)
    happy = explanation(segments, np.array([0.1, 0.3, 0.0]))
    neutral = explanation(segments, np.array([0.0, -0.1, 0.2]), label=6)
    assert sentences.preference(happy, neutral, NAMES) == (
        "More for happy than for neutral speak: part 1, part 0.")


def test_the_figure_is_told_in_words_too():
    found = explanation(np.zeros((48, 48), int), np.array([0.1, 0.3, -0.2]))
    assert sentences.sides(found, ["nose", "chin", "left eye"]) == (
        "For happy: chin, nose. Against happy: left eye.")
    nothing = explanation(np.zeros((48, 48), int), np.zeros(3))
    assert sentences.sides(nothing, NAMES) == "No part speaks for or against happy."
