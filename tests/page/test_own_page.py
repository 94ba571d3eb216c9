import asyncio
import os
import pathlib
import tempfile

import pytest

from page import own_page
from page.own_page import OwnPage, is_own


@pytest.mark.parametrize(("host", "origin", "listening", "own"), [
    ("127.0.0.1:7860", None, "127.0.0.1", True),
    ("localhost:7860", "http://localhost:7860", "127.0.0.1", True),
    ("[::1]:7860", None, "::1", True),
    ("evil.example:7860", None, "127.0.0.1", False),
    ("evil.example", "http://evil.example", "127.0.0.1", False),
    ("192.168.0.2:7860", None, "127.0.0.1", False),
    ("127.0.0.1:7860", "http://evil.example", "127.0.0.1", False),
    ("127.0.0.1:7860", "http://127.0.0.1:8000", "127.0.0.1", False),
    ("127.0.0.1:7860", "null", "127.0.0.1", False),
    ("", None, "127.0.0.1", False),
    ("192.168.0.2:7860", "http://192.168.0.2:7860", "0.0.0.0", True),
    ("evil.example:7860", None, "0.0.0.0", False),
    ("lab.example:7860", None, "lab.example", True),
])
def test_only_the_pages_own_address_is_answered_and_no_other_site(host, origin, listening, own):
    assert is_own(host, origin, listening) == own


def answer(folder, path="/", **headers):
    """The status with which OwnPage refuses a request; None if it lets it pass."""
    passed, sent = [], []

    async def app(scope, receive, send):
        passed.append(scope)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": path,
             "headers": [(name.encode(), value.encode()) for name, value in headers.items()]}
    asyncio.run(OwnPage(app, "127.0.0.1", folder)(scope, None, send))
    assert len(passed) == (not sent)
    return sent[0]["status"] if sent else None


def test_a_request_of_another_site_is_refused(tmp_path):
    assert answer(tmp_path, host="127.0.0.1:7860") is None
    assert answer(tmp_path, host="evil.example") == 403


def test_uploads_are_refused_when_too_much_is_kept_and_old_ones_are_deleted(tmp_path, monkeypatch):
    monkeypatch.setattr(own_page, "MOST", 10)
    upload = tmp_path / "folder" / "face.png"
    upload.parent.mkdir()
    upload.write_bytes(bytes(10))
    assert answer(tmp_path, "/gradio_api/upload", host="localhost") == 507
    assert answer(tmp_path, "/other", host="localhost") is None
    os.utime(upload, (0, 0))
    assert answer(tmp_path, "/gradio_api/upload", host="localhost") is None
    assert not upload.exists()


def test_what_a_killed_run_left_is_removed_and_what_a_live_one_has_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    killed = tmp_path / "emotions-killed"
    killed.mkdir()
    for name in (".lock", "face.png"):
        (killed / name).touch()
    with own_page.private_folder("emotions-") as first:
        assert not killed.exists()
        pathlib.Path(first, "face.png").touch()
        with own_page.private_folder("emotions-"):
            assert pathlib.Path(first, "face.png").exists()
    assert list(tmp_path.iterdir()) == []
