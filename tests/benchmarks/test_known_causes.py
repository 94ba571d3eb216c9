"""The truths and scores of benchmarks/known_causes.py, by known answers."""
import numpy as np
import pytest

import fer2013
from benchmarks import known_causes
from fer2013 import included


def test_a_face_without_a_unit_is_a_picture_that_differs_from_it_in_a_part():
    split = fer2013.open(included.AVATARS).split("test")
    units = known_causes.load_units(split)
    neutral = fer2013.EMOTIONS.index("neutral")
    assert sorted(units) == np.flatnonzero(split.labels != neutral).tolist()
    for index, without in units.items():
        changed = (without != split.pixels[index]).mean(axis=(1, 2))  # (units,)
        assert len(without) >= 3 and changed.min() > 0 and changed.max() < 0.6


def test_every_label_has_a_mark_of_its_own():
    marked = {known_causes.mark(np.full((48, 48), 128, np.uint8), label).tobytes()
              for label in range(7)}
    assert len(marked) == 7


def test_log_odds_of_a_probability_that_rounds_to_one():
    probabilities = np.array([[0.5, 0.25, 0.25], [1, 1e-9, 1e-9]])
    np.testing.assert_allclose(known_causes.log_odds(probabilities, 0), [0, -np.log(2e-9)])


def test_a_map_is_scored_by_the_order_of_its_mass_on_the_units():
    moved = np.zeros((3, 48, 48), bool)
    moved[0, :2], moved[1, 10:14], moved[2, 20] = True, True, True
    relevance, lost = np.zeros((48, 48)), np.array([3.0, 2.0, 1.0])
    relevance[:2], relevance[10:14], relevance[20] = 4, 1, 0.5  # masses 8, 4 and 0.5, by columns
    assert known_causes.rank_correlation(relevance, moved, lost) == pytest.approx(1)
    assert known_causes.rank_correlation(-relevance, moved, lost) == pytest.approx(-1)
    assert known_causes.rank_correlation(np.zeros((48, 48)), moved, lost) == 0
    alike = known_causes.rank_correlation(np.ones((48, 48)), moved, lost)  # areas 2, 4 and 1
    assert alike == pytest.approx(0.5)
