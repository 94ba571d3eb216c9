"""A web page for the people at this machine: who may ask for it, and what it keeps on the disk.

    with private_folder("emotions-") as folder:         # for uploads; removed at the end
        middleware = [Middleware(OwnPage, host="127.0.0.1", folder=folder)]
"""
import contextlib
import ipaddress
import pathlib
import shutil
import socket
import tempfile
import time
import urllib.parse

import filelock

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
MOST = 200_000_000  # bytes of uploads that are kept at a time
OLD = 600  # seconds after which an upload that nobody has read is deleted


@contextlib.contextmanager
def private_folder(prefix):
    """A temporary folder; it is removed at the end, or by the next run if this one is killed.

    The lock in it shows that its run lives; the operating system releases the lock of a killed run.
    """
    for lock in pathlib.Path(tempfile.gettempdir()).glob(f"{prefix}*/.lock"):
        with contextlib.suppress(filelock.Timeout, OSError):  # in use, or somebody else's
            filelock.FileLock(lock, timeout=0).acquire().lock.release()
            shutil.rmtree(lock.parent)
    with (tempfile.TemporaryDirectory(prefix=prefix) as folder,
          filelock.FileLock(pathlib.Path(folder, ".lock"))):
        yield folder


class OwnPage:
    """ASGI middleware that refuses what other sites send, and more uploads than there is room for.

    A site that somebody visits can send requests to this machine too. Its name stands in Origin; a
    name of its own that leads to this machine (DNS rebinding) stands in Host.
    """

    def __init__(self, app, host, folder):
        """host: the address that is listened on; folder: where uploads are kept."""
        self.app, self.host, self.folder = app, host, folder

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        headers = {name.decode("latin-1"): value.decode("latin-1")
                   for name, value in scope["headers"]}
        if not is_own(headers.get("host", ""), headers.get("origin"), self.host):
            return await refuse(send, 403, "This page answers only to its own address; --host "
                                           "names another one.")
        if scope["path"].endswith("/upload") and room(self.folder) <= 0:
            return await refuse(send, 507, "Too many pictures are being uploaded.")
        return await self.app(scope, receive, send)


def is_own(host, origin, listening):
    """Whether a request with these headers is meant for this page and comes from it, or no site.

    Args:
        host: the header Host.
        origin: the header Origin, or None.
        listening: the address that is listened on; 0.0.0.0 and :: are every address of the machine.
    """
    if origin is not None and urllib.parse.urlsplit(origin).netloc != host:
        return False
    name = urllib.parse.urlsplit(f"//{host}").hostname or ""
    if name in LOOPBACK | {listening}:
        return True
    return listening in ("0.0.0.0", "::") and (name == socket.gethostname().lower()
                                               or is_address(name))


def is_address(name):
    """Whether a host is an IP address, which no site can let point to another machine."""
    try:
        return bool(ipaddress.ip_address(name))
    except ValueError:
        return False


def room(folder):
    """Bytes that may still be uploaded, after old uploads are deleted."""
    left = MOST
    for file in pathlib.Path(folder).rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # another request has just deleted it
            status = file.lstat()
            if file.name == ".lock" or file.is_dir():
                continue
            if time.time() - status.st_mtime > OLD:
                file.unlink()
            else:
                left -= status.st_size
    return left


async def refuse(send, status, text):
    await send({"type": "http.response.start", "status": status,
                "headers": [(b"content-type", b"text/plain; charset=utf-8")]})
    await send({"type": "http.response.body", "body": text.encode()})
