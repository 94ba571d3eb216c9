"""LIME for 48x48 grey faces: the lime package with superpixels and sampling for small faces.

    explanations = explain_face(face, predict, labels=[3])
    explanations[3].weights                     # what each superpixel adds to P(happy)

Sources: Ribeiro et al. 2016, "Why Should I Trust You?" (arXiv 1602.04938), section 3; the weights
are regression-adjusted (Witter et al. 2025, arXiv 2506.11849).
"""
from typing import NamedTuple

import numpy as np
from lime.lime_image import LimeImageExplainer
from sklearn.metrics.pairwise import cosine_distances

from base.errors import UserError
from explaining import superpixels
from explaining.baselines import HIDING
from explaining.surrogate import LEARNED, Surrogate, learn_kernel, r_squared
from explaining.without import Without, without_parts

SHOWN = 5  # superpixels that a figure marks: all positive ones would cover about half of every face
FIRST, LIMIT = 500, 4000  # samples="auto" doubles from FIRST to LIMIT: 0.75 to 6 s on two CPU cores
# figures warn if the local model explains less than half of the variance, or if the halves of the
# samples agree on fewer than four of five superpixels
LOW_R2, LOW_STABILITY = 0.5, 0.8
FOLDS = 10  # of the held-out R squared of single superpixels
FRESH = 4000  # pairs of masks that the surrogate answers: no call of the network, 0.2 s
ALIKE = 1e-6  # smaller differences between probabilities are float32 rounding


class Explanation(NamedTuple):
    """The explanation of one label of one face.

    Attributes:
        face: uint8 (48, 48).
        segments: int (48, 48), superpixels numbered from 0.
        weights: float64 (superpixels,), the change of the label's probability when a superpixel is
            shown instead of hidden, according to the local model.
        intercept: the local model's probability with every superpixel hidden.
        local_prediction: the local model's probability of the whole face.
        r2: R squared of the local model, single superpixels, on samples that its fit did not see.
        r2_pairs: the same of the surrogate, which knows what superpixels do together.
        stability: share of the SHOWN strongest superpixels that both halves of the samples have in
            common, from 0 to 1.
        seed: seed of the samples.
        samples: number of samples.
        label: the explained label.
        probabilities: float (classes,), the network's prediction for the whole face.
        together: float64 (superpixels, superpixels), what two superpixels add beyond their sum.
        without: the label's probability when parts of the face are hidden.
    """
    face: np.ndarray
    segments: np.ndarray
    weights: np.ndarray
    intercept: float
    local_prediction: float
    r2: float
    r2_pairs: float
    stability: float
    seed: int
    samples: int
    label: int
    probabilities: np.ndarray
    together: np.ndarray
    without: Without

    @property
    def probability(self):
        """The network's probability of the explained label."""
        return float(self.probabilities[self.label])

    def strongest(self, sign):
        """The strongest superpixels whose weight has this sign, 1 or -1.

        Returns:
            int (at most SHOWN,), the strongest first.
        """
        order = np.argsort(-sign * self.weights, kind="stable")
        return order[sign * self.weights[order] > 0][:SHOWN]

    def weight_map(self):
        """The weight of each pixel's superpixel: float64 (48, 48)."""
        return self.weights[self.segments]


def explain_face(face, predict, labels, segments=None, hide="blurred", samples="auto", seed=0):
    """Explain several labels of one face with one set of samples.

    By default, a hidden superpixel shows the blurred face. The rule of the lime package, the mean
    grey of the superpixel, leaves a mosaic in which the expression can still be seen. On 70
    validation faces it is easier to fit (R squared 0.79 against 0.63), but less faithful: insertion
    AUC 0.62 against 0.72, deletion AUC 0.19 against 0.13 (benchmarks/lime_choices.md).

    Args:
        face: uint8 (48, 48).
        predict: function from uint8 (n, 48, 48) faces to float (n, classes) probabilities.
        labels: the labels to explain.
        segments: int (48, 48), numbered from 0 without gaps; None for superpixels.segment(face).
        hide: what a hidden superpixel shows, a name in baselines.HIDING.
        samples: number of perturbed faces, including the face itself. "auto" starts with FIRST and
            doubles them, at most to LIMIT, until both halves agree on the SHOWN strongest
            superpixels of every label.
        seed: seed of the samples; the same seed gives the same weights, independent of earlier
            calls.

    Returns:
        {label: Explanation}, in the order of `labels`.

    Raises:
        UserError: there are fewer than two superpixels, or fewer samples than superpixels (which
            leaves the local model undetermined), or the network does not have a label, or its
            outputs are not probabilities.
    """
    segments = superpixels.segment(face) if segments is None else segments  # (48, 48)
    check_samples(segments, samples)
    # a new explainer, because explain_instance() stores its samples in it; labels=(), because
    # explain_instance() keeps only the last label's R squared, so fit() is called for each label
    explainer = FaceExplainer(labels, hide, samples == "auto", random_state=seed)
    explainer.explain_instance(
        face, predict, labels=(), top_labels=None,
        num_samples=LIMIT if samples == "auto" else samples, segmentation_fn=lambda image: segments)
    return {label: explain_label(explainer, face, predict, segments, label, seed)
            for label in labels}


def explain_label(explainer, face, predict, segments, label, seed):
    """The Explanation of one label from the samples that a FaceExplainer has drawn."""
    weights, intercept, together, r2_pairs = explainer.adjusted_fit(label)
    explanation = Explanation(
        face, segments, weights, intercept, local_prediction=intercept + weights.sum(),
        r2=explainer.held_out_r2(label), r2_pairs=r2_pairs, stability=explainer.stability(label),
        seed=seed, samples=len(explainer.masks), label=label,
        probabilities=explainer.probabilities[0], together=together, without=None)
    hidden, marked = HIDING[explainer.hide](face, segments), explanation.strongest(1)
    return explanation._replace(
        without=without_parts(face, predict, label, segments, hidden, marked, seed))


def check_samples(segments, samples):
    """UserError if a linear model of the superpixels cannot be fitted."""
    count = segments.max() + 1
    if count < 2:
        raise UserError(f"{count} superpixel; expected at least 2, "
                        "because one has nothing to be compared with")
    least = max(count, 4)  # two pairs, one for each half
    if samples != "auto" and samples < least:
        raise UserError(f"{samples} samples; expected at least {least}, "
                        "one for each superpixel of the face")


class FaceExplainer(LimeImageExplainer):
    """LimeImageExplainer that draws samples in pairs and builds grey faces in batches.

    After explain_instance(), `masks`, int (samples, superpixels), and `probabilities`, float
    (samples, classes), are the data of the local models. Their first row is the whole face.

    Args:
        labels: the labels whose stability decides whether more samples are drawn.
        hide: what a hidden superpixel shows, a name in baselines.HIDING.
        automatic: whether to start with FIRST samples and double them until they are stable.
        **options: options of LimeImageExplainer.
    """

    def __init__(self, labels=(), hide="blurred", automatic=False, **options):
        super().__init__(**options)
        self.labels, self.hide, self.automatic = labels, hide, automatic
        self.seed, self.kernels = options.get("random_state") or 0, {}

    def data_labels(self, image, fudged_image, segments, classifier_fn, num_samples,
                    batch_size=None):
        """Draw and predict the samples; LimeImageExplainer calls this method.

        Args:
            image: uint8 (48, 48, 3), the face.
            fudged_image: the face hidden by the rule of the lime package, not used.
            segments: int (48, 48).
            classifier_fn: function from uint8 (n, 48, 48) to float (n, classes) probabilities.
            num_samples: number of samples, at most this many if `automatic`.
            batch_size: not used.

        Returns:
            `masks` and `probabilities`.
        """
        face, hidden = image[..., 0], HIDING[self.hide](image[..., 0], segments)
        size, done = min(FIRST, num_samples) if self.automatic else num_samples, 0
        self.masks, self.probabilities = np.empty((0, segments.max() + 1), int), None
        while size > done and not (done and self.stable()):
            masks = self.draw_masks(size - done, segments.max() + 1, whole_first=not done)
            shown = masks.astype(bool)[:, segments]  # (size - done, 48, 48)
            predicted = classifier_fn(np.where(shown, face, hidden))  # (size - done, classes)
            check_probabilities(predicted, self.labels)
            self.masks = np.concatenate([self.masks, masks])
            self.probabilities = (np.concatenate([self.probabilities, predicted]) if done
                                  else predicted)
            size, done = min(2 * size, num_samples), size
        return self.masks, self.probabilities

    def draw_masks(self, samples, count, whole_first=True):
        """Draw random masks, each followed by its complement: int (samples, count) of 0 and 1.

        Pairs separate the effect of each superpixel from effects of several together (Covert & Lee
        2021, arXiv 2012.01536, section 4.2): they are as stable as twice as many independent masks.
        The lime package expects the whole face as the first sample (`whole_first`).
        """
        half = self.random_state.randint(0, 2, ((samples + 1) // 2, count))
        half[:whole_first] = 1
        return in_pairs(half)[:samples]

    def stable(self):
        return all(self.stability(label) == 1 for label in self.labels)

    def stability(self, label):
        """Share of the SHOWN strongest superpixels that both halves of the samples have in common.

        The strongest have the largest absolute weights. The stability is 0 if the network predicts
        the same for every sample, because then no superpixel is strong.
        """
        if self.alike(label):
            return 0.0
        weights = (self.adjusted_fit(label, half)[0] for half in (0, 1))
        first, second = (set(np.argsort(-np.abs(each), kind="stable")[:SHOWN]) for each in weights)
        return len(first & second) / min(SHOWN, self.masks.shape[1])

    def alike(self, label):
        """Whether the network predicts the same for every sample."""
        return np.ptp(self.probabilities[:, label]) < ALIKE

    def adjusted_fit(self, label, half=None):
        """LIME's weights with less noise: its local model of a surrogate, corrected by its errors.

        The surrogate (surrogate.py) answers FRESH pairs of masks without a call of the network. The
        local model of its held-out errors on the samples is added, so that what is estimated stays
        LIME's weighted regression (Witter et al. 2025, arXiv 2506.11849).

        Args:
            label: the explained label.
            half: 0 or 1 for every other pair of the samples; None for all.

        Returns:
            Weights float64 (superpixels,), intercept, what pairs add float64 (superpixels,
            superpixels), and the surrogate's held-out R squared; weights, pairs and R squared are 0
            if the network predicts the same for every sample.
        """
        count = self.masks.shape[1]
        if self.alike(label):
            constant = float(self.probabilities[0, label])
            return np.zeros(count), constant, np.zeros((count, count)), 0.0
        pair = np.arange(len(self.masks) // 2 * 2) // 2  # leaves out a last mask without complement
        chosen = np.flatnonzero((pair % 2 == half) | (half is None))
        masks, answers = self.masks[chosen], self.probabilities[chosen, label].astype(np.float64)
        surrogate = Surrogate(masks, answers, self.kernel(label))
        fresh = in_pairs(np.random.default_rng([self.seed, 1]).integers(0, 2, (FRESH, count)))
        weights, intercept, _ = self.local_model(fresh, surrogate.predict(fresh))
        correction, more, _ = self.local_model(masks, answers - surrogate.held_out)
        r2 = r_squared(answers[2:], surrogate.held_out[2:])  # without the whole face, not random
        return weights + correction, intercept + more, surrogate.together(), r2

    def kernel(self, label):
        """The surrogate's kernel, learned from all samples, again when there are more of them."""
        pairs = len(self.masks) // 2
        key = label, min(pairs, LEARNED)
        if key not in self.kernels:
            answers = self.probabilities[:2 * pairs, label]
            self.kernels[key] = learn_kernel(self.masks[:2 * pairs], answers)
        return self.kernels[key]

    def held_out_r2(self, label):
        """R squared of the local model on samples that its fit did not see, in FOLDS folds."""
        if self.alike(label):
            return 0.0
        answers = self.probabilities[:, label].astype(np.float64)  # (samples,)
        fold = np.arange(len(self.masks)) // 2 % FOLDS  # (samples,), a pair is in one fold
        predicted = np.zeros(len(self.masks))
        for number in np.unique(fold):
            left_out = fold == number
            weights, intercept, _ = self.local_model(self.masks[~left_out], answers[~left_out])
            predicted[left_out] = intercept + self.masks[left_out] @ weights
        return r_squared(answers[2:], predicted[2:])

    def fit(self, label, chosen=slice(None)):
        """The lime package's own local model of some samples.

        Args:
            label: the explained label.
            chosen: bool (samples,) or a slice.

        Returns:
            Weights float64 (superpixels,), intercept, and its weighted R squared.
        """
        return self.local_model(self.masks[chosen], self.probabilities[chosen, label])

    def local_model(self, masks, answers):
        """The lime package's weighted regression of answers on masks; see fit() for the result.

        Args:
            masks: int (n, superpixels).
            answers: float (n,).
        """
        distances = cosine_distances(masks, np.ones((1, masks.shape[1])))[:, 0]  # (n,)
        intercept, pairs, r2, _ = self.base.explain_instance_with_data(
            masks, answers[:, None], distances, 0, masks.shape[1], feature_selection="none")
        weights = np.zeros(masks.shape[1])
        for superpixel, weight in pairs:
            weights[superpixel] = weight
        return weights, float(intercept), float(r2)


def in_pairs(masks):
    """Each mask, int (n, superpixels) of 0 and 1, with its complement: (2 * n, superpixels)."""
    return np.stack([masks, 1 - masks], axis=1).reshape(-1, masks.shape[1])


def check_probabilities(probabilities, labels):
    """UserError if outputs, float (n, classes), are not probabilities or lack one of the labels."""
    classes = probabilities.shape[1]
    unknown = [label for label in labels if not 0 <= label < classes]
    if unknown:
        raise UserError(f"label {unknown[0]}: the model has the labels 0 to {classes - 1}")
    sums = probabilities.sum(axis=1)  # (n,)
    if not (probabilities.min() >= 0 and np.allclose(sums, 1, atol=1e-3)):  # false for NaN too
        raise UserError("the model's outputs are not probabilities that sum to 1; "
                        "expected a softmax as its last layer")
