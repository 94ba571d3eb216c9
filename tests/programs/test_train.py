"""train.py as a user runs it."""
import json

import numpy as np
import pandas
import pytest

import fer2013
import train
from base.errors import UserError
from networks.network import open_network
from tests.support import main_of, train_options
from training import checkpoint, fitting

OUTPUTS = {".lock", "history.csv", "model.keras", "run.json"}


def test_train_writes_the_model_its_history_and_its_run(trained):
    folder, result = trained
    assert {path.name for path in folder.iterdir()} == OUTPUTS
    history = pandas.read_csv(folder / "history.csv")
    assert list(history.columns) == ["epoch", "accuracy", "loss", "val_accuracy", "val_loss",
                                     "learning_rate", "seconds"]
    assert list(history.epoch) == [1, 2]
    record = json.loads((folder / "run.json").read_text())
    assert record["arguments"]["epochs"] == 2 and record["arguments"]["seed"] == 0
    assert record["arguments"]["filters"] == [8, 8, 8, 8]
    assert record["best_epoch"] == history.epoch[history.val_accuracy.idxmax()]
    assert record["best_val_accuracy"] == pytest.approx(history.val_accuracy.max(), abs=1e-5)
    assert record["splits"]["validation"]["faces"] == [2] * 7
    assert record["splits"]["train"]["edition"]["name"] == "other faces"
    assert record["finished"] and "tensorflow" in record["versions"]


def test_a_piped_run_prints_a_short_line_for_each_epoch_and_no_progress(trained):
    _, result = trained
    assert "train: 84 faces, not the 28,709 of FER2013" in result.stdout
    epochs = [line for line in result.stdout.splitlines() if line.startswith("epoch ")]
    assert [line[:10] for line in epochs] == ["epoch 1/2:", "epoch 2/2:"]
    assert epochs[1].endswith("0 s left") and "\r" not in result.stdout and result.stderr == ""


def test_the_saved_model_is_that_of_the_best_epoch(data, trained):
    folder, _ = trained
    validation = fer2013.open(data).split("validation")
    model = open_network(folder / "model.keras")
    accuracy = (model.predict(validation.pixels).argmax(axis=1)
                == validation.labels).mean()
    assert accuracy == pytest.approx(pandas.read_csv(folder / "history.csv").val_accuracy.max(),
                                     abs=1e-5)
    # augmentation is no part of what is saved
    assert not any("random" in layer.name for layer in model.keras_model.layers)


def test_a_finished_run_is_not_repeated(data, trained, monkeypatch, capsys):
    before = {path.name: path.read_bytes() for path in trained[0].iterdir()}
    main_of(train, monkeypatch, *train_options(data, trained[0]))
    assert "holds this run already, finished: epoch" in capsys.readouterr().out
    with pytest.raises(UserError, match="seed was 0, now 1; --fresh starts over"):
        main_of(train, monkeypatch, *train_options(data, trained[0]), "--seed", 1)
    assert {path.name: path.read_bytes() for path in trained[0].iterdir()} == before


@pytest.mark.usefixtures("eagerly")
def test_a_loss_that_is_no_number_stops_the_run_at_once(data, tmp_path, monkeypatch):
    def spoil(*arguments):
        for number, (pixels, labels) in enumerate(make(*arguments)):
            asked.append(number)
            yield pixels, labels * np.float32("nan" if number == 3 else 1)

    make, asked = fitting.batches, []
    monkeypatch.setattr(fitting, "batches", spoil)
    with pytest.raises(UserError, match="no longer finite; the last complete epoch is kept"):
        main_of(train, monkeypatch, *train_options(data, tmp_path), "--batch-size", 1)
    assert max(asked) == 3  # of 84
    assert {path.name for path in tmp_path.iterdir()} == {".lock", "checkpoint.npz", "run.json"}


@pytest.mark.usefixtures("eagerly")
def test_a_run_that_broke_keeps_its_last_epoch_and_is_not_continued_as_another_run(
        data, tmp_path, monkeypatch):
    # a step per epoch; the first has a rate of 0
    options = *train_options(data, tmp_path), "--batch-size", 84, "--optimizer", "adamw"
    with pytest.raises(UserError, match="the last complete epoch is kept"):
        main_of(train, monkeypatch, *options, "--learning-rate", 1e38)
    assert list(pandas.read_csv(tmp_path / "history.csv").epoch) == [1]
    assert all(np.isfinite(weights).all()
               for weights in open_network(tmp_path / "model.keras").keras_model.get_weights())
    with pytest.raises(UserError, match=r"learning_rate was 1e\+38, now 0.001; --fresh starts"):
        main_of(train, monkeypatch, *options)


@pytest.mark.usefixtures("eagerly")
def test_an_interrupted_run_says_how_to_resume(data, tmp_path, monkeypatch, capsys):
    options = *train_options(data, tmp_path), "--batch-size", 84
    with monkeypatch.context() as patch, pytest.raises(
            KeyboardInterrupt, match="the same command resumes after the last complete epoch"):
        patch.setattr(checkpoint.Checkpoint, "write_results", interrupt)
        main_of(train, patch, *options)
    main_of(train, monkeypatch, *options)
    assert "Resuming after epoch 1 of 2." in capsys.readouterr().out
    assert json.loads((tmp_path / "run.json").read_text())["finished"]


def interrupt(*args):
    raise KeyboardInterrupt


def test_a_missing_teacher_is_named_and_nothing_is_begun(data, trained, tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match="nobody.keras"):
        main_of(train, monkeypatch, *train_options(data, tmp_path), "--teachers",
                trained[0] / "model.keras", tmp_path / "nobody.keras")
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_five_filters_are_refused(data, tmp_path, monkeypatch):
    with pytest.raises(UserError, match="--filters: expected 4 or 8 numbers, found 5"):
        main_of(train, monkeypatch, *train_options(data, tmp_path), "--filters", *range(1, 6))
