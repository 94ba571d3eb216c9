"""LIME for 48x48 grey faces: the lime package underneath, with superpixels and sampling that suit small faces.

    explanations = explain_face(face, predict, labels=[3], samples=1000, seed=0)
    explanations[3].weights                     # one number per superpixel: what it adds to P(happy)

Source: Ribeiro et al. 2016, "Why Should I Trust You?" (arXiv 1602.04938), section 3.
"""
from typing import NamedTuple

import numpy as np
from lime.lime_image import LimeImageExplainer
from skimage.segmentation import slic
from sklearn.metrics import r2_score
from sklearn.metrics.pairwise import cosine_distances

from command_line import UserError

SHOWN = 5  # superpixels that a figure marks: with all positive ones it would mark about half of every face


class Explanation(NamedTuple):
    """What LIME found for one label of one face."""
    face: np.ndarray  # uint8 (48, 48)
    segments: np.ndarray  # int (48, 48), superpixels numbered from 0
    weights: np.ndarray  # float64 (superpixels,): change of the label's probability when a superpixel is shown
    intercept: float  # the local model's probability with every superpixel hidden
    local_prediction: float  # the local model's probability of the whole face
    r2: float  # weighted R squared of the local model on the sampled faces, at most 1
    seed: int
    samples: int
    label: int
    probabilities: np.ndarray  # float (classes,), the network's own answer to the whole face

    @property
    def probability(self):
        """The network's own probability of the explained label."""
        return float(self.probabilities[self.label])

    def strongest(self, sign):
        """The superpixels (int array, strongest first, at most SHOWN) whose weight has this sign, 1 or -1."""
        order = np.argsort(-sign * self.weights, kind="stable")
        return order[sign * self.weights[order] > 0][:SHOWN]


def superpixels(face):
    """30 to 50 superpixels of a uint8 (48, 48) face, 49 squares of a flat one: int (48, 48), numbered from 0.

    SLIC (Achanta et al. 2012), because LIME's own quickshift finds 1 to 5 on a face of this size. They depend on
    the face alone, never on the seed, so explanations of one face can be compared.
    """
    return slic(face, n_segments=50, compactness=0.2, channel_axis=None, start_label=0)


def explain_face(face, predict, labels, samples=1000, seed=0):
    """Explain several labels of one face from one set of samples.

    A superpixel is hidden by its own mean grey: over 7 faces and 4 seeds that gave a local R squared of 0.91, black
    gave 0.42, because a face with black holes is no face to the network.

    Args:
        face: uint8 (48, 48).
        predict: function from uint8 (n, 48, 48) faces to float (n, classes) probabilities.
        labels: the labels to explain.
        samples: faces drawn around this one, itself included.
        seed: of the drawing; the same seed gives the same weights, whatever was explained before.

    Returns:
        {label: Explanation}, in the order of labels.

    Raises:
        UserError: fewer samples than superpixels, which leaves the local model undetermined.
    """
    segments = superpixels(face)
    count = segments.max() + 1
    if samples < count:
        raise UserError(f"{samples} samples; expected at least {count}, one for each superpixel of the face")
    explainer = FaceExplainer(random_state=seed)  # a fresh one per face: a call uses its random state up
    found = explainer.explain_instance(
        face, predict, labels=labels, top_labels=None, num_samples=samples,
        segmentation_fn=lambda image: segments)
    return {label: read(explainer, found, face, label, samples, seed) for label in labels}


class FaceExplainer(LimeImageExplainer):
    """LimeImageExplainer that draws its samples in pairs and builds a whole batch of grey faces at once.

    After explain_instance(), `masks` (samples, superpixels) and `probabilities` (samples, classes) are those that
    the local models were fitted to; the first row is the whole face.
    """

    def data_labels(self, image, fudged_image, segments, classifier_fn, num_samples, batch_size=None):
        """lime's hook for sampling: uint8 (48, 48, 3) image, and the same with every superpixel hidden."""
        self.masks = self.paired_masks(num_samples, segments.max() + 1)
        shown = self.masks.astype(bool)[:, segments]  # (samples, 48, 48)
        self.probabilities = classifier_fn(np.where(shown, image[..., 0], fudged_image[..., 0]))  # (samples, classes)
        return self.masks, self.probabilities

    def paired_masks(self, samples, count):
        """int (samples, superpixels) of 0 and 1: each random mask is followed by its complement.

        Pairs cancel what superpixels do together from what each does alone (Covert & Lee 2021, arXiv 2012.01536,
        section 4.2): as stable as twice as many independent masks. lime wants the whole face first.
        """
        half = self.random_state.randint(0, 2, ((samples + 1) // 2, count))
        half[0] = 1
        return np.stack([half, 1 - half], axis=1).reshape(-1, count)[:samples]


def read(explainer, found, face, label, samples, seed):
    """The Explanation of one label from what lime found; lime itself keeps R squared for its last label alone."""
    weights = np.zeros(found.segments.max() + 1)
    for superpixel, weight in found.local_exp[label]:
        weights[superpixel] = weight
    target = explainer.probabilities[:, label].astype(np.float64)  # (samples,)
    fitted = found.intercept[label] + explainer.masks @ weights  # (samples,)
    return Explanation(
        face=face, segments=found.segments, weights=weights, intercept=float(found.intercept[label]),
        local_prediction=float(fitted[0]), r2=weighted_r2(explainer, target, fitted), seed=seed, samples=samples,
        label=label, probabilities=explainer.probabilities[0])


def weighted_r2(explainer, target, fitted):
    """R squared with lime's own sample weights; 0 where the network answers every sample alike."""
    if np.ptp(target) < 1e-6:  # float32 rounding: there is nothing that a local model could explain
        return 0.0
    distances = cosine_distances(explainer.masks, explainer.masks[:1])[:, 0]  # (samples,)
    return float(r2_score(target, fitted, sample_weight=explainer.base.kernel_fn(distances)))
