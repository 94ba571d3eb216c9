"""Networks with parallel branches fold into the network of model.py: it needs PyTorch."""
import numpy as np
import pytest

import model
from benchmarks.arrangements import ARRANGEMENTS, BRANCHES, multiplications


@pytest.mark.parametrize("name", ARRANGEMENTS)
def test_an_arrangement_has_the_parameters_and_the_cost_that_it_says(name):
    arrangement = ARRANGEMENTS[name]
    assert sum(second for _, second in arrangement.filters) == 512
    assert multiplications(arrangement) == arrangement.cost
    inputs, count = 1, 2 * 512
    for first, second in arrangement.filters:
        count += 9 * (inputs * first + first * second) + first + second
        inputs = second
    features = arrangement.side**2 * inputs
    count += features * arrangement.hidden + arrangement.hidden + 7 * arrangement.hidden + 7
    assert count == 3_332_679


@pytest.mark.parametrize("branches", BRANCHES)
def test_the_folded_network_predicts_the_same(branches):
    torch = pytest.importorskip("torch")
    from benchmarks.arrangements import Arrangement
    from benchmarks.branches import Student

    torch.manual_seed(0)
    student = Student(Arrangement(((4, 3), (5, 4), (6, 5), (8, 6)), 9, 2, 0), branches).eval()
    for name, value in student.state_dict().items():
        if "running" in name or "norm" in name and value.is_floating_point():
            value.uniform_(0.5, 1.5)
    pixels = np.random.default_rng(0).integers(0, 256, (3, 48, 48, 1)).astype(np.float32)
    network = model.build_model(filters=((4, 3), (5, 4), (6, 5), (8, 6)), hidden=9)
    network.set_weights(student.keras_weights())
    with torch.no_grad():
        expected = student(torch.tensor(pixels).permute(0, 3, 1, 2)).softmax(dim=1)
    np.testing.assert_allclose(network.predict_on_batch(pixels), expected, atol=1e-4)
