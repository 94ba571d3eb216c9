"""LIME as explain.py runs it, and LIME with the defaults of the lime package."""
import contextlib
import io

import numpy as np
from lime.lime_image import LimeImageExplainer

from explaining import face_lime


def lime(face, label, network, seed, samples="auto", hide="blurred"):
    """LIME as explain.py runs it: the weight of each pixel's superpixel."""
    explanations = face_lime.explain_face(face, network.predict, [label], hide=hide,
                                          samples=samples, seed=seed)
    return explanations[label].weight_map()


def stock_lime(face, label, network, seed):
    """LIME with the defaults of the lime package: the weight of each pixel's superpixel."""
    explanation = stock_explanation(face, label, network, seed)
    weights = np.zeros(explanation.segments.max() + 1)
    for superpixel, weight in explanation.local_exp[label]:
        weights[superpixel] = weight
    return weights[explanation.segments]


def stock_explanation(face, label, network, seed):
    """The ImageExplanation of the lime package with its defaults.

    These are superpixels from quickshift, hidden by their mean, and 1,000 independent masks. There
    are so few superpixels that many masks are equal, so each distinct picture is predicted once,
    which gives the same result much faster.
    """
    def predict_distinct(pictures):
        pixels, which = np.unique(pictures[..., 0], axis=0, return_inverse=True)
        return network.predict(pixels)[which.ravel()]
    with contextlib.redirect_stderr(io.StringIO()):  # hides a progress bar that has no option
        return LimeImageExplainer(random_state=seed).explain_instance(
            face, predict_distinct, labels=[label], top_labels=None, batch_size=1000)
