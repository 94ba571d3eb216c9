"""Who may ask for the page, and what it keeps on the disk.

    with private_folder() as folder:         # for uploads; removed at the end
        middleware = [Middleware(Guard, "127.0.0.1", folder)]
"""
import contextlib
import pathlib
import re
import shutil
import socket
import tempfile

import filelock
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

MOST = 200_000_000  # bytes of uploads that are kept at a time
PREFIX = "emotions-"


@contextlib.contextmanager
def private_folder():
    """A temporary folder; it is removed at the end, or by the next run if this one is killed.

    The lock beside it shows that its run lives: the system releases the lock of a killed run.
    """
    for lock in pathlib.Path(tempfile.gettempdir()).glob(f"{PREFIX}*.lock"):
        with contextlib.suppress(filelock.Timeout, OSError):  # in use, or somebody else's
            with filelock.FileLock(lock, timeout=0):
                shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        lock = pathlib.Path(f"{folder}.lock")
        try:
            with filelock.FileLock(lock):
                yield pathlib.Path(folder)
        finally:
            lock.unlink(missing_ok=True)


class Guard:
    """ASGI middleware that refuses what other sites send, and more uploads than there is room for.

    A site that somebody visits can send requests to this machine too. Its name stands in Origin; a
    name of its own that leads to this machine (DNS rebinding) stands in Host.
    """

    def __init__(self, app, host, folder):
        """host: the address that is listened on; folder: where uploads are kept."""
        self.app, self.host, self.folder, self.uploads = app, host, folder, 0

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        if not is_own(headers.get("host", ""), headers.get("origin"), self.host):
            text = "This page answers only to its own address; --host names another one."
            return await PlainTextResponse(text, 403)(scope, receive, send)
        if scope["path"].endswith("/upload"):
            return await self.upload(scope, receive, send)
        return await self.app(scope, receive, send)

    async def upload(self, scope, receive, send):
        """Let a picture be uploaded if there is room; nothing stays of an upload that is cut."""
        if kept(self.folder) > MOST:
            text = "Too many pictures are being uploaded."
            return await PlainTextResponse(text, 507)(scope, receive, send)
        self.uploads += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.uploads -= 1
            for file in [] if self.uploads else self.folder.glob("tmp*"):  # Gradio moves whole ones
                file.unlink(missing_ok=True)


def is_own(host, origin, listening):
    """Whether a request with these headers is meant for this page and comes from it, or no site.

    An IP address cannot be made to lead elsewhere, as a site's own name can.
    """
    name = re.sub(r":\d*$", "", host).lower()
    known = name in {"localhost", listening, socket.gethostname().lower()}
    is_address = re.fullmatch(r"[\d.]+|\[[\da-f:.]+\]", name)
    return bool(known or is_address) and origin in (None, f"http://{host}", f"https://{host}")


def kept(folder):
    """The bytes of all files in a folder."""
    total = 0
    for file in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # another request has just deleted it
            total += file.stat().st_size
    return total
