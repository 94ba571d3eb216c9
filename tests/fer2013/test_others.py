"""What is not FER2013 is called by its true name, with what would help."""
import pickle
import subprocess
import sys
import zipfile

import h5py
import numpy as np
import pytest

import fer2013
from base.errors import UserError
from fer2013 import included
from tests.fer2013.test_dataset import PIXELS, write_csv
from tests.fer2013.test_folders import put
from tests.support import ROOT

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 301072766\n"
PAGE = b"\n<!DOCTYPE html><html><head><title>Kaggle: sign in</title></head></html>"


def error_of(path):
    with pytest.raises(UserError) as error:
        fer2013.open(path).split("train")
    assert str(error.value).startswith(str(path)) and "\n" not in str(error.value)
    return str(error.value)


def write_hdf5(path):
    with h5py.File(path, "w") as file:
        file["pixels"] = np.zeros((2, 48, 48), np.uint8)


class Trap:
    def __reduce__(self):
        return (pytest.fail, ("the pickle was opened",))


WRITE = {  # name of the file: (function of its path that writes it, a part of the message)
    "fer2013.csv": (lambda path: path.write_bytes(POINTER), "a Git LFS pointer, not the data"),
    "fer2013.zip": (lambda path: path.write_bytes(POINTER), "a Git LFS pointer, not the data"),
    "archive.zip": (lambda path: path.write_bytes(PAGE), "an HTML page, not the data"),
    "page.csv": (lambda path: path.write_bytes(PAGE), "an HTML page, not the data"),
    "faces.pkl": (lambda path: path.write_bytes(pickle.dumps(Trap())), "a pickle, which can run"),
    "old.pickle": (lambda path: path.write_bytes(pickle.dumps(Trap(), 0)), "a pickle, which can"),
    "faces.dat": (lambda path: path.write_bytes(pickle.dumps(Trap())), "a pickle, which can run"),
    "X.npy": (lambda path: np.save(path, np.zeros((2, 48, 48))), "a NumPy array; data/README.md"),
    "fer.npz": (lambda path: np.savez(path, X=np.zeros(2)), "NumPy arrays; data/README.md"),
    "fer.h5": (write_hdf5, "HDF5; data/README.md has the lines that make a CSV of it"),
    "fer2013.csv.gz": (lambda path: path.write_bytes(b"\x1f\x8b\x08"), "compressed; expected"),
    "fer2013.xlsx": (lambda path: path.write_bytes(b"PK\3\4"), "a .zip under another name"),
    "fer2013.7z": (lambda path: path.write_bytes(b"7z\xbc\xaf\x27\x1c"), "compressed; expected"),
}


@pytest.mark.parametrize("name", WRITE)
def test_a_file_of_another_kind_is_called_what_it_is(name, tmp_path):
    write, expected = WRITE[name]
    write(tmp_path / name)
    assert error_of(tmp_path / name).startswith(f"{tmp_path / name}: {expected}")
    assert expected in error_of(tmp_path)  # also where it is the only thing in a folder


def test_a_pointer_among_the_pictures_is_called_what_it_is(tmp_path):
    put(tmp_path, "train/happy/a.png")
    (tmp_path / "train" / "happy" / "b.png").write_bytes(POINTER)
    assert "train/happy/b.png is not a readable image (a Git LFS pointer" in error_of(tmp_path)


def test_a_pointer_in_a_zip_is_called_what_it_is(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("fer2013.csv", POINTER)
    assert "a.zip/fer2013.csv: a Git LFS pointer" in error_of(tmp_path / "a.zip")


LYING = {  # the paths of pictures, and what the message says
    "class folders alone": (
        ["images/Happy/a.png", "images/Sad/a.png"],
        "class folders Happy, Sad under images/; expected train/, validation/ and test/ above "
        "them, as in images/train/Happy/"),
    "class folders at the top": (
        ["Happy/a.png"], "class folders Happy; expected train/, validation/ and test/ above them, "
        "as in train/Happy/"),
    "classes above splits": (
        ["happy/train/a.png", "happy/test/a.png"],
        "folders of splits within those of classes, as happy/test/; expected test/happy/"),
    "unknown classes": (
        ["train/froh/a.png", "train/traurig/a.png"],
        "train/ with folders froh, traurig in it; expected folders angry, disgust"),
    "pictures in a split": (
        ["train/a.png", "train/b.png"], "train/ with no class folder in it; expected folders"),
    "pictures": (["x/a.png", "x/b.png"], "2 pictures in x/, as a.png; expected folders such as"),
    "pictures in no folder": (["a.png"], "1 pictures in no folder, as a.png"),
}


@pytest.mark.parametrize("zipped", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("case", LYING)
def test_what_lies_there_is_told_with_the_nearest_form(case, zipped, tmp_path):
    paths, expected = LYING[case]
    put(tmp_path / "d", *paths)
    named = tmp_path / "d"
    if zipped:
        named = tmp_path / "a.zip"
        with zipfile.ZipFile(named, "w") as archive:
            for path in paths:
                archive.write(tmp_path / "d" / path, path)
    assert f"no FER2013 in it, but {expected}" in error_of(named)
    assert error_of(named).endswith("data/README.md says how to get FER2013")


def test_the_lines_of_the_readme_make_a_table_of_arrays(tmp_path):
    code = (ROOT / "data" / "README.md").read_text(encoding="utf-8").split("```python\n")[1]
    np.save(tmp_path / "X.npy", PIXELS[..., None] / 255)
    np.save(tmp_path / "y.npy", np.arange(7))
    subprocess.run([sys.executable, "-c", code.split("```")[0]], check=True, cwd=tmp_path)
    faces = fer2013.open(tmp_path).split("train")
    pixels, labels = faces.pixels, faces.labels
    np.testing.assert_array_equal(pixels, PIXELS)
    assert labels.tolist() == list(range(7))


def test_a_table_of_another_name_is_told_and_read_if_it_is_named(tmp_path):
    write_csv(tmp_path).rename(tmp_path / "faces_2013.csv")
    assert "tables of other names, faces_2013.csv; expected fer2013.csv, or the" in error_of(
        tmp_path)
    assert len(fer2013.open(tmp_path / "faces_2013.csv").split("train").labels) == 3


def test_a_split_that_is_named_itself_leads_to_the_folder_above(tmp_path):
    put(tmp_path, "train/happy/a.png")
    assert f"or name the folder above, {tmp_path}; data/README" in error_of(tmp_path / "train")


def test_an_empty_folder_and_an_empty_zip_have_nothing_in_them(tmp_path):
    assert "no FER2013 in it, but nothing" in error_of(tmp_path)
    with zipfile.ZipFile(tmp_path / "a.zip", "w"):
        pass
    assert "no FER2013 in it, but a.zip with nothing" in error_of(tmp_path)


def test_the_demonstration_says_what_lies_in_data_instead_of_fer2013(
        tmp_path, monkeypatch, caplog):
    caplog.set_level("INFO", "fer2013")
    monkeypatch.setattr(included, "HERE", tmp_path)
    put(tmp_path, "data/Happy/a.png", "data/avatars/train/happy/a.png")
    assert included.open_own() is None
    assert "data: no FER2013 in it, but class folders Happy; expected train/" in caplog.text
