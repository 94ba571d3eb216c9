"""Which model the programs take by themselves."""
import json

import pytest

from base.errors import UserError
from fer2013 import included
from networks import choice


def run_folder(folder, trained_on):
    folder.mkdir()
    (folder / "model.keras").write_bytes(b"")
    (folder / "run.json").write_text(json.dumps({"trained_on": trained_on}), encoding="utf-8")
    return folder / "model.keras"


def test_a_model_of_rendered_faces_explains_photographs_only_if_it_is_named(tmp_path, capsys):
    on_avatars = run_folder(tmp_path / "a", included.INCLUDED[included.AVATARS])
    assert choice.choose_for_photographs("", tmp_path / "a") == choice.PRETRAINED
    assert "was trained on the included avatars, which are rendered" in capsys.readouterr().out
    assert choice.choose_for_photographs(str(on_avatars), tmp_path / "a") == on_avatars
    on_photographs = run_folder(tmp_path / "b", "FER2013")
    assert choice.choose_for_photographs("", tmp_path / "b") == on_photographs
    assert capsys.readouterr().out == ""


def test_a_training_run_without_its_model_is_not_replaced_by_the_pretrained_one(tmp_path):
    run_folder(tmp_path / "run", "FER2013").unlink()
    with pytest.raises(UserError, match="holds a training run without its model.keras"):
        choice.choose("", tmp_path / "run")


def test_a_model_of_a_run_that_is_not_finished_is_called_so(tmp_path):
    model = run_folder(tmp_path / "run", "FER2013")
    assert choice.in_words(model) == f"model: {model}, trained on FER2013"
    record = {"trained_on": "FER2013", "finished": False}
    (model.parent / "run.json").write_text(json.dumps(record), encoding="utf-8")
    assert choice.in_words(model).endswith("trained on FER2013 in a run that is not finished")


def test_a_users_own_model_is_preferred_to_the_included_one(tmp_path):
    assert choice.choose("", tmp_path / "run") == choice.PRETRAINED
    model = run_folder(tmp_path / "run", "FER2013")
    assert choice.choose("", tmp_path / "run") == model
    assert choice.choose(str(choice.PRETRAINED), tmp_path / "run") == choice.PRETRAINED
