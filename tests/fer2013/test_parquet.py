"""Parquet files as copies of FER2013 on Hugging Face have them."""
import io
import json
import logging
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

import fer2013
from base.errors import UserError
from fer2013 import DataOptions
from tests.fer2013.test_dataset import FACES, LABELS, PIXELS, ROWS

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
ALPHABETICAL = sorted(fer2013.EMOTIONS)
SPLITS = {split: [number - 1 for number in numbers] for split, numbers in ROWS.items()}
TRUE = [LABELS[emotion] for emotion, _ in FACES]


def png(face):
    buffer = io.BytesIO()
    Image.fromarray(face).save(buffer, "PNG")
    return buffer.getvalue()


def write(path, pictures, labels, columns=("image", "label"), names=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pyarrow.table(dict(zip(columns, (pictures, labels), strict=True)))
    if names:
        features = {columns[1]: {"names": names, "_type": "ClassLabel"}}
        table = table.replace_schema_metadata(
            {"huggingface": json.dumps({"info": {"features": features}})})
    parquet.write_table(table, path)
    return path


def error_of(path):
    with pytest.raises(UserError) as error:
        fer2013.open(path).split("train")
    assert "\n" not in str(error.value)
    return str(error.value)


def as_structs(rows):
    return [{"bytes": png(PIXELS[row]), "path": None} for row in rows]


WRITE = {  # a function of a path and rows, and the name of the file of a split
    "names in the metadata": (
        lambda path, rows: write(path, as_structs(rows), [
            ALPHABETICAL.index(FACES[row][0]) for row in rows], names=ALPHABETICAL),
        "data/{}-00000-of-00001.parquet"),
    "numbers": (lambda path, rows: write(path, as_structs(rows), [TRUE[row] for row in rows]),
                "data/{}-00000-of-00001-9cfb5ea29e64daba.parquet"),
    "bytes and names": (
        lambda path, rows: write(path, [png(PIXELS[row]) for row in rows],
                                 [FACES[row][0] for row in rows], ("img_bytes", "labels")),
        "{}.parquet"),
}


@pytest.mark.parametrize("zipped", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("case", WRITE)
def test_parquet_gives_the_same_faces(case, zipped, tmp_path):
    write_rows, name = WRITE[case]
    written = {name.format(split): write_rows(tmp_path / "d" / name.format(split), rows)
               for split, rows in SPLITS.items()}
    path = tmp_path / "d"
    if zipped:
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for member, file in written.items():
                archive.write(file, member)
    for split, rows in SPLITS.items():
        faces = fer2013.open(path).split(split)
        pixels, labels = faces.pixels, faces.labels
        np.testing.assert_array_equal(pixels, PIXELS[rows])
        assert labels.tolist() == [TRUE[row] for row in rows]
    assert fer2013.open(path).source.form == "parquet"


def test_a_single_file_is_train_and_several_of_one_split_are_joined(tmp_path):
    path = write(tmp_path / "faces.parquet", as_structs([0, 3]), [0, 3])
    assert fer2013.open(path).split("train").labels.tolist() == [0, 3]
    for number in range(2):
        write(tmp_path / f"train-0000{number}-of-00002.parquet", as_structs([number]), [number])
    assert fer2013.open(tmp_path).split("train").labels.tolist() == [0, 1]


def test_other_classes_columns_and_contents_are_refused_with_the_reason(tmp_path):
    structs = as_structs([0, 1])
    bored = write(tmp_path / "a.parquet", structs, ["happy", "bored"])
    assert "unknown class 'bored'; expected angry" in error_of(bored)
    assert fer2013.open(DataOptions(bored, "bored=ignore")).split("train").labels.tolist() == [3]
    other = write(tmp_path / "b.parquet", structs, [0, 1], ("picture", "label"))
    assert "its columns are picture, label; expected the columns emotion" in error_of(other)
    broken = write(tmp_path / "c.parquet", [{"bytes": b"?"}, {"bytes": None}], [0, 1])
    assert "row 1 is not readable" in error_of(broken)
    numbers = write(tmp_path / "d.parquet", as_structs(range(6)), list(range(6)))
    assert "the numbers 0, 1, 2, 3, 4, 5, which may" in error_of(numbers)


def test_a_damaged_file_is_refused(tmp_path):
    content = write(tmp_path / "a.parquet", as_structs([0, 1]), [0, 1]).read_bytes()
    for number, damaged in enumerate((b"", b"PAR1", content[:-20], content[:200] + content[300:])):
        path = tmp_path / f"{number}.parquet"
        path.write_bytes(damaged)
        assert error_of(path).startswith(str(path))


def test_without_pyarrow_a_line_says_how_to_get_it(tmp_path, monkeypatch):
    path = write(tmp_path / "a.parquet", as_structs([0]), [0])
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    monkeypatch.delattr(pyarrow, "parquet")
    assert error_of(path) == (f"{path}: parquet needs pyarrow; "
                              "pip install -r requirements-optional.txt")


def test_bare_numbers_get_a_line_that_says_how_they_are_read(tmp_path, caplog):
    caplog.set_level(logging.INFO, "notes")
    path = write(tmp_path / "a.parquet", as_structs([0, 1]), [0, 6])
    assert fer2013.open(path).split("train").labels.tolist() == [0, 6]
    assert "classes 0 6 are read as angry neutral" in caplog.text


def test_a_folder_with_one_parquet_file_of_the_challenges_columns_is_read(tmp_path):
    texts = [" ".join(map(str, face.ravel())) for face in PIXELS[:3]]
    table = {"emotion": [0, 2, 1], "pixels": texts,
             "Usage": ["Training", "PublicTest", "PrivateTest"]}
    parquet.write_table(pyarrow.table(table), tmp_path / "fer2013.parquet")
    data = fer2013.open(tmp_path)
    assert [data.split(split).labels.tolist() for split in data.splits] == [[0], [2], [1]]
    np.testing.assert_array_equal(data.split("test").pixels[0], PIXELS[2])


@pytest.mark.parametrize("labels, names", [
    ([[0], [1]], None), ([0.5, 1.0], None), ([0, 1], [7, 8])])
def test_labels_of_another_kind_are_refused_in_one_line(labels, names, tmp_path):
    assert error_of(write(tmp_path / "a.parquet", as_structs([0, 1]), labels, names=names))


def test_a_number_beyond_the_names_in_the_metadata_is_refused(tmp_path):
    path = write(tmp_path / "a.parquet", as_structs([0, 1]), [0, 2], names=["neutral", "happy"])
    assert "unknown class '2, not named'" in error_of(path)
