"""FER+'s votes: the majority becomes the label, and what has none is left out and counted."""
import logging

import numpy as np
import pytest

import fer2013
from base.errors import UserError
from fer2013 import DataOptions, fer_plus
from tests.fer2013.test_dataset import FACES, PIXELS, write_csv, write_kaggle, write_table
from tests.support import run

HEADER = ("Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,"
          "unknown,NF")
VOTES = (  # for rows 1 to 7, in the order of the header
    "0,0,0,0,1,3,6,0,0,0",  # fear
    "0,10,0,0,0,0,0,0,0,0",  # happiness
    "5,0,0,5,0,0,0,0,0,0",  # no majority
    "0,0,0,0,0,0,0,9,1,0",  # contempt
    "2,1,1,1,1,1,1,1,1,0",  # neutral, because single votes do not count
    "0,0,0,0,0,0,0,0,0,10",  # not a face
    "3,0,0,0,6,1,0,0,0,0",  # anger
)


def write_votes(path, votes=VOTES, usages=None):
    usages = usages or [usage for _, usage in FACES]
    rows = [f"{usage},fer{number:07}.png,{row}"
            for number, (usage, row) in enumerate(zip(usages, votes, strict=True))]
    return str(write_table(path, rows, HEADER))


def test_the_majority_becomes_the_label(tmp_path, caplog):
    caplog.set_level(logging.INFO, "notes")
    path = DataOptions(write_csv(tmp_path), fer_plus=write_votes(tmp_path / "fer2013new.csv"))
    for split, rows, labels in (("train", [0, 6], [2, 0]), ("validation", [1, 4], [3, 6])):
        found = fer2013.open(path).split(split)
        np.testing.assert_array_equal(found.pixels, PIXELS[rows])
        assert found.labels.tolist() == labels
        assert found.names == [f"row {row + 1}" for row in rows]
    assert fer2013.open(path).splits == ("train", "validation")  # both faces of test are left out
    assert ("4 of 7 faces; left out: 1 contempt, 0 unknown, 1 not a face, 1 without a majority"
            in caplog.text)


def test_the_majority_is_more_than_half_of_the_votes_that_are_not_single():
    votes = np.array([[5, 5, 0, 0, 0, 0, 0, 0, 0, 0], [5, 4, 1, 0, 0, 0, 0, 0, 0, 0],
                      [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0, 0, 0, 6, 4]])
    assert fer_plus.majority(votes).tolist() == [10, 0, 10, 8]


@pytest.mark.parametrize("write, reason", [
    (lambda path: write_votes(path, VOTES[:6], ["Training"] * 6), "votes for 6 faces, but not"),
    (lambda path: write_votes(path, usages=["Training"] * 7), "votes for 7 faces, but not those"),
    (lambda path: str(write_csv(path)), "not readable as FER+'s fer2013new.csv (Usecols do not"),
])
def test_votes_for_other_faces_are_refused(write, reason, tmp_path):
    path = DataOptions(write_csv(tmp_path), fer_plus=write(tmp_path / "fer2013new.csv"))
    with pytest.raises(UserError) as error:
        fer2013.open(path).split("train")
    assert reason in str(error.value) and "\n" not in str(error.value)


def test_folders_have_no_order_that_votes_could_follow(tmp_path):
    write_kaggle(tmp_path / "d")
    result = run("dataset.py", "--data", tmp_path / "d", "--fer-plus",
                 write_votes(tmp_path / "v.csv"), check=False)
    assert result.returncode == 2 and "expected fer2013.csv, in whose order" in result.stderr
