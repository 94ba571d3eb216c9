"""The agreement with a known cause, and the randomisation of layers."""
import numpy as np

import model as network
from benchmarks import measures
from tests.explaining.test_faithfulness import QUARTERS


def test_mass_accuracy_is_the_share_of_the_positive_relevance_on_the_cause():
    mask = QUARTERS == 0
    assert measures.mass_accuracy(np.array([3.0, 1.0, -5.0, 0.0])[QUARTERS], mask) == 0.75
    assert measures.mass_accuracy(np.ones((48, 48)), mask) == 0.25  # chance
    assert measures.mass_accuracy(np.zeros((48, 48)), mask) == 0


def test_randomising_starts_at_the_top_and_does_not_change_the_callers_model():
    model = network.build_model()
    before = model.get_weights()
    seen = []
    for name, randomised in measures.randomise_from_the_top(model, seed=0):
        seen.append(name)
        if name == "block4_conv2":
            with_kernel = [layer for layer in model.layers if hasattr(layer, "kernel")]
            kernels = [layer.name for layer in with_kernel if not np.array_equal(
                layer.kernel, randomised.get_layer(layer.name).kernel)]
    assert seen[:2] == ["logits", "hidden"] and seen[-1] == "block1_conv1" and len(seen) == 14
    assert kernels == ["block4_conv2", "hidden", "logits"]
    assert all(map(np.array_equal, before, model.get_weights()))
    again = list(measures.randomise_from_the_top(model, seed=0))[-1][1]
    assert all(map(np.array_equal, randomised.get_weights(), again.get_weights()))
