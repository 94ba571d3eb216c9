import numpy as np
import pytest

from explaining import wording
from explaining.explanation import Explained
from explaining.verdict import Without
from tests.support import explanation

WHOLE = Without(0.86, 0.2, 0.86, 0.85, 0.1, 5, 6, 0.5, 3, 0.3)
SEGMENTS = np.zeros((48, 48), int)
SEGMENTS[33:44, 28:36], SEGMENTS[21:33, 17:31] = 1, 2  # right corner of the mouth, nose
WEIGHTS = np.array([-0.1, 0.14, 0.02])


def explained(weights=WEIGHTS, without=WHOLE, **other):
    about = {"number": other.pop("number", None), "true": other.pop("true", 3)}
    found = explanation(SEGMENTS, weights, without=without, **other)
    return Explained(found, "row 7", **about)


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
        "telling: hiding the marked parts costs 65 points more than hiding random ones")
    assert wording.verdict(WHOLE._replace(marked_hidden=0.88)) == (
        "does not tell: hiding the marked parts costs 3 points less than hiding random ones")
    assert wording.figure_row(explained())[2].startswith("row 7; true: happy; telling: hiding")


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
