"""The measures of an evaluation, from labels and probabilities.

They are scikit-learn's, except for the calibration error, which scikit-learn does not have.
"""
import numpy as np
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    precision_recall_fscore_support,
    recall_score,
)

import fer2013

CLASSES = range(len(fer2013.EMOTIONS))


def measure(labels, probabilities, seen):
    """All measures of evaluation.json, as a dict.

    The macro F1 is the mean over the emotions that have a face. The measures of single emotions are
    0 if they are undefined, and the accuracy on unseen faces is None if there are none. Intervals
    are Wilson's, of 95 %.

    Args:
        labels: int (n,), the true labels.
        probabilities: float (n, 7).
        seen: bool (n,), True for a face that is pixel-identical to a training face; None if that is
            unknown, and the accuracy without such faces too.
    """
    predicted = probabilities.argmax(axis=1)  # (n,)
    correct = predicted == labels  # (n,)
    unseen = np.zeros(len(labels), bool) if seen is None else ~seen  # (n,)
    over_faces = {"labels": np.unique(labels), "average": "macro"}  # emotions that have a face
    return {
        "faces": len(labels),
        "accuracy": float(accuracy_score(labels, predicted)),
        "accuracy_interval": wilson(correct.mean(), len(labels)),
        # the mean recall; scikit-learn's function of this name warns if an emotion has no face
        "balanced_accuracy": float(recall_score(labels, predicted, **over_faces)),
        "macro_f1": float(f1_score(labels, predicted, **over_faces)),
        "expected_calibration_error": calibration(labels, probabilities)[3],
        "faces_not_in_train": None if seen is None else int(unseen.sum()),
        "accuracy_not_in_train": float(np.mean(correct[unseen])) if unseen.any() else None,
        "accuracy_not_in_train_interval": (
            wilson(correct[unseen].mean(), unseen.sum()) if unseen.any() else None),
        "emotions": by_emotion(labels, predicted),
        "confusion": confusion(labels, probabilities).tolist(),
    }


def by_emotion(labels, predicted):
    """{emotion: {"precision", "recall", "f1", "faces": float}}."""
    names = ("precision", "recall", "f1", "faces")
    scores = precision_recall_fscore_support(labels, predicted, labels=CLASSES, zero_division=0)
    return {emotion: {name: float(values[label])
                      for name, values in zip(names, scores, strict=True)}
            for label, emotion in enumerate(fer2013.EMOTIONS)}


def calibration(labels, probabilities, bins=15):
    """Confidence against accuracy in bins of equal width, and the expected calibration error.

    Guo et al. 2017 (arXiv 1706.04599), section 2.

    Args:
        labels: int (n,).
        probabilities: float (n, classes).
        bins: number of bins.

    Returns:
        confidence: float (bins,), the mean in each bin, NaN in empty bins.
        accuracy: float (bins,), the same.
        count: int (bins,), faces in each bin.
        error: float, the expected calibration error: the mean absolute difference of confidence and
            accuracy, weighted by the faces in each bin.
    """
    confidence = probabilities.max(axis=1).astype(np.float64)  # (n,)
    correct = probabilities.argmax(axis=1) == labels  # (n,)
    # a bin contains its upper edge, not its lower one
    place = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)  # (n,)
    count = np.bincount(place, minlength=bins)  # (bins,)
    with np.errstate(invalid="ignore"):  # 0 / 0 gives the NaN of empty bins
        confidence_by_bin = np.bincount(place, confidence, bins) / count
        accuracy_by_bin = np.bincount(place, correct, bins) / count
    error = np.nansum(count * np.abs(confidence_by_bin - accuracy_by_bin)) / len(labels)
    return confidence_by_bin, accuracy_by_bin, count, float(error)


def wilson(share, count, z=1.96):
    """Wilson's score interval of a share of `count` trials (Wilson 1927): lower and upper end.

    Args:
        share, count: numbers or arrays; NaN where count is 0.
        z: of the normal distribution; 1.96 for 95 %.
    """
    with np.errstate(invalid="ignore", divide="ignore"):  # no trial gives the documented NaN
        centre = (share + z**2 / (2 * count)) / (1 + z**2 / count)
        spread = np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
        half = z / (1 + z**2 / count) * spread
    return centre - half, centre + half


def confusion(labels, probabilities):
    """int (7, 7) counts of faces by true label (row) and predicted label (column)."""
    return confusion_matrix(labels, probabilities.argmax(axis=1), labels=CLASSES)
