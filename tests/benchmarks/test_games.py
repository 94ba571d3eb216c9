import numpy as np
import pytest

import fer2013
from benchmarks import games
from benchmarks.game_values import Game, all_masks
from fer2013 import included

FACES = fer2013.open(included.COMPOSITES).split("test")
MASKS = all_masks(4).astype(float)
ADDITIVE = MASKS @ [1, -2, 0.5, 0] + 3


def game(values):
    return Game("a network", "a face", 3, np.arange(4).reshape(2, 2), values)


def test_what_adds_up_is_found_by_every_value():
    for name, found in game(ADDITIVE).exact().items():
        assert found == pytest.approx([1, -2, 0.5, 0]), name
    assert game(ADDITIVE).together() == pytest.approx(np.zeros((4, 4)))


def test_two_that_only_act_together_share_it_and_interact():
    both = game(MASKS[:, 1] * MASKS[:, 2])
    assert both.exact()["shapley"] == pytest.approx([0, 0.5, 0.5, 0])
    assert both.together()[1] == pytest.approx([0, 0, 1, 0])


def test_shapley_values_add_up_to_the_whole_face_less_everything_hidden():
    values = np.random.default_rng(0).random(16)
    assert game(values).exact()["shapley"].sum() == pytest.approx(values[-1] - values[0])


@pytest.mark.parametrize("alike", (False, True))
def test_pairs_are_different_complementary_and_begin_with_the_whole_face(alike):
    rows = game(ADDITIVE).pairs(10, 0, alike)
    assert len(set(rows)) == 10 and rows[0] == 15
    assert (rows[::2] + rows[1::2] == 15).all()
    assert np.array_equal(game(ADDITIVE).ask(all_masks(4)[rows]), ADDITIVE[rows])


def test_a_face_is_merged_to_connected_parts_and_asked_in_the_order_of_masks():
    face = FACES.pixels[30]
    segments = games.merge(face, 6)
    assert set(segments.ravel()) == set(range(6))

    def predict(pixels):
        shown = (pixels[:, segments == 2] == face[segments == 2]).mean(axis=1)
        return np.stack([1 - shown, shown], axis=1)
    answer = games.ask(face, segments, predict)
    assert answer["label"] == 1
    assert np.array_equal(answer["values"] == 1, all_masks(6)[:, 2])


def test_faces_are_of_the_emotions_in_turn():
    labels = FACES.labels[games.choose(FACES, 14)]
    assert (np.bincount(labels) == 2).all() and len(set(labels[:7])) == 7
