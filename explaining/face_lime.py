"""LIME for 48x48 grey faces: the lime package underneath, with superpixels and sampling that suit small faces.

    explanations = explain_face(face, predict, labels=[3])
    explanations[3].weights                     # one number per superpixel: what it adds to P(happy)

Sources: Ribeiro et al. 2016, "Why Should I Trust You?" (arXiv 1602.04938), section 3; the weights are
regression-adjusted (Witter et al. 2025, arXiv 2506.11849).
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

SHOWN = 5  # superpixels that a figure marks: with all positive ones it would mark about half of every face
FIRST, LIMIT = 500, 4000  # samples="auto" doubles from one to the other: 0.75 to 6 s on two CPU cores
LOW_R2, LOW_STABILITY = 0.5, 0.8  # below these a figure warns: half of the variance, four of five superpixels
FOLDS = 10  # of the held-out R squared of single superpixels
FRESH = 4000  # pairs of masks that the surrogate answers: no call of the network, 0.2 s
ALIKE = 1e-6  # probabilities that differ by less differ by float32 rounding


class Explanation(NamedTuple):
    """What LIME found for one label of one face."""
    face: np.ndarray  # uint8 (48, 48)
    segments: np.ndarray  # int (48, 48), superpixels numbered from 0
    weights: np.ndarray  # float64 (superpixels,): change of the label's probability when a superpixel is shown
    intercept: float  # the local model's probability with every superpixel hidden
    local_prediction: float  # the local model's probability of the whole face
    r2: float  # R squared of single superpixels (the local model) on masks that its fit never saw
    r2_pairs: float  # the same of the surrogate, which knows what superpixels do together
    stability: float  # share of the SHOWN strongest superpixels that both halves of the samples find, from 0 to 1
    seed: int
    samples: int
    label: int
    probabilities: np.ndarray  # float (classes,), the network's own answer to the whole face
    together: np.ndarray  # float64 (superpixels, superpixels): what two add beyond their sum
    without: Without  # the probability when parts of the face are hidden

    @property
    def probability(self):
        """The network's own probability of the explained label."""
        return float(self.probabilities[self.label])

    def strongest(self, sign):
        """The superpixels (int array, strongest first, at most SHOWN) whose weight has this sign, 1 or -1."""
        order = np.argsort(-sign * self.weights, kind="stable")
        return order[sign * self.weights[order] > 0][:SHOWN]

    def weight_map(self):
        """Each pixel's weight, that of its superpixel: float64 (48, 48)."""
        return self.weights[self.segments]


def explain_face(face, predict, labels, segments=None, hide="blurred", samples="auto", seed=0):
    """Explain several labels of one face from one set of samples.

    A superpixel is hidden by the blurred face. lime's own rule, the superpixel's mean grey, leaves a mosaic in which
    the expression can still be seen: easier to fit (R squared 0.79 against 0.63 on 70 validation faces), but its order
    had an insertion AUC of 0.62 against 0.72 and a deletion AUC of 0.19 against 0.13 (benchmarks/lime_choices.md).

    Args:
        face: uint8 (48, 48).
        predict: function from uint8 (n, 48, 48) faces to float (n, classes) probabilities.
        labels: the labels to explain.
        segments: int (48, 48), numbered from 0 without gaps; None for superpixels.segment(face).
        hide: what a hidden superpixel shows, a name in baselines.HIDING.
        samples: faces drawn around this one, itself included; "auto" doubles them from FIRST on until both halves
            agree on the SHOWN strongest superpixels of every label, at most to LIMIT.
        seed: of the drawing; the same seed gives the same weights, whatever was explained before.

    Returns:
        {label: Explanation}, in the order of labels.

    Raises:
        UserError: fewer than two superpixels, fewer samples than superpixels (which leaves the local model
            undetermined), a label that the network does not have, or answers that are no probabilities.
    """
    segments = superpixels.segment(face) if segments is None else segments  # (48, 48)
    check(segments, samples)
    explainer = FaceExplainer(labels, hide, samples == "auto", random_state=seed)  # a fresh one: a call uses it up
    explainer.explain_instance(  # its own fits are left out, because it keeps R squared for the last label alone
        face, predict, labels=(), top_labels=None, num_samples=LIMIT if samples == "auto" else samples,
        segmentation_fn=lambda image: segments)
    return {label: explain_label(explainer, face, predict, segments, label, seed) for label in labels}


def explain_label(explainer, face, predict, segments, label, seed):
    """The Explanation of one label from the samples that a FaceExplainer has drawn."""
    weights, intercept, together, r2_pairs = explainer.adjusted_fit(label)
    found = Explanation(
        face, segments, weights, intercept, local_prediction=intercept + weights.sum(),
        r2=explainer.held_out_r2(label), r2_pairs=r2_pairs, stability=explainer.stability(label), seed=seed,
        samples=len(explainer.masks), label=label, probabilities=explainer.probabilities[0],
        together=together, without=None)
    hidden = HIDING[explainer.hide](face, segments)
    return found._replace(without=without_parts(
        face, predict, label, segments, hidden, found.strongest(1), seed))


def check(segments, samples):
    """UserError where a linear model of the superpixels could not be fitted."""
    count = segments.max() + 1
    if count < 2:
        raise UserError(f"{count} superpixel; expected at least 2, else there is nothing to compare")
    least = max(count, 4)  # two pairs, one for each half
    if samples != "auto" and samples < least:
        raise UserError(f"{samples} samples; expected at least {least}, one for each superpixel of the face")


class FaceExplainer(LimeImageExplainer):
    """LimeImageExplainer that draws its samples in pairs and builds a whole batch of grey faces at once.

    After explain_instance(), `masks` (samples, superpixels) and `probabilities` (samples, classes) are those that
    the local models were fitted to; the first row is the whole face.
    """

    def __init__(self, labels=(), hide="blurred", automatic=False, **options):
        """labels: those whose stability decides about more samples if `automatic`; options: LimeImageExplainer's."""
        super().__init__(**options)
        self.labels, self.hide, self.automatic = labels, hide, automatic
        self.seed, self.kernels = options.get("random_state") or 0, {}

    def data_labels(self, image, fudged_image, segments, classifier_fn, num_samples, batch_size=None):
        """lime's hook for sampling: uint8 (48, 48, 3) image; fudged_image, hidden by lime's own rule, is not used."""
        face, hidden = image[..., 0], HIDING[self.hide](image[..., 0], segments)
        size, done = min(FIRST, num_samples) if self.automatic else num_samples, 0
        self.masks, self.probabilities = np.empty((0, segments.max() + 1), int), None
        while size > done and not (done and self.stable()):
            masks = self.draw_masks(size - done, segments.max() + 1, whole_first=not done)
            shown = masks.astype(bool)[:, segments]  # (size - done, 48, 48)
            answers = classifier_fn(np.where(shown, face, hidden))  # (size - done, classes)
            check_probabilities(answers, self.labels)
            self.masks = np.concatenate([self.masks, masks])
            self.probabilities = np.concatenate([self.probabilities, answers]) if done else answers
            size, done = min(2 * size, num_samples), size
        return self.masks, self.probabilities

    def draw_masks(self, samples, count, whole_first=True):
        """int (samples, superpixels) of 0 and 1: each random mask is followed by its complement.

        Pairs cancel what superpixels do together from what each does alone (Covert & Lee 2021, arXiv 2012.01536,
        section 4.2): as stable as twice as many independent masks. lime wants the whole face first.
        """
        half = self.random_state.randint(0, 2, ((samples + 1) // 2, count))
        half[:whole_first] = 1
        return in_pairs(half)[:samples]

    def stable(self):
        return all(self.stability(label) == 1 for label in self.labels)

    def stability(self, label):
        """Share of the SHOWN superpixels of largest absolute weight that both halves of the samples find.

        0 where the network answers every sample alike, because then no superpixel is strong.
        """
        if self.alike(label):
            return 0.0
        first, second = (set(np.argsort(-np.abs(self.adjusted_fit(label, half)[0]), kind="stable")[:SHOWN])
                         for half in (0, 1))
        return len(first & second) / min(SHOWN, self.masks.shape[1])

    def alike(self, label):
        return np.ptp(self.probabilities[:, label]) < ALIKE

    def adjusted_fit(self, label, half=None):
        """LIME's weights with less noise: lime's local model of a surrogate's answers, corrected by its errors.

        The surrogate (surrogate.py) answers FRESH pairs of masks without a call of the network. lime's model of
        its held-out errors on the samples is added, so that what is estimated stays lime's weighted regression
        (Witter et al. 2025, arXiv 2506.11849). Within 0.01 of plain lime's on 20,000 samples, and as stable
        between seeds as 1.4 to 1.6 times as many samples (benchmarks/surrogate.md).

        Args:
            label: the label.
            half: 0 or 1 for every other pair of the samples; None for all.

        Returns:
            weights (superpixels,), intercept, what pairs add (superpixels, superpixels), held-out R squared of
            the surrogate; all 0 where the network answers every sample alike.
        """
        count = self.masks.shape[1]
        if self.alike(label):
            return np.zeros(count), float(self.probabilities[0, label]), np.zeros((count, count)), 0.0
        pair = np.arange(len(self.masks) // 2 * 2) // 2  # a last mask without its complement is left out
        chosen = np.flatnonzero((pair % 2 == half) | (half is None))
        masks, answers = self.masks[chosen], self.probabilities[chosen, label].astype(np.float64)
        surrogate = Surrogate(masks, answers, self.kernel(label))
        fresh = in_pairs(np.random.default_rng([self.seed, 1]).integers(0, 2, (FRESH, count)))
        weights, intercept, _ = self.local_model(fresh, surrogate.predict(fresh))
        correction, more, _ = self.local_model(masks, answers - surrogate.held_out)
        r2 = r_squared(answers[2:], surrogate.held_out[2:])  # without the whole face, which no coin drew
        return weights + correction, intercept + more, surrogate.together(), r2

    def kernel(self, label):
        """The surrogate's kernel, learned from all samples, anew where there are more to learn from."""
        pairs = len(self.masks) // 2
        key = label, min(pairs, LEARNED)
        if key not in self.kernels:
            self.kernels[key] = learn_kernel(self.masks[:2 * pairs], self.probabilities[:2 * pairs, label])
        return self.kernels[key]

    def held_out_r2(self, label):
        """R squared of lime's local model on samples that its fit did not see, in FOLDS folds of whole pairs."""
        if self.alike(label):
            return 0.0
        answers = self.probabilities[:, label].astype(np.float64)
        fold, predicted = np.arange(len(self.masks)) // 2 % FOLDS, np.zeros(len(self.masks))
        for number in np.unique(fold):
            weights, intercept, _ = self.local_model(self.masks[fold != number], answers[fold != number])
            predicted[fold == number] = intercept + self.masks[fold == number] @ weights
        return r_squared(answers[2:], predicted[2:])

    def fit(self, label, chosen=slice(None)):
        """lime's own local model of some samples (bool (samples,) or slice): weights, intercept, its R squared."""
        return self.local_model(self.masks[chosen], self.probabilities[chosen, label])

    def local_model(self, masks, answers):
        """lime's weighted regression of answers, float (n,), on masks: weights, intercept, weighted R squared."""
        distances = cosine_distances(masks, np.ones((1, masks.shape[1])))[:, 0]  # (n,)
        intercept, pairs, r2, _ = self.base.explain_instance_with_data(
            masks, answers[:, None], distances, 0, masks.shape[1], feature_selection="none")
        weights = np.zeros(masks.shape[1])
        for superpixel, weight in pairs:
            weights[superpixel] = weight
        return weights, float(intercept), float(r2)


def in_pairs(masks):
    """Masks of 0 and 1, int (n, superpixels), each followed by its complement: (2 n, superpixels)."""
    return np.stack([masks, 1 - masks], axis=1).reshape(-1, masks.shape[1])


def check_probabilities(answers, labels):
    """UserError where the network's answers, float (n, classes), are no probabilities, or lack a label."""
    unknown = [label for label in labels if not 0 <= label < answers.shape[1]]
    if unknown:
        raise UserError(f"label {unknown[0]}: the model has the labels 0 to {answers.shape[1] - 1}")
    if not (answers.min() >= 0 and np.allclose(answers.sum(axis=1), 1, atol=1e-3)):  # false for NaN too
        raise UserError("the model's answers are no probabilities that sum to 1; expected a softmax as its last layer")

