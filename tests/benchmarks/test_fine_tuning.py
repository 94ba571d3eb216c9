"""What a network is fine-tuned with before F-Fidelity, and that the result is kept."""
import numpy as np

import model as network
from benchmarks import fine_tuning
from tests.support import make_dataset


def test_up_to_a_tenth_of_the_superpixels_are_hidden():
    segments = np.kron(np.arange(36).reshape(6, 6), np.ones((8, 8), int))  # (48, 48)
    face, random = np.full((48, 48), 255, np.uint8), np.random.default_rng(0)
    pictures = [fine_tuning.hide_some(face, segments, "zero", random) for _ in range(100)]
    hidden = [len(set(segments[picture == 0])) for picture in pictures]
    assert set(hidden) == {0, 1, 2, 3}
    assert [(picture == 0).sum() for picture in pictures] == [64 * count for count in hidden]


def test_a_fine_tuned_network_is_another_one_and_is_kept(tmp_path):
    data, path = make_dataset(tmp_path / "data", {"train": 2, "test": 1}), tmp_path / "tuned.keras"
    model = network.build_model(filters=(4, 4, 4, 4), hidden=8)
    before = model.get_weights()
    tuned = fine_tuning.fine_tuned(model, data, "blurred", path)
    assert all(map(np.array_equal, model.get_weights(), before))
    assert not np.array_equal(tuned.get_weights()[0], before[0])
    again = fine_tuning.fine_tuned(model, data, "blurred", path)
    assert all(map(np.array_equal, again.get_weights(), tuned.get_weights()))
