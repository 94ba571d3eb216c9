"""The sampling and the fits under face_lime.py: LimeImageExplainer for small grey faces."""
import numpy as np
from lime.lime_image import LimeImageExplainer
from sklearn.metrics.pairwise import cosine_distances

from base.errors import UserError
from explaining.baselines import HIDING
from explaining.surrogate import LEARNED, Surrogate, learn_kernel, r_squared

SHOWN = 5  # superpixels that a figure marks: all positive ones would cover about half of every face
FIRST, LIMIT = 500, 4000  # samples="auto" doubles from FIRST to LIMIT: 0.75 to 6 s on two CPU cores
FOLDS = 10  # of the held-out R squared of single superpixels
FRESH = 4000  # pairs of masks that the surrogate answers: no call of the network, 0.2 s
ALIKE = 1e-6  # smaller differences between probabilities are float32 rounding
LEAST = 1e-6  # smaller probabilities count as this one in log-odds


class FaceExplainer(LimeImageExplainer):
    """LimeImageExplainer that draws samples in pairs and builds grey faces in batches.

    After explain_instance(), `masks`, int (samples, superpixels), and `probabilities`, float
    (samples, classes), are the data of the local models. Their first row is the whole face.

    Args:
        labels: the labels whose stability decides whether more samples are drawn; see answers().
        hide: what a hidden superpixel shows, a name in baselines.HIDING.
        automatic: whether to start with FIRST samples and double them until they are stable.
        **options: options of LimeImageExplainer.
    """

    def __init__(self, labels=(), hide="blurred", automatic=False, **options):
        super().__init__(**options)
        self.labels, self.hide, self.automatic = labels, hide, automatic
        self.seed = options.get("random_state") or 0
        self.kernels, self.stabilities = {}, {}  # by label and number of samples

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
        key = label, len(self.masks)
        if key not in self.stabilities:
            weights = (self.adjusted_fit(label, half)[0] for half in (0, 1))
            first, second = (set(np.argsort(-np.abs(each), kind="stable")[:SHOWN])
                             for each in weights)
            self.stabilities[key] = len(first & second) / min(SHOWN, self.masks.shape[1])
        return self.stabilities[key]

    def answers(self, label):
        """What is explained, for every sample: float64 (samples,).

        The probability of a label; of two labels, the log-odds of the first against the second,
        log(p / q): the difference of their logits.
        """
        if isinstance(label, tuple):
            first, second = np.log(np.maximum(self.probabilities[:, label], LEAST, dtype=float)).T
            return first - second
        return self.probabilities[:, label].astype(np.float64)

    def alike(self, label):
        """Whether the network answers the same to every sample."""
        return np.ptp(self.answers(label)) < ALIKE

    def adjusted_fit(self, label, half=None):
        """LIME's weights with less noise: its local model of a surrogate, corrected by its errors.

        The surrogate (surrogate.py) answers FRESH pairs of masks without a call of the network. The
        local model of its held-out errors on the samples is added, so that what is estimated stays
        LIME's weighted regression (Witter et al. 2025, arXiv 2506.11849).

        Args:
            label: the explained label; see answers().
            half: 0 or 1 for every other pair of the samples; None for all.

        Returns:
            Weights float64 (superpixels,), intercept, what pairs add float64 (superpixels,
            superpixels), and the surrogate's held-out R squared; weights, pairs and R squared are 0
            if the network predicts the same for every sample.
        """
        count = self.masks.shape[1]
        if self.alike(label):
            constant = float(self.answers(label)[0])
            return np.zeros(count), constant, np.zeros((count, count)), 0.0
        pair = np.arange(len(self.masks) // 2 * 2) // 2  # leaves out a last mask without complement
        chosen = np.flatnonzero((pair % 2 == half) | (half is None))
        masks, answers = self.masks[chosen], self.answers(label)[chosen]
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
            answers = self.answers(label)[:2 * pairs]
            self.kernels[key] = learn_kernel(self.masks[:2 * pairs], answers)
        return self.kernels[key]

    def held_out_r2(self, label):
        """R squared of the local model on samples that its fit did not see, in FOLDS folds."""
        if self.alike(label):
            return 0.0
        answers = self.answers(label)  # (samples,)
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
            label: the explained label; see answers().
            chosen: bool (samples,) or a slice.

        Returns:
            Weights float64 (superpixels,), intercept, and its weighted R squared.
        """
        return self.local_model(self.masks[chosen], self.answers(label)[chosen])

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
    single = [each for label in labels for each in (label if isinstance(label, tuple) else [label])]
    unknown = [label for label in single if not 0 <= label < classes]
    if unknown:
        raise UserError(f"label {unknown[0]}: the model has the labels 0 to {classes - 1}")
    sums = probabilities.sum(axis=1)  # (n,)
    if not (probabilities.min() >= 0 and np.allclose(sums, 1, atol=1e-3)):  # false for NaN too
        raise UserError("the model's outputs are not probabilities that sum to 1; "
                        "expected a softmax as its last layer")
