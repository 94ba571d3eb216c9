"""How much each pixel of a face speaks for a label, by LIME and by the methods that it is compared with.

    relevance = METHODS["Grad-CAM"](face, label=3, model=model, seed=0)     # float64 (48, 48)

Every method takes a uint8 (48, 48) face, a label, a model from model.load_model() and a seed (which only those that
draw at random use), and returns a float64 (48, 48) map: the larger, the more a pixel speaks for the label. Only the
order and the sign of a map can be compared between methods, since each has a unit of its own.

Grad-CAM and integrated gradients need gradients. Keras has no public function for them, so they come from the backend
that it runs on: TensorFlow, JAX or PyTorch; UserError on another.
"""
import contextlib
import functools
import io

import lazy_loader
import numpy as np
from lime.lime_image import LimeImageExplainer
from skimage.transform import resize

import face_lime
import model as network
from baselines import BASELINES
from command_line import UserError

keras = lazy_loader.load("keras")

WINDOW, STRIDE = 9, 3  # of occlusion, in pixels: 196 places, a window covers an eye or half of a mouth
STEPS = 200  # of integrated gradients: completeness within 0.5 % of the probability on 14 composites; 64 gave 2.9 %


def lime(face, label, model, seed, samples="auto"):
    """LIME as explain.py runs it (face_lime.explain_face), each superpixel's weight painted on its pixels."""
    predict = functools.partial(network.predict, model)
    return face_lime.explain_face(face, predict, [label], samples=samples, seed=seed)[label].weight_map()


def stock_lime(face, label, model, seed):
    """LIME as the lime package comes (stock_explanation), each superpixel's weight painted on its pixels."""
    found = stock_explanation(face, label, model, seed)
    weights = np.zeros(found.segments.max() + 1)
    for superpixel, weight in found.local_exp[label]:
        weights[superpixel] = weight
    return weights[found.segments]


def stock_explanation(face, label, model, seed):
    """lime's own ImageExplanation: quickshift's superpixels, hidden by their mean, 1,000 independent masks.

    So few superpixels have few combinations: each picture is predicted once, which gives the same answer far sooner.
    """
    def predict_distinct(pictures):
        faces, which = np.unique(pictures[..., 0], axis=0, return_inverse=True)
        return network.predict(model, faces)[which.ravel()]
    with contextlib.redirect_stderr(io.StringIO()):  # lime shows a progress bar, and has no option for it
        return LimeImageExplainer(random_state=seed).explain_instance(
            face, predict_distinct, labels=[label], top_labels=None, batch_size=1000)


def random_order(face, label, model, seed):
    """Uniform numbers from -1 to 1, which know nothing of the face or the model: what any method must beat."""
    return np.random.default_rng(seed).uniform(-1, 1, face.shape)


def occlusion(face, label, model, seed, baseline="blurred"):
    """How far the probability falls when a window is hidden, averaged over the windows that cover a pixel.

    Source: Zeiler & Fergus 2014, "Visualizing and Understanding Convolutional Networks" (arXiv 1311.2901), section 4.2;
    their windows are grey, these are hidden as LIME's superpixels are.
    """
    hidden = BASELINES[baseline](face)
    starts = range(0, face.shape[0] - WINDOW + 1, STRIDE)
    covered = np.zeros((len(starts) ** 2, *face.shape), bool)  # (windows, 48, 48)
    for place, (row, column) in zip(covered, ((row, column) for row in starts for column in starts), strict=True):
        place[row:row + WINDOW, column:column + WINDOW] = True
    answers = network.predict(model, np.concatenate([face[None], np.where(covered, hidden, face)]))[:, label]
    fall = answers[0].astype(np.float64) - answers[1:]  # (windows,)
    return np.tensordot(fall, covered, 1) / covered.sum(axis=0)


def grad_cam(face, label, model, seed):
    """The last convolution's channels, weighted by the label's mean slope in each; nowhere negative.

    Source: Selvaraju et al. 2017, "Grad-CAM" (arXiv 1610.02391), section 3. The channels are taken after their batch
    normalisation and ReLU: before them Grad-CAM does hardly better than random (benchmarks/faithfulness.md). The
    score is the label's logit, before the softmax; the 5x5 map is enlarged bilinearly.
    """
    layer, logits = last_activations(model), logits_of(model)
    pixels = face[None, ..., None].astype(np.float32)  # (1, 48, 48, 1)
    channels = keras.ops.convert_to_numpy(keras.Model(model.input, layer.output)(pixels))  # (1, 5, 5, channels)
    head = keras.Model(layer.output, logits)
    slope = gradient(lambda x: head(x, training=False)[:, label], channels)  # (1, 5, 5, channels)
    coarse = np.maximum((slope.mean(axis=(0, 1, 2)) * channels[0]).sum(axis=2), 0)  # (5, 5)
    return resize(coarse.astype(np.float64), face.shape, order=1)


def last_activations(model):
    """The last layer whose output is as large as the last convolution's: what follows it up to the pooling."""
    last = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)][-1]
    return [layer for layer in model.layers if layer.output.shape == last.output.shape][-1]


def logits_of(model):
    """What goes into the final softmax; the probabilities themselves where that is not a layer of its own."""
    return model.layers[-1].input if isinstance(model.layers[-1], keras.layers.Softmax) else model.output


def integrated_gradients(face, label, model, seed, baseline="zero", steps=STEPS):
    """The probability's gradient along the straight line from a baseline to the face, times the way.

    Source: Sundararajan et al. 2017, "Axiomatic Attribution for Deep Networks" (arXiv 1703.01365), section 3; the
    black face as baseline, as there, and the integral by the midpoint rule. The map's sum is the probability of the
    face less that of the baseline (completeness).
    """
    start = BASELINES[baseline](face).astype(np.float32)
    way = face - start  # (48, 48)
    shares = (np.arange(steps, dtype=np.float32) + 0.5) / steps
    points = (start + shares[:, None, None] * way)[..., None]  # (steps, 48, 48, 1)
    slopes = gradient(lambda x: model(x, training=False)[:, label], points)  # (steps, 48, 48, 1)
    return slopes.mean(axis=0, dtype=np.float64)[..., 0] * way


METHODS = {
    "LIME": lime,
    "stock LIME": stock_lime,
    "occlusion": occlusion,
    "Grad-CAM": grad_cam,
    "integrated gradients": integrated_gradients,
    "random": random_order,
}


def compare(explanation, model):
    """Every method's map for the label and face of one face_lime.Explanation, which stands for LIME.

    Returns:
        {name of the method: float64 (48, 48)}.
    """
    own = {"LIME": explanation.weight_map()}
    return own | {name: method(explanation.face, explanation.label, model, explanation.seed)
                  for name, method in METHODS.items() if name not in own}


# Gradients on any backend that has them

def gradient(score, inputs):
    """The gradient of the sum of score(inputs) by inputs: float32 of the same shape.

    Args:
        score: function from a float32 tensor of the backend to another tensor.
        inputs: float32 array.

    Raises:
        UserError: Keras runs on a backend without gradients.
    """
    require_gradients()
    return GRADIENTS[keras.backend.backend()](score, inputs)


def require_gradients():
    """UserError where Keras runs on a backend without gradients."""
    if keras.backend.backend() not in GRADIENTS:
        raise UserError(f"KERAS_BACKEND={keras.backend.backend()} gives no gradients, which Grad-CAM and integrated "
                        f"gradients need; expected one of {', '.join(GRADIENTS)}")


# Imported where they are used: only one is sure to be there, and lazy_loader 0.6 waits for ever where a module that it
# loads asks it for a package that is not installed.

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
