"""The numbers of an evaluation, from labels and probabilities; scikit-learn's, but for calibration, which it lacks."""
import numpy as np
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    confusion_matrix,
    f1_score,
    precision_recall_fscore_support,
)

import fer2013

CLASSES = range(len(fer2013.EMOTIONS))


def measure(labels, probabilities, unseen):
    """Every number of evaluation.json.

    Args:
        labels: int (n,), the true ones.
        probabilities: float (n, 7).
        unseen: bool (n,), False where a face is pixel-identical to a training face.
    """
    predicted = probabilities.argmax(axis=1)  # (n,)
    per_class = precision_recall_fscore_support(labels, predicted, labels=CLASSES, zero_division=0)
    names = ("precision", "recall", "f1", "faces")
    return {
        "faces": len(labels),
        "accuracy": float(accuracy_score(labels, predicted)),
        "balanced_accuracy": float(balanced_accuracy_score(labels, predicted)),
        "macro_f1": float(f1_score(labels, predicted, labels=np.unique(labels), average="macro")),
        "expected_calibration_error": calibration(labels, probabilities)[3],
        "faces_not_in_train": int(unseen.sum()),
        "accuracy_not_in_train": float(np.mean(predicted[unseen] == labels[unseen])) if unseen.any() else None,
        "emotions": {emotion: {name: float(values[label]) for name, values in zip(names, per_class, strict=True)}
                     for label, emotion in enumerate(fer2013.EMOTIONS)},
    }


def calibration(labels, probabilities, bins=15):
    """Confidence against accuracy in bins of equal width (Guo et al. 2017, arXiv 1706.04599, section 2).

    Args:
        labels: int (n,); probabilities: float (n, classes).

    Returns:
        confidence float (bins,), accuracy float (bins,), both NaN in empty bins, count int (bins,), and the expected
        calibration error: the mean gap between the two, weighted by the faces in each bin.
    """
    confidence = probabilities.max(axis=1).astype(np.float64)  # (n,)
    correct = probabilities.argmax(axis=1) == labels  # (n,)
    place = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)  # bins are open below, closed above
    count = np.bincount(place, minlength=bins)  # (bins,)
    with np.errstate(invalid="ignore"):  # 0 / 0 in empty bins is the NaN that is documented
        confidence_by_bin = np.bincount(place, confidence, bins) / count
        accuracy_by_bin = np.bincount(place, correct, bins) / count
    gap = np.nansum(count * np.abs(confidence_by_bin - accuracy_by_bin)) / len(labels)
    return confidence_by_bin, accuracy_by_bin, count, float(gap)


def confusion(labels, probabilities):
    """int (7, 7): faces of the true label (row) that were given the predicted one (column)."""
    return confusion_matrix(labels, probabilities.argmax(axis=1), labels=CLASSES)
