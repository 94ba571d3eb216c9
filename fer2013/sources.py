"""Where FER2013 lies: the forms in which people have it, found in directories and .zip files without being told which.

A .zip is never unpacked to disk, so no name in it can lead anywhere; what it holds is read in pieces of bounded size.
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
BUNDLED = ("avatars", "composites")  # folders of data/ that the repository ships; found only when named themselves
IN_CLASS_FOLDER = re.compile(rf"(?:(.*)/)?(?:{'|'.join(FOLDERS)})/(?:{'|'.join(EMOTIONS)})/[^/]+")
HOW_TO_GET = "data/README.md says how to get FER2013"
MOST_FACES = 400_000  # eleven times FER2013; their pixels take 0.9 GB
MOST_CSV_BYTES = 2**32  # unpacked; the challenge's fer2013.csv has 301 MB
MOST_BYTES_AT_ONCE = 2**26  # an image file, or the list of files in a .zip, which FER2013 fills with 3 MB


class Source(NamedTuple):
    """Where a dataset lies: what load() and describe() need to know of a path."""
    form: str       # "CSV" or "folders"
    root: str       # the file or directory, as the user would name it
    base: str       # within root: the CSV ("" where root is the CSV), or the folder that holds train/
    files: tuple    # relative paths of all files in root, sorted
    open: Callable  # from such a path to a binary file


def find(path):
    """The Source at a path; UserError that says how to get FER2013 where there is none."""
    source = search(path)
    if source is None:
        raise UserError(f"{path}: no FER2013 in it, neither fer2013.csv nor train/ and test/ folders of emotions "
                        f"nor a .zip of them; {HOW_TO_GET}")
    return source


def search(path):
    """The Source at a path, or None where nothing looks like FER2013."""
    path = pathlib.Path(path)
    if not os.path.exists(path):  # pathlib's own raises where the name is too long
        raise UserError(f"{path}: no such file or directory; {HOW_TO_GET}")
    if path.is_dir():
        return find_in_directory(path)
    if path.suffix.lower() == ".zip":
        return find_in_zip(path)
    return Source("CSV", str(path), "", (), lambda name: open_file(path))


def find_in_directory(path):
    files = list_files(path)
    source = find_in_files(str(path), files, lambda name: open_file(path / name))
    archives = [path / name for name in files if name.lower().endswith(".zip") and "/" not in name]
    return source or next(filter(None, map(find_in_zip, archives)), None)


def find_in_files(root, files, opener):
    """The Source among files: folders before a CSV, nearest to the top first; None where there is neither."""
    own = [name for name in files if not set(BUNDLED) & set(name.split("/"))]
    bases = {match[1] or "" for match in map(IN_CLASS_FOLDER.fullmatch, own) if match}
    tables = [name for name in own if name.split("/")[-1].lower() in CSV_NAMES]
    for form, candidates in (("folders", bases), ("CSV", tables)):
        if candidates:
            nearest = min(candidates, key=lambda name: (len(pathlib.PurePosixPath(name).parts), name))
            return Source(form, root, nearest, files, opener)
    return None


def list_files(path, depth=5):
    """Relative paths of the files in a directory, sorted, no deeper than where FER2013 ever lies."""
    found = []
    for folder, subfolders, names in os.walk(path, followlinks=True):
        parts = pathlib.Path(folder).relative_to(path).parts
        here = os.path.realpath(folder)
        subfolders[:] = [name for name in subfolders if len(parts) < depth and not leads_back(here, name)]
        found += ["/".join((*parts, name)) for name in names]
    return tuple(sorted(found))


def leads_back(folder, name):
    """Whether a subfolder is a link to a folder around it; ten of those in one folder would be 100,000 to walk."""
    target = os.path.realpath(os.path.join(folder, name))
    return os.path.commonpath((folder, target)) == target


def open_file(path):
    if not path.is_file():  # opening a pipe would wait for ever
        raise OSError("no file, or not an ordinary one")
    return path.open("rb")


# .zip

class BoundedFile(io.BufferedReader):
    """A .zip that refuses to hand out too much at once: zipfile asks for as much as the archive itself declares."""

    def read(self, size=-1):
        if size is not None and size > MOST_BYTES_AT_ONCE + 1:
            raise zipfile.BadZipFile(f"a list of files of {size:,} bytes; expected {MOST_BYTES_AT_ONCE:,} at most")
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
    return find_in_files(str(path), tuple(sorted(names)), lambda name: open_member(archive, name))


def check_names(path, names):
    """UserError where a .zip names what no archiver of faces would: a path that leads out of it, or one file twice."""
    seen = set()
    for name in names:
        if name.startswith("/") or ".." in name.split("/"):
            raise UserError(f"{path}: {name!r} leads out of the zip file; expected names as train/happy/1.jpg")
        if name in seen:
            raise UserError(f"{path}: {name!r} is in the zip file twice; expected every file once")
        seen.add(name)


def open_member(archive, name):
    """A file of a .zip; what it gives never exceeds the size that the .zip declares for it."""
    member = archive.getinfo(name)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile("neither stored nor deflated; expected a .zip as most programs write it")
    if member.file_size > MOST_CSV_BYTES:  # bzip2 and lzma, refused above, unpack without a limit in zipfile
        raise zipfile.BadZipFile(f"{member.file_size:,} bytes unpacked; expected {MOST_CSV_BYTES:,} at most")
    return archive.open(member)
