"""The agreement with a known cause, and the randomisation of layers."""
import numpy as np

import model as network
from benchmarks import measures
from tests.explaining.test_faithfulness import QUARTERS


def test_agreement_is_that_computed_by_hand():
    mask = QUARTERS == 0
    relevance = np.array([3.0, 1.0, -5.0, 0.0])[QUARTERS]
    assert measures.agreement(relevance, mask) == (0.75, 1.0, 1.0, 0.25)
    assert measures.agreement(-relevance, mask) == (0.0, 0.0, 0.0, 0.25)


def test_the_agreement_of_an_uninformative_map_is_chance():
    mask = QUARTERS == 0
    assert measures.agreement(np.ones((48, 48)), mask) == (0.25, 0.25, 0.25, 0.25)
    assert measures.agreement(np.zeros((48, 48)), mask) == (0.0, 0.25, 0.25, 0.25)


def test_agreement_counts_a_tie_in_proportion():
    mask = QUARTERS == 0
    relevance = np.array([1.0, 1.0, 0.0, 0.0])[QUARTERS]
    assert measures.agreement(relevance, mask) == (0.5, 0.5, 0.5, 0.25)


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
