"""The order of the training faces, and the form in which TensorFlow gets them."""
import itertools

import numpy as np

from training import batches
from training.recipe import Recipe


def test_faces_come_in_an_order_by_seed_and_epoch_alone():
    recipe = Recipe(seed=3, batch_size=4, class_weight="balanced")
    pixels = np.arange(10, dtype=np.uint8)[:, None, None].repeat(48, 1).repeat(48, 2)
    labels = np.arange(10) % 2

    def order(first_epoch, count):
        found = list(itertools.islice(batches.batches(pixels, labels, recipe, first_epoch), count))
        assert [len(weights) for _, _, weights in found] == [4, 4, 2] * (count // 3)
        for faces, targets, weights in found:
            assert faces.shape == (len(weights), 48, 48, 1)
            assert (weights == np.float32(10 / 7 / 5)).all()
            assert np.array_equal(targets.argmax(axis=1), faces[:, 0, 0, 0] % 2)
        return np.concatenate([faces[:, 0, 0, 0] for faces, _, _ in found]).tolist()

    three = order(0, 9)
    assert all(sorted(three[start:start + 10]) == list(range(10)) for start in (0, 10, 20))
    assert three[:10] != three[10:20] != three[20:]
    assert order(1, 6) == three[10:] and order(2, 3) == three[20:]


def test_tensorflow_takes_the_batches_as_they_are_and_tunes_nothing():
    pixels, labels = np.arange(6 * 48 * 48).astype(np.uint8).reshape(6, 48, 48), np.arange(6)
    given = pixels, labels, Recipe(batch_size=4), 0
    data = batches.feed(*given)
    assert data.options().autotune.enabled is False
    for expected, arrays in zip(itertools.islice(batches.batches(*given), 2),
                                data.take(2).as_numpy_iterator(), strict=True):
        for before, after in zip(expected, arrays, strict=True):
            assert before.dtype == after.dtype and np.array_equal(before, after)
