"""Finds FER2013 at a path, in any of the forms in which it is distributed.

    source = find("data")
    source.form, source.base, source.files
"""
import collections
import os
import pathlib
import re
from typing import NamedTuple

from base.errors import UserError
from base.options import notes
from fer2013 import archives
from fer2013.folders import place
from fer2013.names import split_named

DATA = "data"  # the default of --data
HERE = pathlib.Path(__file__).resolve().parent.parent  # the repository
AVATARS, COMPOSITES = HERE / DATA / "avatars", HERE / DATA / "composites"
INCLUDED = {AVATARS: "the included avatars", COMPOSITES: "the included composite faces"}
CLUTTER = {"__macosx", "lost+found", "thumbs.db", "desktop.ini"}  # what other programs leave behind
WHOLE = re.compile(r"(fer[-_]?2013|icml_face_data)(\.(csv|tsv|parquet))?", re.IGNORECASE)
ACCEPTED = ("expected folders as train/happy/1.jpg, a table fer2013.csv of emotion, pixels and "
            "Usage (one of another name is named itself), or parquet files as train-00000.parquet; "
            "data/README.md says how to get them")
DEEPEST = 8  # levels of folders that are walked
MOST_NAMED = 4


class Source(NamedTuple):
    """Where the files of a dataset lie."""
    form: str  # "CSV", "folders" or "parquet"
    path: str  # what the user named
    base: pathlib.Path  # the folder above train/, or that of the tables
    files: list  # relative to base: of pictures in folders of splits, or of tables

    @property
    def place(self):
        """The path of the one table, or of the folder that has the splits, for messages."""
        return str(self.base / self.files[0] if len(self.files) == 1 else self.base)


def find(path):
    """The Source at a path; where there is none, a UserError says what lies there."""
    path = pathlib.Path(path)
    source = search(path)
    if source is None:
        above = (f"; or name the folder above, {path.parent}" if split_named(path.name) else "")
        raise UserError(f"{path}: no FER2013 in it, but {lying_at(path)}{above}; {ACCEPTED}")
    return source


def search(path):
    """The Source at a path, or None if nothing there looks like FER2013."""
    path = pathlib.Path(path)
    if not os.path.exists(path):  # Path.exists raises if the name is too long
        raise UserError(f"{path}: no such file or directory; data/README.md says how to get "
                        "FER2013")
    if path.is_dir():
        return search_folder(path)
    if archives.is_archive(path):
        found = search_folder(archives.unpack(path))
        return found and found._replace(path=str(path))
    form = "parquet" if path.suffix.lower() == ".parquet" else "CSV"
    return Source(form, str(path), path.parent, [path.name])


def search_folder(path):
    """The Source in a folder: of folders before tables before an archive the least nested one."""
    files = list_files(path)
    forms = [{("folders", base): [base or "."] for base in bases(files)},
             {("CSV", name): [name] for name in files
              if WHOLE.fullmatch(name.split("/")[-1]) and not is_packed(path / name)},
             tables_by_base(files, "CSV", (".csv", ".tsv")),
             tables_by_base(files, "parquet", (".parquet",)),
             {("archive", name): [name] for name in files if is_packed(path / name)}]
    found = next(filter(None, forms), None)
    if found is None or found is forms[-1]:
        return found and search_archives(path, list(found))
    form, base = nearest(path, list(found))
    unread = [name for each in forms for key, names in each.items() if key != (form, base)
              for name in names if name not in found[form, base]]
    if unread:
        notes.info("%s is read, and not %s", path / base,
                   enumeration([str(path / name) for name in unread]))
    if form == "folders":
        inside = [name.removeprefix(f"{base}/") for name in files
                  if not base or name.startswith(f"{base}/")]
        return Source("folders", str(path), path / base, inside)
    read_as = "parquet" if base.lower().endswith(".parquet") else form
    return Source(read_as, str(path), path, found[form, base])


def search_archives(path, found):
    """The Source in the only one of several archives that has one; None if none has."""
    sources = {name: search(path / name) for _, name in found}
    with_data = [(form, name) for form, name in found if sources[name]]
    return sources[nearest(path, with_data)[1]] if with_data else None


def nearest(root, candidates):
    """The least nested of several (form, path); UserError if it is not the only one."""
    depths = [len(pathlib.PurePosixPath(path).parts) for _, path in candidates]
    found = [each for each, depth in zip(candidates, depths, strict=True) if depth == min(depths)]
    if len(found) > 1:
        raise UserError(f"{root}: {len(found)} datasets lie there side by side, "
                        f"{enumeration([path for _, path in found])}; name one of them with "
                        "--data, or put the splits of one into one folder")
    return found[0]


def is_packed(path):
    """Whether a file among others is an archive: by its ending, or as fer2013 by its content."""
    named = path.name.lower()
    return named.endswith(archives.ENDINGS) or (named == "fer2013" and archives.is_archive(path))


def bases(files):
    """The folders that have splits with classes in them."""
    places = (place(folder.split("/")) for folder in {name.rpartition("/")[0] for name in files})
    return sorted({each.base for each in places if each and each.emotion_known})


def tables_by_base(files, form, endings):
    """{(form, folder): its tables of a split each}; a single .parquet file needs no split."""
    tables = [name for name in files if name.lower().endswith(endings)]
    found = collections.defaultdict(list)
    for name in tables:
        if split_of_table(name) or (form == "parquet" and len(tables) == 1):
            folder = pathlib.PurePosixPath(name).parent
            folder = folder.parent if split_named(folder.name) else folder
            found[form, "" if folder.name == "" else str(folder)].append(name)
    return found


def split_of_table(name):
    """The split that the name of a table, or of the folder of a .parquet file, says; else None.

    As in train.csv, fer2013_publictest.csv, train-00000-of-00001.parquet and train/0000.parquet.
    """
    path = pathlib.PurePosixPath(name)
    stem = re.sub(r"fer[-_]?2013|icml", "", path.stem.lower())
    if path.suffix.lower() != ".parquet":
        return split_named(stem)
    return split_named(re.split(r"[-_.]?\d", stem)[0]) or split_named(path.parent.name)


def list_files(path):
    """Relative paths of the files in a folder, sorted, without those of hidden and included ones.

    Raises:
        UserError: a folder cannot be read; its faces would be missing.
    """
    found, seen = [], set()
    for folder, subfolders, names in os.walk(path, onerror=refuse, followlinks=True):
        parts = pathlib.Path(folder).relative_to(path).parts
        seen.add(os.path.realpath(folder))
        subfolders[:] = sorted(name for name in subfolders if is_own(folder, name)
                               and os.path.realpath(os.path.join(folder, name)) not in seen)
        if len(parts) == DEEPEST and subfolders:
            notes.info("%s: %d folders in it are too deep and are not read", folder,
                       len(subfolders))
            subfolders.clear()
        found += ["/".join((*parts, name)) for name in names if is_own(folder, name)]
    return sorted(found)


def is_own(folder, name):
    """Whether a file or folder is the user's, and not left behind by a program or included."""
    included = pathlib.Path(folder).name == DATA and name in ("avatars", "composites")
    return not (name.startswith(".") or name.lower() in CLUTTER or included)


def refuse(error):
    raise UserError(f"{error.filename}: this folder cannot be read ({error.strerror}); "
                    "its faces would be missing") from error


def lying_at(path):
    """In words what lies in a folder or archive: how many files of which kind, and the first."""
    files = list_files(path if path.is_dir() else archives.unpack(path))
    files = [name for name in files if name != "README.md"]
    kinds = collections.Counter(pathlib.PurePosixPath(name).suffix.lower() for name in files)
    words = [f"{count:,} {kind or 'without an ending'}" for kind, count in kinds.most_common()]
    return f"{enumeration(words)}, as {files[0]}" if files else "nothing"


def enumeration(items):
    """Names with commas between them; of many only the first, and how many more there are."""
    more = [f"{len(items) - MOST_NAMED} more"] if len(items) > MOST_NAMED else []
    return ", ".join([*items[:MOST_NAMED], *more])
