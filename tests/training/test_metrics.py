import warnings

import numpy as np
import pytest

from training import metrics


def one_hot(labels, confidence=1.0):
    """Probabilities of `confidence` for each label; the other classes share the rest evenly."""
    rest = (1 - confidence) / 6
    probabilities = np.full((len(labels), 7), rest)
    probabilities[np.arange(len(labels)), labels] = confidence
    return probabilities


def test_the_measures_of_known_predictions_are_right():
    labels = np.array([0, 0, 0, 3, 3, 6])
    predicted = np.array([0, 0, 3, 3, 3, 3])
    unseen = np.array([True, True, True, False, False, True])
    measures = metrics.measure(labels, one_hot(predicted), ~unseen)
    assert measures["faces"] == 6
    assert measures["accuracy"] == pytest.approx(4 / 6)
    assert measures["balanced_accuracy"] == pytest.approx((2 / 3 + 1 + 0) / 3)
    # F1: angry 2*2/(2+3), happy 2*2/(4+2), neutral 0; emotions without a face do not count
    assert measures["macro_f1"] == pytest.approx((0.8 + 2 / 3 + 0) / 3)
    assert measures["faces_not_in_train"] == 4
    assert measures["accuracy_not_in_train"] == pytest.approx(2 / 4)
    assert measures["accuracy_interval"] == pytest.approx((0.300, 0.903), abs=0.001)  # Wilson 1927
    assert measures["confusion"][0] == [2, 0, 0, 1, 0, 0, 0] and measures["confusion"][6][3] == 1
    emotions = measures["emotions"]
    assert emotions["angry"] == pytest.approx(
        {"precision": 1, "recall": 2 / 3, "f1": 0.8, "faces": 3})
    assert emotions["happy"] == pytest.approx(
        {"precision": 0.5, "recall": 1, "f1": 2 / 3, "faces": 2})
    assert emotions["disgust"] == {"precision": 0, "recall": 0, "f1": 0, "faces": 0}


@pytest.mark.parametrize(("seen", "count"), [(np.ones(2, bool), 0), (None, None)])
def test_the_accuracy_on_unseen_faces_is_none_if_there_are_none_or_that_is_unknown(seen, count):
    measures = metrics.measure(np.array([0, 1]), one_hot(np.array([0, 1])), seen)
    assert (measures["faces_not_in_train"], measures["accuracy_not_in_train"]) == (count, None)
    assert measures["accuracy"] == 1


@pytest.mark.parametrize("labels", [[2, 2, 2], [0], [0, 3, 3]])
def test_emotions_without_a_face_are_measured_without_a_warning(labels):
    predicted = np.array([6, 5, 4][:len(labels)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        measures = metrics.measure(np.array(labels), one_hot(predicted), None)
    assert measures["accuracy"] == measures["balanced_accuracy"] == measures["macro_f1"] == 0


def test_the_calibration_error_of_known_differences_is_right():
    # confidence 0.6 and 2 of 4 correct, confidence 0.9 and 2 of 2: (4 * 0.1 + 2 * 0.1) / 6
    labels = np.array([0, 0, 1, 1, 2, 2])
    predicted = np.array([0, 0, 0, 0, 2, 2])
    probabilities = np.concatenate([one_hot(predicted[:4], 0.6), one_hot(predicted[4:], 0.9)])
    confidence, accuracy, interval, count, error = metrics.calibration(
        labels, probabilities, bins=10)
    assert error == pytest.approx(0.1)
    assert count.tolist() == [0, 0, 0, 0, 0, 4, 0, 0, 2, 0]
    assert accuracy[5] == pytest.approx(0.5) and confidence[5] == pytest.approx(0.6)
    assert np.isnan(accuracy[0]) and np.isnan(confidence[0]) and np.isnan(interval[:, 0]).all()
    assert interval[:, 5] == pytest.approx((0.150, 0.850), abs=0.001)


def test_a_confidence_of_1_belongs_to_the_last_bin():
    labels = np.array([3])
    *_, count, error = metrics.calibration(labels, one_hot(labels))
    assert count[-1] == 1 and error == 0
