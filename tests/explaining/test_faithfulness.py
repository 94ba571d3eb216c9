import numpy as np
import pytest

from explaining import faithfulness

QUARTERS = np.repeat(np.repeat(np.arange(4).reshape(2, 2), 24, axis=0), 24, axis=1)  # (48, 48)
FACE = np.where(QUARTERS == 0, 255, 0).astype(np.uint8)  # the mean grey is a quarter of 255


def brightness(pixels):
    """A "network" of two classes; the probability of 1 is the mean grey, linear in the pixels."""
    bright = pixels.mean(axis=(1, 2)) / 255  # (n,)
    return np.stack([1 - bright, bright], axis=1)  # (n, 2)


def test_the_areas_are_those_computed_by_hand():
    bright = np.where(QUARTERS == 0, 1.0, 0.0)
    scores = faithfulness.score_maps({"right": bright, "wrong": -bright}, QUARTERS, FACE, 1,
                                     brightness, "zero")
    # deletion 0.25, 0, 0, 0, 0: a triangle over the first of four steps; insertion 0, 0.25, ...
    assert scores["right"] == pytest.approx((0.25 / 8, 0.25 * 7 / 8))
    assert scores["wrong"] == pytest.approx((0.25 * 7 / 8, 0.25 / 8))


def test_superpixels_are_ordered_by_mean_and_not_by_sum():
    segments = np.where(np.arange(48) < 4, 0, 1) * np.ones((48, 1), int)
    relevance = np.where(segments == 0, 2.0, 1.0)  # the sum of the small one is smaller
    np.testing.assert_allclose(faithfulness.superpixel_means(relevance, segments), [2, 1])


def test_equal_values_are_in_an_order_drawn_with_the_seed():
    values = np.array([1.0, 3.0, 1.0, 1.0, 2.0])
    runs = [faithfulness.ranks(values, np.random.default_rng(seed)).tolist() for seed in range(20)]
    assert all(ranks[1] == 0 and ranks[4] == 1 and sorted(ranks) == [0, 1, 2, 3, 4]
               for ranks in runs)
    assert {ranks[0] for ranks in runs} == {2, 3, 4}
    assert runs[7] == faithfulness.ranks(values, np.random.default_rng(7)).tolist()
