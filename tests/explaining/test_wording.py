import numpy as np
import pytest

from explaining import wording
from explaining.explanation import Explained
from explaining.settings import LimeSettings
from explaining.verdict import Without
from tests.support import explanation

NAMES = ["part 0", "part 1", "part 2"]


@pytest.mark.parametrize(("probabilities", "sentence"), [
    ((0.02, 0.02, 0.02, 0.86, 0.02, 0.03, 0.03), "predicts happy, 86 %"),
    ((0.02, 0.02, 0.02, 0.6, 0.02, 0.3, 0.02), "predicts happy, 60 %; next is surprise, 30 %"),
    ((0.35, 0.05, 0.1, 0.03, 0.22, 0.05, 0.2),
     "wavers between angry, 35 %, sad, 22 % and neutral, 20 %"),
    ((0.45, 0.45, 0.02, 0.02, 0.02, 0.02, 0.02), "wavers between angry, 45 % and disgust, 45 %"),
])
def test_the_first_sentence_says_how_sure_the_network_is(probabilities, sentence):
    assert wording.certainty(np.array(probabilities)) == f"The network {sentence}"


WHOLE = Without(0.86, 0.2, 0.86, 0.85, 0.1, 5, 6, 0.5, 3, 0.3)
SEGMENTS = np.zeros((48, 48), int)
SEGMENTS[33:44, 28:36], SEGMENTS[21:33, 17:31] = 1, 2  # right corner of the mouth, nose
WEIGHTS = np.array([-0.1, 0.14, 0.02])


def explained(weights=WEIGHTS, without=WHOLE, **other):
    about = {"number": other.pop("number", None), "true": other.pop("true", 3)}
    found = explanation(SEGMENTS, weights, without=without, **other)
    return Explained(found, LimeSettings(), "row 7", **about)


MANY = WHOLE._replace(marked_hidden=0.8, fewest=9, fewest_hidden=0.41)


@pytest.mark.parametrize(("row", "sentence"), [
    (explained(), "Happy, 90 %: mainly the right corner of the mouth (+14 points)"),
    (explained(np.array([0, 0.14, 0.1])), "Happy, 90 %: mainly the right corner of the mouth "
                                          "(+14 points) and the nose (+10)"),
    (explained(without=MANY), "Happy, 90 %: many parts together; 41 % without the 9 strongest"),
    (explained(without=MANY._replace(fewest=0)),
     "Happy, 90 %: many parts together; not even the strongest decide"),
    (explained(without=MANY._replace(whole=0.05)),
     "Happy, 90 %: too unlikely to tell what contributes to it"),
    (explained(without=WHOLE._replace(marked=0)), "Happy, 90 %: no part contributes to it"),
    (explained(label=4), "Sad, 2 % (predicted: happy, 90 %): mainly the right corner of the mouth "
                         "(+14 points)"),
    (explained(rather_than=4), "Happy, 90 %, rather than sad, 2 %: mainly the right corner of the "
                               "mouth (+0.1 in log-odds)"),
    (explained(number=2), "Face 2: happy, 90 %: mainly the right corner of the mouth (+14 points)"),
])
def test_one_sentence_says_what_is_predicted_and_why(row, sentence):
    probabilities = np.array([0.02, 0.02, 0.02, 0.9, 0.02, 0.01, 0.01])
    found = row.explanation._replace(probabilities=probabilities)
    assert wording.headline(row._replace(explanation=found)) == sentence


def test_the_verdict_has_its_number():
    assert wording.verdict(WHOLE) == (
        "telling: hiding the 5 marked parts costs 65 points more than hiding 5 random parts")
    assert wording.verdict(WHOLE._replace(marked=1, marked_hidden=0.88)) == (
        "does not tell: hiding the marked part costs 3 points less than hiding a random part")
    assert wording.small_print(explained()).startswith("row 7; true: happy; telling: hiding")


def test_the_probabilities_without_parts_are_told_in_one_sentence():
    assert wording.what_if(WHOLE, 3) == (
        "P(happy): 86 % whole face, 20 % with the 5 marked superpixels hidden (85 % with as many "
        "random ones), 86 % with only those visible, 10 % with all hidden (predicts neutral, "
        "50 %)")


def test_a_line_on_the_terminal_has_at_most_80_characters():
    assert wording.one_line(explained(), "happy.png") == (
        "happy:    predicted happy, 100 %; telling (+65 points); happy.png")
    long = explained(rather_than=5)._replace(name="a" * 60 + "_7.png")
    assert len(wording.one_line(long)) == 80
    assert "_7.png: happy predicted as happy, 100 %; telling" in wording.one_line(long)
    assert wording.one_line(explained(number=2)).startswith("face 2, happy: predicted")


def test_several_faces_are_told_by_how_many_of_them_tell():
    assert wording.verdicts([WHOLE, WHOLE, MANY]) == (
        "2 telling, 0 partly, 1 not telling (+45 points)")


def test_pairs_are_told_strongest_first_and_zeros_not_at_all():
    together = np.zeros((3, 3))
    together[0, 2] = together[2, 0] = -0.04
    together[0, 1] = together[1, 0] = 0.06
    found = explanation(np.zeros((48, 48), int), np.zeros(3), together=together)
    assert wording.pairs(found, NAMES) == [
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
    assert wording.pairs(found, ["mouth"] * 2) == [
        f"two parts of the mouth together add 5.0 {said}"]
