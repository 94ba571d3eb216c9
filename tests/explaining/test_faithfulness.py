import numpy as np
import pytest

import model as network
from explaining import faithfulness
from explaining.baselines import BASELINES


def brightness(faces):
    """A "network" of two classes that is linear in the pixels: the second's probability is the mean grey."""
    bright = faces.mean(axis=(1, 2)) / 255  # (n,)
    return np.stack([1 - bright, bright], axis=1)  # (n, 2)


QUARTERS = np.repeat(np.repeat(np.arange(4).reshape(2, 2), 24, axis=0), 24, axis=1)  # int (48, 48)


@pytest.fixture
def face():
    """White in the first quarter, black in the others: the mean grey is a quarter of 255."""
    return np.where(QUARTERS == 0, 255, 0).astype(np.uint8)


def scores(relevance, face, baseline="zero"):
    return faithfulness.score_maps({"m": relevance}, QUARTERS, face, 1, brightness, baseline)["m"]


def test_superpixel_curves_and_areas_by_hand(face):
    right = scores(np.where(QUARTERS == 0, 1.0, 0.0), face)["superpixels"]
    np.testing.assert_allclose(right.deletion, [0.25, 0, 0, 0, 0])
    np.testing.assert_allclose(right.insertion, [0, 0.25, 0.25, 0.25, 0.25])
    assert right.deletion_auc == pytest.approx(0.25 / 8)  # a triangle over the first of four steps
    assert right.insertion_auc == pytest.approx(0.25 * 7 / 8)
    wrong = scores(np.where(QUARTERS == 0, -1.0, 0.0), face)["superpixels"]
    np.testing.assert_allclose(wrong.deletion, [0.25, 0.25, 0.25, 0.25, 0])
    assert wrong.insertion_auc == pytest.approx(0.25 / 8)


def test_pixel_curves_and_areas_by_hand(face):
    right = scores(face.astype(float), face)["pixels"]
    expected = np.maximum(0.25 - np.arange(49) / 48, 0)  # a 48th of the face goes dark at each step
    np.testing.assert_allclose(right.deletion, expected)
    assert right.deletion_auc == pytest.approx(0.25 ** 2 / 2)  # the triangle
    assert right.insertion_auc == pytest.approx(0.25 - 0.25 ** 2 / 2)


def test_equal_relevance_makes_a_straight_line(face):
    flat = scores(np.zeros((48, 48)), face)["pixels"]
    np.testing.assert_allclose(flat.deletion, 0.25 * (1 - np.arange(49) / 48), atol=0.02)
    assert flat.deletion_auc == pytest.approx(0.125, abs=0.01)


def test_superpixels_go_by_mean_not_by_sum():
    segments = np.where(np.arange(48) < 4, 0, 1) * np.ones((48, 1), int)
    order = faithfulness.superpixel_order(np.where(segments == 0, 2.0, 1.0), segments, np.random.default_rng(0))
    assert (order == segments).all()  # the small one first, though the large one's sum is larger


def test_every_step_takes_equally_many_pixels():
    relevance = np.random.default_rng(0).normal(size=(48, 48))
    order = faithfulness.pixel_order(relevance, None, np.random.default_rng(0))
    assert np.bincount(order.ravel()).tolist() == [48] * 48
    assert relevance[order == 0].min() > relevance[order == 1].max()


def test_equals_go_in_an_order_of_the_seed():
    values = np.array([1.0, 3.0, 1.0, 1.0, 2.0])
    places = [faithfulness.ranks(values, np.random.default_rng(seed)).tolist() for seed in range(20)]
    assert all(place[1] == 0 and place[4] == 1 and sorted(place) == [0, 1, 2, 3, 4] for place in places)
    assert {place[0] for place in places} == {2, 3, 4}
    assert places[7] == faithfulness.ranks(values, np.random.default_rng(7)).tolist()


def test_maps_of_one_face_take_one_call_and_do_not_mix(face):
    calls = []

    def predict(faces):
        calls.append(len(faces))
        return brightness(faces)
    maps = {"right": np.where(QUARTERS == 0, 1.0, 0.0), "wrong": np.where(QUARTERS == 0, -1.0, 0.0)}
    together = faithfulness.score_maps(maps, QUARTERS, face, 1, predict, "zero")
    assert calls == [2 * 2 * (5 + 49)]
    for name, relevance in maps.items():
        alone = scores(relevance, face)
        assert together[name]["superpixels"].deletion_auc == alone["superpixels"].deletion_auc
        assert together[name]["pixels"].insertion_auc == alone["pixels"].insertion_auc


@pytest.mark.parametrize("name", BASELINES)
def test_a_baseline_is_a_picture_without_detail(name):
    face = np.random.default_rng(0).integers(0, 256, (48, 48), np.uint8)
    before = face.copy()
    hidden = BASELINES[name](face)
    assert hidden.shape == (48, 48) and hidden.dtype == np.uint8 and hidden.std() < 0.1 * face.std()
    assert np.array_equal(face, before)
    assert abs(hidden.mean() - face.mean()) < 2 or name == "zero"


def test_agreement_by_hand():
    mask = QUARTERS == 0
    relevance = np.array([3.0, 1.0, -5.0, 0.0])[QUARTERS]
    assert faithfulness.agreement(relevance, mask) == (0.75, 1.0, 1.0, 0.25)
    assert faithfulness.agreement(-relevance, mask) == (0.0, 0.0, 0.0, 0.25)


def test_agreement_of_a_map_that_knows_nothing_is_chance():
    mask = QUARTERS == 0
    assert faithfulness.agreement(np.ones((48, 48)), mask) == (0.25, 0.25, 0.25, 0.25)
    assert faithfulness.agreement(np.zeros((48, 48)), mask) == (0.0, 0.25, 0.25, 0.25)


def test_agreement_counts_half_a_tie_by_half():
    mask = QUARTERS == 0
    relevance = np.array([1.0, 1.0, 0.0, 0.0])[QUARTERS]
    assert faithfulness.agreement(relevance, mask) == (0.5, 0.5, 0.5, 0.25)


def test_randomising_goes_from_the_top_and_spares_the_callers_model():
    model = network.build_model()
    before = model.get_weights()
    seen = []
    for name, randomised in faithfulness.randomise_from_the_top(model, seed=0):
        seen.append(name)
        if name == "block4_conv2":
            kernels = [layer.name for layer in model.layers if hasattr(layer, "kernel") and not np.array_equal(
                layer.kernel, randomised.get_layer(layer.name).kernel)]
    assert seen[:2] == ["logits", "hidden"] and seen[-1] == "block1_conv1" and len(seen) == 14
    assert kernels == ["block4_conv2", "hidden", "logits"]
    assert all(map(np.array_equal, before, model.get_weights()))
    again = list(faithfulness.randomise_from_the_top(model, seed=0))[-1][1]
    assert all(map(np.array_equal, randomised.get_weights(), again.get_weights()))
