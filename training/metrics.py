"""The measures of an evaluation: scikit-learn's, and the calibration error."""
import math

import numpy as np
import pandas
from scipy.stats import binomtest
from sklearn import metrics

from fer2013 import EMOTIONS


def measure(labels, probabilities, seen):
    """The measures of evaluation.json, as a dict.

    Means over emotions leave out those without a face.

    Args:
        labels: int (n,), the true labels.
        probabilities: float (n, 7).
        seen: bool (n,), whether a face is in the training split too; None if that is unknown.
    """
    predicted = probabilities.argmax(axis=1)  # (n,)
    correct = predicted == labels  # (n,)
    unseen = correct[:0] if seen is None else correct[~seen]
    classes = range(len(EMOTIONS))
    scores = metrics.precision_recall_fscore_support(
        labels, predicted, labels=classes, zero_division=0)
    with_faces = scores[3] > 0  # (7,)
    return {
        "faces": len(labels),
        "accuracy": float(correct.mean()),
        "accuracy_interval": interval(correct.sum(), len(labels)),
        "balanced_accuracy": float(scores[1][with_faces].mean()),
        "macro_f1": float(scores[2][with_faces].mean()),
        "expected_calibration_error": calibration(labels, probabilities)[-1],
        "faces_not_in_train": None if seen is None else len(unseen),
        "accuracy_not_in_train": float(unseen.mean()) if len(unseen) else None,
        "emotions": pandas.DataFrame(scores, ["precision", "recall", "f1", "faces"],
                                     EMOTIONS).to_dict(),
        # counts of faces by true label (row) and predicted label (column)
        "confusion": metrics.confusion_matrix(labels, predicted, labels=classes).tolist(),
    }


def interval(correct, count):
    """Wilson's 95 % interval of the share correct / count, lower and upper end; NaN without any."""
    if not count:
        return math.nan, math.nan
    return tuple(map(float, binomtest(int(correct), int(count)).proportion_ci(method="wilson")))


def calibration(labels, probabilities, bins=15):
    """Confidence against accuracy in bins of equal width (Guo et al. 2017, arXiv 1706.04599).

    Args:
        labels: int (n,).
        probabilities: float (n, classes).
        bins: number of bins.

    Returns:
        confidence, accuracy: float (bins,), the means in each bin; NaN in empty bins.
        interval: float (2, bins), both ends of the accuracy's 95 % interval; NaN in empty bins.
        count: int (bins,), faces in each bin.
        error: float, the expected calibration error: the mean absolute difference of confidence and
            accuracy, weighted by the faces in each bin.
    """
    confidence = probabilities.max(axis=1).astype(np.float64)  # (n,)
    correct = probabilities.argmax(axis=1) == labels  # (n,)
    # a bin contains its upper edge, not its lower one
    place = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)  # (n,)
    count = np.bincount(place, minlength=bins)  # (bins,)
    right = np.bincount(place, correct, bins)  # (bins,)
    with np.errstate(invalid="ignore"):  # 0 / 0 gives the NaN of empty bins
        mean, accuracy = np.bincount(place, confidence, bins) / count, right / count
    error = np.nansum(count * np.abs(mean - accuracy)) / len(labels)
    intervals = np.array([interval(*pair) for pair in zip(right, count, strict=True)]).T
    return mean, accuracy, intervals, count, float(error)
