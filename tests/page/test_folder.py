import os
import signal
import subprocess
import sys
import tempfile

import pytest

from page import folder
from tests.support import ENVIRONMENT, ROOT

HOLD = """
from page import folder
with folder.opened() as uploads:
    print(uploads, flush=True)
    input()
"""


@pytest.mark.skipif(os.name != "posix", reason="needs kill -9")
def test_the_folder_of_a_killed_page_is_removed_and_that_of_another_page_stays(
        tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    page = subprocess.Popen([sys.executable, "-c", HOLD], cwd=ROOT, text=True,
                            env=ENVIRONMENT | {"TMPDIR": str(tmp_path)},
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    theirs = page.stdout.readline().strip()
    with folder.opened():
        assert os.path.isdir(theirs)
    page.send_signal(signal.SIGKILL)
    page.communicate()
    with folder.opened() as uploads:
        assert list(tmp_path.iterdir()) == [uploads.parent]
    assert list(tmp_path.iterdir()) == []


def test_an_upload_that_was_cut_off_is_deleted_and_a_new_one_stays(tmp_path, monkeypatch):
    (tmp_path / "new").mkdir()
    for name in ("tmpcut", "new/a.png"):
        (tmp_path / name).write_bytes(b"x")
    os.utime(tmp_path / "tmpcut", (0, 0))
    monkeypatch.setattr(folder.time, "sleep", lambda seconds: (tmp_path / "new").rename(
        tmp_path.with_name("kept")) and tmp_path.rmdir())
    folder.sweep(tmp_path)
    assert tmp_path.with_name("kept").joinpath("a.png").exists()
