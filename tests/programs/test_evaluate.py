"""evaluate.py as a user runs it."""
import json
import re
import shutil

import numpy as np
import pandas
import pytest
from PIL import Image

import evaluate
import fer2013
from base.errors import UserError
from tests.support import main_of, make_dataset, run


def test_evaluate_measures_on_test_and_draws_the_same_twice(data, trained, tmp_path, monkeypatch):
    folder = shutil.copytree(trained[0], tmp_path / "run")
    result = run("evaluate.py", "--data", data, "--outputs", folder, "--tta")
    numbers = json.loads((folder / "evaluation.json").read_text())
    assert numbers["split"] == "test"
    assert numbers["faces"] == 14 and numbers["faces_not_in_train"] == 14
    assert numbers["edition"]["name"] == "other faces" and numbers["edition"]["contrast"] > 40
    assert "test: 14 faces" in result.stdout and result.stderr == ""
    assert set(numbers["tta"]) < set(numbers) and "mirror image" in result.stdout
    for name in ("curves.png", "confusion_matrix.png", "reliability.png"):
        assert min(Image.open(folder / name).size) > 300
    main_of(evaluate, monkeypatch, "--data", data, "--model", folder / "model.keras", "--outputs",
            tmp_path)
    for path in tmp_path.glob("*.png"):  # their records name two commands
        assert np.array_equal(np.asarray(Image.open(path)),
                              np.asarray(Image.open(folder / path.name)))
    assert len(list(tmp_path.glob("*.png"))) == 3


def test_evaluate_takes_validation_where_there_is_no_test(trained, tmp_path, monkeypatch, capsys):
    data = make_dataset(tmp_path / "data", {"train": 1, "validation": 1})
    main_of(evaluate, monkeypatch, "--data", data, "--model", trained[0] / "model.keras",
            "--outputs", tmp_path / "outputs")
    assert "validation, 7 faces" in capsys.readouterr().out
    numbers = json.loads((tmp_path / "outputs" / "evaluation.json").read_text())
    assert numbers["split"] == "validation"
    table = pandas.read_csv(tmp_path / "outputs" / "predictions.csv")
    assert list(table) == ["name", "label", "predicted",
                           *(f"p_{emotion}" for emotion in fer2013.EMOTIONS),
                           "in_training"]
    assert list(table.name) == fer2013.open(data).split("validation").names
    assert not table.in_training.any()
    probabilities = table.filter(like="p_")
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-4)
    assert list(probabilities.idxmax(axis=1)) == [f"p_{emotion}" for emotion in table.predicted]
    assert (table.label == table.predicted).mean() == pytest.approx(numbers["accuracy"])


def test_evaluate_says_that_seen_faces_are_unknown_without_a_training_split(
        data, trained, tmp_path, monkeypatch, capsys):
    shutil.copytree(data / "test", tmp_path / "d" / "test")
    main_of(evaluate, monkeypatch, "--data", tmp_path / "d", "--model", trained[0] / "model.keras",
            "--outputs", tmp_path)
    said = capsys.readouterr().out
    assert "no training split, so it is unknown which of these faces were seen" in said
    assert re.search("accuracy_not_in_train +none", said)
    assert pandas.read_csv(tmp_path / "predictions.csv").in_training.isna().all()


@pytest.mark.parametrize("name", ["checkpoint.npz", "run.json"])
def test_the_folder_of_a_run_without_a_model_is_not_evaluated_with_another_model(
        data, tmp_path, monkeypatch, name):
    (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(UserError, match="a training run"):
        main_of(evaluate, monkeypatch, "--data", data, "--outputs", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]
