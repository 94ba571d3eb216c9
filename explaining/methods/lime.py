"""LIME as explain.py runs it, and LIME as the lime package comes."""
import contextlib
import io

import numpy as np
from lime.lime_image import LimeImageExplainer

from explaining import face_lime


def lime(face, label, network, seed, samples="auto"):
    """LIME as explain.py runs it (face_lime.explain_face), each superpixel's weight painted on its pixels."""
    return face_lime.explain_face(face, network.predict, [label], samples=samples, seed=seed)[label].weight_map()


def stock_lime(face, label, network, seed):
    """LIME as the lime package comes (stock_explanation), each superpixel's weight painted on its pixels."""
    found = stock_explanation(face, label, network, seed)
    weights = np.zeros(found.segments.max() + 1)
    for superpixel, weight in found.local_exp[label]:
        weights[superpixel] = weight
    return weights[found.segments]


def stock_explanation(face, label, network, seed):
    """lime's own ImageExplanation: quickshift's superpixels, hidden by their mean, 1,000 independent masks.

    So few superpixels have few combinations: each picture is predicted once, which gives the same answer far sooner.
    """
    def predict_distinct(pictures):
        faces, which = np.unique(pictures[..., 0], axis=0, return_inverse=True)
        return network.predict(faces)[which.ravel()]
    with contextlib.redirect_stderr(io.StringIO()):  # lime shows a progress bar, and has no option for it
        return LimeImageExplainer(random_state=seed).explain_instance(
            face, predict_distinct, labels=[label], top_labels=None, batch_size=1000)
