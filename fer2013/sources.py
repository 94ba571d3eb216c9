"""Finds FER2013 in directories and .zip files, in any of the forms in which it is distributed.

A .zip is never unpacked to disk, so that no name in it can write outside a folder. Its files are
read in pieces of bounded size.
"""
import io
import logging
import os
import pathlib
import re
import zipfile
from collections.abc import Callable
from typing import NamedTuple

from base.errors import UserError
from fer2013 import names

SIZE = 48
CSV_NAMES = ("fer2013.csv", "icml_face_data.csv")
BUNDLED = ("avatars", "composites")  # shipped folders of data/, found only if named themselves
# a part of a path that a file manager, notebook or archiver left behind, or "" of a .zip's folders
CLUTTER = re.compile(r"|\..*|__macosx|lost\+found|thumbs\.db|desktop\.ini", re.IGNORECASE)
HOW_TO_GET = "data/README.md says how to get FER2013"
MOST_FACES = 400_000  # eleven times FER2013; their pixels take 0.9 GB
MOST_CSV_BYTES = 2**32  # unpacked; the challenge's fer2013.csv has 301 MB
MOST_BYTES_AT_ONCE = 2**26  # an image file, or the list of files in a .zip (FER2013's has 3 MB)

log = logging.getLogger("fer2013")


class Source(NamedTuple):
    """The location and form of a dataset, which load() and describe() need."""
    form: str       # "CSV" or "folders"
    root: str       # the file or directory, as the user would name it
    base: str       # within root: the CSV ("" if root is the CSV), or the parent folder of train/
    files: tuple    # relative paths of all files in root, sorted
    open: Callable  # from such a path to a binary file

    @property
    def place(self):
        """The path of the CSV, or of the folder that has the splits, for messages."""
        return str(pathlib.Path(self.root, self.base))

    @property
    def prefix(self):
        """What the paths of the splits' files begin with."""
        return f"{self.base}/" if self.base else ""


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
    archives = [str(path / name) for name in files
                if name.lower().endswith(".zip") and "/" not in name]
    source = find_in_files(str(path), files, lambda name: open_file(path / name))
    if source and archives:
        log.info("%s is read, and not %s", source.place, enumeration(archives))
    if source or not archives:
        return source
    found = {archive: find_in_zip(pathlib.Path(archive)) for archive in archives}
    found = {archive: source for archive, source in found.items() if source}
    return found[nearest(list(found), path)] if found else None


def find_in_files(root, files, opener):
    """The Source among files, or None: folders before a CSV, and of these the least nested."""
    own = [name for name in files if not (set(BUNDLED) & set(name.split("/")) or is_clutter(name))]
    bases = {base_of(folder) for folder in {name.rpartition("/")[0] for name in own}} - {None}
    tables = [name for name in own if name.split("/")[-1].lower() in CSV_NAMES]
    candidates = {base: "folders" for base in sorted(bases)} | dict.fromkeys(tables, "CSV")
    if not candidates:
        return None
    form = "folders" if bases else "CSV"
    base = nearest([name for name, its_form in candidates.items() if its_form == form], root)
    others = [str(pathlib.Path(root, name)) for name in candidates if name != base]
    if others:
        log.info("%s is read, and not %s", pathlib.Path(root, base), enumeration(others))
    return Source(form, root, base, tuple(own), opener)


def nearest(candidates, root):
    """The least nested of several paths; UserError if it is not the only one."""
    depths = [len(pathlib.PurePosixPath(name).parts) for name in candidates]
    found = [name for name, depth in zip(candidates, depths, strict=True) if depth == min(depths)]
    if len(found) > 1:
        raise UserError(f"{root}: {len(found)} datasets lie there side by side, "
                        f"{enumeration(found)}; name one of them with --data")
    return found[0]


def enumeration(items, most=4):
    """Names with commas between them; of many only the first, and how many more there are."""
    items = list(items)
    more = [f"{len(items) - most} more"] if len(items) > most else []
    return ", ".join([*items[:most], *more])


def is_clutter(name):
    """Whether a part of a relative path is what programs leave behind, as .ipynb_checkpoints."""
    return any(map(CLUTTER.fullmatch, name.split("/")))


def base_of(folder):
    """The folder that has the splits, for a class folder or one within it, else None."""
    parts = folder.split("/")
    for start, (split, emotion) in enumerate(zip(parts, parts[1:], strict=False)):
        if names.split_named(split) and names.is_class(emotion):
            return "/".join(parts[:start])
    return None


def list_files(path, depth=8):
    """Relative paths of the files in a directory and up to `depth` levels of folders, sorted.

    Raises:
        UserError: a folder cannot be read; its faces would be missing.
    """
    paths = []
    for folder, subfolders, file_names in os.walk(path, onerror=refuse_folder, followlinks=True):
        parts = pathlib.Path(folder).relative_to(path).parts
        real = os.path.realpath(folder)
        subfolders[:] = [name for name in subfolders
                         if len(parts) < depth and not (is_clutter(name) or leads_back(real, name))]
        paths += ["/".join((*parts, name)) for name in file_names if not is_clutter(name)]
    return tuple(sorted(paths))


def refuse_folder(error):
    raise UserError(f"{error.filename}: this folder cannot be read ({error.strerror}); "
                    "its faces would be missing") from error


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
    members = archive.namelist()
    check_members(path, members)
    return find_in_files(str(path), tuple(sorted(members)),
                         lambda name: open_member(archive, name))


def check_members(path, members):
    """UserError if a name in a .zip is absolute, points outside the .zip, or occurs twice."""
    seen = set()
    for name in members:
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
