"""Archives are unpacked once, into a hidden folder beside them, or refused in one line."""
import contextlib
import shutil
import tarfile
import zipfile

import numpy as np
import pytest

import fer2013
from base.errors import UserError
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
    ("a.zip", "zip"), ("a.tar", "tar"), ("a.tar.gz", "gztar")])
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


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_nothing_is_written_outside_of_the_folder_of_an_archive(kind, tmp_path):
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / f"a.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(zipfile.ZipInfo("../../train/happy/a.png"), b"x")
    else:
        with tarfile.open(path, "w") as archive:
            archive.addfile(tarfile.TarInfo("../../train/happy/a.png"))
    with contextlib.suppress(UserError):
        fer2013.open(path)
    assert [each.name for each in tmp_path.iterdir()] == ["in"]
    assert not (tmp_path / "in" / "train").exists()


def test_links_in_a_tar_are_refused_if_they_lead_out_of_it(tmp_path):
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        member = tarfile.TarInfo("train/happy/a.png")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(member)
    assert "cannot be unpacked" in error_of(tmp_path / "a.tar")
