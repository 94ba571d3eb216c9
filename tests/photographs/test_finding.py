"""Which files are pictures, in folders, by patterns and by name."""
import os

import pytest

from base.errors import UserError
from photographs.finding import list_pictures


def make(folder, *names):
    """Files with these names that hold no picture."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"no picture")


def test_a_folder_lists_its_pictures_by_name_and_each_once(tmp_path):
    make(tmp_path, "b.jpg", "a.PNG", "c.HEIC")
    pictures, skipped = list_pictures([tmp_path / "b.jpg", tmp_path])
    assert [path.name for path in pictures] == ["b.jpg", "a.PNG", "c.HEIC"] and not skipped


def test_subfolders_are_walked_and_everything_skipped_is_counted_and_named(tmp_path):
    make(tmp_path, "b.jpg", "2020/july/c.tif", "2020/a.avif", "notes.txt", "2020/a.mov",
         ".hidden.png", ".trash/d.jpg", "outputs/b.png")
    (tmp_path / "again").symlink_to(tmp_path)
    pictures, skipped = list_pictures([tmp_path], leave_out=tmp_path / "outputs")
    assert [path.name for path in pictures] == ["a.avif", "c.tif", "b.jpg"]
    assert skipped == ("skipped, because no picture (4): .hidden.png, d.jpg, a.mov, notes.txt")
    assert len(list_pictures([tmp_path / "outputs"], leave_out=tmp_path / "outputs")[0]) == 1


def test_of_many_skipped_files_ten_are_named(tmp_path):
    make(tmp_path, "a.jpg", *(f"{letter}.mov" for letter in "abcdefghijkl"))
    assert list_pictures([tmp_path])[1].startswith("skipped, because no picture (12): a.mov, b.mov")
    assert list_pictures([tmp_path])[1].endswith("j.mov, ...")


def test_a_folder_without_a_picture_and_a_path_without_a_file_are_refused(tmp_path):
    make(tmp_path, "notes.txt")
    with pytest.raises(UserError, match=r"no picture in this folder .*\(1\): notes.txt"):
        list_pictures([tmp_path])
    with pytest.raises(UserError, match="elsewhere: no such file or folder"):
        list_pictures([tmp_path / "elsewhere"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path):
    make(tmp_path, "a.png")
    os.mkfifo(tmp_path / "b.png")
    with pytest.raises(UserError, match="no such file or folder"):
        list_pictures([tmp_path / "b.png"])
    assert list_pictures([tmp_path]) == (
        [tmp_path / "a.png"], "skipped, because no picture (1): b.png")
