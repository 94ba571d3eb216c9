"""A network in bfloat16 gives nearly the answers that it gives in float32, and says so."""
import sys
import types

import keras
import numpy as np
import pytest

import fer2013
from base.errors import UserError
from fer2013 import included
from model import as_network
from networks import choice
from networks.network import OURS, Network, open_network
from networks.precision import in_precision, on_cpu
from networks.raw import RawNetwork


def test_bfloat16_changes_the_answers_a_little_and_shows_in_caption_and_identity():
    network = open_network(choice.PRETRAINED)
    pixels = fer2013.open(included.COMPOSITES).split("test").pixels[::10]
    exact, identity = network.predict(pixels), network.identity()
    rounded = in_precision(network, "bfloat16")
    differences = np.abs(rounded.predict(pixels) - exact)
    assert 0 < differences.max() < 0.03
    assert rounded.caption == "computed in bfloat16"
    assert rounded.identity() == identity | {"arithmetic": "bfloat16"}
    assert np.array_equal(in_precision(rounded, "float32").predict(pixels), exact)


def test_float32_is_the_network_as_it_is():
    network = open_network(choice.PRETRAINED)
    assert in_precision(network, "float32") is network


def test_bfloat16_of_another_format_is_an_error():
    raw = RawNetwork("theirs.tflite", "TensorFlow Lite", (48, 48, 1), False, 7, None, None, False,
                     "digest")
    with pytest.raises(UserError, match="theirs.tflite is TensorFlow Lite; expected a Keras model"):
        in_precision(Network(raw, OURS), "bfloat16")


def test_another_process_opens_the_network_in_the_same_precision():
    network = in_precision(open_network(choice.PRETRAINED), "bfloat16")
    assert network.source.open().precision == "bfloat16"
    assert open_network(choice.PRETRAINED).source.open().precision == "float32"


def test_bfloat16_reaches_the_layers_of_models_inside_of_a_model():
    layers = keras.layers
    base = keras.Sequential([keras.Input((48, 48, 1)), layers.Conv2D(2, 3), layers.Flatten()])
    model = keras.Sequential([keras.Input((48, 48, 1)), base, layers.Dense(7), layers.Softmax()])
    in_precision(as_network(model), "bfloat16")
    policies = {layer.name: layer.compute_dtype for layer in (*base.layers, *model.layers[1:])}
    assert policies.pop(model.layers[-1].name) == "float32"
    assert set(policies.values()) == {"bfloat16"}


@pytest.mark.parametrize(("backend", "cuda", "expected"), [
    ("torch", False, True), ("torch", True, False), ("openvino", False, True)])
def test_a_backend_whose_devices_keras_does_not_list_is_asked_itself(
        backend, cuda, expected, monkeypatch):
    torch = types.ModuleType("torch")
    torch.cuda = types.SimpleNamespace(is_available=lambda: cuda)
    torch.backends = types.SimpleNamespace(mps=types.SimpleNamespace(is_available=lambda: False))
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setattr(keras.backend, "backend", lambda: backend)
    assert on_cpu() is expected
