"""explain.py as a user runs it: figures, tables, and a run that was interrupted."""
import itertools
import json
import sys

import numpy as np
import pandas
import pytest
from PIL import Image

from base.errors import UserError
from explaining import engine, methods
from fer2013 import EMOTIONS, included
from networks import choice
from tests.support import ROOT, make_dataset


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return make_dataset(tmp_path_factory.mktemp("data"), {"train": 1, "test": 2})


def main(monkeypatch, folder, *options):
    import explain

    options = ("--samples", "60", *options, "--outputs", folder)
    monkeypatch.setattr(sys, "argv", ["explain.py", *map(str, options)])
    explain.main()


def explain(monkeypatch, folder, *options):
    main(monkeypatch, folder, "--table", folder / "faces.csv", *options)
    return pandas.read_csv(folder / "faces.csv")


@pytest.fixture
def of_data(data, tiny):
    return "--data", data, "--split", "test", "--model", tiny


def test_every_way_of_choosing_faces_gives_a_table(of_data, tmp_path, monkeypatch):
    assert len(explain(monkeypatch, tmp_path, "--index", 3, *of_data)) == 7
    mistakes = explain(monkeypatch, tmp_path, "--mistakes", "all", *of_data)
    assert list(mistakes.explained) == list(mistakes.predicted)
    assert list(mistakes.rather_than) == list(mistakes.true)
    few = explain(monkeypatch, tmp_path, "--mistakes", "2", "--label", "fear", *of_data)
    assert list(few.true) == ["fear"] * 2 and set(few.split) == {"test"}
    picture = ROOT / "examples" / "eileen_collins.jpg"
    photographs = explain(monkeypatch, tmp_path, "--image", picture)
    assert list(photographs.name) == [str(picture)] and photographs.left[0] < photographs.right[0]
    assert {"mistakes.png", "eileen_collins.png"} < names_in(tmp_path)


def test_an_interrupted_run_resumes_and_ends_with_the_same_bytes(tmp_path, monkeypatch):
    options = ("--count", "3", "--label", "happy", "surprise", "--data", included.COMPOSITES,
               "--model", choice.PRETRAINED)
    explain(monkeypatch, tmp_path / "undisturbed", *options)
    asked, explain_one = [], engine.explain_one

    def interrupted(*arguments):
        asked.append(arguments)
        if len(asked) == 4:
            raise KeyboardInterrupt
        return explain_one(*arguments)
    monkeypatch.setattr(engine, "explain_one", interrupted)
    with pytest.raises(KeyboardInterrupt, match="the same command resumes"):
        explain(monkeypatch, tmp_path / "interrupted", *options)
    assert names_in(tmp_path / "interrupted") == {"explained.sqlite"}
    table = explain(monkeypatch, tmp_path / "interrupted", *options)
    assert len(table) == 6 and len(asked) == 7  # the one in work alone was lost
    for name in ("faces.csv", "faces.npz", "emotions_average.csv"):
        assert ((tmp_path / "interrupted" / name).read_bytes()
                == (tmp_path / "undisturbed" / name).read_bytes()), name


def names_in(folder):
    return {path.name for path in folder.iterdir()}


def test_the_same_seed_writes_the_same_figures_and_lines(of_data, tmp_path, monkeypatch, capsys):
    few = {name: methods.METHODS[name] for name in ("LIME", "occlusion", "random")}
    monkeypatch.setattr(methods, "METHODS", few)
    printed = []
    for name in "ab":
        main(monkeypatch, tmp_path / name, *of_data, "--label", "happy", "--compare",
             "--pairs")
        printed.append(capsys.readouterr())
    figures = ["happy.png", "happy_compare.png", "happy_pairs.png"]
    assert names_in(tmp_path / "a") == {"explanations.json", *figures}
    for figure in figures:
        assert np.array_equal(*(np.asarray(Image.open(tmp_path / name / figure)) for name in "ab"))
    first, second = (json.loads((tmp_path / name / "explanations.json").read_text("utf-8"))["happy"]
                     for name in "ab")
    assert first | {"command": ""} == second | {"command": ""}  # which names the folder
    out = [each.out.replace(str(tmp_path / name), "") for each, name in zip(printed, "ab",
                                                                            strict=True)]
    assert out[0] == out[1] and printed[0].err == printed[1].err == ""


def test_a_named_face_is_explained_for_all_seven_in_lines_of_80_characters(
        of_data, tmp_path, monkeypatch, capsys):
    main(monkeypatch, tmp_path, *of_data, "--name", "test_sad_1.png")
    assert names_in(tmp_path) == {"explanations.png", "explanations.json", "emotions.png",
                                  *(f"{emotion}.png" for emotion in EMOTIONS)}
    model, faces, *lines, last = capsys.readouterr().out.splitlines()
    assert model.startswith("model: ") and faces.startswith("faces: ")
    assert [line.split(":")[0] for line in lines] == list(EMOTIONS)
    assert max(map(len, lines)) <= 80 and last == f"open {tmp_path / 'emotions.png'}"


def test_faces_with_nothing_to_see_are_explained_without_a_warning(
        tiny, tmp_path, monkeypatch, capsys):
    faces = {"happy": np.zeros((48, 48)), "sad": np.full((48, 48), 255),
             "neutral": np.random.default_rng(0).integers(0, 256, (48, 48))}
    for split, (emotion, face) in itertools.product(("train", "test"), faces.items()):
        (tmp_path / "data" / split / emotion).mkdir(parents=True)
        Image.fromarray(face.astype(np.uint8)).save(
            tmp_path / "data" / split / emotion / f"{emotion}.png")
    main(monkeypatch, tmp_path, "--data", tmp_path / "data", "--model", tiny, "--label", *faces)
    printed = capsys.readouterr()
    assert printed.err == "" and printed.out.count("predicted ") == 3
    kept = json.loads((tmp_path / "explanations.json").read_text("utf-8"))
    assert kept["happy"]["r2"] == 0 and kept["happy"]["verdict"] == "does not tell"


@pytest.mark.parametrize(("options", "expected"), [
    (("--index", 14), "--index 14: expected 0 to 13"),
    (("--name", "nobody.png"), "--name nobody.png: no such face"),
    (("--samples", 5), "5 samples; expected at least"),
])
def test_a_face_that_is_not_there_is_refused(of_data, tmp_path, monkeypatch, options, expected):
    with pytest.raises(UserError, match=expected):
        main(monkeypatch, tmp_path, *of_data, "--label", "sad", *options)
    assert not names_in(tmp_path)


def test_every_picture_that_cannot_be_explained_is_told_and_has_a_row(tmp_path, monkeypatch):
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(UserError) as error:
        main(monkeypatch, tmp_path / "out", "--image", tmp_path / "a.jpg", tmp_path / "b.jpg",
             "--table", tmp_path / "t.csv")
    told = str(error.value)
    assert "a.jpg: not a readable picture" in told and "b.jpg: not" in told and "\\n" not in told
    rows = pandas.read_csv(tmp_path / "t.csv")
    assert len(rows) == 2 and rows.problem.str.contains("not a readable picture").all()
