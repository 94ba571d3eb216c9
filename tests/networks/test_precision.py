"""A network in bfloat16 gives nearly the answers that it gives in float32, and says so."""
import numpy as np
import pytest

import fer2013
from base.errors import UserError
from fer2013 import bundled
from networks.network import OURS, Network, open_network
from networks.precision import in_precision
from networks.raw import RawNetwork


def test_bfloat16_changes_the_answers_a_little_and_shows_in_caption_and_identity():
    network = open_network(bundled.PRETRAINED)
    pixels = fer2013.load(bundled.COMPOSITES, "test")[0][::10]
    exact, identity = network.predict(pixels), network.identity()
    rounded = in_precision(network, "bfloat16")
    differences = np.abs(rounded.predict(pixels) - exact)
    assert 0 < differences.max() < 0.03
    assert rounded.caption == "computed in bfloat16"
    assert rounded.identity() == identity | {"precision": "bfloat16"}
    assert np.array_equal(in_precision(rounded, "float32").predict(pixels), exact)


def test_float32_is_the_network_as_it_is():
    network = open_network(bundled.PRETRAINED)
    assert in_precision(network, "float32") is network


def test_bfloat16_of_another_format_is_an_error():
    raw = RawNetwork("theirs.tflite", "TensorFlow Lite", (48, 48, 1), False, 7, None, None, False,
                     "digest")
    with pytest.raises(UserError, match="theirs.tflite is TensorFlow Lite; expected a Keras model"):
        in_precision(Network(raw, OURS), "bfloat16")
