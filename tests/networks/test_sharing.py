"""What pictures have in common is computed once, with the same answers."""
import keras
import numpy as np
import pytest

import fer2013
from explaining import methods
from explaining.superpixels import segment
from fer2013 import included
from model import as_network
from networks import choice, sharing
from networks.network import open_network

LAYERS = keras.layers


def pictures_of_a_face(count=120):
    """A face with random superpixels black: float32 (count, 48, 48, 1)."""
    face = fer2013.open(included.COMPOSITES).split("test").pixels[0]
    segments = segment(face)
    shown = np.random.default_rng(0).integers(0, 2, (count, segments.max() + 1))
    return (face * shown[:, segments])[..., None].astype(np.float32)


def forbid(model):
    """Let a network's part fail where it is asked."""
    def predict_on_batch(pictures):
        raise AssertionError("asked")
    model.predict_on_batch = predict_on_batch


def test_the_included_network_answers_as_before():
    model, pictures = open_network(choice.PRETRAINED).keras_model, pictures_of_a_face()
    answers = model.predict_on_batch(pictures)
    shared = sharing.sharing(model)
    forbid(shared.whole)
    np.testing.assert_allclose(shared.predict(pictures), answers, atol=1e-5)


def test_layers_of_other_sizes_and_a_border_that_is_not_zero(monkeypatch):
    monkeypatch.setattr(sharing, "REPEATED", 0.5)  # larger windows have less in common
    model = keras.Sequential([
        keras.Input((48, 48, 1)), LAYERS.Rescaling(1 / 128, offset=-1),
        LAYERS.Conv2D(3, 5, padding="same", bias_initializer="normal"), LAYERS.ELU(),
        LAYERS.BatchNormalization(beta_initializer="normal"),
        LAYERS.Conv2D(4, 1, padding="same", activation="tanh"), LAYERS.Activation("relu"),
        LAYERS.Conv2D(4, 3, padding="same"), LAYERS.Dropout(0.5), LAYERS.MaxPooling2D(2),
        LAYERS.Flatten(), LAYERS.Dense(7, "softmax")])
    pictures = pictures_of_a_face()
    answers = model.predict_on_batch(pictures)
    shared = sharing.sharing(model)
    forbid(shared.whole)
    np.testing.assert_allclose(shared.predict(pictures), answers, atol=1e-5)


def test_few_pictures_and_pictures_without_anything_in_common_go_through_the_whole_network():
    shared = sharing.sharing(open_network(choice.PRETRAINED).keras_model)
    forbid(shared.start)
    noise = np.random.default_rng(0).integers(0, 256, (120, 48, 48, 1)).astype(np.float32)
    for pictures in (pictures_of_a_face(5), noise):
        answers = shared.whole.predict_on_batch(pictures)
        assert np.array_equal(shared.predict(pictures), answers)


def convolutions(last=None):
    """Two convolutions that can be shared, or one and another last layer."""
    return [LAYERS.Conv2D(4, 3, padding="same"), last or LAYERS.Conv2D(4, 3, padding="same")]


@pytest.mark.parametrize("start", [
    convolutions(LAYERS.Conv2D(4, 3)) + [LAYERS.MaxPooling2D()],
    convolutions(LAYERS.Conv2D(4, 1, padding="same")) + [LAYERS.MaxPooling2D()],
    convolutions(LAYERS.Conv2D(4, 3, strides=2, padding="same")) + [LAYERS.MaxPooling2D()],
    convolutions(LAYERS.Conv2D(4, 4, padding="same")) + [LAYERS.MaxPooling2D()],
    convolutions() + [LAYERS.MaxPooling2D(padding="same")],
    convolutions() + [LAYERS.AveragePooling2D(2), LAYERS.MaxPooling2D()],
    convolutions() + [LAYERS.BatchNormalization(1), LAYERS.MaxPooling2D()]])
def test_a_network_that_begins_otherwise_is_left_as_it_is(start):
    model = keras.Sequential([keras.Input((48, 48, 1)), *start, LAYERS.Flatten(), LAYERS.Dense(7)])
    assert sharing.sharing(model) is None


def test_a_network_whose_layers_share_a_name_answers_as_it_is():
    def block():
        return keras.Sequential([LAYERS.Conv2D(2, 3, padding="same", name="conv"),
                                 LAYERS.MaxPooling2D(name="pool")])

    model = keras.Sequential([keras.Input((48, 48, 1)), block(), block(), LAYERS.Flatten(),
                              LAYERS.Dense(7, "softmax")])
    asked, pictures = as_network(model), pictures_of_a_face()
    expected = model.predict_on_batch(pictures)
    np.testing.assert_allclose(asked.predict(pictures[..., 0].astype(np.uint8)), expected,
                               atol=1e-6)
    assert "several layers of one name" in methods.left_out(asked)["Grad-CAM"]
