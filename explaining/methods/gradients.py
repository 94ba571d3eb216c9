"""Gradients on any backend that has them. Keras has no public function for them, so the backend's own is called."""
import keras
import numpy as np

from base.errors import UserError


def gradient(score, inputs):
    """The gradient of the sum of score(inputs) by inputs: float32 of the same shape.

    Args:
        score: function from a float32 tensor of the backend to another tensor.
        inputs: float32 array.
    """
    return GRADIENTS[keras.backend.backend()](score, inputs)


def require_gradients(network):
    """UserError where the file's format has no gradients, or Keras runs on a backend without them."""
    if network.keras_model is None:
        raise UserError(f"{network.name}: {network.raw.form} has no gradients, which Grad-CAM and integrated "
                        "gradients need")
    if keras.backend.backend() not in GRADIENTS:
        raise UserError(f"KERAS_BACKEND={keras.backend.backend()} gives no gradients, which Grad-CAM and integrated "
                        f"gradients need; expected one of {', '.join(GRADIENTS)}")


# The backends are imported where they are used: only one is sure to be there.

def tensorflow_gradient(score, inputs):
    import tensorflow

    tensor = tensorflow.constant(inputs)
    with tensorflow.GradientTape() as tape:
        tape.watch(tensor)
        answers = score(tensor)
    return tape.gradient(answers, tensor).numpy()


def jax_gradient(score, inputs):
    import jax

    return np.asarray(jax.grad(lambda tensor: score(tensor).sum())(jax.numpy.asarray(inputs)))


def torch_gradient(score, inputs):
    import torch

    tensor = keras.ops.convert_to_tensor(inputs).requires_grad_()
    return torch.autograd.grad(score(tensor).sum(), tensor)[0].cpu().numpy()


GRADIENTS = {"tensorflow": tensorflow_gradient, "jax": jax_gradient, "torch": torch_gradient}
