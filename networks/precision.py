"""A network's arithmetic: float32, or bfloat16, which some processors do in half of the time.

Those with AVX-512 BF16 or AMX do (benchmarks/speed.md); others only imitate it. In both, what
pictures have in common is computed once (sharing.py).
"""
import functools

from networks.raw import batch_sizes, in_batches

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

    computed_in = {getattr(layer, "compute_dtype", "float32") for layer, *_ in trace(model).layers}
    return model if computed_in <= {"float32"} else with_policy(model, "float32")


def call_of(model):
    """The RawNetwork.call of a keras.Model, whose weights must not change after its first call.

    What it needs is built at that call: a teacher in training needs none.
    """
    @functools.cache
    def predict():
        from networks.sharing import sharing

        shared = sharing(model) if on_cpu() else None  # a GPU computes faster than this looks
        return shared.predict if shared else model.predict_on_batch
    return lambda pictures: in_batches(predict(), pictures, batch_sizes(pictures.shape[1]))


def on_cpu():
    """Whether Keras's backend is known to compute on nothing but the processor."""
    import keras

    return (keras.backend.backend() in ("tensorflow", "jax")  # whose devices Keras can list
            and all("CPU" in device.upper() for device in keras.distribution.list_devices()))
