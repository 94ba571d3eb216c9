"""explain.py as a user runs it, and what all programs refuse."""
import itertools
import json
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import fer2013
from networks import choice
from tests.support import ENVIRONMENT, ROOT, run

README = ROOT / "README.md"


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
