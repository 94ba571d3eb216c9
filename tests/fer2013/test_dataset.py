"""Every form of the dataset gives the same arrays, and an error about bad input is one line.

The dataset of these tests is seven faces of noise, one of each emotion, in all three splits.
"""
import io
import logging
import re
import shutil
import zipfile

import numpy as np
import pytest
from PIL import Image, ImageOps

import fer2013
from base.errors import UserError
from fer2013 import glance, sources, validation
from fer2013 import split as splitting
from tests.support import run

FACES = (  # emotion and usage of rows 1 to 7; each split is in the order of its folders' names
    ("angry", "Training"), ("fear", "PublicTest"), ("disgust", "PrivateTest"),
    ("happy", "Training"), ("sad", "PublicTest"), ("surprise", "PrivateTest"),
    ("neutral", "Training"))
LABELS = {"angry": 0, "disgust": 1, "fear": 2, "happy": 3, "sad": 4, "surprise": 5, "neutral": 6}
ROWS = {"train": (1, 4, 7), "validation": (2, 5), "test": (3, 6)}
PIXELS = np.random.default_rng(0).integers(0, 256, (7, 48, 48), dtype=np.uint8)
HEADER = "emotion,pixels,Usage"


# Writing the dataset in every form


def row(emotion=3, pixels="7 " * 2304, usage="Training"):
    return f"{emotion},{pixels},{usage}"


def write_table(path, rows, header=HEADER):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join((header, *rows)) + "\n")
    return path


def table_rows():
    return [row(LABELS[emotion], " ".join(map(str, face.ravel())), usage)
            for (emotion, usage), face in zip(FACES, PIXELS, strict=True)]


def write_csv(folder):
    return write_table(folder / "fer2013.csv", table_rows())


def write_icml_csv(folder):
    cells = [line.split(",") for line in table_rows()]
    rows = [f"{emotion},{usage},{pixels}" for emotion, pixels, usage in cells]
    return write_table(folder / "icml_face_data.csv", rows, "emotion, Usage, pixels")


def write_image(path, pixels=PIXELS[0]):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def write_folders(folder, folder_of, name_of):
    for number, ((emotion, usage), face) in enumerate(zip(FACES, PIXELS, strict=True), start=1):
        write_image(folder / folder_of[usage] / emotion / name_of(usage, number), face)
    return folder


def write_kaggle(folder):
    folders = {"Training": "train", "PublicTest": "test", "PrivateTest": "test"}
    return write_folders(folder, folders, lambda usage, number: f"{usage}_{number}.png")


def write_three_folders(folder):
    folders = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}
    return write_folders(folder, folders, lambda usage, number: f"face_{number}.png")


def write_unsplit(folder, faces_per_emotion):
    """Only train/; the first grey of each face is its number."""
    numbers = iter(range(256))
    for emotion, count in faces_per_emotion.items():
        for _ in range(count):
            number = next(numbers)
            path = folder / "train" / emotion / f"{number:03}.png"
            face = np.random.default_rng(number).integers(0, 256, (48, 48), np.uint8)
            face[0, 0] = number
            write_image(path, face)
    return folder


def zip_of(folder, archive):
    return shutil.make_archive(archive, "zip", folder)


def zip_in_directory(path, tmp):
    zip_of(tmp / "outer", tmp / "other" / "archive")
    return tmp / "other"


ROW_NAMES = [f"row {number}" for number in range(1, 8)]
FACE_NAMES = [f"face_{number}.png" for number in range(1, 8)]
KAGGLE_NAMES = [f"{usage}_{number}.png" for number, (_, usage) in enumerate(FACES, start=1)]
FORMS = {  # the function that writes it, and the names of rows 1 to 7
    "fer2013.csv": (write_csv, ROW_NAMES),
    "icml_face_data.csv": (write_icml_csv, ROW_NAMES),
    "Kaggle": (write_kaggle, KAGGLE_NAMES),
    "validation": (write_three_folders, FACE_NAMES),
}
PLACES = {  # the path to load, given that of the dataset, which is in tmp/outer/inner, and tmp
    "itself": lambda path, tmp: path,
    "nested in a directory": lambda path, tmp: tmp,
    "zip": lambda path, tmp: zip_of(tmp / "outer" / "inner", tmp / "archive"),
    "zip in a directory": zip_in_directory,
}


# What is read


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("form", FORMS)
def test_every_form_in_every_place_gives_the_same_arrays(form, place, tmp_path):
    write, all_names = FORMS[form]
    path = PLACES[place](write(tmp_path / "outer" / "inner"), tmp_path)
    for split, numbers in ROWS.items():
        rows = [number - 1 for number in numbers]
        faces = fer2013.open(path).split(split)
        pixels, labels, names = faces.pixels, faces.labels, faces.names
        assert pixels.dtype == labels.dtype == np.uint8
        np.testing.assert_array_equal(pixels, PIXELS[rows])
        np.testing.assert_array_equal(labels, [LABELS[FACES[row][0]] for row in rows])
        assert names == [all_names[row] for row in rows]
    assert fer2013.open(path).splits == ("train", "validation", "test")


@pytest.mark.parametrize("change", [
    lambda text: b"\xef\xbb\xbf" + text,
    lambda text: text.replace(b"\n", b"\r\n"),
    lambda text: text + b"\n\n\r\n",
    lambda text: text.removesuffix(b"\n"),
    lambda text: text.replace(b",", b" , "),
    lambda text: re.sub(rb",([\d ]+),", rb',"\1",', text),
], ids=["BOM", "CRLF", "blank lines at the end", "no newline at the end", "spaces around commas",
        "quoted pixels"])
def test_a_csv_as_other_programs_write_it_loads_the_same(change, tmp_path):
    path = write_csv(tmp_path)
    path.write_bytes(change(path.read_bytes()))
    for split, numbers in ROWS.items():
        rows = [number - 1 for number in numbers]
        np.testing.assert_array_equal(fer2013.open(path).split(split).pixels, PIXELS[rows])


def test_folders_are_preferred_to_a_csv_beside_them(tmp_path):
    write_csv(tmp_path)
    write_kaggle(tmp_path)
    assert fer2013.open(tmp_path).source.form == "folders"


def test_a_zip_without_faces_does_not_hide_the_one_with_them(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("notes.txt", "nothing")
    write_csv(tmp_path / "made")
    zip_of(tmp_path / "made", tmp_path / "b")
    shutil.rmtree(tmp_path / "made")
    assert fer2013.open(tmp_path).splits == fer2013.SPLITS


def test_a_link_to_a_folder_is_followed(tmp_path):
    write_kaggle(tmp_path / "elsewhere")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "fer2013").symlink_to(tmp_path / "elsewhere")
    assert fer2013.open(tmp_path / "data").splits == fer2013.SPLITS


def test_splits_and_the_held_out_split_are_those_that_have_faces(tmp_path):
    table = write_table(tmp_path / "t.csv", [row(usage="PublicTest"), row()])
    assert fer2013.open(table).splits == ("train", "validation")
    assert fer2013.open(table).held_out == "validation"
    assert fer2013.open(write_csv(tmp_path)).held_out == "test"


# The folders that the repository ships


@pytest.mark.parametrize("shipped", ["avatars", "composites"])
def test_a_users_data_are_preferred_to_the_included_faces(shipped, tmp_path):
    write_kaggle(tmp_path / "data" / shipped)
    write_csv(tmp_path / "data" / "z" / "users")
    for named in (tmp_path / "data", tmp_path):
        assert fer2013.open(named).source.base.match("z/users")
    shutil.rmtree(tmp_path / "data" / "z")
    assert sources.search(tmp_path) is None
    assert fer2013.open(tmp_path / "data" / shipped).splits == fer2013.SPLITS


# Without a validation split


def test_a_stratified_tenth_of_train_becomes_validation(tmp_path):
    write_unsplit(tmp_path, {"happy": 40, "disgust": 20})
    train, validation = (fer2013.open(tmp_path).split(split) for split in ("train", "validation"))
    assert train.counts == (0, 18, 0, 36, 0, 0, 0) and validation.counts == (0, 2, 0, 4, 0, 0, 0)
    all_names = [f"{number:03}.png" for number in range(60)]
    assert sorted(train.names + validation.names) == all_names  # disjoint, and none is lost
    for split in (train, validation):
        assert [f"{face[0, 0]:03}.png" for face in split.pixels] == split.names
        assert np.all(np.diff(split.labels.astype(int)) >= 0)


def test_copies_stay_on_one_side_of_the_held_out_tenth(tmp_path):
    folder = write_unsplit(tmp_path, {"happy": 10, "sad": 20})
    for number, path in enumerate(sorted((folder / "train" / "happy").iterdir())):
        face = np.asarray(Image.open(path))
        write_image(path.with_name(f"copy of {number}.png"), face)  # identical
        write_image(path.with_name(f"other {number}.png"), face[:, ::-1])  # mirrored
    data = fer2013.open(tmp_path)
    train, held = data.split("train"), data.split("validation")
    assert held.counts[3] == 3 and train.counts[3] == 27 and held.counts[4] == 2
    assert not set(validation.looks(held.pixels)) & set(validation.looks(train.pixels))
    fer2013.check_validation(data)  # is not refused


# Images of another kind


def test_other_sizes_and_colours_are_converted_and_counted(tmp_path, caplog):
    caplog.set_level(logging.INFO, "notes")
    write_three_folders(tmp_path)
    write_image(tmp_path / "train" / "sad" / "large.png", np.full((96, 64), 90, np.uint8))
    write_image(tmp_path / "train" / "sad" / "red.png", np.full((48, 48, 3), (255, 0, 0), np.uint8))
    faces = fer2013.open(tmp_path).split("train")
    pixels, names = faces.pixels, faces.names
    by_name = dict(zip(names, pixels, strict=True))
    assert (by_name["large.png"] == 90).all()
    assert (by_name["red.png"] == 76).all()  # ITU-R 601: 0.299 * 255
    np.testing.assert_array_equal(by_name["face_1.png"], PIXELS[0])
    assert "train: 2 of 5 images were not 48x48 in grey and were converted" in caplog.text


# Descriptions


def test_describe_names_form_counts_and_the_difference_to_fer2013(tmp_path):
    data = fer2013.open(write_kaggle(tmp_path))
    assert data.in_words == f"{tmp_path}, folders"
    assert data.describe("train") == [
        "train: 3 faces, not the 28,709 of FER2013",
        "angry 1 disgust 0 fear 0 happy 1 sad 0 surprise 0 neutral 1"]
    assert max(map(len, data.describe("train"))) <= 80


def test_fer2013_as_published_is_told_from_an_equalised_copy(tmp_path, monkeypatch):
    """A small dataset stands for FER2013: its counts and greys are taken as the published ones."""
    faces = np.clip(np.random.default_rng(0).normal(128, 30, (7, 48, 48)), 0, 255).astype(np.uint8)
    for emotion, face in zip(fer2013.EMOTIONS, faces, strict=True):
        write_image(tmp_path / "plain" / "train" / emotion / "a.png", face)
        equal = np.asarray(ImageOps.equalize(Image.fromarray(face)))
        write_image(tmp_path / "equal" / "train" / emotion / "a.png", equal)
    monkeypatch.setitem(splitting.COUNTS, "train", (1,) * 7)
    greys = faces.mean(), np.mean([face.std() for face in faces])
    monkeypatch.setitem(splitting.GREYS, "train", greys)
    plain, equal = fer2013.open(tmp_path / "plain"), fer2013.open(tmp_path / "equal")
    assert plain.describe("train") == ["train: 7 faces, FER2013 as published"]
    assert plain.name == "FER2013" and plain.title("train") == "FER2013's Training"
    assert equal.describe("train") == [
        "train: 7 faces, a filtered copy of FER2013 (contrast 74 instead of 30):",
        "its accuracies are not comparable with others"]
    assert equal.name == "a filtered copy of FER2013"
    assert equal.title("train") == "Training of a filtered copy of FER2013"
    assert plain.split("train").edition == ("FER2013 as published", *np.round(greys, 2))


def test_seen_in_distinguishes_identical_from_almost_identical_faces():
    almost = PIXELS[0].copy()
    almost[47, 47] ^= 1
    seen = fer2013.seen_in(np.stack([PIXELS[2], almost, PIXELS[0], PIXELS[2]]), PIXELS[:3])
    assert seen.dtype == bool
    assert seen.tolist() == [True, False, True, True]


# Bad input


def error_of(path, split="train"):
    """The message with which loading fails."""
    with pytest.raises(UserError) as error:
        fer2013.open(path).split(split)
    message = str(error.value)
    assert "\n" not in message
    return message


PIXEL_LIST = ["7"] * 2304


def row_of(*pixels):
    return row(pixels=" ".join(pixels))


BAD_ROWS = {  # the row, and what is wrong with it
    "too few pixels": (row_of(*PIXEL_LIST[1:]), "2,303 pixels"),
    "no pixels": (row(pixels=""), "0 pixels"),
    "a word last": (row_of(*PIXEL_LIST[1:], "x"), "no whole number"),
    "not a number": (row_of(*PIXEL_LIST[1:], "nan"), "no whole number"),
    "a comma": (row(pixels=f'"{" ".join(["1,5", *PIXEL_LIST[1:]])}"'), "no whole number"),
    "a fraction": (row_of("7.5", *PIXEL_LIST[1:]), "no whole number"),
    "pixel above": (row_of(*PIXEL_LIST[1:], "256"), "'256' is no whole number from 0 to 255"),
    "pixel below": (row_of("-1", *PIXEL_LIST[1:]), "'-1' is no whole number"),
    "unknown Usage": (row(usage="Own"), "Usage 'Own' is none of Training, PublicTest, Private"),
    "short row": ("3," + "7 " * 2304, "Usage ''"),
}


@pytest.mark.parametrize("case", BAD_ROWS)
def test_a_bad_row_is_named_with_what_is_wrong_and_what_was_expected(case, tmp_path):
    bad, problem = BAD_ROWS[case]
    path = write_table(tmp_path / "t.csv", [row(), bad, row()])
    message = error_of(path)
    assert message.startswith(f"{path}, row 2: ")
    assert problem in message


@pytest.mark.parametrize("label", ["", "-1", "3.0", "calm"])
def test_a_label_that_is_none_is_named(label, tmp_path):
    path = write_table(tmp_path / "t.csv", [row(), row(label)])
    assert error_of(path).startswith(f"{path}: unknown class '{label}'; expected angry, disgust")


@pytest.mark.parametrize("bad", ['"' + row(), '"3"x' + row()[1:], "3," * 70_000, row() + ",7"])
def test_a_line_that_is_no_row_is_refused(bad, tmp_path):
    path = write_table(tmp_path / "t.csv", [row(), bad, row()])
    assert error_of(path).startswith(f"{path}")


@pytest.mark.parametrize("content", [
    b"", b"\n", b"\x89PNG\r\n\x1a\n\0\0", HEADER.replace(",", "|").encode(),
    b"version https://git", b"<!doctype html>\n<html>", b"emotion,other,Usage\n1,2,3"])
def test_a_file_that_is_not_such_a_table_is_named_with_what_was_expected(content, tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    assert error_of(path).startswith(f"{path}: ")
    assert "expected the columns emotion, pixels and Usage" in error_of(path)


def test_a_csv_with_only_a_header_has_no_face(tmp_path):
    path = write_table(tmp_path / "t.csv", [])
    assert error_of(path) == f"{path}: no face in the train split"
    assert fer2013.open(path).splits == ()


def png_bytes():
    buffer = io.BytesIO()
    Image.fromarray(PIXELS[0]).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("content", [b"", b"no image", png_bytes()[:800]])
def test_a_damaged_image_is_named(content, tmp_path):
    folder = write_three_folders(tmp_path / "made")
    (folder / "train" / "happy" / "bad.png").write_bytes(content)
    assert error_of(folder).startswith(f"{folder}: bad.png is not readable: ")
    assert len(fer2013.open(folder).split("test")) == 2


@pytest.mark.parametrize("darken", [
    lambda face: Image.fromarray(face.astype(np.uint16)), lambda face: Image.fromarray(face // 128),
    lambda face: Image.fromarray(face.astype(np.uint16) * 16)])
def test_pictures_in_the_wrong_depth_are_refused(darken, tmp_path):
    for number in range(3):
        write_image(tmp_path / "train" / "sad" / f"{number}.png").unlink()
        darken(PIXELS[number]).save(tmp_path / "train" / "sad" / f"{number}.png")
    write_image(tmp_path / "val" / "sad" / "0.png")
    assert "the train split spans fewer than 32 of 256 greys" in error_of(tmp_path)


def test_a_directory_without_a_dataset_says_how_to_get_one(tmp_path):
    (tmp_path / "README.md").write_text("read me")
    assert error_of(tmp_path).startswith(f"{tmp_path}: no FER2013 in it")
    assert error_of(tmp_path).endswith("data/README.md says how to get them")
    assert sources.search(tmp_path) is None


def test_a_missing_path_says_how_to_get_fer2013(tmp_path):
    path = tmp_path / "nowhere"
    assert error_of(path) == (f"{path}: no such file or directory; "
                              "data/README.md says how to get FER2013")


# FER2013 itself


@pytest.fixture(scope="module")
def real(real_fer2013):
    """The Dataset of FER2013 itself, in any form."""
    return fer2013.open(real_fer2013)


def test_the_real_data_are_as_published(real):
    for split in ("train", "validation"):
        assert real.split(split).counts == fer2013.COUNTS[split]
        assert real.split(split).edition.name == splitting.PUBLISHED
    assert real.name == "FER2013" and real.title("validation") == "FER2013's PublicTest"


def test_280_real_publictest_faces_are_also_training_faces(real):
    assert real.seen_in_training(real.split("validation").pixels).sum() == 280


# The data at a glance


def make_glance_data():
    """Face 0 is three times in train, once with another label, and once in validation.

    Face 3 of train is blank.
    """
    blank = np.full((48, 48), 9, np.uint8)
    train = np.stack([PIXELS[0], PIXELS[1], PIXELS[0], blank, PIXELS[0]])
    validation = np.stack([PIXELS[0], PIXELS[2]])
    return [fer2013.Split("train", train, np.uint8([3, 3, 3, 4, 5]), []),
            fer2013.Split("validation", validation, np.uint8([3, 6]), [])]


def test_the_summary_counts_identical_conflicting_and_blank_faces():
    *lines, _, last = glance.summary(make_glance_data()).splitlines()
    table = {line[:18].strip(): line[18:].split() for line in lines}
    assert table == {
        "split": ["train", "validation"], "angry": ["0", "0"], "disgust": ["0", "0"],
        "fear": ["0", "0"],
        "happy": ["3", "1"], "sad": ["1", "0"], "surprise": ["1", "0"], "neutral": ["0", "1"],
        "also in train": ["3", "1"], "also in validation": ["3", "0"],
        "labels in conflict": ["3", "1"], "blank": ["1", "0"]}
    assert last == ("1 groups of pixel-identical faces contain 4 faces; "
                    "1 of the groups have conflicting labels")


def test_examples_are_of_their_emotion_and_depend_on_the_seed():
    labels = np.repeat(np.arange(7, dtype=np.uint8), [20, 0, 20, 2, 20, 20, 20])
    pixels = np.arange(len(labels), dtype=np.uint8)[:, None, None].repeat(48, 1).repeat(48, 2)
    first, again, other = (glance.choose_examples(pixels, labels, seed) for seed in (0, 0, 1))
    for label, examples in enumerate(first):
        indices = examples[:, 0, 0]  # the grey of a face is its index
        assert (labels[indices] == label).all() and len(np.unique(indices)) == len(examples)
    assert [len(examples) for examples in first] == [5, 0, 5, 2, 5, 5, 5]
    assert all(map(np.array_equal, first, again)) and not all(map(np.array_equal, first, other))


# On the command line of dataset.py


def test_the_script_prints_and_draws_the_counts(tmp_path):
    result = run("dataset.py", "--data", write_csv(tmp_path), "--outputs", tmp_path / "outputs")
    assert "validation: 2 faces, not the 3,589 of FER2013" in result.stdout
    assert "0 groups of pixel-identical faces contain 0 faces" in result.stdout
    assert [path.name for path in (tmp_path / "outputs").iterdir()] == ["dataset.png"]
