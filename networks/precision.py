"""A network's arithmetic: float32, or bfloat16, which some processors do in half of the time.

Those with AVX-512 BF16 or AMX do (benchmarks/speed.md); others only imitate it. In both, what
pictures have in common is computed once (sharing.py).
"""
import functools

# the dtype policy of Keras for each; weights and the predictions stay float32
PRECISIONS = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


def with_policy(model, policy):
    """A copy of a keras.Model with this dtype policy in all layers but the last, and its weights.

    The layers of models inside of it are copied too.
    """
    import keras

    from networks.trace import trace

    last = trace(model).layers[-1][0]

    def copy(layer):
        own = "float32" if layer is last else policy
        return type(layer).from_config(layer.get_config() | {"dtype": own})
    cloned = keras.models.clone_model(model, clone_function=copy, recursive=True)
    cloned.set_weights(model.get_weights())
    cloned.jit_compile = model.jit_compile
    return cloned


def in_float32(model):
    """The keras.Model itself, or a copy in float32 of one that was trained in another precision."""
    from networks.trace import trace

    if all(layer.compute_dtype == "float32" for layer, *_ in trace(model).layers
           if hasattr(layer, "compute_dtype")):
        return model
    return with_policy(model, "float32")


def predictor(model, precision="float32"):
    """A function with the predictions of model.predict_on_batch(), which shares some arithmetic.

    In bfloat16, normalisation is folded too (folding.py), and the predictions differ by less than
    rounding does. In float32 folding would save 4 % of the time, and change the seventh digit.
    What the function asks is built at its first call: a teacher in training needs none.

    Args:
        model: a keras.Model in this precision; its weights must not change after the first call.
        precision: a name in PRECISIONS.
    """
    @functools.cache
    def build():
        from networks.folding import folded
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
