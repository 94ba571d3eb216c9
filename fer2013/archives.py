"""Unpacks .zip and .tar archives, each once, into a hidden folder beside it."""
import os
import pathlib
import tarfile
import tempfile
import zipfile
import zlib

from base.errors import UserError
from base.options import notes

ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz")
MOST_BYTES = 2**33  # unpacked; Kaggle's folders have 60 MB and the challenge's archive 400 MB
UNREADABLE = (OSError, EOFError, ValueError, RuntimeError, zlib.error, zipfile.BadZipFile,
              tarfile.TarError)


def is_archive(path):
    """Whether a file is an archive by its ending, or, without an ending, by its content."""
    if path.suffix:
        return path.name.lower().endswith(ENDINGS)
    return zipfile.is_zipfile(path) or tarfile.is_tarfile(path)


def unpack(path):
    """The folder with what a .zip or .tar archive contains, unpacked if it is not there yet.

    It lies beside the archive, or in the folder for temporary files where that is not writable.

    Raises:
        UserError: the archive is damaged, encrypted, too large or points outside of its folder.
    """
    stat = path.stat()
    name = f".{path.name}-{stat.st_size:x}-{stat.st_mtime_ns:x}"
    parents = [parent for parent in (path.absolute().parent, pathlib.Path(tempfile.gettempdir()))
               if os.access(parent, os.W_OK)]
    for parent in parents:
        if (parent / name).is_dir():
            return parent / name
    notes.info("%s: is unpacked into %s", path, parents[0] / name)
    try:
        with tempfile.TemporaryDirectory(dir=parents[0], prefix=".unpacking-") as folder:
            extract(path, pathlib.Path(folder, "all"))
            os.rename(pathlib.Path(folder, "all"), parents[0] / name)
    except UNREADABLE as error:
        raise UserError(f"{path}: cannot be unpacked ({error})") from error
    return parents[0] / name


def extract(path, folder):
    """Extract all files; names that lead out of the folder, links and devices are errors."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            check([(each.filename, each.file_size) for each in archive.infolist()])
            archive.extractall(folder)
    else:
        with tarfile.open(path) as archive:
            check([(each.name, each.size) for each in archive])
            archive.extractall(folder, filter="data")


def check(members):
    """ValueError if files come to too many bytes, lead out of their folder or have one name."""
    total = sum(size for _, size in members)
    if total > MOST_BYTES:
        raise ValueError(f"{total:,} bytes unpacked; expected {MOST_BYTES:,} at most")
    for name, _ in members:
        if name.startswith("/") or ".." in pathlib.PurePosixPath(name.replace("\\", "/")).parts:
            raise ValueError(f"{name!r} leads out of it")
    if len({name for name, _ in members}) < len(members):
        raise ValueError("a name is in it twice")
