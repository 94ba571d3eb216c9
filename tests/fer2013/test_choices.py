"""Which data and which model the programs take by themselves."""
import json
import shutil

import pytest

import fer2013
from base.errors import UserError
from fer2013 import bundled


def run_folder(folder, trained_on):
    folder.mkdir()
    (folder / "model.keras").write_bytes(b"")
    (folder / "run.json").write_text(json.dumps({"trained_on": trained_on}), encoding="utf-8")
    return folder / "model.keras"


def test_a_model_of_rendered_faces_explains_photographs_only_if_it_is_named(tmp_path, capsys):
    on_avatars = run_folder(tmp_path / "a", bundled.NAMES[bundled.AVATARS])
    assert bundled.choose_photograph_model("", tmp_path / "a") == bundled.PRETRAINED
    assert "was trained on the bundled avatars, which are rendered" in capsys.readouterr().out
    assert bundled.choose_photograph_model(str(on_avatars), tmp_path / "a") == on_avatars
    on_photographs = run_folder(tmp_path / "b", "FER2013")
    assert bundled.choose_photograph_model("", tmp_path / "b") == on_photographs
    assert capsys.readouterr().out == ""


def test_the_default_data_are_the_repositorys_whichever_folder_the_program_runs_in(
        tmp_path, monkeypatch):
    clone, elsewhere = tmp_path / "clone", tmp_path / "elsewhere"
    shutil.copytree(bundled.COMPOSITES / "test", clone / "data" / "train")
    elsewhere.mkdir()
    monkeypatch.setattr(bundled, "HERE", clone)
    monkeypatch.chdir(elsewhere)
    assert bundled.choose_training_data("data") == clone / "data"
    monkeypatch.chdir(clone)
    assert bundled.choose_training_data("data") == "data"
    assert bundled.choose_training_data("other") == "other"


def test_a_training_run_without_its_model_is_not_replaced_by_the_pretrained_one(tmp_path):
    run_folder(tmp_path / "run", "FER2013").unlink()
    with pytest.raises(UserError, match="model.keras: gone, but a training run's run.json"):
        bundled.choose_model("", tmp_path / "run")


def test_bundled_faces_are_read_as_the_options_say():
    without = bundled.own_data(fer2013.read_as(str(bundled.AVATARS), "", ["disgust"]))
    assert bundled.name_at(without) == "the bundled avatars"
    assert 1 not in fer2013.load(without, "test")[1]
    assert bundled.own_data(str(bundled.AVATARS)) == bundled.AVATARS
