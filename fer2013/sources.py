"""Finds FER2013 in directories and .zip files, in any of the forms in which it is distributed.

A .zip is never unpacked to disk, so that no name in it can write outside a folder. Its files are
read in pieces of bounded size.
"""
import io
import os
import pathlib
import re
import zipfile
from collections.abc import Callable
from typing import NamedTuple

from base.errors import UserError

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")  # in label order
USAGES = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}
SPLITS = tuple(USAGES.values())
FOLDERS = {"train": "train", "validation": "validation", "val": "validation", "test": "test"}
SIZE = 48
CSV_NAMES = ("fer2013.csv", "icml_face_data.csv")
BUNDLED = ("avatars", "composites")  # shipped folders of data/, found only if named themselves
IN_CLASS_FOLDER = re.compile(rf"(?:(.*)/)?(?:{'|'.join(FOLDERS)})/(?:{'|'.join(EMOTIONS)})/[^/]+")
HOW_TO_GET = "data/README.md says how to get FER2013"
MOST_FACES = 400_000  # eleven times FER2013; their pixels take 0.9 GB
MOST_CSV_BYTES = 2**32  # unpacked; the challenge's fer2013.csv has 301 MB
MOST_BYTES_AT_ONCE = 2**26  # an image file, or the list of files in a .zip (FER2013's has 3 MB)


class Source(NamedTuple):
    """The location and form of a dataset, which load() and describe() need."""
    form: str       # "CSV" or "folders"
    root: str       # the file or directory, as the user would name it
    base: str       # within root: the CSV ("" if root is the CSV), or the parent folder of train/
    files: tuple    # relative paths of all files in root, sorted
    open: Callable  # from such a path to a binary file


def find(path):
    """The Source at a path; if there is none, a UserError that says how to get FER2013."""
    source = search(path)
    if source is None:
        raise UserError(f"{path}: no FER2013 in it, neither fer2013.csv nor train/ and test/ "
                        f"folders of emotions nor a .zip of them; {HOW_TO_GET}")
    return source


def search(path):
    """The Source at a path, or None if nothing there looks like FER2013."""
    path = pathlib.Path(path)
    if not os.path.exists(path):  # Path.exists raises if the name is too long
        raise UserError(f"{path}: no such file or directory; {HOW_TO_GET}")
    if path.is_dir():
        return find_in_directory(path)
    if path.suffix.lower() == ".zip":
        return find_in_zip(path)
    return Source("CSV", str(path), "", (), lambda name: open_file(path))


def find_in_directory(path):
    files = list_files(path)
    source = find_in_files(str(path), files, lambda name: open_file(path / name))
    archives = [path / name for name in files
                if name.lower().endswith(".zip") and "/" not in name]
    return source or next(filter(None, map(find_in_zip, archives)), None)


def find_in_files(root, files, opener):
    """The Source among files, or None: folders before a CSV, and of these the least nested."""
    own = [name for name in files if not set(BUNDLED) & set(name.split("/"))]
    bases = {match[1] or "" for match in map(IN_CLASS_FOLDER.fullmatch, own) if match}
    tables = [name for name in own if name.split("/")[-1].lower() in CSV_NAMES]
    for form, candidates in (("folders", bases), ("CSV", tables)):
        if candidates:
            nearest = min(candidates,
                          key=lambda name: (len(pathlib.PurePosixPath(name).parts), name))
            return Source(form, root, nearest, files, opener)
    return None


def list_files(path, depth=5):
    """Relative paths of the files in a directory and up to `depth` levels of folders, sorted."""
    paths = []
    for folder, subfolders, names in os.walk(path, followlinks=True):
        parts = pathlib.Path(folder).relative_to(path).parts
        real = os.path.realpath(folder)
        subfolders[:] = [name for name in subfolders
                         if len(parts) < depth and not leads_back(real, name)]
        paths += ["/".join((*parts, name)) for name in names]
    return tuple(sorted(paths))


def leads_back(folder, name):
    """Whether a subfolder is a link to a folder that contains it.

    Ten such links in one folder would make 100,000 folders to walk.
    """
    target = os.path.realpath(os.path.join(folder, name))
    return pathlib.Path(folder).is_relative_to(target)  # false if it is on another drive


def open_file(path):
    if not path.is_file():  # opening a pipe would wait for ever
        raise OSError("not an ordinary file")
    return path.open("rb")


# .zip

class BoundedFile(io.BufferedReader):
    """A .zip that refuses huge reads: zipfile reads as many bytes as the archive declares."""

    def read(self, size=-1):
        if size is not None and size > MOST_BYTES_AT_ONCE + 1:
            raise zipfile.BadZipFile(f"a list of files of {size:,} bytes; "
                                     f"expected {MOST_BYTES_AT_ONCE:,} at most")
        return super().read(size)

    def __del__(self):
        self.close()  # zipfile closes only what it opened itself


def find_in_zip(path):
    try:
        archive = zipfile.ZipFile(BoundedFile(io.FileIO(path)))
    except (OSError, ValueError, OverflowError, RuntimeError, zipfile.BadZipFile) as error:
        raise UserError(f"{path}: not a readable zip file ({error})") from error
    names = archive.namelist()
    check_names(path, names)
    return find_in_files(str(path), tuple(sorted(names)),
                         lambda name: open_member(archive, name))


def check_names(path, names):
    """UserError if a name in a .zip is absolute, points outside the .zip, or occurs twice."""
    seen = set()
    for name in names:
        if name.startswith("/") or ".." in name.split("/"):
            raise UserError(f"{path}: {name!r} points outside the zip file; "
                            "expected names such as train/happy/1.jpg")
        if name in seen:
            raise UserError(f"{path}: {name!r} is in the zip file twice; expected every file once")
        seen.add(name)


def open_member(archive, name):
    """Open a file of a .zip; reading it gives no more bytes than the .zip declares for it."""
    member = archive.getinfo(name)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # zipfile unpacks bzip2 and lzma without a limit
        raise zipfile.BadZipFile("neither stored nor deflated; "
                                 "expected a .zip as most programs write it")
    if member.file_size > MOST_CSV_BYTES:
        raise zipfile.BadZipFile(f"{member.file_size:,} bytes unpacked; "
                                 f"expected {MOST_CSV_BYTES:,} at most")
    return archive.open(member)
