"""Arithmetic with a constant inside of a network, as preprocess_input does it, as Rescaling layers.

Keras 2 keeps it as a TFOpLambda, a name of any function of TensorFlow; Keras 3 as an operation.
"""
import math

from base.errors import Refused

RESCALED = {  # scale and offset of x operation c
    "TrueDivide": lambda c: (1 / c, 0.0), "Divide": lambda c: (1 / c, 0.0),
    "math.truediv": lambda c: (1 / c, 0.0), "math.divide": lambda c: (1 / c, 0.0),
    "Multiply": lambda c: (c, 0.0), "math.multiply": lambda c: (c, 0.0),
    "Subtract": lambda c: (1.0, -c), "math.subtract": lambda c: (1.0, -c),
    "Add": lambda c: (1.0, c), "math.add": lambda c: (1.0, c),
    "__operators__.add": lambda c: (1.0, c),
}
CLASSES = ("TFOpLambda", "TrueDivide", "Divide")  # beside those that are layers as well


def is_arithmetic(described):
    """Whether a configuration is that of an operation, not of a layer, which takes one argument."""
    first = [*described.get("inbound_nodes", ()), None][0]
    return (described["class_name"] in CLASSES or described["class_name"] in RESCALED
            and isinstance(first, dict) and len(first["args"]) > 1)


def rescaling(described):
    """The configuration of the Rescaling layer that does what an operation does.

    Raises:
        Refused: it is called several times, or is not a picture and a finite constant.
    """
    name = described["config"].get("function", described["class_name"])
    nodes = described["inbound_nodes"]
    constant, node = of_keras_2(nodes) if "function" in described["config"] else of_keras_3(nodes)
    number = isinstance(constant, (int, float)) and math.isfinite(constant)
    if name not in RESCALED or not number or constant == 0:
        raise Refused(f"computes {str(name)[:50]} with something else than a constant, "
                      "which is not read")
    scale, offset = RESCALED[name](constant)
    return {"class_name": "Rescaling", "name": described["name"], "inbound_nodes": [node],
            "config": {"name": described["name"], "scale": scale, "offset": offset}}


def of_keras_2(nodes):
    """The constant and the node without it of [["x", 0, 0, {"y": 127.5}]], or None twice."""
    if len(nodes) == 1 and len(nodes[0]) == 4 and set(nodes[0][3]) <= {"y", "name"}:
        return nodes[0][3].get("y"), [[*nodes[0][:3], {}]]
    return None, None


def of_keras_3(nodes):
    """The constant and the node without it of [{"args": [x, 127.5]}], or None twice."""
    if len(nodes) == 1 and len(nodes[0]["args"]) == 2 and isinstance(nodes[0]["args"][0], dict):
        return nodes[0]["args"][1], {"args": nodes[0]["args"][:1], "kwargs": {}}
    return None, None
