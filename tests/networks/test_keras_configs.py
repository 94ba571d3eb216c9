"""Configurations of old Keras keep every argument that changes an answer, or are refused."""
import json

import keras
import pytest

from base.errors import Refused
from networks import arithmetic, keras_configs, keras_files


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


def test_layers_for_training_alone_become_nothing_whatever_their_arguments():
    flip = {"class_name": "RandomFlip",
            "config": {"name": "a", "mode": "horizontal", "rng_type": "stateful"}}
    assert keras_configs.layer(flip) == {
        "class_name": "Identity", "config": {"name": "a", "dtype": "float32"}}


def test_the_threshold_of_an_old_layer_is_kept():
    old = {"class_name": "ThresholdedReLU", "config": {"name": "a", "theta": 0.5}}
    made = keras_configs.layer(old)
    assert (made["class_name"], made["config"]["threshold"]) == ("ReLU", 0.5)


LAYERS = {  # with the arguments that they need
    "Conv2D": {"filters": 2, "kernel_size": 3}, "SeparableConv2D": {"filters": 2, "kernel_size": 3},
    "DepthwiseConv2D": {"kernel_size": 3}, "Dense": {"units": 2}, "Dropout": {"rate": 0.1},
    "Reshape": {"target_shape": (4,)}, "Activation": {"activation": "relu"},
    "Rescaling": {"scale": 2}, "SpatialDropout1D": {"rate": 0.1}, "SpatialDropout2D": {"rate": 0.1},
    "GaussianNoise": {"stddev": 0.1}, "GaussianDropout": {"rate": 0.1},
    "AlphaDropout": {"rate": 0.1}, "AveragePooling2D": {"pool_size": 2},
    "RandomCrop": {"height": 4, "width": 4}, "Permute": {"dims": (1, 2, 3)},
    "Resizing": {"height": 4, "width": 4}, "InputLayer": {"shape": (4, 4, 1)}}


@pytest.mark.parametrize("name", sorted(
    keras_files.LAYERS - set(keras_configs.OLD_CLASSES) - set(arithmetic.CLASSES)
    - {"Functional", "Sequential", "__keras_tensor__"}))
def test_every_allowed_layer_is_made_from_its_own_configuration(name):
    layer = getattr(keras.layers, name)(**LAYERS.get(name, {}))
    config = json.loads(json.dumps(layer.get_config()))
    made = type(layer).from_config(keras_configs.arguments(name, config)).get_config()
    for key, value in made.items():
        if key != "dtype" and key in config and not key.endswith(keras_configs.DROPPED):
            assert json.loads(json.dumps(value)) == config[key], key


def of_keras_2(function, **constants):
    return {"class_name": "TFOpLambda", "name": "tf.op", "config": {"function": function},
            "inbound_nodes": [["input", 0, 0, constants | {"name": None}]]}


@pytest.mark.parametrize(("function", "constant", "scale", "offset"), [
    ("math.truediv", 4, 0.25, 0), ("math.multiply", 4, 4, 0), ("math.subtract", 1.0, 1, -1),
    ("__operators__.add", 2, 1, 2)])
def test_arithmetic_with_a_constant_becomes_a_rescaling(function, constant, scale, offset):
    made = keras_configs.layer(of_keras_2(function, y=constant))
    assert (made["class_name"], made["inbound_nodes"]) == ("Rescaling", [[["input", 0, 0, {}]]])
    assert (made["config"]["scale"], made["config"]["offset"]) == (scale, offset)


@pytest.mark.parametrize("described", [
    of_keras_2("io.read_file", y=1), of_keras_2("math.truediv", y=0), of_keras_2("math.add", y="1"),
    of_keras_2("math.add", y=float("nan")), of_keras_2("math.add", y=["other", 0, 0]),
    of_keras_2("math.add", x=1),
    {"class_name": "Add", "module": "keras.src.ops.numpy", "name": "add", "config": {},
     "inbound_nodes": [{"args": [{}, {}], "kwargs": {}}]}])
def test_any_other_operation_is_refused(described):
    with pytest.raises(Refused, match="with something else than a constant, which is not read"):
        keras_configs.layer(described)
