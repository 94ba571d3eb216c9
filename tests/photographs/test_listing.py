"""Which files are pictures, in folders, by patterns and by name."""
import os

import numpy as np
import pytest
from PIL import Image

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
    assert [path.name for path in pictures] == ["b.jpg", "a.avif", "c.tif"]
    assert sorted(skipped) == sorted([f".trash{os.sep}", f"again{os.sep}", f"outputs{os.sep}",
                                      ".hidden.png", "notes.txt", "a.mov"])
    line, = skipped_lines(skipped)
    assert line.startswith("skipped 6 that are no picture: ") and "notes.txt, a.mov" in line
    assert len(list_pictures([tmp_path / "outputs"], leave_out=tmp_path / "outputs")[0]) == 1


def test_of_many_skipped_files_ten_are_named_and_the_others_counted_by_ending():
    line, = skipped_lines([f"{number}.mov" for number in range(13)] + ["notes"])
    assert line.endswith("8.mov, 9.mov, and 3 .mov, 1 without an ending")
    assert skipped_lines([]) == []


def test_a_file_without_an_ending_is_a_picture_if_its_content_is(tmp_path):
    make(tmp_path, "text", "b.jpg")
    Image.fromarray(np.zeros((5, 5), np.uint8)).save(tmp_path / "IMG 12.05.2019", "JPEG")
    pictures, skipped = list_pictures([tmp_path])
    assert [path.name for path in pictures] == ["IMG 12.05.2019", "b.jpg"] and skipped == ["text"]


def test_a_folder_without_a_picture_and_a_path_without_a_file_are_refused(tmp_path):
    make(tmp_path, "notes.txt")
    with pytest.raises(UserError, match="no picture in this folder .* 1 that is no picture: notes"):
        list_pictures([tmp_path])
    with pytest.raises(UserError, match="elsewhere: no such file or folder"):
        list_pictures([tmp_path / "elsewhere"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path):
    make(tmp_path, "a.png")
    for name in ("b.png", "b"):
        os.mkfifo(tmp_path / name)
        with pytest.raises(UserError, match="neither a file nor a folder"):
            list_pictures([tmp_path / name])
    assert list_pictures([tmp_path]) == ([tmp_path / "a.png"], ["b", "b.png"])


def test_a_pattern_that_no_shell_expanded_names_its_files(tmp_path):
    make(tmp_path, "b.jpg", "a.jpg", "c.png", "[1].jpg")
    named = list_pictures([str(tmp_path / "*.jpg")])[0]
    assert [path.name for path in named] == ["[1].jpg", "a.jpg", "b.jpg"]
    assert list_pictures([tmp_path / "[1].jpg"])[0] == [tmp_path / "[1].jpg"]
    with pytest.raises(UserError, match="no such file or folder"):
        list_pictures([str(tmp_path / "*.gif")])
