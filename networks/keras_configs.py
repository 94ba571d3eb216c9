"""Configurations of Keras 1, 2 and 3, translated into what the installed Keras builds.

Only what a forward pass needs is kept: regularisers and constraints are dropped, and so are all but
the ordinary initialisers, so that nothing unknown of a file is run.
"""
import inspect

import keras

from base.errors import Refused, UserError
from networks import arithmetic

DROPPED = ("initializer", "regularizer", "constraint", "init")  # ends of names
# what a file keeps under these keys is not read
NOT_READ = ("dtype", "build_config", "compile_config", "module")
OLD_CLASSES = {"Convolution2D": "Conv2D", "SeparableConvolution2D": "SeparableConv2D",
               "Model": "Functional", "MaxPool2D": "MaxPooling2D", "AvgPool2D": "AveragePooling2D",
               "ThresholdedReLU": "ReLU"}
# these do nothing after training, whatever their arguments are
TRAINING_ONLY = ("RandomFlip", "RandomRotation", "RandomZoom", "RandomContrast",
                 "RandomTranslation", "RandomBrightness", "RandomHeight", "RandomWidth")
OLD_CLASSES |= dict.fromkeys(TRAINING_ONLY, "Identity")
OLD_NAMES = {"nb_filter": "filters", "border_mode": "padding", "subsample": "strides",
             "output_dim": "units", "p": "rate", "bias": "use_bias", "dim_ordering": "data_format",
             "batch_input_shape": "batch_shape"}
OLD_VALUES = {"data_format": {"th": "channels_first", "tf": "channels_last"}}
OF_LAYER = {("LeakyReLU", "alpha"): "negative_slope", ("ReLU", "theta"): "threshold"}
INITIALISERS = ("Zeros", "Ones", "Constant", "RandomNormal", "RandomUniform", "TruncatedNormal",
                "VarianceScaling", "Orthogonal", "GlorotNormal", "GlorotUniform", "HeNormal",
                "HeUniform", "LecunNormal", "LecunUniform")
ACTIVATIONS = ("ReLU", "LeakyReLU", "ELU", "Softmax")  # layers that people give as an activation
OF_EVERY_LAYER = ("name", "trainable")
HARMLESS = {  # arguments that this Keras no longer has, with the values that change no answer
    "batch_shape": None, "trainable": None, "name": None, "value_range": None, "input_dtype": None,
    "dtype": None, "input_dim": None, "sparse": None, "ragged": None, "seed": None,
    "noise_shape": None, "W_learning_rate_multiplier": None, "groups": (1,), "mode": (0,),
    "renorm": (False,), "rms_scaling": (False,), "synchronized": (False,),
    "fused": (True, False), "depth_multiplier": (1,),
}


def translate(config):
    """The present form, {"class_name", "config"}, of a model's configuration."""
    name = OLD_CLASSES.get(config["class_name"], config["class_name"])
    if name == "Sequential":
        return {"class_name": name, "config": sequential(config["config"])}
    if name == "Functional":
        inside = dict(config["config"])
        inside["layers"] = [layer(each) for each in inside["layers"]]
        for ends in ("input_layers", "output_layers"):
            inside[ends] = only(inside[ends])
        return {"class_name": name, "config": inside}
    raise UserError(f"is a {name}; expected a Sequential or functional model")


def only(ends):
    """[["name", 0, 0]], as Keras 2 wrote a single input or output, without the outer list.

    Keras 3 takes it for a list of one tensor, which the layer after an inner model cannot take.
    """
    return ends[0] if len(ends) == 1 and isinstance(ends[0], list) else ends


def sequential(config):
    """Keras before 2.2.3 had a list of layers, later ones have a dict with the list and a name."""
    layers = config if isinstance(config, list) else config["layers"]
    name = "sequential" if isinstance(config, list) else config.get("name", "sequential")
    made = [layer(each) for each in layers]
    shape = input_shape(layers[0]["config"])
    if made[0]["class_name"] != "InputLayer" and shape is not None:
        made.insert(0, {"class_name": "InputLayer",
                        "config": {"batch_shape": shape, "name": f"{name}_input"}})
    elif shape is None and isinstance(config, dict) and config.get("build_input_shape"):
        made.insert(0, {"class_name": "InputLayer",
                        "config": {"batch_shape": config["build_input_shape"],
                                   "name": f"{name}_input"}})
    return {"name": name, "layers": made}


def input_shape(config):
    return config.get("batch_input_shape") or config.get("batch_shape")


def layer(described):
    """One layer, or a model inside of a model."""
    if arithmetic.is_arithmetic(described):
        described = arithmetic.rescaling(described)
    name = OLD_CLASSES.get(described["class_name"], described["class_name"])
    if name in ("Sequential", "Functional"):
        inner = translate(described)
    else:
        config = described["config"]
        if described["class_name"] in TRAINING_ONLY:
            config = {key: config[key] for key in ("name", "batch_input_shape") if key in config}
        inner = {"class_name": name, "config": arguments(name, config)}
    kept = {key: described[key] for key in ("name", "inbound_nodes") if key in described}
    return kept | inner


def arguments(name, config):
    """The arguments of a layer's class, under their present names."""
    config = {OF_LAYER.get((name, key), OLD_NAMES.get(key, key)): value
              for key, value in config.items()}
    if "nb_row" in config:
        config["kernel_size"] = (config["nb_row"], config["nb_col"])
    if isinstance(config.get("axis"), list) and len(config["axis"]) == 1:  # of Keras 2
        config["axis"] = config["axis"][0]
    for key, values in OLD_VALUES.items():
        config[key] = values.get(config[key], config[key]) if key in config else None
    parameters = inspect.signature(getattr(keras.layers, name).__init__).parameters
    others = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    known = set(parameters) | set(OF_EVERY_LAYER if others else ())
    check_left_out(name, {key: value for key, value in config.items() if key not in known})
    kept = {key: plain(value) for key, value in config.items()
            if key in known and value is not None and not key.endswith(DROPPED)}
    starts = {key: initialiser(config.get(key), each.default)
              for key, each in parameters.items() if key.endswith("initializer")}
    return kept | starts | {"dtype": "float32"}  # also of layers that a file has in bfloat16


def initialiser(given, default):
    """An ordinary initialiser of Keras 3, as a configuration, or else the layer's default."""
    if not isinstance(given, dict) or given.get("module") != "keras.initializers":
        return default
    config = given.get("config")
    plain = isinstance(config, dict) and not any(
        isinstance(value, (dict, list)) for value in config.values())
    if not plain or given.get("class_name") not in INITIALISERS:
        return default
    return {"module": "keras.initializers", "class_name": given["class_name"], "config": config,
            "registered_name": None}


def check_left_out(name, left_out):
    """Refuse a layer with an argument that would be lost, unless that changes no answer."""
    for key, value in left_out.items():
        if value is None or key.endswith(DROPPED) or key in ("nb_row", "nb_col"):
            continue
        if key not in HARMLESS or HARMLESS[key] is not None and value not in HARMLESS[key]:
            raise Refused(f"has a {name} with {key} = {str(value)[:40]}, which is not read")


def plain(value):
    """A dictionary that stands for an activation, as the name of a function or as a layer."""
    if not isinstance(value, dict) or "class_name" not in value:
        return value
    if value["class_name"] == "function":
        return str(value["config"])
    if value["class_name"] not in ACTIVATIONS:  # one with weights would need those of the file
        raise Refused(f"has a {str(value['class_name'])[:50]} as an activation, which is not read")
    return getattr(keras.layers, value["class_name"])(**layer(value)["config"])
