"""Archives of every kind give the same faces; a damaged one is refused, never read in part."""
import gzip
import io
import os
import pathlib
import shutil
import tarfile
import zipfile
import zlib

import numpy as np
import pytest

import fer2013
from base.errors import UserError
from fer2013 import archives, sources
from tests.fer2013.test_dataset import PIXELS, ROWS, write_csv, write_kaggle, zip_of


def error_of(path):
    with pytest.raises(UserError) as error:
        fer2013.open(path).split("train")
    assert str(error.value).startswith(str(path)) and "\n" not in str(error.value)
    return str(error.value)


def packed(folder, kind, target):
    """The path of an archive of a folder, written by shutil.make_archive."""
    target.parent.mkdir(parents=True, exist_ok=True)
    return pathlib.Path(shutil.make_archive(target, kind, folder.parent, folder.name))


def packed_twice(inner, outer):
    """An archive within another."""
    def pack(folder, tmp):
        packed(folder, inner, tmp / "inner" / "a")
        return packed(tmp / "inner", outer, tmp / "b")
    return pack


def in_a_directory(folder, tmp):
    return packed(folder, "gztar", tmp / "data" / "fer2013").parent


def with_backslashes(folder, tmp):
    with zipfile.ZipFile(tmp / "a.zip", "w") as archive:
        for path in sorted(folder.rglob("*.*")):
            name = str(path.relative_to(folder)).replace("/", "\\")
            archive.writestr(name, path.read_bytes())
    return tmp / "a.zip"


def from_the_folder_itself(folder, tmp):
    """As `tar -C folder -czf a.tgz .` writes it: every name begins with ./"""
    with tarfile.open(tmp / "a.tgz", "w:gz") as archive:
        archive.add(folder, ".")
    return tmp / "a.tgz"


CONTAINERS = {
    "tar": lambda folder, tmp: packed(folder, "tar", tmp / "a"),
    "tar.gz": lambda folder, tmp: packed(folder, "gztar", tmp / "a"),
    "tar.gz in a directory": in_a_directory, "./ in a .tgz": from_the_folder_itself,
    "zip in a zip": packed_twice("zip", "zip"), "tar.gz in a zip": packed_twice("gztar", "zip"),
    "zip in a tar": packed_twice("zip", "tar"), "backslashes": with_backslashes,
}


@pytest.mark.parametrize("write", [write_csv, write_kaggle], ids=["CSV", "folders"])
@pytest.mark.parametrize("container", CONTAINERS)
def test_every_archive_gives_the_same_faces(container, write, tmp_path):
    write(tmp_path / "fer2013")
    path = CONTAINERS[container](tmp_path / "fer2013", tmp_path / "made")
    for split, numbers in ROWS.items():
        faces = fer2013.open(path).split(split).pixels
        np.testing.assert_array_equal(faces, PIXELS[[number - 1 for number in numbers]])
    assert fer2013.open(path).source.root.startswith(str(path))


@pytest.fixture(autouse=True)
def made(tmp_path):
    (tmp_path / "made").mkdir()


def test_two_archives_with_faces_are_refused(tmp_path):
    for name in ("a", "b"):
        packed(write_csv(tmp_path / "fer2013").parent, "zip", tmp_path / "data" / name)
    assert "2 datasets lie there side by side" in error_of(tmp_path / "data")


def test_archives_deeper_than_two_are_not_opened(tmp_path):
    path = packed(write_csv(tmp_path / "0" / "f").parent, "zip", tmp_path / "1" / "a")
    for depth in (2, 3, 4):
        path = packed(path.parent, "zip", tmp_path / str(depth) / "a")
    assert sources.search(path) is None


# Damage


def test_no_wrong_bit_in_the_list_of_a_zip_loses_a_face(tmp_path):
    whole = pathlib.Path(zip_of(write_kaggle(tmp_path / "k"), tmp_path / "whole")).read_bytes()
    start, lost = whole.index(b"PK\1\2"), []
    for bit in range(start * 8, len(whole) * 8, 3):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        path = tmp_path / f"{bit}.zip"
        path.write_bytes(changed)
        try:
            count = sum(len(fer2013.open(path).split(split))
                        for split in fer2013.open(path).splits)
        except UserError:
            continue
        if count != len(PIXELS):
            lost.append(bit)
    assert lost == []


def test_a_zip_that_lists_fewer_files_than_it_declares_is_refused(tmp_path):
    path = pathlib.Path(zip_of(write_kaggle(tmp_path / "k"), tmp_path / "a"))
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\5\6") + 10] += 1
    path.write_bytes(content)
    assert "files are listed, but" in error_of(path)


def write_tar(path, content=b"x", name="train/happy/a.png", **fields):
    """A .tar of two files, the first with these fields of tarfile.TarInfo."""
    with tarfile.open(path, "w") as archive:
        for each, given in ((name, fields), ("train/happy/z.png", {})):
            member = tarfile.TarInfo(each)
            member.size = len(content)
            for field, value in given.items():
                setattr(member, field, value)
            archive.addfile(member, io.BytesIO(content))
    return path


@pytest.mark.parametrize("start, end", [(0, 1000), (0, 1024), (0, 1600), (512, 10240)])
def test_a_tar_that_is_cut_off_is_refused(start, end, tmp_path):
    path = write_tar(tmp_path / "a.tar")
    path.write_bytes(path.read_bytes()[start:end])
    assert "not a readable tar file" in error_of(path)


def test_a_tar_with_a_damaged_header_is_refused_and_not_read_in_part(tmp_path):
    path = write_tar(tmp_path / "a.tar")
    content = bytearray(path.read_bytes())
    content[1024] ^= 1  # the name of the second file
    path.write_bytes(content)
    assert "damaged or cut off after 1 files" in error_of(path)


def test_a_damaged_gz_is_refused(tmp_path):
    whole = gzip.compress(write_tar(tmp_path / "a.tar").read_bytes())
    for number, content in enumerate((whole[:-9], whole[:40], whole[:-6] + b"1" + whole[-5:])):
        path = tmp_path / f"{number}.tar.gz"
        path.write_bytes(content)
        assert "not a readable tar file" in error_of(path)


@pytest.mark.parametrize("fields", [{"name": "../train/happy/a.png"}, {"name": "/train/happy/a"}])
def test_a_tar_with_a_name_that_points_outside_is_refused(fields, tmp_path):
    assert "points outside the tar file" in error_of(write_tar(tmp_path / "a.tar", **fields))


def test_links_and_devices_in_a_tar_are_not_read(tmp_path):
    for number, kind in enumerate((tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE)):
        path = write_tar(tmp_path / f"{number}.tar", b"", type=kind, linkname="/etc/passwd")
        assert fer2013.open(path).source.files == ("train/happy/z.png",)


# Bombs


def test_an_archive_that_unpacks_to_more_than_is_allowed_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_ARCHIVE_BYTES", 2**20)
    (tmp_path / "a.tar.gz").write_bytes(gzip.compress(bytes(2**20 + 1)))
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.zip", bytes(2**20 + 1))
    for name in ("a.tar.gz", "b.zip"):
        assert "more than 1,048,576 bytes unpacked" in error_of(tmp_path / name)


def test_a_tar_that_declares_a_huge_header_or_too_many_files_is_refused(tmp_path, monkeypatch):
    header = tarfile.TarInfo("a")
    header.type, header.size = tarfile.XHDTYPE, 2**33
    (tmp_path / "a.tar").write_bytes(header.tobuf(tarfile.GNU_FORMAT) + bytes(10_240))
    assert "a list of files of 8,589,934,592 bytes" in error_of(tmp_path / "a.tar")
    monkeypatch.setattr(archives, "MOST_MEMBERS", 1)
    assert "more than 1 files" in error_of(write_tar(tmp_path / "b.tar"))


def test_a_zip_of_many_archives_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(9):
            archive.writestr(f"{number}.zip", zlib.compress(b""))
    assert "9 archives in it" in error_of(tmp_path / "a.zip")


# Folders


def test_a_folder_that_cannot_be_read_is_refused(tmp_path, monkeypatch):
    write_kaggle(tmp_path)
    scandir, closed = os.scandir, str(tmp_path / "train" / "happy")

    def refuse(path):  # chmod does not stop the administrator, who may run the tests
        if str(path) == closed:
            raise PermissionError(13, "Permission denied", closed)
        return scandir(path)

    monkeypatch.setattr(sources.os, "scandir", refuse)
    assert error_of(tmp_path) == (f"{closed}: this folder cannot be read (Permission denied); "
                                  "its faces would be missing")
