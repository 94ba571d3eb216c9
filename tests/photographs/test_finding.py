"""Which files are pictures, in folders and by name."""
import pathlib

import pytest

from base.errors import UserError
from photographs.finding import list_pictures

ELSEWHERE = pathlib.Path("elsewhere")


def make(folder, *names):
    """Files with these names that hold no picture."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"no picture")


def test_a_folder_lists_its_pictures_by_name_and_each_once(tmp_path):
    make(tmp_path, "b.jpg", "a.PNG", "c.HEIC")
    pictures, others = list_pictures([tmp_path / "b.jpg", tmp_path], ELSEWHERE)
    assert [path.name for path in pictures] == ["b.jpg", "a.PNG", "c.HEIC"] and others == 0


def test_subfolders_are_walked_without_hidden_files_and_figures_and_others_are_counted(tmp_path):
    make(tmp_path, "b.jpg", "2020/july/c.tif", "2020/a.avif", "notes.txt", "2020/a.mov",
         ".hidden.png", ".trash/d.jpg", "outputs/b.png")
    (tmp_path / "again").symlink_to(tmp_path)
    pictures, others = list_pictures([tmp_path], tmp_path / "outputs")
    assert [path.name for path in pictures] == ["a.avif", "c.tif", "b.jpg"] and others == 2


def test_a_folder_without_a_picture_is_refused(tmp_path):
    make(tmp_path, "notes.txt")
    with pytest.raises(UserError, match="no picture in this folder"):
        list_pictures([tmp_path], ELSEWHERE)
