"""What a training run keeps, which runs are the same, and whether a history is its own."""
import numpy as np
import pytest

import model as network
from base import files
from base.errors import UserError
from tests.support import no_room
from training import checkpoint, learner
from training.recipe import Recipe

ABOUT = {
    "arguments": {"data": "data", "outputs": "outputs", "epochs": 3, "filters": [2, 2, 2, 2]},
    "dataset": {"faces": {"train": [4] * 7, "validation": [2] * 7},
                "sha256": {"train": "aa", "validation": "bb"}},
    "versions": {"keras": "3.15.0", "tensorflow": "2.21"}, "machine": "Linux, 2 cores"}
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


def test_a_folder_without_a_run_has_none(tmp_path):
    assert checkpoint.find(tmp_path, ABOUT) is None


def other(**changes):
    return ABOUT | {"arguments": ABOUT["arguments"] | changes}


def test_the_same_run_is_recognised_with_other_paths_while_it_runs_and_afterwards(kept):
    for end in (lambda: kept.on_epoch_end(0, LOGS), kept.finish):
        end()
        now = other(data="elsewhere/a.csv", outputs=str(kept.folder))
        assert checkpoint.find(kept.folder, now)["versions"] == ABOUT["versions"]


@pytest.mark.parametrize(("now", "expected"), [
    (other(epochs=4), "--epochs was 3, now 4"),
    (other(learning_rate=0.01), "--learning-rate was None, now 0.01"),
    (ABOUT | {"dataset": {"faces": {"train": [4] * 6 + [3], "validation": [2] * 7},
                          "sha256": {"train": "cc", "validation": "bb"}}},
     "the train split was 28 faces (aa), now 27 faces (cc)"),
])
def test_the_refusal_of_another_run_names_the_difference(tmp_path, now, expected):
    files.write_json(tmp_path / "run.json", ABOUT)
    with pytest.raises(UserError) as error:
        checkpoint.find(tmp_path, now)
    assert str(error.value) == (
        f"{tmp_path} holds another run: {expected}; {checkpoint.START_OVER}")


def test_resuming_with_other_versions_is_reported():
    now = ABOUT | {"versions": {"keras": "3.15.1", "torch": "2.9"}}
    assert checkpoint.changed_versions(ABOUT, now) == [
        "keras was 3.15.0, now 3.15.1: the weights will not be the same to the last bit",
        "torch was None, now 2.9: the weights will not be the same to the last bit"]


def test_the_history_is_read_as_it_was_written(kept):
    kept.on_epoch_end(0, LOGS)
    history = checkpoint.read_history(kept.folder / "history.csv")
    assert list(history.epoch) == [1] and list(history.loss) == [1.0]
    assert checkpoint.read_history(kept.folder / "nothing" / "history.csv") is None


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"epoch,loss\n0,1.5\n"])
def test_a_history_that_train_did_not_write_is_one_line(tmp_path, content):
    path = tmp_path / "history.csv"
    path.write_bytes(content)
    with pytest.raises(UserError, match="history.csv: not the history that python train.py wrote"):
        checkpoint.read_history(path)


@pytest.mark.parametrize("change", [
    lambda text: text.replace("\n2,", "\n3,"), lambda text: text[:text.index("\n2,") + 1],
    lambda text: text.replace("2.5", "")], ids=["another epoch", "an epoch less", "an empty cell"])
def test_a_history_from_which_something_is_missing_is_refused(kept, change):
    kept.on_epoch_end(0, LOGS)
    kept.on_epoch_end(1, LOGS | {"val_loss": 2.5})
    path = kept.folder / "history.csv"
    path.write_text(change(path.read_text()))
    with pytest.raises(UserError, match="expected epochs 1 to 2, each with all numbers"):
        checkpoint.read_history(path)
