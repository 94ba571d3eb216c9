"""Folders as people have them: read rightly, with a line that says what was decided, or refused."""
import itertools
import logging

import numpy as np
import pytest
from PIL import Image

import fer2013
from base.errors import UserError
from fer2013 import DataOptions, names
from fer2013.validation import hold_out
from tests.support import make_dataset

numbers = itertools.count()


@pytest.fixture
def said(caplog):
    """What was logged, as a function."""
    caplog.set_level(logging.INFO, "notes")
    return lambda: caplog.text


def put(root, *paths):
    """Write a face of its own noise to each path."""
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(next(numbers)).integers(0, 256, (48, 48), np.uint8)
        Image.fromarray(noise).save(root / path, "PNG")
    return root


def labels(root, split):
    return fer2013.open(root).split(split).labels.tolist()


def error_of(root, split="train"):
    with pytest.raises(UserError) as error:
        fer2013.open(root).split(split)
    assert "\n" not in str(error.value)
    return str(error.value)


# Names


@pytest.mark.parametrize("split, folders", {
    "train": ["train", "Train", "TRAINING", "Training"],
    "validation": ["validation", "valid", "Val", "dev", "PublicTest"],
    "test": ["test", "Test", "testing", "PrivateTest"],
}.items())
def test_the_usual_names_of_splits_are_known_in_any_case(split, folders, tmp_path):
    for folder in folders:
        put(tmp_path / folder, f"{folder}/happy/a.png")
        assert fer2013.open(tmp_path / folder).splits == (split,)


@pytest.mark.parametrize("label, folders", list(enumerate([
    ["angry", "Angry", "anger", "0", "0_angry", "0 - Anger", "ANGRY"],
    ["disgust", "Disgusted", "1", "1.disgust"], ["fear", "fearful", "Fear", "2"],
    ["happy", "Happiness", "3", "03_happy"], ["sad", "sadness", "4"],
    ["surprise", "Surprised", "suprise", "5"], ["neutral", "neutrality", "6_Neutral", "6"]])))
def test_the_usual_names_of_classes_are_known(label, folders):
    assert set(names.labels_of(folders, "", "").values()) == {label}


def test_class_folders_that_are_numbers_are_fer2013s_and_a_line_says_so(tmp_path, said):
    put(tmp_path, *(f"test/{number}/a.png" for number in range(7)))
    assert labels(tmp_path, "test") == list(range(7))
    assert ("classes 0 1 2 3 4 5 6 are read as angry disgust fear happy sad surprise neutral"
            in said())


def test_six_classes_with_new_numbers_are_refused_until_their_meaning_is_said(tmp_path):
    put(tmp_path, *(f"test/{number}/a.png" for number in range(6)))
    assert "the numbers 0, 1, 2, 3, 4, 5, which may mean other classes" in error_of(tmp_path)
    six = "0=angry,1=fear,2=happy,3=sad,4=surprise,5=neutral"
    assert labels(DataOptions(tmp_path, six), "test") == [0, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("pairs", ["", "7=ignore"])
def test_numbers_are_refused_until_their_meaning_is_said_if_one_is_none_of_fer2013s(
        pairs, tmp_path):
    put(tmp_path, *(f"test/{number}/a.png" for number in range(1, 8)))
    error = error_of(DataOptions(tmp_path, pairs))
    assert "numbers 1, 2, 3, 4, 5, 6, 7, which may mean other classes than FER2013's" in error
    assert error.endswith("expected --classes with a meaning for each, as 0=angry,1=fear")


def test_contempt_is_left_out_and_another_class_only_if_asked(tmp_path, said):
    put(tmp_path, "test/happy/a.png", "test/Contempt/a.png", "test/Contempt/b.png")
    assert labels(tmp_path, "test") == [3]
    assert "2 faces are left out, of contempt or a class that --classes ignores" in said()
    put(tmp_path, "test/bored/a.png")
    assert error_of(tmp_path) == (
        f"{tmp_path}: unknown class 'bored'; expected angry, disgust, fear, happy, sad, surprise, "
        "neutral; --classes bored=EMOTION says which of them it is, bored=ignore leaves it out")
    assert labels(DataOptions(tmp_path, "bored=ignore"), "test") == [3]


def test_a_class_of_another_name_is_asked_for_and_not_lost(tmp_path):
    put(tmp_path, "test/happy/a.png", "test/calm/a.png", "test/fearful/a.png", "test/afraid/a.png")
    assert "--classes calm=EMOTION says which of them it is, calm=ignore" in error_of(tmp_path)
    assert labels(DataOptions(tmp_path, "calm=neutral"), "test") == [2, 6, 2, 3]


@pytest.mark.parametrize("folder", [".ipynb_checkpoints", "__MACOSX"])
def test_folders_that_programs_leave_behind_are_skipped(folder, tmp_path):
    put(tmp_path, "train/happy/a.png", f"train/{folder}/b.png", f"train/happy/{folder}/a.png",
        f"{folder}/train/happy/a.png", f"{folder}/train/happy/b.png")
    assert labels(tmp_path, "train") == [3]


# What was silently wrong


def test_two_datasets_side_by_side_are_refused(tmp_path):
    put(tmp_path, "fer/train/happy/a.png", "affectnet/train/happy/a.png")
    assert error_of(tmp_path) == (
        f"{tmp_path}: 2 datasets lie there side by side, {tmp_path / 'affectnet'}, "
        f"{tmp_path / 'fer'}; name one of them with --data, or put the splits of one into one "
        "folder")


def test_two_names_of_one_split_are_refused(tmp_path):
    put(tmp_path, "val/happy/a.png", "valid/happy/a.png")
    assert "'val' and 'valid' both name the validation split" in error_of(tmp_path)


def test_folders_of_sessions_are_read_with_their_class(tmp_path):
    put(tmp_path, "train/happy/s1/a.png", "train/happy/s2/t1/b.png", "train/happy/c.png")
    assert labels(tmp_path, "train") == [3, 3, 3]


def test_a_class_folder_within_another_is_refused(tmp_path):
    put(tmp_path, "train/happy/sad/a.png")
    assert "lies in the folders of two classes" in error_of(tmp_path)


def test_files_in_no_class_folder_are_counted(tmp_path, said):
    put(tmp_path, "train/happy/a.png", "train/b.png", "holdout/happy/c.png")
    (tmp_path / "train/happy/notes.txt").touch()
    assert labels(tmp_path, "train") == [3]
    assert "3 files are left out, no pictures in a class folder of a split" in said()


def test_publictest_stays_in_test_beside_an_own_validation(tmp_path):
    put(tmp_path, "validation/sad/1.png", "test/happy/PublicTest_1.png",
        "test/happy/PrivateTest_2.png")
    assert labels(tmp_path, "validation") == [4] and labels(tmp_path, "test") == [3, 3]


def write_partial(root):
    return put(make_dataset(root, {"train": 2}), "valid/happy/x.png", "valid/sad/x.png")


def write_overlapping(root):
    """Of seven faces of validation, four are also in train."""
    make_dataset(root, {"train": 1, "val": 1})
    for emotion in fer2013.EMOTIONS[:4]:
        copied = next((root / "train" / emotion).iterdir()).read_bytes()
        next((root / "val" / emotion).iterdir()).write_bytes(copied)
    return root


@pytest.mark.parametrize("write, reason", [
    (write_partial, "no face of validation is labelled angry, disgust, fear, surprise, neutral"),
    (write_overlapping, "4 of 7 faces of validation are also in train"),
])
def test_a_validation_split_on_which_no_model_can_be_selected_is_refused(write, reason, tmp_path):
    with pytest.raises(UserError, match=reason):
        fer2013.check_validation(fer2013.open(write(tmp_path / "d")))


def test_the_held_out_tenth_is_the_one_of_earlier_versions():
    pixels = np.random.default_rng(0).integers(0, 256, (60, 48, 48), np.uint8)
    split = fer2013.Split("train", pixels, np.repeat([1, 3], [20, 40]), list(map(str, range(60))))
    found = np.flatnonzero(hold_out(split))
    random = np.random.default_rng(2013)
    expected = [*sorted(random.permutation(20)[:2]), *sorted(20 + random.permutation(40)[:4])]
    assert found.tolist() == expected


@pytest.mark.parametrize("text", ["affectnet", "calm", "calm=relaxed", "angry,fear", "0=angry,1"])
def test_another_form_of_classes_is_refused(text):
    with pytest.raises(UserError, match=f"--classes {text}: expected pairs .* as 7=contempt"):
        names.labels_of({"0", "1"}, text, "data")
