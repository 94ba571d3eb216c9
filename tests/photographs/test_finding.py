import contextlib
import pathlib

import numpy as np
import pytest
from PIL import Image

from base.parallel import Workers
from base.store import Store
from explaining import explain_photographs
from explaining.engine import Engine
from explaining.settings import LimeSettings
from explaining.table import Table
from photographs import finding


@pytest.fixture
def folder(tmp_path):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    random = np.random.default_rng(0)
    for number in range(4):
        face = random.integers(0, 256, (60, 48), np.uint8)
        Image.fromarray(face).save(pictures / f"{number}.png")
    (pictures / "2.png").write_bytes((pictures / "2.png").read_bytes()[:100])  # damaged
    (pictures / "notes.txt").write_text("no picture")
    return pictures


@pytest.fixture
def kept(tmp_path):
    with contextlib.closing(Store(tmp_path / "explained.sqlite")) as opened:
        yield opened


def test_kept_faces_are_the_found_ones_and_a_damaged_picture_is_tried_again(folder, kept,
                                                                            monkeypatch):
    pictures = sorted(folder.glob("*.png"))
    first = list(finding.find_all(pictures, True, kept, Workers()))
    assert [bool(found.error) for found in first] == [False, False, True, False]
    assert first[0].size == (48, 60) and first[0].faces[0].pixels.shape == (48, 48)
    tried, find = [], finding.find
    monkeypatch.setattr(finding, "find",
                        lambda cropped, picture: tried.append(picture[1]) or find(cropped, picture))
    second = list(finding.find_all(pictures, True, kept, Workers()))
    assert tried == [str(folder / "2.png")]
    for one, other in zip(first, second, strict=True):
        assert (one.size, one.error, len(one.faces)) == (other.size, other.error, len(other.faces))
        for face, again in zip(one.faces, other.faces, strict=True):
            assert np.array_equal(face.pixels, again.pixels) and face.note == again.note
            assert np.array_equal(face.corners, again.corners)


def test_a_folder_becomes_a_table_whatever_is_damaged_in_it(folder, kept, tmp_path, capsys):
    batches = []

    def predict(pixels):
        batches.append(len(pixels))
        return np.full((len(pixels), 7), 1 / 7, np.float32)
    engine = Engine(predict, LimeSettings("grid", "zero", 60), store=kept)
    for _ in range(2):
        table = Table(tmp_path / "faces.csv")
        with pytest.raises(ValueError, match="1 of 4 pictures has no figure"):
            explain_photographs.explain_all([folder], [], engine, tmp_path, "", True, "", "", table)
        said = capsys.readouterr()
        assert "skipped 1 that is no picture: notes.txt" in said.out
        assert "wrote" in said.out and "2.png: not a readable" in said.err.splitlines()[-1]
        assert [pathlib.Path(row["name"]).name for row in table.rows] == [
            "0.png", "1.png", "3.png"]
        assert [(row["left"], row["bottom"], row["face"]) for row in table.rows] == [
            (0, 60, 1)] * 3
    assert batches.count(60) == 3 and batches.count(3) == 2  # the faces of all pictures at once
    assert not list(tmp_path.glob("*.png"))
