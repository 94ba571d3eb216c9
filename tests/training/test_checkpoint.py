"""What a training run keeps: finite weights, its model, and its history when a file is in use."""
import json

import keras
import numpy as np
import pytest

import model as network
from base import files
from base.errors import UserError
from training import checkpoint

RECORD = {"arguments": {"seed": 0}, "dataset": {}}
LOGS = {"accuracy": 0.5, "loss": 1.0, "val_accuracy": 0.5, "val_loss": 1.0}


@pytest.fixture(scope="module")
def trained():
    model = network.build_model(filters=(1, 1, 1, 1))
    learner = keras.Sequential([keras.Input(network.INPUT_SHAPE), model])
    learner.compile(optimizer=keras.optimizers.SGD(), loss="categorical_crossentropy")
    return model, learner


@pytest.fixture
def keeper(trained, tmp_path):
    keeper = checkpoint.Keeper(tmp_path, *trained, RECORD, epochs=2)
    keeper.begin_epoch(0)
    return keeper


def test_weights_that_exploded_are_not_kept_even_if_the_loss_is_finite(keeper):
    keeper.end_epoch(0, LOGS)
    before = (keeper.folder / "model.keras").read_bytes()
    good = keeper.trained.get_weights()
    keeper.trained.set_weights([np.full_like(array, np.nan) for array in good])
    with pytest.raises(UserError, match="a weight became non-finite in epoch 2.*after epoch 1 is"):
        keeper.end_epoch(1, LOGS | {"val_accuracy": 0.9})
    keeper.trained.set_weights(good)
    assert (keeper.folder / "model.keras").read_bytes() == before


def test_the_same_weights_give_the_same_file(trained, tmp_path):
    """Byte for byte, whenever it is written, and by whichever run."""
    contents = []
    for name in ("first", "second"):
        keeper = checkpoint.Keeper(files.make_folder(tmp_path / name), *trained, RECORD, epochs=1)
        keeper.best = [np.full_like(array, 0.5) for array in trained[0].get_weights()]
        keeper.write_model()
        contents.append((keeper.folder / "model.keras").read_bytes())
        assert network.load_model(keeper.folder / "model.keras").get_weights()[0].mean() == 0.5
    assert contents[0] == contents[1] and b"date_saved" not in contents[0]


def test_a_history_that_another_program_holds_does_not_end_training(keeper, monkeypatch, capsys):
    def refuse(path, content):
        raise UserError(f"{path}: cannot write it (in use)")
    with monkeypatch.context() as patched:
        patched.setattr(files, "write_json", refuse)
        keeper.end_epoch(0, LOGS)
    assert "warning: " in capsys.readouterr().err
    keeper.finish()
    assert json.loads((keeper.folder / "run.json").read_text(encoding="utf-8"))["finished"]


@pytest.mark.parametrize(("damage", "expected"), [
    (lambda path: path.unlink(), "its model.keras is gone"),
    (lambda path: path.write_bytes(path.read_bytes()[:-9]), "its model.keras is damaged"),
])
def test_a_finished_run_without_its_model_is_not_called_finished(keeper, damage, expected):
    keeper.end_epoch(0, LOGS)
    keeper.finish()
    assert checkpoint.find(keeper.folder, RECORD)["finished"]
    damage(keeper.folder / "model.keras")
    with pytest.raises(UserError, match=f"{expected}.*--fresh starts over"):
        checkpoint.find(keeper.folder, RECORD)


@pytest.mark.parametrize("record", [
    {"arguments": 3}, {"dataset": [1]}, {"dataset": {"faces": {"train": ["a", 1]}}},
    {"dataset": {"faces": 0.5}}])
def test_a_record_of_another_structure_is_refused(tmp_path, record):
    files.write_json(tmp_path / "run.json", record)
    with pytest.raises(UserError, match="not as this version writes it.*--fresh starts over"):
        checkpoint.find(tmp_path, RECORD)


def test_a_checkpoint_without_its_record_is_refused(tmp_path):
    np.savez(tmp_path / "checkpoint.npz", state=json.dumps({"rows": []}))
    with pytest.raises(UserError, match="not as this version writes it.*--fresh starts over"):
        checkpoint.find(tmp_path, RECORD)


def test_rows_of_another_structure_are_refused(keeper):
    keeper.rows = [{"epoch": 1, "val_accuracy": "a"}]
    keeper.best = keeper.trained.get_weights()
    keeper.write()
    with pytest.raises(UserError, match="checkpoint.npz: .*not as this version writes it"):
        keeper.restore()


def test_a_history_whose_last_number_is_cut_is_refused(keeper):
    keeper.end_epoch(0, LOGS)
    path = keeper.folder / "history.csv"
    assert len(checkpoint.read_history(path)) == 1
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(UserError, match="history.csv: .*its last line is cut off"):
        checkpoint.read_history(path)


def test_a_damaged_checkpoint_is_refused_in_one_line_or_read_as_it_was(tmp_path):
    path, random = tmp_path / "checkpoint.npz", np.random.default_rng(0)
    arrays = {"variables0": random.random((5, 3)), "best0": random.random(4)}
    np.savez(path, state=json.dumps({"rows": [], "variables": 1, "best": 1}), **arrays)
    whole, refused = path.read_bytes(), 0
    for place in random.integers(len(whole), size=300):
        path.write_bytes(whole[:place] + bytes([random.integers(256)]) + whole[place + 1:])
        try:
            found = checkpoint.read(path, arrays=True)
        except UserError:
            refused += 1
        else:
            assert np.array_equal(found["variables"][0], arrays["variables0"])
            assert np.array_equal(found["best"][0], arrays["best0"])
    assert refused > 150
