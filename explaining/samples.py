"""The samples of a face and the local models of them, under lime.py.

    drawn = draw(face, hidden, segments, predict, labels=[3], settings=LimeSettings())
    weights, intercept, together, r2 = drawn.adjusted_fit(3)
"""
import dataclasses

import numpy as np
from lime.lime_base import LimeBase
from sklearn.metrics.pairwise import cosine_distances

from base.errors import UserError
from explaining.surrogate import LEARNED, Surrogate, learn_kernel, r_squared

SHOWN = 5  # superpixels that a figure marks: all positive ones would cover about half of every face
FIRST, LIMIT = 500, 4000  # samples="auto" doubles from FIRST to LIMIT: 0.75 to 6 s on two CPU cores
FOLDS = 10  # of the held-out R squared of single superpixels
FRESH = 4000  # pairs of masks that the surrogate predicts: no call of the network, 0.2 s
ALIKE = 1e-6  # smaller differences between probabilities are float32 rounding
LEAST = 1e-6  # smaller probabilities count as this one in log-odds
WIDTH = 0.25  # of the kernel on cosine distances, as in the lime package


@dataclasses.dataclass(frozen=True)
class Samples:
    """A face with random superpixels hidden, and what the network predicts for each.

    Attributes:
        masks: int (samples, superpixels), 0 where a superpixel is hidden; the first is the whole
            face, and each of the others is followed by its complement.
        probabilities: float (samples, classes).
        seed: of the masks.
        memo: kernels and stabilities that were computed before, by label and number of samples.
    """
    masks: np.ndarray
    probabilities: np.ndarray
    seed: int
    memo: dict = dataclasses.field(default_factory=dict, repr=False)

    def extended(self, masks, probabilities):
        """These and further samples."""
        if self.probabilities is not None:
            masks = np.concatenate([self.masks, masks])
            probabilities = np.concatenate([self.probabilities, probabilities])
        return dataclasses.replace(self, masks=masks, probabilities=probabilities)

    def targets(self, label):
        """The probability of a label, or of two the log-odds log(p / q): float64 (samples,)."""
        if isinstance(label, tuple):
            first, second = np.log(np.maximum(self.probabilities[:, label], LEAST, dtype=float)).T
            return first - second
        return self.probabilities[:, label].astype(np.float64)

    def alike(self, label):
        """Whether the network predicts the same for every sample."""
        return np.ptp(self.targets(label)) < ALIKE

    def remembered(self, name, label, size, compute):
        key = name, label, size
        if key not in self.memo:
            self.memo[key] = compute(label)
        return self.memo[key]

    def stability(self, label):
        """Share of the SHOWN strongest superpixels that both halves of the samples have in common.

        0 if the network predicts the same for every sample. It is about the draw of the samples,
        not about the division into superpixels (benchmarks/stability.py).
        """
        return self.remembered("stability", label, len(self.masks), self.compare_halves)

    def compare_halves(self, label):
        if self.alike(label):
            return 0.0
        halves = [np.abs(self.adjusted_fit(label, half)[0]) for half in (0, 1)]
        first, second = (set(np.argsort(-weights, kind="stable")[:SHOWN]) for weights in halves)
        return len(first & second) / min(SHOWN, self.masks.shape[1])

    def adjusted_fit(self, label, half=None):
        """LIME's weights with less noise: its local model of a surrogate, corrected by its errors.

        The surrogate (surrogate.py) predicts FRESH pairs of masks without a call of the network.
        The local model of its held-out errors on the samples is added, so that what is estimated
        stays LIME's weighted regression (Witter et al. 2025, arXiv 2506.11849).

        Args:
            label: see targets().
            half: 0 or 1 for every other pair of the samples; None for all.

        Returns:
            Weights float64 (superpixels,), intercept, what pairs add float64 (superpixels,
            superpixels), and the surrogate's held-out R squared.
        """
        count = self.masks.shape[1]
        if self.alike(label):
            constant = float(self.targets(label)[0])
            return np.zeros(count), constant, np.zeros((count, count)), 0.0
        pair = np.arange(len(self.masks) // 2 * 2) // 2  # leaves out a last mask without complement
        chosen = np.flatnonzero((pair % 2 == half) | (half is None))
        masks, targets = self.masks[chosen], self.targets(label)[chosen]
        surrogate = Surrogate(masks, targets, self.kernel(label))
        fresh = in_pairs(np.random.default_rng([self.seed, 1]).integers(0, 2, (FRESH, count)))
        weights, intercept = local_model(fresh, surrogate.predict(fresh))
        correction, more = local_model(masks, targets - surrogate.held_out)
        r2 = r_squared(targets[2:], surrogate.held_out[2:])  # without the whole face, not random
        return weights + correction, intercept + more, surrogate.together(), r2

    def kernel(self, label):
        """The surrogate's kernel, learned from the first pairs, again until there are LEARNED."""
        pairs = min(len(self.masks) // 2, LEARNED)
        return self.remembered("kernel", label, pairs, lambda label: learn_kernel(
            self.masks[:2 * pairs], self.targets(label)[:2 * pairs]))

    def held_out_r2(self, label):
        """R squared of the local model on samples that its fit did not see, in FOLDS folds."""
        if self.alike(label):
            return 0.0
        targets = self.targets(label)  # (samples,)
        fold = np.arange(len(self.masks)) // 2 % FOLDS  # (samples,), a pair is in one fold
        predicted = np.zeros(len(self.masks))
        for number in np.unique(fold):
            left_out = fold == number
            weights, intercept = local_model(self.masks[~left_out], targets[~left_out])
            predicted[left_out] = intercept + self.masks[left_out] @ weights
        return r_squared(targets[2:], predicted[2:])


def draw(face, hidden, segments, predict, labels, settings):
    """Draw the Samples of a face; "auto" draws until every one of `labels` has a stability of 1.

    Args:
        face, hidden: uint8 (48, 48), the face, and what hidden superpixels show.
        segments, predict, labels, settings: see lime.explain_face().
    """
    automatic, count = settings.samples == "auto", segments.max() + 1
    random = np.random.RandomState(settings.seed)
    random.randint(0, 1000)  # as the lime package, for the same samples from a seed
    drawn = Samples(np.empty((0, count), int), None, settings.seed)
    more = FIRST if automatic else settings.samples
    while more:
        masks = draw_masks(random, more, count, whole_first=drawn.probabilities is None)
        pixels = np.where(masks.astype(bool)[:, segments], face, hidden)  # (more, 48, 48)
        drawn = drawn.extended(masks, checked(predict(pixels), labels))
        done = len(drawn.masks)
        enough = not automatic or done >= LIMIT or all(drawn.stability(each) == 1
                                                       for each in labels)
        more = 0 if enough else done
    return drawn


def draw_masks(random, samples, count, whole_first):
    """Draw random masks, each followed by its complement: int (samples, count) of 0 and 1.

    Pairs separate the effect of each superpixel from effects of several together (Covert & Lee
    2021, arXiv 2012.01536, section 4.2): they are as stable as twice as many independent masks.
    """
    half = random.randint(0, 2, ((samples + 1) // 2, count))
    half[:whole_first] = 1
    return in_pairs(half)[:samples]


def in_pairs(masks):
    """Each mask, int (n, superpixels) of 0 and 1, with its complement: (2 * n, superpixels)."""
    return np.stack([masks, 1 - masks], axis=1).reshape(-1, masks.shape[1])


def local_model(masks, targets):
    """The lime package's weighted regression of targets (n,) on masks (n, superpixels).

    Returns:
        Weights float64 (superpixels,) and intercept.
    """
    distances = cosine_distances(masks, np.ones((1, masks.shape[1])))[:, 0]  # (n,)
    base = LimeBase(lambda distance: np.sqrt(np.exp(-(distance / WIDTH) ** 2)))
    intercept, pairs, *_ = base.explain_instance_with_data(
        masks, targets[:, None], distances, 0, masks.shape[1], feature_selection="none")
    parts, weights = zip(*pairs, strict=True)
    return np.array(weights)[np.argsort(parts)], float(intercept)


def checked(probabilities, labels):
    """The probabilities, float (n, classes); UserError if they are none, or a label is missing."""
    classes = probabilities.shape[1]
    unknown = [label for each in labels for label in np.atleast_1d(each)
               if not 0 <= label < classes]
    if unknown:
        raise UserError(f"label {unknown[0]}: the model has the labels 0 to {classes - 1}")
    sums = probabilities.sum(axis=1)  # (n,)
    if not (probabilities.min() >= 0 and np.allclose(sums, 1, atol=1e-3)):  # false for NaN too
        raise UserError("the model's outputs are not probabilities that sum to 1; "
                        "expected a softmax as its last layer")
    return probabilities
