"""Tables as people have them: other dialects, the contest's files, numbers of other meanings."""
import logging

import pytest

import fer2013
from base.errors import UserError
from fer2013 import DataOptions
from tests.fer2013.test_dataset import PIXELS, row, write_table

TEXTS = [" ".join(map(str, face.ravel())) for face in PIXELS]


def error_of(path, split="train"):
    with pytest.raises(UserError) as error:
        fer2013.open(path).split(split)
    path = getattr(path, "data", path)
    assert str(error.value).startswith(str(path)) and "\n" not in str(error.value)
    return str(error.value)


def labels(path, split="train"):
    return fer2013.open(path).split(split).labels.tolist()


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
    write_table(tmp_path / "test.csv", TEXTS[:2], "pixels")  # as the contest has it, without labels
    assert labels(tmp_path) == [3]
    assert "icml_face_data.csv is read, and not test.csv, train.csv" in caplog.text


@pytest.mark.parametrize("index", ["", "Unnamed: 0", "id"])
def test_a_column_that_numbers_the_rows_is_no_mistake(index, tmp_path):
    path = write_table(tmp_path / "t.csv", [f"0,3,{TEXTS[0]}"], f"{index},emotion,pixels")
    assert labels(path) == [3]


def test_the_case_of_a_usage_makes_no_difference(tmp_path):
    path = write_table(tmp_path / "t.csv", [row(1, usage="training"), row(2, usage="PUBLICTEST")])
    assert labels(path) == [1] and labels(path, "validation") == [2]


# Numbers


def test_two_or_three_first_numbers_are_read_as_fer2013s_and_a_line_says_so(tmp_path, caplog):
    caplog.set_level(logging.INFO, "notes")
    path = write_table(tmp_path / "t.csv", [row(number) for number in (0, 1, 2)])
    assert labels(path) == [0, 1, 2]
    assert "classes 0 1 2 are read as angry disgust fear" in caplog.text


def test_contempt_is_left_out_once_the_meaning_of_numbers_is_known(tmp_path, caplog):
    caplog.set_level(logging.INFO, "notes")
    path = write_table(tmp_path / "t.csv", [row(number) for number in (0, 7, 1)])
    assert "the numbers 0, 1, 7, which may mean other classes" in error_of(path)
    assert "the numbers 0, 1, 7" in error_of(DataOptions(path, "7=ignore"))
    assert labels(DataOptions(path, "0=neutral,7=contempt,1=happy")) == [6, 3]
    assert "1 faces are left out, of contempt or a class that --classes ignores" in caplog.text


def test_a_class_that_is_ignored_by_its_name_is_so_by_its_number_too(tmp_path):
    path = write_table(tmp_path / "t.csv", [row(number) for number in (0, 1, 2)])
    assert labels(DataOptions(path, "Disgusted=ignore")) == [0, 2]
