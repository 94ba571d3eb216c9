"""The scripts as a user runs them: a tiny train, evaluate, explain in a temporary folder, and what they refuse."""
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pandas
import pytest
from PIL import Image

import fer2013

ROOT = pathlib.Path(__file__).resolve().parent.parent
HISTORY = ["epoch", "accuracy", "loss", "val_accuracy", "val_loss", "learning_rate", "seconds"]


def run(script, *options, check=True):
    result = subprocess.run([sys.executable, ROOT / script, *map(str, options)], capture_output=True, text=True,
                            cwd=ROOT, env=os.environ | {"KERAS_BACKEND": "tensorflow"})
    if check:
        assert result.returncode == 0, result.stderr
    return result


def make_dataset(folder, per_emotion):
    """Folders of pictures that differ by emotion: a bright bar at another height for each."""
    random = np.random.default_rng(0)
    for split, count in per_emotion.items():
        for label, emotion in enumerate(fer2013.EMOTIONS):
            (folder / split / emotion).mkdir(parents=True)
            for number in range(count):
                face = random.integers(0, 80, (48, 48), np.uint8)
                face[label * 6:label * 6 + 8] += 150
                Image.fromarray(face).save(folder / split / emotion / f"{split}_{emotion}_{number}.png")
    return folder


def train(data, outputs, *options):
    return run("train.py", "--data", data, "--outputs", outputs, "--epochs", 2, "--batch-size", 14, *options)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return make_dataset(tmp_path_factory.mktemp("data"), {"train": 12, "validation": 2, "test": 2})


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained") / "outputs"
    return folder, train(data, folder)


def test_train_writes_the_model_its_history_and_its_run(data, trained):
    folder, result = trained
    assert sorted(path.name for path in folder.iterdir()) == ["history.csv", "model.keras", "run.json"]
    history = pandas.read_csv(folder / "history.csv")
    assert list(history.columns) == HISTORY and list(history.epoch) == [1, 2]
    record = json.loads((folder / "run.json").read_text())
    assert record["arguments"]["epochs"] == 2 and record["arguments"]["seed"] == 0
    assert record["best_epoch"] == history.epoch[history.val_accuracy.idxmax()]
    assert record["best_val_accuracy"] == pytest.approx(history.val_accuracy.max(), abs=1e-5)
    assert record["dataset"]["faces"] == {"train": [12] * 7, "validation": [2] * 7}
    assert set(record["versions"]) == {"keras", "tensorflow", "numpy", "python"}
    assert "train: 84 faces (12 angry" in result.stdout
    assert "not FER2013's own count" in result.stdout
    assert "epoch 2/2" in result.stdout


def test_the_saved_model_is_that_of_the_best_epoch(data, trained):
    import model as network

    folder, _ = trained
    pixels, labels, _ = fer2013.load(data, "validation")
    model = network.load_model(folder / "model.keras")
    accuracy = (network.predict(model, pixels).argmax(axis=1) == labels).mean()
    assert accuracy == pytest.approx(pandas.read_csv(folder / "history.csv").val_accuracy.max(), abs=1e-5)
    assert not any("random" in layer.name for layer in model.layers)  # augmentation is no part of what is saved


def test_same_seed_same_history_and_weights(data, trained, tmp_path):
    import model as network

    first, _ = trained
    train(data, tmp_path)
    columns = [name for name in HISTORY if name != "seconds"]
    pandas.testing.assert_frame_equal(pandas.read_csv(first / "history.csv")[columns],
                                      pandas.read_csv(tmp_path / "history.csv")[columns])
    weights = [network.load_model(folder / "model.keras").get_weights() for folder in (first, tmp_path)]
    assert all(np.array_equal(a, b) for a, b in zip(*weights, strict=True))


def test_evaluate_measures_on_test_and_draws(data, trained):
    folder, _ = trained
    result = run("evaluate.py", "--data", data, "--outputs", folder, "--tta")
    numbers = json.loads((folder / "evaluation.json").read_text())
    assert numbers["split"] == "test" and numbers["faces"] == 14 and numbers["faces_not_in_train"] == 14
    assert "test: 14 faces" in result.stdout
    assert set(numbers["tta"]) < set(numbers) and "mirror image" in result.stdout
    for name in ("curves.png", "confusion_matrix.png", "reliability.png"):
        assert min(Image.open(folder / name).size) > 300


def test_evaluate_takes_validation_where_there_is_no_test(trained, tmp_path):
    folder, _ = trained
    data = make_dataset(tmp_path / "data", {"train": 1, "validation": 1})
    model = folder / "model.keras"
    result = run("evaluate.py", "--data", data, "--model", model, "--outputs", tmp_path / "outputs")
    assert "validation, 7 faces" in result.stdout
    assert json.loads((tmp_path / "outputs" / "evaluation.json").read_text())["split"] == "validation"


def test_explain_writes_the_figure_of_a_label_the_same_twice(data, trained, tmp_path):
    folder, _ = trained
    options = ("--data", data, "--model", folder / "model.keras", "--label", "happy", "--samples", 100)
    results = [run("explain.py", *options, "--outputs", tmp_path / name) for name in ("a", "b")]
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["happy.png"]
    assert (tmp_path / "a" / "happy.png").read_bytes() == (tmp_path / "b" / "happy.png").read_bytes()
    assert results[0].stdout == results[1].stdout
    assert "true: happy | predicted:" in results[0].stdout


def test_explain_without_label_explains_all_seven(data, trained, tmp_path):
    folder, _ = trained
    result = run("explain.py", "--data", data, "--model", folder / "model.keras", "--samples", 100,
                 "--name", "test_sad_1.png", "--outputs", tmp_path)
    expected = {f"{emotion}.png" for emotion in fer2013.EMOTIONS} | {"explanations.png"}
    assert {path.name for path in tmp_path.iterdir()} == expected
    assert result.stdout.count("true: sad | predicted:") == 7 and result.stdout.count("test_sad_1.png") == 7


REFUSED = {
    "unknown option": (["train.py", "--epoch-count", "3"], "unrecognized arguments"),
    "no epochs": (["train.py", "--epochs", "0"], "whole number of at least 1"),
    "negative rate": (["train.py", "--learning-rate", "-1"], "a number above 0"),
    "seed too large": (["train.py", "--seed", "4294967296"], "whole number from 0"),
    "unknown optimizer": (["train.py", "--optimizer", "magic"], "invalid choice: 'magic'"),
    "unknown emotion": (["explain.py", "--label", "bored"], "invalid choice: 'bored'"),
    "no data": (["train.py", "--data", "nowhere"], "nowhere: no such file or directory; data/README.md"),
    "no model": (["evaluate.py", "--model", "nowhere.keras"], "nowhere.keras: no such file"),
    "two faces": (["explain.py", "--index", "1", "--name", "a"], "not allowed with argument"),
}


@pytest.mark.parametrize(("command", "expected"), REFUSED.values(), ids=REFUSED)
def test_refuses_with_one_line_and_status_2(command, expected, tmp_path):
    result = run(*command, "--outputs", tmp_path / "outputs", check=False)
    assert result.returncode == 2
    assert expected in result.stderr.splitlines()[-1] and "Traceback" not in result.stderr
    assert not list(tmp_path.glob("outputs/*"))


@pytest.mark.parametrize(("option", "value", "expected"), [
    ("--index", 14, "--index 14: expected 0 to 13"),
    ("--name", "nobody.png", "--name nobody.png: no such face"),
    ("--samples", 5, "5 samples; expected at least"),
])
def test_explain_refuses_a_face_that_is_not_there(data, trained, tmp_path, option, value, expected):
    folder, _ = trained
    result = run("explain.py", "--data", data, "--model", folder / "model.keras", "--label", "sad", option, value,
                 "--outputs", tmp_path, check=False)
    assert result.returncode == 2 and expected in result.stderr and "Traceback" not in result.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("script", ["fer2013.py", "train.py", "evaluate.py", "explain.py"])
def test_help_shows_purpose_and_defaults(script):
    text = run(script, "--help").stdout
    assert f"python {script}" in text and "(default: outputs)" in text
