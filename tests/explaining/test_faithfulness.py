import numpy as np
import pytest

from benchmarks import measures
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


def score(relevance, face, order=faithfulness.superpixel_order):
    return faithfulness.score_maps({"m": relevance}, QUARTERS, face, 1, brightness, "zero",
                                   order=order)["m"]


def test_superpixel_curves_and_areas_are_those_computed_by_hand(face):
    right = score(np.where(QUARTERS == 0, 1.0, 0.0), face)
    np.testing.assert_allclose(right.deletion, [0.25, 0, 0, 0, 0])
    np.testing.assert_allclose(right.insertion, [0, 0.25, 0.25, 0.25, 0.25])
    assert right.deletion_auc == pytest.approx(0.25 / 8)  # a triangle over the first of four steps
    assert right.insertion_auc == pytest.approx(0.25 * 7 / 8)
    wrong = score(np.where(QUARTERS == 0, -1.0, 0.0), face)
    np.testing.assert_allclose(wrong.deletion, [0.25, 0.25, 0.25, 0.25, 0])
    assert wrong.insertion_auc == pytest.approx(0.25 / 8)


def test_pixel_curves_and_areas_are_those_computed_by_hand(face):
    right = score(face.astype(float), face, measures.pixel_order)
    expected = np.maximum(0.25 - np.arange(49) / 48, 0)  # each step darkens a 48th of the face
    np.testing.assert_allclose(right.deletion, expected)
    assert right.deletion_auc == pytest.approx(0.25 ** 2 / 2)  # the triangle
    assert right.insertion_auc == pytest.approx(0.25 - 0.25 ** 2 / 2)


def test_equal_relevance_gives_a_straight_line(face):
    flat = score(np.zeros((48, 48)), face, measures.pixel_order)
    np.testing.assert_allclose(flat.deletion, 0.25 * (1 - np.arange(49) / 48), atol=0.02)
    assert flat.deletion_auc == pytest.approx(0.125, abs=0.01)


def test_superpixels_are_ordered_by_mean_and_not_by_sum():
    segments = np.where(np.arange(48) < 4, 0, 1) * np.ones((48, 1), int)
    relevance = np.where(segments == 0, 2.0, 1.0)
    order = faithfulness.superpixel_order(relevance, segments, np.random.default_rng(0))
    assert (order == segments).all()  # the small one is first, although its sum is smaller


def test_every_step_changes_the_same_number_of_pixels():
    relevance = np.random.default_rng(0).normal(size=(48, 48))
    order = measures.pixel_order(relevance, None, np.random.default_rng(0))
    assert np.bincount(order.ravel()).tolist() == [48] * 48
    assert relevance[order == 0].min() > relevance[order == 1].max()


def test_equal_values_are_in_an_order_drawn_with_the_seed():
    values = np.array([1.0, 3.0, 1.0, 1.0, 2.0])
    runs = [faithfulness.ranks(values, np.random.default_rng(seed)).tolist() for seed in range(20)]
    assert all(ranks[1] == 0 and ranks[4] == 1 and sorted(ranks) == [0, 1, 2, 3, 4]
               for ranks in runs)
    assert {ranks[0] for ranks in runs} == {2, 3, 4}
    assert runs[7] == faithfulness.ranks(values, np.random.default_rng(7)).tolist()


def test_the_maps_of_one_face_are_scored_in_one_call_and_independently(face):
    calls = []

    def predict(pixels):
        calls.append(len(pixels))
        return brightness(pixels)
    maps = {"right": np.where(QUARTERS == 0, 1.0, 0.0),
            "wrong": np.where(QUARTERS == 0, -1.0, 0.0)}
    together = faithfulness.score_maps(maps, QUARTERS, face, 1, predict, "zero")
    assert calls == [2 * 2 * 5]
    for name, relevance in maps.items():
        assert together[name].deletion_auc == score(relevance, face).deletion_auc
        assert together[name].insertion_auc == score(relevance, face).insertion_auc
