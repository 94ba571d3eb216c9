"""A network's arithmetic: float32, or bfloat16, which some processors do in half of the time.

Those with AVX-512 BF16 or AMX do (benchmarks/lime_speed.md); others only imitate it.
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

    In bfloat16, predict() asks a folded copy (folding.py), whose answers differ by less than
    rounding does, and computes once what pictures have in common (sharing.py). In float32 folding
    would save 4 % of the time, and the answers would differ in the seventh digit.

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
    answer = in_bfloat16(model) if precision == "bfloat16" else model.predict_on_batch
    call = caller(answer, limits.batch_sizes(model), network.raw.channels_first)
    return dataclasses.replace(network, precision=precision,
                               raw=dataclasses.replace(network.raw, call=call))


def in_bfloat16(model):
    """A function with the answers of predict_on_batch(), which does without some arithmetic.

    The copy that it asks is built at the first call: a teacher in training needs none.
    """
    build = functools.cache(functools.partial(fast, model))
    return lambda pictures: build()(pictures)


def fast(model):
    """The function of a folded copy, which shares the start of pictures where that is certain."""
    from networks.folding import folded  # here, because Keras takes seconds, and --help needs none
    from networks.sharing import sharing

    model = folded(model)
    shared = sharing(model)
    return shared.predict if shared else model.predict_on_batch
