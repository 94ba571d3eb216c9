"""Gradients of a score on TensorFlow, JAX and PyTorch, for which Keras has no public function."""
import keras
import numpy as np

from base.errors import UserError


def gradient(score, inputs):
    """The gradient of the sum of score(inputs) with respect to the inputs.

    Args:
        score: function from a float32 tensor of the backend to another tensor.
        inputs: float32 array.

    Returns:
        float32 array of the shape of the inputs.
    """
    return GRADIENTS[keras.backend.backend()](score, inputs)


def require_gradients(network):
    """UserError if a Network's file format or Keras's backend has no gradients."""
    if network.keras_model is None:
        raise UserError(f"{network.name}: {network.raw.form} has no gradients, which Grad-CAM and "
                        "integrated gradients need")
    backend = keras.backend.backend()
    if backend not in GRADIENTS:
        raise UserError(f"KERAS_BACKEND={backend} gives no gradients, which Grad-CAM and "
                        f"integrated gradients need; expected one of {', '.join(GRADIENTS)}")


# Each function imports its own backend, because the others may not be installed.

def tensorflow_gradient(score, inputs):
    import tensorflow

    tensor = tensorflow.constant(inputs)
    with tensorflow.GradientTape() as tape:
        tape.watch(tensor)
        scores = score(tensor)
    return tape.gradient(scores, tensor).numpy()


def jax_gradient(score, inputs):
    import jax

    return np.asarray(jax.grad(lambda tensor: score(tensor).sum())(jax.numpy.asarray(inputs)))


def torch_gradient(score, inputs):
    import torch

    tensor = keras.ops.convert_to_tensor(inputs).requires_grad_()
    return torch.autograd.grad(score(tensor).sum(), tensor)[0].cpu().numpy()


GRADIENTS = {"tensorflow": tensorflow_gradient, "jax": jax_gradient, "torch": torch_gradient}
