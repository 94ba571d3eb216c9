"""Archives are unpacked once, into a hidden folder beside them, or refused in one line."""
import shutil
import tarfile
import zipfile

import numpy as np
import pytest

import fer2013
from base.errors import UserError
from fer2013 import archives
from tests.fer2013.test_dataset import PIXELS, ROWS, write_csv, write_kaggle


def pack(folder, kind, path):
    """An archive of a folder under any name."""
    made = shutil.make_archive(str(path) + "-made", kind, folder)
    shutil.move(made, path)
    return path


def error_of(path):
    with pytest.raises(UserError) as error:
        fer2013.open(path)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("write", [write_csv, write_kaggle])
@pytest.mark.parametrize("name, kind", [
    ("a.zip", "zip"), ("a.tar", "tar"), ("a.tar.gz", "gztar"), ("a.tgz", "gztar"),
    ("fer2013", "gztar"), ("fer2013", "zip")])
def test_every_archive_gives_the_same_faces_itself_and_in_a_folder(name, kind, write, tmp_path):
    write(tmp_path / "made")
    (tmp_path / "data").mkdir()
    path = pack(tmp_path / "made", kind, tmp_path / "data" / name)
    for named in (path, tmp_path / "data"):
        for split, rows in ROWS.items():
            faces = fer2013.open(named).split(split).pixels
            np.testing.assert_array_equal(faces, PIXELS[[row - 1 for row in rows]])
    assert len(list((tmp_path / "data").iterdir())) == 2  # it was unpacked once


def test_an_archive_that_has_changed_is_unpacked_again(tmp_path):
    for count in (1, 2):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            for number in range(count):
                archive.write(write_kaggle(tmp_path / "made") / "train/angry/Training_1.png",
                              f"train/angry/{number}.png")
        assert len(fer2013.open(tmp_path / "a.zip").split("train")) == count


def test_an_archive_in_an_archive_is_read_too(tmp_path):
    write_csv(tmp_path / "made" / "inner")
    (tmp_path / "outer").mkdir()
    pack(tmp_path / "made", "gztar", tmp_path / "outer" / "fer2013.tar.gz")
    path = pack(tmp_path / "outer", "zip", tmp_path / "archive.zip")
    assert fer2013.open(path).splits == fer2013.SPLITS


def test_two_archives_with_faces_are_refused(tmp_path):
    write_csv(tmp_path / "made")
    (tmp_path / "data").mkdir()
    for name in ("a.zip", "b.zip"):
        pack(tmp_path / "made", "zip", tmp_path / "data" / name)
    assert "2 datasets lie there side by side, a.zip, b.zip" in error_of(tmp_path / "data")


@pytest.mark.parametrize("name", ["../train/happy/a.png", "/train/happy/a.png"])
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_name_that_leads_out_of_the_archive_is_refused(kind, name, tmp_path):
    source, path = tmp_path / "a.png", tmp_path / f"a.{kind}"
    source.write_bytes(b"x")
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(zipfile.ZipInfo(name), b"x")
    else:
        with tarfile.open(path, "w") as archive:
            member = archive.gettarinfo(source)
            member.name = name
            archive.addfile(member, source.open("rb"))
    assert "leads out of it" in error_of(path)
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(["a.png", path.name])


@pytest.mark.parametrize("content", [b"", b"emotion,pixels,Usage\n", b"PK\x03\x04 cut off"])
def test_a_broken_archive_is_named(content, tmp_path):
    for name in ("a.zip", "a.tar.gz"):
        (tmp_path / name).write_bytes(content)
        assert error_of(tmp_path / name).startswith(f"{tmp_path / name}: cannot be unpacked")


def test_damage_in_the_content_is_refused_and_nothing_half_unpacked_stays(tmp_path):
    path = pack(write_csv(tmp_path / "made").parent, "zip", tmp_path / "a.zip")
    content = bytearray(path.read_bytes())
    content[100:140] = bytes(byte ^ 255 for byte in content[100:140])
    path.write_bytes(content)
    assert error_of(path).startswith(f"{path}: cannot be unpacked")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.zip", "made"]


def test_an_archive_that_unpacks_to_more_than_is_allowed_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_BYTES", 1000)
    path = pack(write_csv(tmp_path / "made").parent, "gztar", tmp_path / "a.tar.gz")
    assert "bytes unpacked; expected 1,000 at most" in error_of(path)


def test_links_in_a_tar_are_refused_if_they_lead_out_of_it(tmp_path):
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        member = tarfile.TarInfo("train/happy/a.png")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(member)
    assert "cannot be unpacked" in error_of(tmp_path / "a.tar")
