import asyncio
import tempfile

import pytest

from page import guard
from page.guard import Guard, is_own


@pytest.mark.parametrize(("host", "origin", "listening", "own"), [
    ("127.0.0.1:7860", None, "127.0.0.1", True),
    ("localhost:7860", "http://localhost:7860", "127.0.0.1", True),
    ("[::1]:7860", "http://[::1]:7860", "::1", True),
    ("evil.example:7860", None, "127.0.0.1", False),
    ("evil.example", "http://evil.example", "127.0.0.1", False),
    ("127.0.0.1:7860", "http://evil.example", "127.0.0.1", False),
    ("127.0.0.1:7860", "http://127.0.0.1:8000", "127.0.0.1", False),
    ("127.0.0.1:7860", "null", "127.0.0.1", False),
    ("127.0.0.1:7860", "http://[", "127.0.0.1", False),
    ("[", None, "127.0.0.1", False),
    ("", None, "127.0.0.1", False),
    ("192.168.0.2:7860", "http://192.168.0.2:7860", "0.0.0.0", True),
    ("evil.example:7860", None, "0.0.0.0", False),
    ("lab.example:7860", None, "lab.example", True),
])
def test_only_the_pages_own_address_is_answered_and_no_other_site(host, origin, listening, own):
    assert is_own(host, origin, listening) == own


def answer(folder, path="/", host="localhost", cut=False):
    """The status with which Guard refuses a request; None if it lets it pass."""
    sent = []

    async def app(scope, receive, send):
        (folder / "tmp1234").write_bytes(b"half of a picture")
        if cut:
            raise ConnectionError

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": path, "headers": [(b"host", host.encode())]}
    asyncio.run(Guard(app, "127.0.0.1", folder)(scope, None, send))
    return sent[0]["status"] if sent else None


def test_a_request_of_another_site_is_refused(tmp_path):
    assert answer(tmp_path, host="127.0.0.1:7860") is None
    assert answer(tmp_path, host="evil.example") == 403


def test_uploads_are_refused_when_too_much_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(guard, "MOST", 9)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "face.png").write_bytes(bytes(10))
    assert answer(tmp_path, "/gradio_api/upload") == 507
    assert answer(tmp_path, "/other") is None


def test_nothing_stays_of_an_upload_that_is_cut(tmp_path):
    with pytest.raises(ConnectionError):
        answer(tmp_path, "/gradio_api/upload", cut=True)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_removed_and_what_a_live_one_has_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    killed = tmp_path / "emotions-killed"
    killed.mkdir()
    (killed / "face.png").touch()
    (tmp_path / "emotions-killed.lock").touch()
    with guard.private_folder() as first:
        assert not killed.exists()
        (first / "face.png").touch()
        with guard.private_folder():
            assert (first / "face.png").exists()
    assert list(tmp_path.iterdir()) == []
