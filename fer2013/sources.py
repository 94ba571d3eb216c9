"""Finds FER2013 at a path, in any of the forms in which it is distributed.

    source = find("data")
    source.form, source.base, source.files
"""
import collections
import os
import pathlib
import re
import tarfile
import tempfile
import zipfile
from typing import NamedTuple

from base.errors import UserError
from base.options import notes
from fer2013.names import is_class, split_named

DATA = "data"  # the default of --data
HERE = pathlib.Path(__file__).resolve().parent.parent  # the repository
AVATARS, COMPOSITES = HERE / DATA / "avatars", HERE / DATA / "composites"
INCLUDED = {AVATARS: "the included avatars", COMPOSITES: "the included average faces"}
FER2013 = re.compile(r"(fer[-_]?2013|icml_face_data)\.(csv|parquet)", re.IGNORECASE)
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
ACCEPTED = ("expected folders as train/happy/1.jpg, a table fer2013.csv of emotion, pixels and "
            "Usage (one of another name is named itself), or parquet files as train-00000.parquet; "
            "data/README.md says how to get them")


class Source(NamedTuple):
    """Where the files of a dataset lie."""
    form: str  # "CSV", "folders" or "parquet"
    base: pathlib.Path  # the folder above train/, or that of the tables
    files: list  # names of the tables in it; [] for folders


def find(path):
    """The Source at a path; where there is none, a UserError says what lies there."""
    source = search(path)
    if source is None:
        raise UserError(f"{path}: no FER2013 in it, but {lying_at(pathlib.Path(path))}; {ACCEPTED}")
    return source


def search(path):
    """The Source at a path, or None if nothing there looks like FER2013."""
    path = pathlib.Path(path)
    if not path.exists():
        raise UserError(f"{path}: no such file or directory; data/README.md says how to get "
                        "FER2013")
    if is_archive(path):
        return search(unpack(path))
    if path.is_file():
        return source_of_tables(path.parent, [path.name])
    found = [source_in(folder, names) for folder, names in walk(path)]
    if not any(found):
        found = [search(folder / name) for folder, names in walk(path) for name in names
                 if is_archive(folder / name)]
    found = sorted(filter(None, found), key=lambda source: len(source.base.parts))
    nearest = [each for each in found if len(each.base.parts) == len(found[0].base.parts)]
    if len(nearest) > 1:
        raise UserError(f"{path}: {len(nearest)} datasets lie there side by side, "
                        f"{', '.join(str(each.base) for each in nearest[:4])}; name one of them "
                        "with --data, or put the splits of one into one folder")
    return found[0] if found else None


def walk(folder):
    """Yield this folder and those below, with the sorted names of the files; links are followed.

    Hidden and included ones are left out, and links to a folder above.
    """
    folder = pathlib.Path(folder)
    with os.scandir(folder) as entries:
        own = sorted((each.name, each) for each in entries if is_own(folder, each.name))
    yield folder, [name for name, each in own if each.is_file()]
    for _, each in own:
        if each.is_dir() and not folder.resolve().is_relative_to(os.path.realpath(each)):
            yield from walk(each)


def is_own(folder, name):
    included = folder.name == DATA and name in ("avatars", "composites")
    return not (name.startswith(".") or name == "__MACOSX" or included)


def source_in(folder, names):
    """The Source of what lies in a folder itself: folders of splits before tables; else None."""
    splits = [each for each in folder.iterdir() if each.is_dir() and split_named(each.name)]
    if any(is_class(below.name) for each in splits for below in each.glob("*/")):
        return Source("folders", folder, [])
    tables = [name for name in names if name.lower().endswith((".csv", ".parquet"))]
    whole = [name for name in tables if FER2013.fullmatch(name)]
    chosen = whole[:1] or [name for name in tables if split_of_table(name)]
    if chosen and (others := [name for name in tables if name not in chosen]):
        notes.info("%s: %s is read, and not %s", folder, chosen[0], ", ".join(others[:4]))
    return source_of_tables(folder, chosen) if chosen else None


def source_of_tables(base, names):
    """The Source of these tables; UserError if two that are no parts of one name one split."""
    parts = all(name.lower().endswith(".parquet") for name in names)
    if not parts and len(set(map(split_of_table, names))) < len(names):
        raise UserError(f"{base}: two of {', '.join(names)} name one split; expected one table "
                        "for each")
    return Source("parquet" if parts else "CSV", base, names)


def split_of_table(name):
    """The split that the name of a table says; else None.

    As in train.csv, fer2013_publictest.csv and train-00000-of-00001.parquet.
    """
    stem = re.sub(r"fer[-_]?2013|icml", "", pathlib.PurePath(name).stem.lower())
    return split_named(re.split(r"[-_.]?\d", stem)[0])


def lying_at(path):
    """In words what lies in a folder or archive: how many files of which kind, and the first."""
    files = [folder / name for folder, names in walk(unpack(path) if path.is_file() else path)
             for name in names if name != "README.md"]
    kinds = collections.Counter(file.suffix.lower() or "without an ending" for file in files)
    words = [f"{count:,} {kind}" for kind, count in kinds.most_common(4)]
    return ", ".join([*words, f"as {files[0]}"] if files else ["nothing"])


def is_archive(path):
    return path.name.lower().endswith(ARCHIVES) and path.is_file()


def unpack(path):
    """The hidden folder beside a .zip or .tar archive with its content, unpacked if it is not yet.

    Raises:
        UserError: the archive is damaged, encrypted or leads out of its folder.
    """
    stat = path.stat()
    target = path.with_name(f".{path.name}-{stat.st_size:x}-{stat.st_mtime_ns:x}")
    if target.is_dir():
        return target
    notes.info("%s: is unpacked into %s", path, target)
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".unpacking-") as folder:
            with (zipfile.ZipFile if zipfile.is_zipfile(path) else tarfile.open)(path) as archive:
                archive.extraction_filter = tarfile.data_filter  # of a .tar; a .zip stays inside
                archive.extractall(os.path.join(folder, "all"))
            os.rename(os.path.join(folder, "all"), target)
    except Exception as error:  # zipfile, tarfile and zlib raise a dozen kinds
        raise UserError(f"{path}: cannot be unpacked ({error})") from error
    return target
