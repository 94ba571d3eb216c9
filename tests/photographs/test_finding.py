import contextlib

import numpy as np
import pytest
from PIL import Image

from base.jobs import Jobs
from base.store import Store
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
    first = list(finding.find_all(pictures, True, kept, Jobs()))
    assert [bool(found.error) for found in first] == [False, False, True, False]
    assert first[0].size == (48, 60) and first[0].faces[0].pixels.shape == (48, 48)
    tried, find = [], finding.find
    monkeypatch.setattr(finding, "find",
                        lambda path, cropped: tried.append(path) or find(path, cropped))
    second = list(finding.find_all(pictures, True, kept, Jobs()))
    assert tried == [folder / "2.png"]
    for one, other in zip(first, second, strict=True):
        assert (one.size, one.error, len(one.faces)) == (other.size, other.error, len(other.faces))
        for face, again in zip(one.faces, other.faces, strict=True):
            assert np.array_equal(face.pixels, again.pixels) and face.note == again.note
            assert np.array_equal(face.corners, again.corners)
