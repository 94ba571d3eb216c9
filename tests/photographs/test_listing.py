"""Which files are pictures, in folders, by patterns and by name."""
import os
import pathlib

import pytest

from base.errors import UserError
from photographs.listing import list_pictures, skipped_lines


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
    assert [path.name for path in skipped] == [".hidden.png", "d.jpg", "a.mov", "notes.txt"]
    assert skipped_lines(skipped) == ["skipped 4 that are no picture: "
                                      ".hidden.png, d.jpg, a.mov, notes.txt"]
    assert len(list_pictures([tmp_path / "outputs"], leave_out=tmp_path / "outputs")[0]) == 1


def test_of_many_skipped_files_ten_are_named_and_the_others_counted():
    line, = skipped_lines([pathlib.Path(f"{number}.mov") for number in range(14)])
    assert line.endswith("8.mov, 9.mov, and 4 more")
    assert skipped_lines([]) == []


def test_a_folder_without_a_picture_and_a_path_without_a_file_are_refused(tmp_path):
    make(tmp_path, "notes.txt")
    with pytest.raises(UserError, match="no picture in this folder .* 1 that is no picture: notes"):
        list_pictures([tmp_path])
    with pytest.raises(UserError, match="elsewhere: no such file or folder"):
        list_pictures([tmp_path / "elsewhere"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path):
    make(tmp_path, "a.png")
    os.mkfifo(tmp_path / "b.png")
    with pytest.raises(UserError, match="no such file or folder"):
        list_pictures([tmp_path / "b.png"])
    assert list_pictures([tmp_path]) == ([tmp_path / "a.png"], [tmp_path / "b.png"])


def test_a_pattern_that_no_shell_expanded_names_its_files(tmp_path):
    make(tmp_path, "b.jpg", "a.jpg", "c.png", "[1].jpg")
    named = list_pictures([str(tmp_path / "*.jpg")])[0]
    assert [path.name for path in named] == ["[1].jpg", "a.jpg", "b.jpg"]
    assert list_pictures([tmp_path / "[1].jpg"])[0] == [tmp_path / "[1].jpg"]
    with pytest.raises(UserError, match="no such file or folder"):
        list_pictures([str(tmp_path / "*.gif")])
