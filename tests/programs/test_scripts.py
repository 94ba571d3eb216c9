"""The scripts as a user runs them: a tiny train, evaluate and explain, and what they refuse."""
import itertools
import json
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile

import numpy as np
import pandas
import pytest
from PIL import Image

import fer2013
from base import files
from base.errors import UserError
from networks import choice
from tests.support import ENVIRONMENT, ROOT, make_dataset, run
from training.recipe import Recipe

README = ROOT / "README.md"
HISTORY = ["epoch", "accuracy", "loss", "val_accuracy", "val_loss", "learning_rate"]
OUTPUTS = {".lock", "history.csv", "model.keras", "run.json"}  # of train.py


def train_options(data, outputs):
    return [*map(str, ("--data", data, "--outputs", outputs, "--erase", "0.5", "--epochs", 2,
                       "--batch-size", 14))]


def train(data, outputs):
    return run("train.py", *train_options(data, outputs))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return make_dataset(tmp_path_factory.mktemp("data"), {"train": 12, "validation": 2, "test": 2})


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained") / "outputs"
    return folder, train(data, folder)


def test_train_writes_the_model_its_history_and_its_run(data, trained):
    folder, result = trained
    assert {path.name for path in folder.iterdir()} == OUTPUTS
    history = pandas.read_csv(folder / "history.csv")
    assert list(history.columns) == HISTORY and list(history.epoch) == [1, 2]
    record = json.loads((folder / "run.json").read_text())
    assert record["arguments"]["epochs"] == 2 and record["arguments"]["seed"] == 0
    assert record["best_epoch"] == history.epoch[history.val_accuracy.idxmax()]
    assert record["best_val_accuracy"] == pytest.approx(history.val_accuracy.max(), abs=1e-5)
    assert record["dataset"]["faces"] == {"train": [12] * 7, "validation": [2] * 7}
    assert record["finished"] and len(record["seconds"]) == 2
    assert set(record["versions"]) == {"keras", "tensorflow", "numpy", "python"}
    assert "train: 84 faces (12 angry" in result.stdout
    assert "not FER2013's own count" in result.stdout
    assert "epoch 2/2" in result.stdout


def test_the_saved_model_is_that_of_the_best_epoch(data, trained):
    import model as network

    folder, _ = trained
    faces = fer2013.open(data).split("validation")
    pixels, labels = faces.pixels, faces.labels
    model = network.load_model(folder / "model.keras")
    accuracy = (network.predict(model, pixels).argmax(axis=1) == labels).mean()
    assert accuracy == pytest.approx(pandas.read_csv(folder / "history.csv").val_accuracy.max(),
                                     abs=1e-5)
    # augmentation is no part of what is saved
    assert not any("random" in layer.name for layer in model.layers)


def main_of(module, monkeypatch, *options):
    """The main() of a script in this process, as its command line would call it."""
    monkeypatch.setattr(sys, "argv", [module.__name__, *map(str, options)])
    module.main()


def start_train(data, outputs):
    command = [sys.executable, "-u", ROOT / "train.py", *train_options(data, outputs)]
    return subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def wait_until(condition, process):
    while not condition():
        assert process.poll() is None, process.communicate()
        time.sleep(0.001)


def test_killed_while_writing_then_interrupted_it_ends_with_the_bytes_of_an_undisturbed_run(
        data, trained, tmp_path):

    folder = tmp_path / "outputs"
    killed = start_train(data, folder)
    wait_until(lambda: (folder / "checkpoint.npz").exists()
               and not list(folder.glob(".writing-*")), killed)
    # at the end of the first epoch
    wait_until(lambda: list(folder.glob(".writing-checkpoint.npz-*")), killed)
    killed.kill()
    killed.communicate()

    interrupted = start_train(data, folder)
    assert any(line.startswith("goes on with this run after epoch") for line in interrupted.stdout)
    with pytest.raises(UserError, match="another run writes there"), files.locked(folder, []):
        pass
    interrupted.send_signal(signal.SIGINT)
    said = "train.py: interrupted; the same command continues after the last complete epoch\n"
    assert interrupted.communicate()[1] == said
    assert interrupted.returncode == 130

    last = train(data, folder)
    assert "goes on with this run after epoch" in last.stdout and last.stderr == ""
    expected, ended = trained[0], folder
    assert {path.name for path in ended.iterdir()} == OUTPUTS
    assert (ended / "history.csv").read_bytes() == (expected / "history.csv").read_bytes()
    for member in ("config.json", "model.weights.h5"):
        first, second = (read_member(each / "model.keras", member) for each in (ended, expected))
        assert first == second
    weights = [json.loads((folder / "run.json").read_text())["last_weights_sha256"]
               for folder in (expected, ended)]
    assert weights[0] == weights[1]


def read_member(path, name):
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def test_a_finished_run_is_not_repeated(data, trained, monkeypatch, capsys):
    import train as script

    before = {path.name: path.read_bytes() for path in trained[0].iterdir()}
    main_of(script, monkeypatch, *train_options(data, trained[0]))
    assert "holds this run already, finished: epoch" in capsys.readouterr().out
    with pytest.raises(UserError, match="--seed was 0, now 1; --fresh starts over"):
        main_of(script, monkeypatch, *train_options(data, trained[0]), "--seed", 1)
    assert {path.name: path.read_bytes() for path in trained[0].iterdir()} == before


def test_a_loss_that_is_no_number_stops_the_run_at_once(data, tmp_path, monkeypatch):
    import train as script
    from training import batches

    def spoil(*args, **options):
        for number, (pixels, labels, weights) in enumerate(make(*args, **options)):
            asked.append(number)
            yield pixels, labels, weights * np.float32("nan" if number == 3 else 1)

    make, asked = batches.batches, []
    monkeypatch.setattr(batches, "batches", spoil)
    with pytest.raises(UserError, match="the loss became nan in epoch 1, training stopped; no "
                                        "epoch was complete"):
        main_of(script, monkeypatch, *train_options(data, tmp_path), "--batch-size", 1)
    assert max(asked) < 60  # of 84; Keras asks for some ahead
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "checkpoint.npz"]


def test_weights_that_broke_in_the_last_step_of_an_epoch_are_not_kept(data, tmp_path, monkeypatch,
                                                                      capsys):

    import model as network
    import train as script
    from training import checkpoint

    # a step per epoch; the first has a rate of 0
    options = *train_options(data, tmp_path), "--batch-size", 84
    with pytest.raises(UserError, match="the loss became (nan|inf) in epoch 2, training stopped; "
                                        "the state after epoch 1"):
        main_of(script, monkeypatch, *options, "--learning-rate", 1e38)
    assert list(pandas.read_csv(tmp_path / "history.csv").epoch) == [1]
    assert all(np.isfinite(weights).all()
               for weights in network.load_model(tmp_path / "model.keras").get_weights())
    with pytest.raises(UserError, match=r"--learning-rate was 1e\+38, now 0.001; --fresh starts "
                                        "over"):
        main_of(script, monkeypatch, *options)
    finish = checkpoint.Keeper.finish
    monkeypatch.setattr(checkpoint.Keeper, "finish", interrupt)
    with pytest.raises(KeyboardInterrupt,
                       match="the same command continues after the last complete epoch"):
        main_of(script, monkeypatch, *options, "--fresh")
    assert list(pandas.read_csv(tmp_path / "history.csv").epoch) == [1, 2]
    assert "goes on" not in capsys.readouterr().out
    monkeypatch.setattr(checkpoint.Keeper, "finish", finish)
    main_of(script, monkeypatch, *options)
    assert "goes on with this run after epoch 2 of 2" in capsys.readouterr().out
    assert json.loads((tmp_path / "run.json").read_text())["finished"]


def interrupt(*args):
    raise KeyboardInterrupt


def test_faces_come_in_an_order_by_seed_and_epoch_alone():
    from training import batches as script

    args = Recipe(seed=3, batch_size=4, class_weight="balanced")
    pixels = np.arange(10, dtype=np.uint8)[:, None, None].repeat(48, 1).repeat(48, 2)
    labels = np.arange(10) % 2

    def order(first_epoch, batches):
        found = script.batches(pixels, labels, args, first_epoch)
        found = list(itertools.islice(found, batches))
        assert [len(weights) for _, _, weights in found] == [4, 4, 2] * (batches // 3)
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
    from training.batches import untuned

    batches = [(np.full((size, 2, 2, 1), size, np.uint8), np.eye(7, dtype=np.float32)[:size])
               for size in (4, 2)]
    data = untuned(lambda: iter(batches))
    assert data.options().autotune.enabled is False
    found = list(data.as_numpy_iterator())
    assert len(found) == 2
    for expected, arrays in zip(batches, found, strict=True):
        for before, after in zip(expected, arrays, strict=True):
            assert before.dtype == after.dtype and np.array_equal(before, after)


def test_a_missing_teacher_is_named_and_nothing_is_begun(data, trained, tmp_path, monkeypatch):
    import train as script

    with pytest.raises(UserError, match="nobody.keras: no such file"):
        main_of(script, monkeypatch, *train_options(data, tmp_path), "--teachers",
                trained[0] / "model.keras",
                tmp_path / "nobody.keras")
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_evaluate_says_that_seen_faces_are_unknown_without_a_training_split(
        data, trained, tmp_path, monkeypatch, capsys):
    import evaluate

    shutil.copytree(data / "test", tmp_path / "d" / "test")
    main_of(evaluate, monkeypatch, "--data", tmp_path / "d", "--model", trained[0] / "model.keras",
            "--outputs", tmp_path)
    said = capsys.readouterr().out
    assert "no training split, so it is unknown which of these faces were seen" in said
    assert "accuracy not in train       unknown" in said
    assert pandas.read_csv(tmp_path / "predictions.csv").in_training.isna().all()


def test_evaluate_measures_on_test_and_draws_the_same_twice(data, trained, tmp_path, monkeypatch):
    import evaluate

    folder, _ = trained
    result = run("evaluate.py", "--data", data, "--outputs", folder, "--tta")
    numbers = json.loads((folder / "evaluation.json").read_text())
    assert numbers["split"] == "test"
    assert numbers["faces"] == 14 and numbers["faces_not_in_train"] == 14
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


def test_evaluate_takes_validation_where_there_is_no_test(trained, tmp_path):
    folder, _ = trained
    data = make_dataset(tmp_path / "data", {"train": 1, "validation": 1})
    model = folder / "model.keras"
    result = run("evaluate.py", "--data", data, "--model", model, "--outputs", tmp_path / "outputs")
    assert "validation, 7 faces" in result.stdout
    numbers = json.loads((tmp_path / "outputs" / "evaluation.json").read_text())
    assert numbers["split"] == "validation"
    table = pandas.read_csv(tmp_path / "outputs" / "predictions.csv")
    assert list(table) == ["name", "label", "predicted",
                           *(f"p_{emotion}" for emotion in fer2013.EMOTIONS),
                           "in_training"]
    names = fer2013.open(data).split("validation").names
    assert list(table.name) == names and not table.in_training.any()
    probabilities = table.filter(like="p_")
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-4)
    assert list(probabilities.idxmax(axis=1)) == [f"p_{emotion}" for emotion in table.predicted]
    assert (table.label == table.predicted).mean() == pytest.approx(numbers["accuracy"])


def test_explain_writes_the_figure_of_a_label_the_same_twice(data, trained, tmp_path):
    folder, _ = trained
    options = ("--data", data, "--model", folder / "model.keras", "--label", "happy", "--samples",
               100, "--compare",
               "--pairs")
    results = [run("explain.py", *options, "--outputs", tmp_path / name) for name in ("a", "b")]
    written = ["explanations.json", "happy.png", "happy_compare.png", "happy_pairs.png"]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == [".lock", *written]
    for name in written[1:]:
        assert np.array_equal(*(np.asarray(Image.open(tmp_path / run / name)) for run in "ab"))
    first, second = (json.loads((tmp_path / run / written[0]).read_text(encoding="utf-8"))["happy"]
                     for run in "ab")
    assert first | {"command": ""} == second | {"command": ""}  # which names the folder
    printed = [result.stdout.replace(str(tmp_path / run), "")
               for result, run in zip(results, "ab", strict=True)]
    assert printed[0] == printed[1] and results[0].stderr == results[1].stderr == ""
    assert "true: happy | predicted:" in results[0].stdout


def test_faces_with_nothing_to_see_are_explained_without_a_warning(data, tmp_path):
    faces = {"happy": np.zeros((48, 48)), "sad": np.full((48, 48), 255),
             "neutral": np.random.default_rng(0).integers(0, 256, (48, 48))}
    for split, (emotion, face) in itertools.product(("train", "test"), faces.items()):
        (tmp_path / "data" / split / emotion).mkdir(parents=True)
        Image.fromarray(face.astype(np.uint8)).save(tmp_path / "data" / split / emotion
                                                    / f"{emotion}.png")
    result = run("explain.py", "--data", tmp_path / "data", "--label", *faces, "--model",
                 choice.PRETRAINED,
                 "--samples", 200, "--outputs", tmp_path)
    assert result.stderr == "face 1 of 3\nface 2 of 3\nface 3 of 3\n"
    assert result.stdout.count("explained: ") == 3
    assert "explained: happy" in result.stdout and "R² alone 0.00" in result.stdout


def test_explain_without_label_explains_all_seven(data, trained, tmp_path):
    folder, _ = trained
    result = run("explain.py", "--data", data, "--model", folder / "model.keras", "--samples", 100,
                 "--name", "test_sad_1.png", "--outputs", tmp_path)
    expected = {"explanations.png", "explanations.json", ".lock",
                *(f"{emotion}.png" for emotion in fer2013.EMOTIONS)}
    assert {path.name for path in tmp_path.iterdir()} == expected
    assert result.stdout.count("true: sad | predicted:") == 7
    assert result.stdout.count("test_sad_1.png") == 7


REFUSED = {
    "unknown option": (["train.py", "--epoch-count", "3"], "unrecognized arguments"),
    "no epochs": (["train.py", "--epochs", "0"], "whole number of at least 1"),
    "negative rate": (["train.py", "--learning-rate", "-1"], "a number above 0"),
    "seed too large": (["train.py", "--seed", "4294967296"], "whole number from 0"),
    "unknown optimizer": (["train.py", "--optimizer", "magic"], "invalid choice: 'magic'"),
    "unknown emotion": (["explain.py", "--label", "bored"], "invalid choice: 'bored'"),
    "no data": (["train.py", "--data", "nowhere"],
                "nowhere: no such file or directory; data/README.md"),
    "no model": (["evaluate.py", "--model", "nowhere.keras"], "nowhere.keras: no such file"),
    "no picture": (["explain.py", "--image", ""], "found an empty name"),
    "name too long": (["evaluate.py", "--model", f"{'x' * 300}.keras"],
                      "x.keras: File name too long"),
    "pairs of mistakes": (["explain.py", "--pairs", "--mistakes"], "--pairs: expected without"),
    "comparing averages": (["explain.py", "--compare", "--count", "3"],
                           "--compare: expected without --count"),
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
    result = run("explain.py", "--data", data, "--model", folder / "model.keras", "--label", "sad",
                 option, value,
                 "--outputs", tmp_path, check=False)
    assert result.returncode == 2 and expected in result.stderr and "Traceback" not in result.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("script", ["dataset.py", "train.py", "evaluate.py", "explain.py", "app.py"])
def test_help_shows_purpose_and_defaults_and_loads_nothing_heavy(script):
    text = run(script, "--help").stdout
    assert f"python {script}" in text and "(default: outputs)" in " ".join(text.split())
    assert "--quiet" in text and "[]" not in text and "default: None" not in text
    assert f"| `python {script}` |" in README.read_text(encoding="utf-8")
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", ROOT / script, "--help"], capture_output=True,
        text=True, cwd=ROOT, env=ENVIRONMENT).stderr
    imported = set(re.findall(r"\| *(\w+)$", loaded, re.M))
    assert not {"keras", "tensorflow", "sklearn", "matplotlib"} & imported
