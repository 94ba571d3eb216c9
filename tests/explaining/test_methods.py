import keras
import numpy as np
import pytest
from scipy.stats import spearmanr

import fer2013
import model as network
from base.errors import UserError
from benchmarks.measures import randomise_from_the_top
from explaining import methods, superpixels
from explaining.hiding import blurred
from fer2013 import included
from networks import choice
from networks.network import open_network

HAPPY = fer2013.EMOTIONS.index("happy")


@pytest.fixture(scope="module")
def pretrained():
    return open_network(choice.PRETRAINED)


@pytest.fixture(scope="module")
def face():
    faces = fer2013.open(included.COMPOSITES).split("test")
    return faces.pixels[faces.labels == HAPPY][0]


def explain(name, face, model):
    quick = {"samples": 100} if name in ("LIME", "KernelSHAP") else {}
    return methods.METHODS[name](face, HAPPY, model, seed=1, **quick)


def one_channel_model():
    """A model whose convolution doubles every pixel.

    The logit of a label is the mean of the doubled pixels times (label - 3) / 2550.
    """
    inputs = keras.Input(network.INPUT_SHAPE)
    x = keras.layers.Conv2D(1, 1, use_bias=False, name="last")(inputs)
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dense(7, use_bias=False)(x)
    model = keras.Model(inputs, keras.layers.Softmax()(x))
    model.set_weights([np.full((1, 1, 1, 1), 2.0), (np.arange(7)[None] - 3) / 2550])
    return network.as_network(model)


def bright_rectangle():
    face = np.zeros((48, 48), np.uint8)
    face[20:24, 30:40] = 200
    return face


@pytest.mark.parametrize("name", methods.METHODS)
def test_every_method_returns_a_map_of_the_face_and_is_reproducible(name, pretrained, face):
    before = face.copy()
    maps = [explain(name, face, pretrained) for _ in range(2)]
    assert maps[0].shape == (48, 48) and maps[0].dtype == np.float64
    assert np.isfinite(maps[0]).all()
    np.testing.assert_allclose(*maps, rtol=1e-5, atol=1e-9)
    assert np.array_equal(face, before)


def test_integrated_gradients_add_up_to_the_change_of_the_probability(pretrained, face):
    relevance = methods.integrated_gradients(face, HAPPY, pretrained, 0)
    whole, black = pretrained.predict(np.stack([face, np.zeros_like(face)]))[:, HAPPY]
    assert relevance.sum() == pytest.approx(float(whole - black), abs=0.01)


def test_grad_cam_is_that_computed_by_hand():
    face, model = bright_rectangle(), one_channel_model()
    slope = 3 / 2550 / 48 ** 2  # of label 6's logit with respect to one value of the channel
    np.testing.assert_allclose(methods.grad_cam(face, 6, model, 0), 2.0 * face * slope, rtol=1e-5)
    assert (methods.grad_cam(face, 0, model, 0) == 0).all()  # negative values are removed


@pytest.mark.parametrize("method", [methods.occlusion, methods.kernel_shap])
def test_methods_that_hide_find_the_only_bright_rectangle(method, monkeypatch):
    monkeypatch.setattr(methods, "blurred", np.zeros_like)
    relevance = method(bright_rectangle(), 6, one_channel_model(), 0)
    row, column = np.unravel_index(relevance.argmax(), (48, 48))
    assert row in range(14, 29) and column in range(28, 42)
    assert relevance[20:24, 32:38].min() > 3 * abs(relevance[:, :16]).max()


def test_kernel_shap_gives_the_shapley_values_of_a_game():
    masks = np.array([[1, 1, 1], [0, 0, 0], [1, 0, 0], [0, 1, 1], [0, 1, 0], [1, 0, 1], [0, 0, 1],
                      [1, 1, 0]], bool)  # each size of a coalition has the same weight
    answers = 0.1 + 0.2 * masks[:, 0] + 0.6 * (masks[:, 1] & masks[:, 2])
    np.testing.assert_allclose(methods.shapley_values(masks, answers), [0.2, 0.3, 0.3])


def test_kernel_shap_adds_up_to_the_change_of_the_probability(pretrained, face):
    relevance = explain("KernelSHAP", face, pretrained)
    _, first = np.unique(superpixels.segment(face), return_index=True)  # a pixel of each superpixel
    whole, hidden = pretrained.predict(np.stack([face, blurred(face)]))[:, HAPPY]
    assert relevance.ravel()[first].sum() == pytest.approx(float(whole - hidden), abs=1e-6)


def test_coalitions_are_pairs_of_a_random_one_and_its_complement():
    shown = methods.coalitions(10, 102, np.random.default_rng(0))
    assert shown.shape == (102, 10) and shown[0].all() and not shown[1].any()
    assert np.array_equal(shown[2:52], ~shown[52:])
    sizes = np.bincount(shown[2:].sum(axis=1), minlength=11)
    assert sizes[0] == sizes[10] == 0 and sizes[[1, 9]].sum() > sizes[[4, 6]].sum()


def test_a_backend_without_gradients_is_an_error(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "openvino")
    with pytest.raises(UserError, match="need KERAS_BACKEND=tensorflow"):
        methods.require_gradients(network.as_network(keras.Model()))


@pytest.mark.parametrize("name", ["LIME", "Grad-CAM"])
def test_an_explanation_depends_on_what_the_network_learned(name, pretrained, face):
    *_, (_, model) = randomise_from_the_top(pretrained.keras_model, seed=0)  # every layer
    original, changed = (explain(name, face, each).ravel()
                         for each in (pretrained, network.as_network(model)))
    assert spearmanr(original, changed).statistic < 0.6
