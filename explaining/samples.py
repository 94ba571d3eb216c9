"""The samples of a face and the local models of them, under lime.py.

    drawn = draw(face, hidden, segments, predict, labels=[3], settings=LimeSettings())
    weights, intercept, together, r2 = drawn.adjusted_fit(3)
"""
import dataclasses

import numpy as np
from lime.lime_base import LimeBase
from sklearn.metrics.pairwise import cosine_distances

from base.errors import UserError
from explaining.surrogate import ALIKE, Surrogate, learn_kernel, r_squared

SHOWN = 5  # superpixels that a figure marks: all positive ones would cover about half of every face
FIRST, LIMIT = 500, 4000  # samples="auto" doubles from FIRST to LIMIT: 0.75 to 6 s on two CPU cores
FOLDS = 10  # of the held-out R squared of single superpixels
LEARNED = 500  # pairs to learn the kernel from: 0.5 s of one core, more change R² by under 0.01
LEAST = 1e-6  # smaller probabilities count as this one in log-odds
WIDTH = 0.25  # of the kernel on cosine distances, as in the lime package


@dataclasses.dataclass(frozen=True)
class Samples:
    """A face with random superpixels hidden, and what the network predicts for each."""
    masks: np.ndarray  # int (samples, superpixels), 0: hidden; pairs, see draw_masks()
    probabilities: np.ndarray  # float (samples, classes)
    seed: int
    memo: dict = dataclasses.field(default_factory=dict)  # kernels and stabilities, also of fewer

    def targets(self, label):
        """The probability of a label, or of two the log-odds log(p / q): float64 (samples,)."""
        if isinstance(label, tuple):
            first, second = np.log(np.maximum(self.probabilities[:, label], LEAST, dtype=float)).T
            return first - second
        return self.probabilities[:, label].astype(np.float64)

    def stability(self, label):
        """Share of the SHOWN strongest superpixels that both halves of the samples have in common.

        It is about the draw of the samples, not about the division (benchmarks/stability.py).
        """
        key = label, "stability", len(self.masks)
        if key not in self.memo:
            halves = [np.abs(self.adjusted_fit(label, half)[0]) for half in (0, 1)]
            first, second = ({part for part in np.argsort(-weights, kind="stable")[:SHOWN]
                              if weights[part]} for weights in halves)
            self.memo[key] = len(first & second) / min(SHOWN, self.masks.shape[1])
        return self.memo[key]

    def adjusted_fit(self, label, half=None):
        """LIME's weights with less noise: its local model of a surrogate, corrected by its errors.

        The surrogate's local model is that of all masks. The local model of its held-out errors on
        the samples is added, so that what is estimated stays LIME's weighted regression (Witter et
        al. 2025, arXiv 2506.11849). With `half`, 0 or 1, every other pair of the samples is taken.

        Returns:
            Weights float64 (superpixels,), intercept, what pairs add float64 (superpixels,
            superpixels), and the surrogate's held-out R squared.
        """
        targets, count = self.targets(label), self.masks.shape[1]
        if np.ptp(targets) < ALIKE:
            return np.zeros(count), float(targets[0]), np.zeros((count, count)), 0.0
        chosen = slice(None) if half is None else np.arange(len(self.masks)) // 2 % 2 == half
        masks, targets = self.masks[chosen], targets[chosen]
        surrogate = Surrogate(masks, targets, self.kernel(label))
        sizes = np.tri(count + 1, count, -1)  # a mask of each size
        weights, intercept = surrogate.local_model(closeness(distances_of(sizes)))
        correction, more = local_model(masks, targets - surrogate.held_out)
        r2 = r_squared(targets[2:], surrogate.held_out[2:])  # without the whole face, not random
        return weights + correction, intercept + more, surrogate.together(), r2

    def kernel(self, label):
        """The surrogate's kernel, learned from the first pairs, again until there are LEARNED."""
        size = min(len(self.masks), 2 * LEARNED)
        key = label, "kernel", size
        if key not in self.memo:
            self.memo[key] = learn_kernel(self.masks[:size], self.targets(label)[:size])
        return self.memo[key]

    def held_out_r2(self, label):
        """R squared of the local model on samples that its fit did not see, in FOLDS folds."""
        targets = self.targets(label)  # (samples,)
        fold = np.arange(len(self.masks)) // 2 % FOLDS  # (samples,), a pair is in one fold
        predicted = np.zeros(len(self.masks))
        for number in np.unique(fold):
            unseen = fold == number
            weights, intercept = local_model(self.masks[~unseen], targets[~unseen])
            predicted[unseen] = intercept + self.masks[unseen] @ weights
        return r_squared(targets[2:], predicted[2:])


def draw(face, hidden, segments, predict, labels, settings):
    """Draw the Samples of a face; "auto" draws until every one of `labels` has a stability of 1.

    `hidden`, uint8 (48, 48), is what hidden superpixels show; for the others, see lime.py.
    """
    automatic, count = settings.samples == "auto", segments.max() + 1
    random = np.random.RandomState(settings.seed)
    random.randint(0, 1000)  # as the lime package, for the same samples from a seed
    masks, probabilities, memo = np.empty((0, count), int), [], {}
    more = FIRST if automatic else settings.samples
    while more:
        new = draw_masks(random, more, count, whole_first=not probabilities)
        pixels = np.where(new.astype(bool)[:, segments], face, hidden)  # (more, 48, 48)
        masks = np.concatenate([masks, new])
        probabilities.append(predict(pixels))
        check_probabilities(probabilities[-1], np.hstack(labels))
        drawn = Samples(masks, np.concatenate(probabilities), settings.seed, memo)
        enough = not automatic or len(masks) >= LIMIT or all(drawn.stability(label) == 1
                                                             for label in labels)
        more = 0 if enough else len(masks)
    return drawn


def draw_masks(random, samples, count, whole_first):
    """Random masks, each followed by its complement: int (samples, count), 0: hidden, 1: shown.

    An odd number of samples becomes even. Pairs separate the effect of each superpixel from effects
    of several together (Covert & Lee 2021, arXiv 2012.01536, section 4.2): they are as stable as
    twice as many independent masks.
    """
    half = random.randint(0, 2, ((samples + 1) // 2, count))
    half[:whole_first] = 1
    return in_pairs(half)


def in_pairs(masks):
    """Each mask, int (n, superpixels) of 0 and 1, with its complement: (2 * n, superpixels)."""
    return np.stack([masks, 1 - masks], axis=1).reshape(-1, masks.shape[1])


def local_model(masks, targets):
    """The lime package's weighted regression: weights float64 (superpixels,), and intercept."""
    count = masks.shape[1]
    intercept, pairs, *_ = LimeBase(closeness).explain_instance_with_data(
        masks, targets[:, None], distances_of(masks), 0, count, feature_selection="none")
    weights = dict(pairs)
    return np.array([weights[part] for part in range(count)]), float(intercept)


def distances_of(masks):
    """Cosine distance of each mask to the whole face, as in the lime package: float64 (n,)."""
    return cosine_distances(masks, np.ones((1, masks.shape[1])))[:, 0]


def closeness(distances):
    """LIME's weight of masks, as in the lime package: float64 (n,)."""
    return np.sqrt(np.exp(-(distances / WIDTH) ** 2))


def check_probabilities(outputs, labels):
    """UserError if outputs, float (n, classes), are no probabilities, or lack one of the labels."""
    if not np.isin(labels, range(outputs.shape[1])).all():
        raise UserError(f"labels {labels}: the model has the labels 0 to {outputs.shape[1] - 1}")
    if not (outputs.min() >= 0 and np.allclose(outputs.sum(axis=1), 1, atol=1e-3)):  # also for NaN
        raise UserError("the model's outputs are not probabilities that sum to 1; "
                        "expected a softmax as its last layer")
