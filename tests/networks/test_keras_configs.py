"""Configurations of old Keras keep every argument that changes an answer, or are refused."""
import pytest

from base.errors import Refused
from networks import keras_configs


def test_the_slope_of_an_old_leaky_relu_is_kept():
    made = keras_configs.arguments("LeakyReLU", {"name": "a", "alpha": 0.02})
    assert made["negative_slope"] == 0.02


def test_an_argument_of_keras_1_has_its_present_name():
    old = {"nb_filter": 8, "nb_row": 3, "nb_col": 5, "border_mode": "same", "dim_ordering": "tf"}
    made = keras_configs.arguments("Conv2D", old)
    assert (made["filters"], made["kernel_size"], made["padding"]) == (8, (3, 5), "same")
    assert made["data_format"] == "channels_last"


@pytest.mark.parametrize(("name", "config"), [
    ("BatchNormalization", {"mode": 1}), ("Conv2D", {"rates": 2}),
    ("SeparableConv2D", {"filters": 8, "kernel_size": 3, "groups": 2}), ("ReLU", {"alpha": 0.1}),
])
def test_an_argument_that_would_be_lost_is_refused(name, config):
    with pytest.raises(Refused, match="which is not read"):
        keras_configs.arguments(name, config)
