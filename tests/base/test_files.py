"""A file is written completely or not at all, one run writes to a folder, errors are one line."""
import errno
import os
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure

from base import files
from base.errors import UserError
from figures import style
from tests.support import ROOT, no_room


def refuse(error):
    """A function that raises OSError with an error number, whatever it is called with."""
    def raise_it(*args, **options):
        raise OSError(error, os.strerror(error))
    return raise_it


def test_a_new_file_replaces_the_old_one(tmp_path):
    files.write_json(tmp_path / "numbers.json", {"a": 1})
    files.write_json(tmp_path / "numbers.json", {"a": 2})
    assert files.read_json(tmp_path / "numbers.json") == {"a": 2}
    assert [path.name for path in tmp_path.iterdir()] == ["numbers.json"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, UserError, ZeroDivisionError])
def test_an_error_while_writing_leaves_the_old_file(tmp_path, error):
    (tmp_path / "notes.txt").write_text("old")
    with pytest.raises(error), files.replacing(tmp_path / "notes.txt") as path:
        path.write_text("half")
        raise error
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize("call", ["mkdir", "fsync", "replace"])
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS])
def test_a_disk_error_is_one_line_and_leaves_the_old_file(tmp_path, monkeypatch, call, error):
    (tmp_path / "run.json").write_text("{}")
    monkeypatch.setattr(os, call, refuse(error))
    with pytest.raises(UserError) as raised:
        files.write_json(tmp_path / "run.json", {"a": 1})
    assert str(raised.value) == f"{tmp_path / 'run.json'}: cannot write it ({os.strerror(error)})"
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]
    assert files.read_json(tmp_path / "run.json") == {}


def test_a_file_is_on_the_disk_before_it_replaces_the_old_one(tmp_path, monkeypatch):
    calls, fsync, replace = [], os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda descriptor: (calls.append("fsync"), fsync(descriptor)))
    monkeypatch.setattr(os, "replace", lambda *paths: (calls.append("replace"), replace(*paths)))
    files.write_json(tmp_path / "a.json", {})
    assert calls[:2] == ["fsync", "replace"]


def test_a_full_disk_loses_no_figure(tmp_path):
    figure = Figure(figsize=(20, 20))
    figure.subplots().imshow(np.random.default_rng(0).random((900, 900)), interpolation="nearest")
    (tmp_path / "noise.png").write_bytes(b"old")
    with pytest.raises(UserError, match="cannot write it"), no_room(100_000):
        style.save(figure, tmp_path / "noise.png")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"noise.png": b"old"}


HOLD = """
import pathlib, sys, time
from base import options, files
with files.locked(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_run_is_refused_until_the_first_has_ended_or_was_killed(tmp_path):
    first = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE,
                             text=True, cwd=ROOT)
    assert first.stdout.readline() == "held\n"
    with pytest.raises(UserError, match="another run writes there"), files.locked(tmp_path):
        pass
    first.kill()
    first.communicate()
    with files.locked(tmp_path):
        pass


def test_json_that_is_nested_without_end_is_one_line(tmp_path):
    path = tmp_path / "run.json"
    path.write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(UserError, match="run.json: not readable as JSON"):
        files.read_json(path)
