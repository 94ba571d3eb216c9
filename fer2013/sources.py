"""Finds FER2013 in directories and archives, in any of the forms in which it is distributed."""
import functools
import logging
import os
import pathlib
import re
from collections.abc import Callable
from typing import NamedTuple

from base.errors import UserError
from fer2013 import archives, names, others
from fer2013.names import Data, Reading
from fer2013.others import enumeration

SIZE = 48
CSV_NAMES = ("fer2013.csv", "icml_face_data.csv")
CSV_ENDINGS = (".csv", ".tsv")
HERE = pathlib.Path(__file__).resolve().parent.parent  # the repository
DATA = "data"  # the default of --data
AVATARS, COMPOSITES = HERE / DATA / "avatars", HERE / DATA / "composites"
INCLUDED = {AVATARS: "the included avatars", COMPOSITES: "the included composite faces"}
BUNDLED = ("avatars", "composites")  # shipped folders of data/, found only if named themselves
# what file managers and archivers leave behind, and "" of a .zip's folders
CLUTTER = {"", "__macosx", "lost+found", "thumbs.db", "desktop.ini"}
HOW_TO_GET = "data/README.md says how to get FER2013"
MOST_FACES = 400_000  # eleven times FER2013; their pixels take 0.9 GB
MOST_ARCHIVES = 8  # within an archive; each is unpacked

log = logging.getLogger("fer2013")


class Source(NamedTuple):
    """The location and form of a dataset, which load() and describe() need."""
    form: str       # "CSV", "folders" or "parquet"
    root: str       # the file or directory, as the user would name it
    base: str       # within root: the CSV ("" if root is the CSV), or the parent folder of train/
    files: tuple    # relative paths of all files in root, sorted
    open: Callable  # from such a path to a binary file
    reading: Reading = Reading()  # of its classes

    @property
    def place(self):
        """The path of the CSV, or of the folder that has the splits, for messages."""
        return str(pathlib.Path(self.root, self.base))

    @property
    def tables(self):
        """The files that are tables, of which open() takes the names."""
        return self.files if self.form == "parquet" or self.base not in self.files else (self.base,)

    def path_of(self, name):
        """The path of a file, for messages."""
        return str(pathlib.Path(self.root, name))

    @property
    def prefix(self):
        """What the paths of the splits' files begin with."""
        return f"{self.base}/" if self.base else ""


def find(path):
    """The Source at a path or Data; where there is none, a UserError says what lies there."""
    source = search(path)
    if source is None:
        path = pathlib.Path(path)
        above = f"; or name the folder above, {path.parent}" if names.split_named(path.name) else ""
        raise UserError(f"{path}: no FER2013 in it, but {lying_at(path) or 'nothing'}{above}; "
                        f"{HOW_TO_GET}")
    return source


def lying_at(path):
    """In words what lies in a folder or archive in which search() finds nothing; "" if nothing."""
    if not path.is_dir():
        return others.lying_among(*archives.open_archive(path))
    files = [name for name in list_files(path)
             if name != "README.md" and not set(BUNDLED) & set(name.split("/"))]
    packed = [name for name in files if archives.kind_of(name) and "/" not in name]
    if len(files) == len(packed) == 1:
        return f"{packed[0]} with {lying_at(path / packed[0]) or 'nothing'}"
    return others.lying_among(files, lambda name: open_file(path / name))


def search(path):
    """The Source at a path or Data, or None if nothing there looks like FER2013."""
    path, reading = pathlib.Path(path), Data.of(path).reading
    if not os.path.exists(path):  # Path.exists raises if the name is too long
        raise UserError(f"{path}: no such file or directory; {HOW_TO_GET}")
    if path.is_dir():
        return find_in_directory(path, reading)
    if archives.kind_of(path.name):
        return find_in_archive(path, reading)
    refuse_other(path)
    if path.suffix.lower() == ".parquet":
        return Source("parquet", str(path), "", ("",), lambda name: open_file(path), reading)
    return Source("CSV", str(path), "", ("",), lambda name: open_file(path), reading)


def find_in_directory(path, reading):
    files = list_files(path)
    packed = [str(path / name) for name in files if archives.kind_of(name) and "/" not in name]
    source = find_in_files(str(path), files, lambda name: open_file(path / name), reading)
    if source and packed:
        log.info("%s is read, and not %s", source.place, enumeration(packed))
    return source or only_one(path, {name: find_in_archive(pathlib.Path(name), reading)
                                    for name in packed})


def refuse_other(path):
    """UserError if a file is something known that is not FER2013."""
    try:
        with open_file(path) as file:
            what = others.true_name(file.read(200), path.name)
    except OSError as error:
        raise UserError(f"{path}: not readable ({error})") from error
    if what and not path.name.lower().endswith((".tar.gz", ".tgz")):
        raise UserError(f"{path}: {what}")


def find_in_archive(path, reading):
    refuse_other(path)
    stat = path.stat()
    return find_in_unchanged(str(path), stat.st_mtime_ns, stat.st_size, reading)


@functools.lru_cache(maxsize=4)  # a program asks several times, and a .tar.gz takes seconds
def find_in_unchanged(path, changed, size, reading):
    return find_in_members(path, *archives.open_archive(path), reading)


def find_in_members(path, files, opener, reading, depth=0):
    """The Source among the files of an archive, or in an archive within it, or None."""
    source = find_in_files(path, files, opener, reading)
    packed = [name for name in files if archives.kind_of(name) and not is_clutter(name)]
    if source or depth == 2:
        return source
    if len(packed) > MOST_ARCHIVES:
        raise UserError(f"{path}: {len(packed)} archives in it; expected FER2013 in one")
    found = {}
    for name in packed:
        try:
            with opener(name) as file:
                inner = archives.spool(file)
        except archives.UNREADABLE as error:
            raise UserError(f"{path}: {name} is not readable ({error})") from error
        members = archives.open_archive(f"{path}/{name}", inner)
        found[name] = find_in_members(f"{path}/{name}", *members, reading, depth + 1)
    return only_one(path, found)


def only_one(root, found):
    """The only Source in {place: Source or None}, or None; UserError if there are several."""
    found = {place: source for place, source in found.items() if source}
    return found[nearest(list(found), root)] if found else None


def find_in_files(root, files, opener, reading):
    """The Source among files, or None: folders before tables, and of these the least nested."""
    own = [name for name in files if not (set(BUNDLED) & set(name.split("/")) or is_clutter(name))]
    bases = {base_of(folder, reading)
             for folder in {name.rpartition("/")[0] for name in own}} - {None}
    whole = [name for name in own if name.split("/")[-1].lower() in CSV_NAMES]
    found = {("folders", "folders"): dict.fromkeys(sorted(bases), own),
             ("CSV", "CSV"): {name: [name] for name in whole},
             ("CSV", "CSV by split"): tables_by_base(own, CSV_ENDINGS),
             ("parquet", "parquet"): tables_by_base(own, (".parquet",))}
    found = {form: candidates for form, candidates in found.items() if candidates}
    if not found:
        return None
    (form, _), candidates = next(iter(found.items()))
    base = nearest(list(candidates), root)
    chosen = tuple(candidates[base])
    unread = [str(pathlib.Path(root, name)) for each in found.values()
              for place, its_files in each.items() if (each, place) != (candidates, base)
              for name in ([place] if its_files is own else its_files) if name not in chosen]
    if unread:
        log.info("%s is read, and not %s", pathlib.Path(root, base), enumeration(unread))
    return Source(form, root, base, chosen, opener, reading)


def nearest(candidates, root):
    """The least nested of several paths; UserError if it is not the only one."""
    depths = [len(pathlib.PurePosixPath(name).parts) for name in candidates]
    found = [name for name, depth in zip(candidates, depths, strict=True) if depth == min(depths)]
    if len(found) > 1:
        raise UserError(f"{root}: {len(found)} datasets lie there side by side, "
                        f"{enumeration(found)}; name one of them with --data, or put the splits of "
                        "one into one folder")
    return found[0]


def is_clutter(name):
    """Whether a part of a relative path is what programs leave behind, as .ipynb_checkpoints."""
    return any(part[:1] == "." or part.lower() in CLUTTER for part in name.split("/"))


def base_of(folder, reading):
    """The folder that has the splits, for a class folder or one within it, else None."""
    parts = folder.split("/")
    for start, (split, emotion) in enumerate(zip(parts, parts[1:], strict=False)):
        if names.split_named(split) and reading.is_class(emotion):
            while start and names.split_named(parts[start - 1]) == names.split_named(split):
                start -= 1  # as in train/train/happy, which some programs unpack
            return "/".join(parts[:start])
    return None


def split_of_table(name):
    """The split that the name of a table, or of a .parquet file's folder, says; else None.

    As in train.csv, fer2013_publictest.csv, train-00000-of-00001.parquet and train/0000.parquet.
    """
    path = pathlib.PurePosixPath(name)
    if path.suffix.lower() in CSV_ENDINGS:
        return names.split_named(re.sub(r"fer[-_]?2013|icml", "", path.stem.lower()))
    if path.suffix.lower() != ".parquet":
        return None
    by_name = names.split_named(re.split(r"[-_.]", path.name)[0])
    return by_name or names.split_named(path.parent.name)


def tables_by_base(files, endings):
    """{folder: its tables of a split each}, for tables with these endings."""
    found = {}
    for name in files:
        if name.lower().endswith(endings) and split_of_table(name):
            folder = pathlib.PurePosixPath(name).parent
            folder = folder.parent if names.split_named(folder.name) else folder
            found.setdefault("" if folder.name == "" else str(folder), []).append(name)
    return found


def list_files(path, depth=8):
    """Relative paths of the files in a directory and up to `depth` levels of folders, sorted.

    Raises:
        UserError: a folder cannot be read; its faces would be missing.
    """
    paths = []
    for folder, subfolders, file_names in os.walk(path, onerror=refuse_folder, followlinks=True):
        parts = pathlib.Path(folder).relative_to(path).parts
        if len(parts) == depth and subfolders:
            log.info("%s: %d folders in it are too deep and are not read", folder, len(subfolders))
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
