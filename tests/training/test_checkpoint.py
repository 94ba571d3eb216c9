"""What a training run keeps: finite weights and its model, also where a file cannot be written."""
import json

import numpy as np
import pytest

import model as network
from base.errors import UserError
from tests.support import no_room
from training import checkpoint, learner
from training.recipe import Recipe

ABOUT = {"arguments": {"seed": 0}, "dataset": {"faces": {}, "sha256": {}}}
LOGS = {"accuracy": 0.5, "loss": 1.0, "val_accuracy": 0.5, "val_loss": 1.0}
TINY = Recipe(filters=(1, 2, 1, 1, 1, 1, 1, 1), hidden=1, optimizer="sgd", precision="bfloat16")


@pytest.fixture(scope="module")
def compiled():
    return learner.build(TINY, 4)


@pytest.fixture
def kept(compiled, tmp_path):
    kept = checkpoint.Checkpoint(tmp_path, compiled, learner.plain_network(TINY), ABOUT)
    kept.on_epoch_begin(0)
    return kept


def test_weights_that_exploded_are_not_kept_even_if_the_loss_is_finite(kept):
    kept.on_epoch_end(0, LOGS)
    before = {path.name: path.read_bytes() for path in kept.folder.iterdir()}
    good = kept.learner.student.get_weights()
    kept.learner.student.set_weights([np.full_like(array, np.nan) for array in good])
    with pytest.raises(UserError, match="no longer finite in epoch 2; the state after epoch 1 is"):
        kept.on_epoch_end(1, LOGS | {"val_accuracy": 0.9})
    kept.learner.student.set_weights(good)
    assert {path.name: path.read_bytes() for path in kept.folder.iterdir()} == before


@pytest.mark.parametrize("name", ["loss", "val_loss"])
def test_a_loss_that_is_no_number_ends_the_run(kept, name):
    with pytest.raises(UserError, match="no longer finite in epoch 1; the state after epoch 0"):
        kept.on_epoch_end(0, LOGS | {name: np.nan})
    with pytest.raises(UserError, match="no longer finite in epoch 1"):
        kept.on_train_batch_end(3, {"loss": np.inf})


def test_the_model_is_saved_in_float32_with_all_its_filters(kept):
    kept.on_epoch_end(0, LOGS)
    saved = network.load_model(kept.folder / "model.keras")
    filters = [layer.filters for layer in saved.layers if "conv" in layer.name]
    assert filters == list(TINY.filters) and saved.layers[2].compute_dtype == "float32"
    for before, after in zip(kept.learner.student.get_weights(), saved.get_weights(), strict=True):
        assert np.array_equal(before, after)


def test_a_full_disk_loses_no_model_and_no_checkpoint(kept):
    kept.on_epoch_end(0, LOGS)
    before = {path.name: path.read_bytes() for path in kept.folder.iterdir()}
    for write in (kept.write, kept.write_results):
        with pytest.raises(UserError, match="cannot write it"), no_room(100):
            write()
    assert {path.name: path.read_bytes() for path in kept.folder.iterdir()} == before


def test_starting_anew_removes_the_earlier_run(kept):
    kept.on_epoch_end(0, LOGS)
    kept.start()
    assert [path.name for path in kept.folder.iterdir()] == ["checkpoint.npz"]


def test_a_finished_run_without_its_model_is_not_called_finished(kept):
    kept.on_epoch_end(0, LOGS)
    kept.finish()
    assert checkpoint.find(kept.folder, ABOUT)["finished"]
    (kept.folder / "model.keras").unlink()
    with pytest.raises(UserError, match="a run without its model.keras; --fresh starts over"):
        checkpoint.find(kept.folder, ABOUT)


def test_an_interrupted_run_without_its_checkpoint_is_not_overwritten(kept):
    kept.on_epoch_end(0, LOGS)
    (kept.folder / "checkpoint.npz").unlink()
    with pytest.raises(UserError, match="a run without its checkpoint.npz; --fresh starts over"):
        checkpoint.find(kept.folder, ABOUT)


def test_a_folder_without_a_run_has_none(tmp_path):
    assert checkpoint.find(tmp_path, ABOUT) is None


def test_a_damaged_checkpoint_is_refused_in_one_line_or_read_as_it_was(tmp_path):
    path, random = tmp_path / "checkpoint.npz", np.random.default_rng(0)
    array = random.random((5, 3))
    np.savez(path, array, state=json.dumps({"rows": []}))
    whole, refused = path.read_bytes(), 0
    for place in random.integers(len(whole), size=150):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1:])
        try:
            _, arrays = checkpoint.read(path)
        except UserError:
            refused += 1
        else:
            assert np.array_equal(arrays[0], array)
    path.write_bytes(whole[:-9])
    with pytest.raises(UserError, match="not readable as a checkpoint .*; --fresh starts over"):
        checkpoint.read(path)
    assert refused > 75
