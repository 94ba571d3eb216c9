"""A network's arithmetic: float32, or bfloat16, which some processors do in half of the time.

Those with AVX-512 BF16 or AMX do (benchmarks/speed.md); others only imitate it. In both, what
pictures have in common is computed once (sharing.py).
"""
import dataclasses
import functools

from base.errors import UserError
from networks import limits
from networks.batches import caller

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
    from networks.trace import trace  # here: Keras takes seconds, and --help needs none
    *layers, last = [layer for layer, *_ in trace(model).layers]  # those of inner models too
    for layer in layers:
        if layer is not last:
            layer.dtype_policy = PRECISIONS[precision]
    model.make_predict_function(force=True)  # drops what was compiled in another precision
    call = caller(answers_of(model, precision), limits.batch_sizes(model),
                  network.raw.channels_first)
    return dataclasses.replace(network, precision=precision,
                               raw=dataclasses.replace(network.raw, call=call))


def answers_of(model, precision="float32"):
    """A function with the answers of model.predict_on_batch(), which does without some arithmetic.

    In bfloat16, normalisation is folded too (folding.py), and the answers differ by less than
    rounding does. In float32 folding would save 4 % of the time, and change the seventh digit.
    What the function asks is built at its first call: a teacher in training needs none.

    Args:
        model: a keras.Model in this precision; its weights must not change after the first call.
        precision: a name in PRECISIONS.
    """
    @functools.cache
    def build():
        from networks.folding import folded  # here, as above
        from networks.sharing import sharing

        network = folded(model) if precision == "bfloat16" else model
        shared = sharing(network) if on_cpu() else None  # a GPU computes faster than this looks
        return shared.predict if shared else network.predict_on_batch
    return lambda pictures: build()(pictures)


def on_cpu():
    """Whether Keras's backend computes on nothing but the processor."""
    import keras

    if keras.backend.backend() == "torch":  # for which Keras does not list devices
        import torch

        return not (torch.cuda.is_available() or torch.backends.mps.is_available())
    if keras.backend.backend() not in ("tensorflow", "jax"):
        return True
    return all("CPU" in device.upper() for device in keras.distribution.list_devices())
