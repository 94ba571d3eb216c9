"""A network whose normalisation is folded into its convolutions gives the same answers."""
import keras
import numpy as np
import pytest

import fer2013
import model as network
from fer2013 import included
from networks import choice
from networks.folding import folded

LAYERS = keras.layers


def kinds(model):
    return [type(layer).__name__ for layer in model.layers]


def filled(model):
    """With weights of noise, variances above 0."""
    random = np.random.default_rng(0)
    model.set_weights([random.uniform(0.1, 1, weight.shape) for weight in model.get_weights()])
    return model


def test_the_included_network_answers_as_before():
    model = network.load_model(choice.PRETRAINED)
    before, names = model.get_weights(), kinds(model)
    pixels = fer2013.open(included.COMPOSITES).split("test").pixels[::10]
    answers = network.predict(model, pixels)
    fast = folded(model)
    assert "BatchNormalization" in names and "BatchNormalization" not in kinds(fast)
    np.testing.assert_allclose(network.predict(fast, pixels), answers, atol=1e-4)
    assert kinds(model) == names and all(map(np.array_equal, model.get_weights(), before))


@pytest.mark.parametrize("options", [{}, {"scale": False}, {"center": False}])
@pytest.mark.parametrize("use_bias", [True, False])
def test_a_network_inside_of_another_one_answers_as_before(options, use_bias):
    inner = keras.Sequential([
        LAYERS.Conv2D(6, 3, groups=2, strides=2, use_bias=use_bias),
        LAYERS.BatchNormalization(**options), LAYERS.ReLU()])
    inputs = keras.Input((48, 48, 1))
    x = inner(LAYERS.Conv2D(4, 3, padding="same")(inputs))
    model = filled(keras.Model(inputs, LAYERS.GlobalAveragePooling2D()(x)))
    pictures = np.random.default_rng(1).random((3, 48, 48, 1))
    fast = folded(model)
    assert "BatchNormalization" not in kinds(fast)
    np.testing.assert_allclose(fast(pictures), model(pictures), rtol=1e-5)


@pytest.mark.parametrize("convolution, normalisation", [
    (LAYERS.Conv2D(4, 3, activation="relu"), LAYERS.BatchNormalization()),
    (LAYERS.DepthwiseConv2D(3), LAYERS.BatchNormalization()),
    (LAYERS.Conv2D(4, 3), LAYERS.BatchNormalization(axis=1)),
    (LAYERS.Conv2D(4, 3), LAYERS.LayerNormalization())])
def test_what_is_not_certain_stays(convolution, normalisation):
    inputs = keras.Input((48, 48, 1))
    model = filled(keras.Model(inputs, LAYERS.Flatten()(normalisation(convolution(inputs)))))
    assert type(normalisation).__name__ in kinds(folded(model))


def test_a_convolution_whose_output_is_used_twice_stays():
    inputs = keras.Input((48, 48, 1))
    x = LAYERS.Conv2D(4, 3)(inputs)
    model = filled(keras.Model(inputs, LAYERS.Add()([x, LAYERS.BatchNormalization()(x)])))
    pictures = np.random.default_rng(1).random((2, 48, 48, 1))
    assert "BatchNormalization" in kinds(folded(model))
    np.testing.assert_allclose(folded(model)(pictures), model(pictures), rtol=1e-5)


def test_a_layer_that_is_called_twice_is_folded_where_it_is_normalised():
    inputs, convolution = keras.Input((48, 48, 1)), LAYERS.Conv2D(1, 3, padding="same")
    x = convolution(LAYERS.BatchNormalization()(convolution(inputs)))
    model = filled(keras.Model(inputs, x))
    pictures = np.random.default_rng(1).random((2, 48, 48, 1))
    assert "BatchNormalization" not in kinds(folded(model))
    np.testing.assert_allclose(folded(model)(pictures), model(pictures), rtol=1e-5)
