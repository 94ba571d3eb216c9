"""The temporary folder of the page, in which a picture lies until it has been read."""
import contextlib
import pathlib
import shutil
import tempfile
import threading
import time

from base import files
from base.errors import UserError

PREFIX = "emotions-page-"
KEPT = 600  # seconds after which an upload was cut off, or nobody will open it


@contextlib.contextmanager
def opened():
    """Yield the path of a folder for uploads; it is removed, and first those of killed pages.

    A page locks its folder, so that those of pages that still run stay.
    """
    for lock in pathlib.Path(tempfile.gettempdir()).glob(f"{PREFIX}*/.lock"):
        with contextlib.suppress(UserError, OSError), files.locked(lock.parent, ()):
            shutil.rmtree(lock.parent)
    with (tempfile.TemporaryDirectory(prefix=PREFIX) as folder,
          files.locked(pathlib.Path(folder), ())):
        uploads = pathlib.Path(folder, "uploads")  # not the lock, whose name a request could give
        uploads.mkdir()
        threading.Thread(target=sweep, args=(uploads,), daemon=True).start()
        yield uploads


def sweep(folder):
    """Delete what lies in a folder for longer than KEPT, every minute until the folder is gone."""
    while folder.exists():
        for path in folder.rglob("*"):
            with contextlib.suppress(OSError):  # it is read and deleted now
                if path.is_file() and time.time() - path.stat().st_mtime > KEPT:
                    path.unlink()
        time.sleep(60)
