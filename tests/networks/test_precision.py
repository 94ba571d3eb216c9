"""A network in bfloat16 predicts nearly what it does in float32, and says so."""
import pickle

import numpy as np
import pytest

import fer2013
from base.errors import UserError
from fer2013 import included
from networks import choice
from networks.network import OURS, Network, open_network
from networks.raw import RawNetwork


def test_bfloat16_changes_predictions_a_little_and_the_float32_network_not_at_all():
    network = open_network(choice.PRETRAINED)
    pixels = fer2013.open(included.COMPOSITES).split("test").pixels[::10]
    exact, identity = network.predict(pixels), network.identity()
    rounded = network.in_precision("bfloat16")
    differences = np.abs(rounded.predict(pixels) - exact)
    assert 0 < differences.max() < 0.03
    assert rounded.caption == "computed in bfloat16"
    assert rounded.identity() == identity | {"precision": "bfloat16"}
    assert network.precision == "float32" and network.caption == ""
    assert {layer.compute_dtype for layer in network.keras_model.layers} == {"float32"}
    np.testing.assert_array_equal(network.predict(pixels), exact)


def test_bfloat16_of_another_format_is_an_error():
    raw = RawNetwork("theirs.tflite", "TensorFlow Lite", (48, 48, 1), 7, None, None, "digest")
    with pytest.raises(UserError, match="theirs.tflite is TensorFlow Lite; expected a model of"):
        Network(raw, OURS).in_precision("bfloat16")


def test_another_process_opens_the_network_in_the_same_precision():
    network = open_network(choice.PRETRAINED, precision="bfloat16")
    assert pickle.loads(pickle.dumps(network)).precision == "bfloat16"
