"""A network's arithmetic: float32, or bfloat16, which some processors do in half of the time.

Those with AVX-512 BF16 or AMX do (benchmarks/lime_speed.md); others only imitate it.
"""
import dataclasses

from base.errors import UserError

# the dtype policy of Keras for each; weights and the answers stay float32
PRECISIONS = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


def in_precision(network, precision):
    """The network with all layers but the last in this precision; its Keras model is changed.

    Args:
        network: a networks.network.Network.
        precision: a name in PRECISIONS.

    Raises:
        UserError: the network is no Keras model, and not to be left as it is.
    """
    if precision == network.precision:
        return network
    model = network.keras_model
    if model is None:
        raise UserError(f"--precision {precision}: {network.name} is {network.raw.form}; expected "
                        "a Keras model")
    for layer in model.layers[:-1]:
        layer.dtype_policy = PRECISIONS[precision]
    model.make_predict_function(force=True)  # drops what was compiled in another precision
    return dataclasses.replace(network, precision=precision)
