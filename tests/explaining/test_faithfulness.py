import numpy as np
import pytest

from explaining import faithfulness


def brightness(pixels):
    """A "network" of two classes; the probability of 1 is the mean grey, linear in the pixels."""
    bright = pixels.mean(axis=(1, 2)) / 255  # (n,)
    return np.stack([1 - bright, bright], axis=1)  # (n, 2)


QUARTERS = np.repeat(np.repeat(np.arange(4).reshape(2, 2), 24, axis=0), 24, axis=1)  # (48, 48)


@pytest.fixture
def face():
    """White in the first quarter, black in the others: the mean grey is a quarter of 255."""
    return np.where(QUARTERS == 0, 255, 0).astype(np.uint8)


def score(relevance, face):
    return faithfulness.score_maps({"m": relevance}, QUARTERS, face, 1, brightness, "zero")["m"]


def test_superpixel_curves_and_areas_are_those_computed_by_hand(face):
    right = score(np.where(QUARTERS == 0, 1.0, 0.0), face)
    np.testing.assert_allclose(right.deletion, [0.25, 0, 0, 0, 0])
    np.testing.assert_allclose(right.insertion, [0, 0.25, 0.25, 0.25, 0.25])
    assert right.deletion_auc == pytest.approx(0.25 / 8)  # a triangle over the first of four steps
    assert right.insertion_auc == pytest.approx(0.25 * 7 / 8)
    wrong = score(np.where(QUARTERS == 0, -1.0, 0.0), face)
    np.testing.assert_allclose(wrong.deletion, [0.25, 0.25, 0.25, 0.25, 0])
    assert wrong.insertion_auc == pytest.approx(0.25 / 8)


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


def test_several_maps_are_scored_independently(face):
    maps = {"right": np.where(QUARTERS == 0, 1.0, 0.0), "wrong": np.where(QUARTERS == 0, -1.0, 0.0)}
    together = faithfulness.score_maps(maps, QUARTERS, face, 1, brightness, "zero")
    for name, relevance in maps.items():
        assert together[name].deletion_auc == score(relevance, face).deletion_auc
        assert together[name].insertion_auc == score(relevance, face).insertion_auc
