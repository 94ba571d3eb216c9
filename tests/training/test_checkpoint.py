"""What a training run keeps, and which runs are the same."""
import numpy as np
import pandas
import pytest

from base import files
from base.errors import UserError
from networks.network import open_network
from tests.support import no_room
from training import checkpoint, learner
from training.recipe import Recipe

ABOUT = {
    "arguments": {"epochs": 3, "filters": [2, 2, 2, 2]},
    "dataset": {"data": "data"},
    "splits": {"train": {"sha256": "aa"}, "validation": {"sha256": "bb"}},
    "versions": {"keras": "3.15.0", "tensorflow": "2.21", "machine": "Linux, 2 cores"}}
TINY = Recipe(filters=(1, 2, 1, 1, 1, 1, 1, 1), hidden=1, optimizer="adamw", precision="bfloat16",
              epochs=2)


def row(epoch, val_accuracy=0.5):
    return {"epoch": epoch, "accuracy": 0.5, "loss": 1.0, "val_accuracy": val_accuracy,
            "val_loss": 1.0, "learning_rate": 0.1, "seconds": 2.0}


@pytest.fixture(scope="module")
def compiled():
    return learner.build(TINY, 4)


@pytest.fixture
def kept(compiled, tmp_path):
    return checkpoint.Checkpoint(tmp_path, compiled, TINY, ABOUT)


def test_the_model_is_that_of_the_best_epoch_in_float32_with_all_its_filters(kept):
    kept.add(row(1))
    best = kept.learner.student.get_weights()
    kept.learner.student.set_weights([array + 1 for array in best])
    kept.add(row(2))
    saved = open_network(kept.folder / "model.keras").keras_model
    filters = [layer.filters for layer in saved.layers if "conv" in layer.name]
    assert filters == list(TINY.filters) and saved.layers[2].compute_dtype == "float32"
    assert all(map(np.array_equal, best, saved.get_weights()))
    assert list(pandas.read_csv(kept.folder / "history.csv").epoch) == [1, 2]
    assert files.read_json(kept.folder / "run.json")["best_epoch"] == 1


def test_a_full_disk_loses_no_model_and_no_checkpoint(kept):
    kept.add(row(1))
    before = {path.name: path.read_bytes() for path in kept.folder.iterdir()}
    for write in (kept.write, kept.write_results):
        with pytest.raises(UserError, match="cannot write it"), no_room(100):
            write()
    assert {path.name: path.read_bytes() for path in kept.folder.iterdir()} == before


def test_starting_anew_removes_the_earlier_run(kept):
    assert checkpoint.find(kept.folder, ABOUT) is None
    kept.add(row(1))
    kept.start()
    assert {path.name for path in kept.folder.iterdir()} == {"checkpoint.npz", "run.json"}
    (kept.folder / "checkpoint.npz").write_bytes(b"PK\x03\x04")
    with pytest.raises(UserError, match="checkpoint.npz: .*; --fresh starts over"):
        kept.restore()


def test_the_same_run_is_recognised_with_other_paths_while_it_runs_and_afterwards(kept):
    now = ABOUT | {"dataset": {"data": "elsewhere/a.csv"}, "versions": {"keras": "3.15.1"}}
    for epoch in (1, 2):
        kept.add(row(epoch))
        assert (kept.folder / "checkpoint.npz").exists() == (epoch == 1)
        assert checkpoint.find(kept.folder, now)["versions"] == ABOUT["versions"]


@pytest.mark.parametrize(("now", "expected"), [
    ({"arguments": ABOUT["arguments"] | {"epochs": 4}}, "epochs was 3, now 4"),
    ({"arguments": {"learning_rate": 0.01}}, "learning_rate was None, now 0.01"),
    ({"splits": {"train": {"sha256": "cc"}, "validation": {"sha256": "bb"}}},
     "its faces or labels were others"),
])
def test_the_refusal_of_another_run_names_the_difference(tmp_path, now, expected):
    files.write_json(tmp_path / "run.json", ABOUT)
    with pytest.raises(UserError) as error:
        checkpoint.find(tmp_path, ABOUT | now)
    assert str(error.value) == (f"{tmp_path} holds another run: {expected}; --fresh starts over, "
                                "--outputs takes another folder")
