import numpy as np
import pytest

import model as network
from explaining import faithfulness
from explaining.baselines import BASELINES


def brightness(pixels):
    """A "network" of two classes; the probability of 1 is the mean grey, linear in the pixels."""
    bright = pixels.mean(axis=(1, 2)) / 255  # (n,)
    return np.stack([1 - bright, bright], axis=1)  # (n, 2)


QUARTERS = np.repeat(np.repeat(np.arange(4).reshape(2, 2), 24, axis=0), 24, axis=1)  # (48, 48)


@pytest.fixture
def face():
    """White in the first quarter, black in the others: the mean grey is a quarter of 255."""
    return np.where(QUARTERS == 0, 255, 0).astype(np.uint8)


def scores(relevance, face, baseline="zero"):
    return faithfulness.score_maps({"m": relevance}, QUARTERS, face, 1, brightness, baseline)["m"]


def test_superpixel_curves_and_areas_are_those_computed_by_hand(face):
    right = scores(np.where(QUARTERS == 0, 1.0, 0.0), face)["superpixels"]
    np.testing.assert_allclose(right.deletion, [0.25, 0, 0, 0, 0])
    np.testing.assert_allclose(right.insertion, [0, 0.25, 0.25, 0.25, 0.25])
    assert right.deletion_auc == pytest.approx(0.25 / 8)  # a triangle over the first of four steps
    assert right.insertion_auc == pytest.approx(0.25 * 7 / 8)
    wrong = scores(np.where(QUARTERS == 0, -1.0, 0.0), face)["superpixels"]
    np.testing.assert_allclose(wrong.deletion, [0.25, 0.25, 0.25, 0.25, 0])
    assert wrong.insertion_auc == pytest.approx(0.25 / 8)


def test_pixel_curves_and_areas_are_those_computed_by_hand(face):
    right = scores(face.astype(float), face)["pixels"]
    expected = np.maximum(0.25 - np.arange(49) / 48, 0)  # each step darkens a 48th of the face
    np.testing.assert_allclose(right.deletion, expected)
    assert right.deletion_auc == pytest.approx(0.25 ** 2 / 2)  # the triangle
    assert right.insertion_auc == pytest.approx(0.25 - 0.25 ** 2 / 2)


def test_equal_relevance_gives_a_straight_line(face):
    flat = scores(np.zeros((48, 48)), face)["pixels"]
    np.testing.assert_allclose(flat.deletion, 0.25 * (1 - np.arange(49) / 48), atol=0.02)
    assert flat.deletion_auc == pytest.approx(0.125, abs=0.01)


def test_f_fidelity_hides_as_much_as_allowed_of_either_part():
    """100 superpixels, of which ten can be hidden; a bright one counts for 1/10 of the mean grey.

    Of an important part of 10, half is hidden: it holds all ten bright ones. Of a larger one, ten
    of all are hidden, of which 10/30, 10/50 and so on are bright. The rest holds none.
    """
    segments = np.kron(np.arange(100).reshape(10, 10), np.ones((4, 4), int))  # (40, 40)
    face = np.where(segments < 10, 255, 0).astype(np.uint8)  # mean grey: 0.1
    maps = {"right": 10.0 - segments, "wrong": segments - 10.0}
    found = faithfulness.fidelity(maps, segments, face, 1, brightness, "zero")
    sizes = np.array([10, 30, 50, 70, 90])
    plus = np.mean(np.minimum(sizes / 2, 10) / sizes) / 10
    assert found["right"].plus == pytest.approx(plus, abs=0.003)
    assert found["right"].minus == pytest.approx(0)
    hidden = faithfulness.hidden_at_random(-np.arange(100), np.random.default_rng(0))
    assert (hidden[:10, :10].sum(axis=1) == 5).all() and not hidden[:10, 10:].any()
    assert (hidden[10:90].sum(axis=1) == 10).all()
    np.testing.assert_allclose(found["wrong"], found["right"][::-1], atol=0.003)


def test_superpixels_are_ordered_by_mean_and_not_by_sum():
    segments = np.where(np.arange(48) < 4, 0, 1) * np.ones((48, 1), int)
    relevance = np.where(segments == 0, 2.0, 1.0)
    order = faithfulness.superpixel_order(relevance, segments, np.random.default_rng(0))
    assert (order == segments).all()  # the small one is first, although its sum is smaller


def test_every_step_changes_the_same_number_of_pixels():
    relevance = np.random.default_rng(0).normal(size=(48, 48))
    order = faithfulness.pixel_order(relevance, None, np.random.default_rng(0))
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
    assert hidden.shape == (48, 48) and hidden.dtype == np.uint8
    assert hidden.std() < 0.1 * face.std()
    assert np.array_equal(face, before)
    assert abs(hidden.mean() - face.mean()) < 2 or name == "zero"


def test_agreement_is_that_computed_by_hand():
    mask = QUARTERS == 0
    relevance = np.array([3.0, 1.0, -5.0, 0.0])[QUARTERS]
    assert faithfulness.agreement(relevance, mask) == (0.75, 1.0, 1.0, 0.25)
    assert faithfulness.agreement(-relevance, mask) == (0.0, 0.0, 0.0, 0.25)


def test_the_agreement_of_an_uninformative_map_is_chance():
    mask = QUARTERS == 0
    assert faithfulness.agreement(np.ones((48, 48)), mask) == (0.25, 0.25, 0.25, 0.25)
    assert faithfulness.agreement(np.zeros((48, 48)), mask) == (0.0, 0.25, 0.25, 0.25)


def test_agreement_counts_a_tie_in_proportion():
    mask = QUARTERS == 0
    relevance = np.array([1.0, 1.0, 0.0, 0.0])[QUARTERS]
    assert faithfulness.agreement(relevance, mask) == (0.5, 0.5, 0.5, 0.25)


def test_randomising_starts_at_the_top_and_does_not_change_the_callers_model():
    model = network.build_model()
    before = model.get_weights()
    seen = []
    for name, randomised in faithfulness.randomise_from_the_top(model, seed=0):
        seen.append(name)
        if name == "block4_conv2":
            with_kernel = [layer for layer in model.layers if hasattr(layer, "kernel")]
            kernels = [layer.name for layer in with_kernel if not np.array_equal(
                layer.kernel, randomised.get_layer(layer.name).kernel)]
    assert seen[:2] == ["logits", "hidden"] and seen[-1] == "block1_conv1" and len(seen) == 14
    assert kernels == ["block4_conv2", "hidden", "logits"]
    assert all(map(np.array_equal, before, model.get_weights()))
    again = list(faithfulness.randomise_from_the_top(model, seed=0))[-1][1]
    assert all(map(np.array_equal, randomised.get_weights(), again.get_weights()))
