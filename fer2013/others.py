"""What a file or folder is that is not FER2013, for errors that say it and what to do."""
import collections
import re

from fer2013 import archives, names

LINES = "data/README.md has the lines that make a CSV of it"
PICKLE = "a pickle, which can run any program and is not opened; expected a CSV or images"
TRUE_NAMES = (  # how the bytes of a file begin, and what it is; nothing of it is opened
    ((b"version https://git-lfs",), "a Git LFS pointer, not the data; git lfs pull gets it"),
    ((b"<!doctype html", b"<html"), "an HTML page, not the data; download it with a browser, "
                                    "logged in where that is needed"),
    ((b"\x80\2", b"\x80\3", b"\x80\4", b"\x80\5"), PICKLE),
    ((b"\x93NUMPY",), f"a NumPy array; {LINES}"),
    ((b"\x89HDF\r\n\x1a\n",), f"HDF5; {LINES}"),
    ((b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ", b"\x1f\x8b"),
     "compressed; expected it unpacked, or as .zip, .tar or .tar.gz"),
)
NPZ = re.compile(rb"PK\x03\x04.{26}[^/]{1,80}\.npy", re.DOTALL)
PICTURES = re.compile(r".*\.(jpe?g|png|bmp|gif|pgm|ppm|tiff?|webp)", re.IGNORECASE)
TABLES = re.compile(r".*\.(csv|tsv|txt|parquet)", re.IGNORECASE)
MOST_NAMED = 4


def true_name(start, name=""):
    """What a file is by its first 200 bytes, if that is known and none of FER2013's forms.

    Old pickles have no first bytes of their own, but their name says it.
    """
    if NPZ.match(start):
        return f"NumPy arrays; {LINES}"
    if name.lower().endswith((".pkl", ".pickle")):
        return PICKLE
    if start.startswith(b"PK\3\4") and not archives.kind_of(name):
        return "a .zip under another name, perhaps of Excel; expected .zip, or a table as CSV"
    start = start.lstrip().lower() if start[:1].isspace() or start[:1] == b"<" else start
    return next((what for known, what in TRUE_NAMES if start.startswith(known)), None)


def enumeration(items, most=MOST_NAMED):
    """Names with commas between them; of many only the first, and how many more there are."""
    items = list(items)
    more = [f"{len(items) - most} more"] if len(items) > most else []
    return ", ".join([*items[:most], *more])


def lying_among(files, opener):
    """What lies in a folder or archive that has none of FER2013's forms, and the nearest form.

    Args:
        files: relative paths.
        opener: a function from such a path to a binary file.

    Returns:
        A text, or "" if there are no files.
    """
    classes, splits, pictures = (collections.defaultdict(dict) for _ in range(3))
    for name in files:
        *folders, file_name = name.split("/")
        for depth, folder in enumerate(folders):
            above = "/".join(folders[:depth])
            if names.label_called(folder) is not None and not names.is_number(folder):
                classes[above].setdefault(folder, folders[depth + 1:])
            if names.split_named(folder):
                splits[f"{above}/{folder}".lstrip("/")] |= dict.fromkeys(folders[depth + 1:][:1])
        if PICTURES.fullmatch(file_name):
            pictures["/".join(folders)][file_name] = None
    return (as_classes(classes) or as_splits(splits) or as_pictures(pictures)
            or as_files(files, opener))


def as_classes(classes):
    for above, found in classes.items():
        prefix, first = f"{above}/" if above else "", next(iter(found))
        inner = found[first]
        if inner and names.split_named(inner[0]):
            return (f"folders of splits within those of classes, as {prefix}{first}/{inner[0]}/; "
                    f"expected {prefix}{inner[0]}/{first}/")
        where = f" under {prefix}" if above else ""
        return (f"class folders {enumeration(found)}{where}; expected train/, validation/ and "
                f"test/ above them, as in {prefix}train/{first}/")
    return ""


def as_splits(splits):
    for split, inner in splits.items():
        what = f"folders {enumeration(inner)}" if inner else "no class folder"
        return (f"{split}/ with {what} in it; expected folders {', '.join(names.EMOTIONS)}, or "
                "numbers that --classes explains")
    return ""


def as_pictures(pictures):
    for folder, found in pictures.items():
        where = f"in {folder}/" if folder else "in no folder"
        return (f"{len(found):,} pictures {where}, as {next(iter(found))}; expected folders such "
                "as train/happy/ around them, or a CSV")
    return ""


def as_files(files, opener):
    files = [name for name in files if not name.endswith("/")]
    kinds = {name: kind_of(name, opener) for name in files[:MOST_NAMED]}
    tables = [name for name in files if TABLES.fullmatch(name)]
    if tables and not any(kinds.values()):
        return (f"tables of other names, {enumeration(tables)}; expected fer2013.csv, or the "
                "path of the table itself as --data")
    return enumeration([f"{name} ({what})" if what else name for name, what in kinds.items()]
                       + files[MOST_NAMED:])


def kind_of(name, opener):
    """What a file is, as true_name() says it, or why it cannot be read."""
    try:
        with opener(name) as file:
            return true_name(file.read(200), name)
    except archives.UNREADABLE as error:
        return f"not readable: {error}"
