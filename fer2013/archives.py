"""Lists and opens the files in .zip and .tar archives, also in archives within archives.

Nothing is unpacked under a name of its own, so that no name in an archive can write outside a
folder. A compressed .tar and an archive within an archive are unpacked into a temporary file
without a name, of bounded size; all else is read in place, in pieces of bounded size.
"""
import contextlib
import gzip
import io
import itertools
import os
import struct
import tarfile
import tempfile
import zipfile
import zlib

from base.errors import UserError

ENDINGS = {"zip": (".zip",), "tar": (".tar", ".tar.gz", ".tgz")}
MOST_CSV_BYTES = 2**32  # unpacked; the challenge's fer2013.csv has 301 MB
MOST_ARCHIVE_BYTES = 2**31  # of a .tar, or of an archive within an archive
MOST_BYTES_AT_ONCE = 2**26  # an image file, or the list of files in a .zip (FER2013's has 3 MB)
MOST_MEMBERS = 500_000  # of a .tar; their list takes 0.4 GB
UNREADABLE = (OSError, EOFError, ValueError, OverflowError, RuntimeError, zlib.error,
              zipfile.BadZipFile, tarfile.TarError, struct.error)


class BoundedFile(io.BufferedReader):
    """An archive that refuses huge reads: the readers ask for as many bytes as it declares."""

    def read(self, size=-1):
        if size is not None and size > MOST_BYTES_AT_ONCE + 1:
            raise OSError(f"a list of files of {size:,} bytes; "
                          f"expected {MOST_BYTES_AT_ONCE:,} at most")
        return super().read(size)

    def __del__(self):
        self.close()  # zipfile closes only what it opened itself


def kind_of(name):
    """ "zip" or "tar" by the ending of a name, else None."""
    return next((kind for kind, endings in ENDINGS.items() if name.lower().endswith(endings)), None)


def open_archive(path, file=None):
    """The names of the files in an archive, sorted, and a function that opens one of them.

    Args:
        path: of the archive; of one within another, the path of that and its name.
        file: the archive within another, as spool() returns it.

    Raises:
        UserError: it is not readable, or no ordinary program writes such an archive.
    """
    kind = kind_of(str(path))
    try:
        if kind == "zip":
            members, opener = open_zip(BoundedFile(file or io.FileIO(path)))
        else:
            members, opener = open_tar(file or io.FileIO(path))
    except UNREADABLE as error:
        raise UserError(f"{path}: not a readable {kind} file ({error})") from error
    by_name = {}
    for member, name in members:
        name = name.replace("\\", "/")  # as some programs of Windows write it
        while name.startswith("./"):
            name = name[2:]
        if name.startswith("/") or ".." in name.split("/"):
            raise UserError(f"{path}: {name!r} points outside the {kind} file; "
                            "expected names such as train/happy/1.jpg")
        if name in by_name:
            raise UserError(f"{path}: {name!r} is in the {kind} file twice; "
                            "expected every file once")
        by_name[name] = member
    return tuple(sorted(by_name)), lambda name: opener(by_name[name])


def open_zip(file):
    """[(member, name)] of a .zip and a function that opens a member."""
    archive = zipfile.ZipFile(file)
    members = archive.infolist()
    declared = count_declared(file)
    if declared != len(members):
        raise zipfile.BadZipFile(f"{len(members):,} files are listed, but {declared:,} declared")
    for member in members:
        with contextlib.suppress(RuntimeError):  # a password or a method; reading it will say so
            archive.open(member).close()  # compares its name with the one beside its content
    return ([(member, member.filename) for member in members],
            lambda member: open_zipped(archive, member))


def count_declared(file):
    """How many files the end record of a .zip declares; zipfile does not compare them."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 2**17))  # the record and its comment have at most 65,557 bytes
    end = file.read(2**17)
    count, = struct.unpack_from("<H", end, end.rindex(b"PK\5\6") + 10)
    if count == 0xFFFF and b"PK\6\6" in end:  # more files than the field holds
        count, = struct.unpack_from("<Q", end, end.rindex(b"PK\6\6") + 32)
    return count


def open_zipped(archive, member):
    """Open a file of a .zip; reading it gives no more bytes than the .zip declares for it."""
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # zipfile unpacks bzip2 and lzma without a limit
        raise zipfile.BadZipFile("neither stored nor deflated; "
                                 "expected a .zip as most programs write it")
    if member.file_size > MOST_CSV_BYTES:
        raise zipfile.BadZipFile(f"{member.file_size:,} bytes unpacked; "
                                 f"expected {MOST_CSV_BYTES:,} at most")
    return archive.open(member)


def open_tar(file):
    """[(member, name)] of the ordinary files in a .tar or .tar.gz, and what opens a member."""
    if file.read(2) == b"\x1f\x8b":
        file.seek(0)
        with file, gzip.open(file) as unpacked:
            spooled = spool(unpacked)
        file = spooled
    file.seek(0)
    archive, members = tarfile.TarFile(fileobj=BoundedFile(file)), []
    for member in itertools.islice(archive, MOST_MEMBERS + 1):
        archive.members.clear()  # would keep all that is declared of each
        member.pax_headers = {}
        if member.isreg():
            members.append((member, member.name))
    if len(members) > MOST_MEMBERS:
        raise tarfile.TarError(f"more than {MOST_MEMBERS:,} files")
    file.seek(archive.offset)
    if file.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):  # tarfile stops without a word
        raise tarfile.TarError(f"damaged or cut off after {len(members):,} files")
    return members, archive.extractfile


def spool(file):
    """The content of a file within an archive as a temporary raw file, which has no name."""
    with tempfile.TemporaryFile() as temporary:
        pieces = iter(lambda: file.read(2**20), b"")
        for piece in itertools.islice(pieces, MOST_ARCHIVE_BYTES // 2**20):
            temporary.write(piece)
        if file.read(1):
            raise OSError(f"more than {MOST_ARCHIVE_BYTES:,} bytes unpacked")
        temporary.flush()
        kept = io.FileIO(os.dup(temporary.fileno()), "rb")
    kept.seek(0)
    return kept
