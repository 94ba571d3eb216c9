"""explain.py --table: the same rows for every way of choosing faces, also after an interruption."""
import sys

import pandas
import pytest

from explaining import engine
from fer2013 import included
from networks import choice
from tests.support import ROOT, make_dataset

FAST = ("--superpixels", "grid", "--samples", "60", "--no-figures")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return make_dataset(tmp_path_factory.mktemp("data"), {"train": 1, "test": 2})


def explain(monkeypatch, folder, *options):
    import explain

    folder.mkdir(exist_ok=True)
    options = (*options, "--table", folder / "faces.csv", "--outputs", folder)
    monkeypatch.setattr(sys, "argv", ["explain.py", *map(str, (*FAST, *options))])
    explain.main()
    return pandas.read_csv(folder / "faces.csv")


def of_data(data):
    return "--data", data, "--split", "test", "--model", choice.PRETRAINED


def test_every_way_of_choosing_faces_gives_a_table(data, tmp_path, monkeypatch):
    assert len(explain(monkeypatch, tmp_path, "--index", 3, *of_data(data))) == 7
    mistakes = explain(monkeypatch, tmp_path, "--mistakes", "all", *of_data(data))
    assert list(mistakes.explained) == list(mistakes.predicted)
    assert list(mistakes.rather_than) == list(mistakes.true)
    few = explain(monkeypatch, tmp_path, "--mistakes", "2", "--label", "fear", *of_data(data))
    assert list(few.true) == ["fear"] * 2 and set(few.split) == {"test"}
    picture = ROOT / "examples" / "eileen_collins.jpg"
    photographs = explain(monkeypatch, tmp_path, "--image", picture)
    assert list(photographs.name) == [str(picture)] and photographs.left[0] < photographs.right[0]
    assert not list(tmp_path.glob("*.png"))


def test_an_interrupted_run_goes_on_and_ends_with_the_same_bytes(tmp_path, monkeypatch):
    options = ("--count", "all", "--label", "happy", "surprise", "--data", included.COMPOSITES,
               "--model", choice.PRETRAINED)
    explain(monkeypatch, tmp_path / "undisturbed", *options)
    asked, explain_one = [], engine.explain_one

    def interrupted(*arguments):
        asked.append(arguments)
        if len(asked) == 13:
            raise KeyboardInterrupt
        return explain_one(*arguments)
    monkeypatch.setattr(engine, "explain_one", interrupted)
    with pytest.raises(KeyboardInterrupt, match="the same command goes on"):
        explain(monkeypatch, tmp_path / "interrupted", *options)
    assert not (tmp_path / "interrupted" / "faces.csv").exists()
    table = explain(monkeypatch, tmp_path / "interrupted", *options)
    assert len(asked) == len(table) + 1  # the one in work alone was lost
    for name in ("faces.csv", "faces.npz", "emotions_average.csv"):
        assert ((tmp_path / "interrupted" / name).read_bytes()
                == (tmp_path / "undisturbed" / name).read_bytes()), name
