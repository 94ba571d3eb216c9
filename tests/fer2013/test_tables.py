"""Tables as people have them: other dialects, the contest's files, numbers of other meanings."""
import logging

import numpy as np
import pandas
import pytest

import evaluate
import fer2013
from base.errors import UserError
from fer2013 import DataOptions
from tests.fer2013.test_dataset import HEADER, PIXELS, ROWS, row, table_rows, write_table
from tests.support import main_of

TEXTS = [" ".join(map(str, face.ravel())) for face in PIXELS]


def error_of(path, split="train"):
    with pytest.raises(UserError) as error:
        fer2013.open(path).split(split)
    path = getattr(path, "data", path)
    assert str(error.value).startswith(str(path)) and "\n" not in str(error.value)
    return str(error.value)


def labels(path, split="train"):
    return fer2013.open(path).split(split).labels.tolist()


DIALECTS = {
    "semicolons": lambda text: text.replace(",", ";"),
    "tabs": lambda text: text.replace(",", "\t"),
    "capitals": lambda text: text.replace(HEADER, HEADER.upper()),
    "quotes": lambda text: "\n".join(",".join(f'"{cell}"' for cell in line.split(","))
                                     for line in text.splitlines()),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_gives_the_same_faces(dialect, tmp_path):
    path = write_table(tmp_path / "t.csv", table_rows())
    path.write_text(DIALECTS[dialect](path.read_text()))
    for split, numbers in ROWS.items():
        found = fer2013.open(path).split(split)
        np.testing.assert_array_equal(found.pixels, PIXELS[[number - 1 for number in numbers]])
        assert found.names == [f"row {number}" for number in numbers]


def test_a_table_without_a_header_is_refused_with_what_was_expected(tmp_path):
    path = write_table(tmp_path / "t.csv", [row()], f"3,{TEXTS[0]},Training")
    assert "its columns are 3, 95 130" in error_of(path)
    assert "; expected the columns emotion, pixels and Usage" in error_of(path)


@pytest.mark.parametrize("last", ["1,5", "1,Training", '"1,5"'])
def test_a_superfluous_cell_is_refused_and_not_cut_off(last, tmp_path):
    rows = [f"3,Training,{' '.join(['7'] * 2303)} {last}"]
    assert error_of(write_table(tmp_path / "t.csv", rows, "emotion,Usage,pixels"))
    rows = [f"3,Training,{TEXTS[0]}", *rows]
    assert error_of(write_table(tmp_path / "t.csv", rows, "emotion,Usage,pixels"))


def test_the_training_rows_alone_get_the_held_out_tenth_of_folders(tmp_path, caplog):
    caplog.set_level(logging.INFO, "notes")
    noise = np.random.default_rng(0).integers(0, 256, (60, 2304))
    rows = [row(label, " ".join(map(str, face)))
            for label, face in zip([3] * 40 + [1] * 20, noise, strict=True)]
    path = write_table(tmp_path / "t.csv", rows)
    train, held = (fer2013.open(path).split(split) for split in ("train", "validation"))
    assert train.counts == (0, 18, 0, 36, 0, 0, 0) and held.counts == (0, 2, 0, 4, 0, 0, 0)
    assert sorted(train.names + held.names) == sorted(f"row {number}" for number in range(1, 61))
    assert "60 faces" not in caplog.text and "6 faces, a stratified tenth of train" in caplog.text
    assert fer2013.open(path).splits == ("train", "validation")


def test_the_contests_train_csv_is_train(tmp_path, caplog):
    caplog.set_level(logging.INFO, "notes")
    rows = [f"{label},{text}" for label, text in zip((3, 0, 6), TEXTS, strict=False)]
    write_table(tmp_path / "train.csv", rows, "emotion,pixels")
    write_table(tmp_path / "test.csv", TEXTS[:2], "pixels")
    for path in (tmp_path, tmp_path / "train.csv"):
        assert labels(path) == [3, 0, 6]
    assert fer2013.open(tmp_path).unlabelled is None
    assert "2 faces have no labels; python evaluate.py predicts them" in caplog.text


@pytest.mark.parametrize("named", [("train", "val", "test"), ("fer2013_training", "valid", "Test"),
                                   ("Training", "PublicTest", "PrivateTest")])
def test_a_table_for_each_split_is_read_as_that_split(named, tmp_path):
    for label, (name, text) in enumerate(zip(named, TEXTS, strict=False)):
        write_table(tmp_path / f"{name}.csv", [f"{label},{text}"], "emotion,pixels")
    assert [labels(tmp_path, split) for split in fer2013.SPLITS] == [[0], [1], [2]]
    assert fer2013.open(tmp_path).split("test").names == [f"{named[2]}.csv row 1"]
    assert fer2013.open(tmp_path / f"{named[2]}.csv").splits == ("test",)


def test_two_tables_for_one_split_are_refused(tmp_path):
    for name in ("train.csv", "val.csv", "valid.csv"):
        write_table(tmp_path / name, [f"3,{TEXTS[0]}"], "emotion,pixels")
    assert "two of train.csv, val.csv, valid.csv name one split" in error_of(tmp_path)


def test_a_whole_table_is_read_and_those_beside_it_are_said(tmp_path, caplog):
    caplog.set_level(logging.INFO, "notes")
    write_table(tmp_path / "icml_face_data.csv", [row(3)])
    write_table(tmp_path / "train.csv", [f"0,{TEXTS[0]}"], "emotion,pixels")
    assert labels(tmp_path) == [3]
    assert "icml_face_data.csv is read, and not train.csv" in caplog.text


@pytest.mark.parametrize("index", ["", "Unnamed: 0", "id"])
def test_a_column_that_numbers_the_rows_is_no_mistake(index, tmp_path):
    path = write_table(tmp_path / "t.csv", [f"0,3,{TEXTS[0]}"], f"{index},emotion,pixels")
    assert labels(path) == [3]


def test_the_case_of_a_usage_makes_no_difference(tmp_path):
    path = write_table(tmp_path / "t.csv", [row(1, usage="training"), row(2, usage="PUBLICTEST")])
    assert labels(path) == [1] and labels(path, "validation") == [2]


def test_the_contests_test_csv_has_faces_but_no_labels(tmp_path):
    path = write_table(tmp_path / "test.csv", TEXTS[:2], "pixels")
    faces = fer2013.open(path).unlabelled
    np.testing.assert_array_equal(faces.pixels, PIXELS[:2])
    assert faces.names == ["row 1", "row 2"] and fer2013.open(path).splits == ()
    assert error_of(path) == f"{path}: no face in the train split"
    assert fer2013.open(write_table(tmp_path / "t.csv", [row()])).unlabelled is None


def test_evaluate_predicts_faces_without_labels_and_measures_nothing(
        tmp_path, monkeypatch, capsys):
    path = write_table(tmp_path / "test.csv", TEXTS[:2], "pixels")
    main_of(evaluate, monkeypatch, "--data", path, "--outputs", tmp_path / "o")
    assert "2 faces without labels, predicted and not evaluated" in capsys.readouterr().out
    assert [path.name for path in (tmp_path / "o").iterdir()] == ["predictions.csv"]
    table = pandas.read_csv(tmp_path / "o" / "predictions.csv")
    assert table["name"].tolist() == ["row 1", "row 2"]
    assert table.filter(like="label").isna().all(axis=None)
    np.testing.assert_allclose(table.filter(like="p_").sum(axis=1), 1, atol=1e-4)


# Numbers


def test_two_or_three_first_numbers_are_read_as_fer2013s_and_a_line_says_so(tmp_path, caplog):
    caplog.set_level(logging.INFO, "notes")
    path = write_table(tmp_path / "t.csv", [row(number) for number in (0, 1, 2)])
    assert labels(path) == [0, 1, 2]
    assert "classes are numbers, read as 0 angry, 1 disgust, 2 fear" in caplog.text


def test_contempt_is_left_out_once_the_meaning_of_numbers_is_known(tmp_path, caplog):
    caplog.set_level(logging.INFO, "notes")
    path = write_table(tmp_path / "t.csv", [row(number) for number in (0, 7, 1)])
    assert "the numbers 0, 1, 7, which may mean other classes" in error_of(path)
    assert "the numbers 0, 1, 7" in error_of(DataOptions(path, "7=ignore"))
    assert labels(DataOptions(path, "fer+")) == [6, 3]
    assert "1 faces are of classes that are left out, contempt or NAME=ignore" in caplog.text


def test_a_class_that_is_ignored_by_its_name_is_so_by_its_number_too(tmp_path):
    path = write_table(tmp_path / "t.csv", [row(number) for number in (0, 1, 2)])
    assert labels(DataOptions(path, "Disgusted=ignore")) == [0, 2]
