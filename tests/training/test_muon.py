import keras
import numpy as np
import pytest

from training import muon

RANDOM = np.random.default_rng(0)


def updated(start, gradients, optimizer):
    variable = keras.Variable(start, name="kernel")
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
    return keras.ops.convert_to_numpy(variable)


@pytest.mark.parametrize("shape", [(6, 40), (40, 6)], ids=["wide", "tall"])
def test_orthogonal_equals_five_steps_of_the_published_iteration(shape):
    matrix = RANDOM.normal(size=shape)
    expected = matrix / np.linalg.norm(matrix)
    for _ in range(5):
        square = expected @ expected.T
        expected = 3.4445 * expected + (-4.7750 * square + 2.0315 * square @ square) @ expected
    result = muon.orthogonal(keras.ops.convert_to_tensor(matrix.astype("float32")))
    assert keras.ops.convert_to_numpy(result) == pytest.approx(expected, abs=1e-5)


def test_a_kernel_moves_as_far_along_a_weak_direction_as_along_a_strong_one():
    left, _, right = np.linalg.svd(RANDOM.normal(size=(36, 8)), full_matrices=False)
    gradient = 10 * np.outer(left[:, 0], right[0]) + np.outer(left[:, 1], right[1])  # (36, 8)
    start, gradient = np.zeros((3, 3, 4, 8), "float32"), gradient.astype("float32")
    moved = -updated(start, [gradient.reshape(3, 3, 4, 8)], muon.Muon(0.01))
    strong, weak = (left[:, index] @ moved.reshape(36, 8) @ right[index] for index in (0, 1))
    assert strong == pytest.approx(0.01 * 0.2 * 6, rel=0.35)  # 6: square root of the longer side
    assert weak == pytest.approx(strong, rel=0.5)


@pytest.mark.parametrize("shape", [(5,), (6, 7), (3, 3, 1, 8)],
                         ids=["bias", "dense", "first convolution"])
def test_all_other_variables_are_updated_as_by_adamw(shape):
    start = RANDOM.normal(size=shape).astype("float32")
    gradients = [RANDOM.normal(size=shape).astype("float32") for _ in range(4)]
    assert updated(start, gradients, muon.Muon(0.01, weight_decay=0.1)) == pytest.approx(
        updated(start, gradients, keras.optimizers.AdamW(0.01, weight_decay=0.1)), abs=1e-6)


def test_momentum_continues_along_an_earlier_gradient():
    one, other = (np.zeros((3, 3, 2, 2), "float32") for _ in range(2))
    one[0, 0, 0, 0] = other[2, 2, 1, 1] = 1
    start = np.zeros_like(one)
    moved = updated(start, [one, other], muon.Muon(0.01)) - updated(start, [one], muon.Muon(0.01))
    assert moved[0, 0, 0, 0] < -1e-3 and moved[2, 2, 1, 1] < -1e-3


def test_weight_decay_shrinks_a_kernel_with_a_zero_gradient():
    start = np.ones((3, 3, 2, 2), "float32")
    optimizer = muon.Muon(0.1, weight_decay=0.5)
    assert updated(start, [0 * start], optimizer) == pytest.approx(0.95 * start)
