import itertools

import numpy as np
import pytest
from scipy.optimize import check_grad

from explaining import samples, surrogate

COUNT = 8


def pairs(count, seed=0):
    half = np.random.default_rng(seed).integers(0, 2, (count, COUNT))
    half[0] = 1
    return np.stack([half, 1 - half], axis=1).reshape(-1, COUNT)


def additive(masks):
    return 0.2 + masks @ np.linspace(0.01, 0.08, COUNT)


def both_needed(masks):
    return 0.1 + 0.4 * masks[:, 2] * masks[:, 5] + 0.05 * masks[:, 0]


def several(masks):
    """Pairs of both signs, one of them inside of a triple, and superpixels that act alone."""
    return (additive(masks) + 0.2 * masks[:, 0] * masks[:, 1] - 0.15 * masks[:, 3] * masks[:, 4]
            + 0.1 * masks[:, 5] * masks[:, 6] * masks[:, 7])


def fit(masks, answers):
    return surrogate.Surrogate(masks, answers, surrogate.learn_kernel(masks, answers))


def exhaustive_interactions(network):
    """f(both) - f(the one) - f(the other) + f(neither), mean over all states of the others."""
    states = np.array(list(itertools.product((0, 1), repeat=COUNT)))  # (256, COUNT)
    found = np.zeros((COUNT, COUNT))
    for pair in itertools.permutations(range(COUNT), 2):
        for shown in itertools.product((0, 1), repeat=2):
            forced = states.copy()
            forced[:, pair] = shown
            found[pair] += (-1) ** sum(shown) * network(forced).mean()
    return found


def test_an_additive_network_has_no_pairs():
    masks = pairs(100)
    np.testing.assert_allclose(fit(masks, additive(masks)).together(), 0, atol=0.002)


def test_several_pairs_are_those_of_an_exhaustive_computation():
    masks, exhaustive = pairs(100), exhaustive_interactions(several)
    assert np.allclose(exhaustive[[0, 3, 5], [1, 4, 6]], [0.2, -0.15, 0.05])  # by hand
    np.testing.assert_allclose(fit(masks, several(masks)).together(), exhaustive, atol=0.01)


def test_answers_to_fresh_masks_follow_the_network():
    masks, fresh = pairs(100), pairs(200, seed=1)
    found = fit(masks, both_needed(masks))
    np.testing.assert_allclose(found.predict(fresh), both_needed(fresh), atol=0.02)


@pytest.mark.parametrize("count", [COUNT - 1, COUNT])
def test_the_local_model_is_the_weighted_regression_on_all_masks(count):
    masks, states = pairs(40)[:, :count], np.array(list(itertools.product((0, 1), repeat=count)))
    found = fit(masks, both_needed(masks))
    states = samples.in_pairs(states[:len(states) // 2])
    closeness = samples.closeness(samples.distances_of(states))  # (2 ** count,)
    design = np.column_stack([states, np.ones(len(states))]) * np.sqrt(closeness)[:, None]
    expected = np.linalg.lstsq(design, found.predict(states) * np.sqrt(closeness))[0]
    sizes = samples.closeness(samples.distances_of(np.tri(count + 1, count, -1)))
    weights, intercept = found.local_model(sizes)
    np.testing.assert_allclose([*weights, intercept], expected, atol=1e-9)


def test_held_out_answers_are_those_of_a_fit_without_the_pair():
    masks = pairs(40)
    answers = both_needed(masks) + np.random.default_rng(2).normal(0, 0.05, len(masks))
    whole, others = fit(masks, answers), np.arange(len(masks)) // 2 != 7
    without = surrogate.Surrogate(masks[others], answers[others], whole.kernel)
    # the mean differs a little
    np.testing.assert_allclose(whole.held_out[14:16], without.predict(masks[14:16]), atol=0.01)


def test_noise_is_not_taken_for_knowledge():
    masks = pairs(150)
    answers = np.random.default_rng(3).normal(size=len(masks))
    assert surrogate.r_squared(answers, fit(masks, answers).held_out) < 0.1


def test_the_gradient_of_the_evidence_is_its_derivative():
    masks = pairs(30)
    signs, halves = surrogate.signs_of(masks), surrogate.halve(both_needed(masks) - 0.2)
    start = surrogate.first_guess(signs, halves) + 0.1
    error = check_grad(lambda x: surrogate.surprise(x, signs, halves)[0],
                       lambda x: surrogate.surprise(x, signs, halves)[1], start)
    assert error < 1e-3 * np.abs(surrogate.surprise(start, signs, halves)[1]).max()
