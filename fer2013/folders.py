"""The faces in folders of images, train/<emotion>/*.jpg: which split and class each has.

Whatever is decided about them is said in one line with counts.
"""
import collections

from base.errors import UserError
from base.options import notes
from fer2013.names import CLASS_OF, WRAPPERS, plain, split_named
from fer2013.pictures import ENDINGS
from fer2013.sources import walk
from fer2013.tables import Entry


def list_faces(base):
    """The tables.Entry of each picture in the folder that has the splits, sorted by folder.

    Raises:
        UserError: it cannot be known which split or class is meant.
    """
    counts, entries, names_of = collections.Counter(), [], collections.defaultdict(set)
    for folder, names in walk(base):
        parts = folder.relative_to(base).parts
        if not parts:
            continue  # what lies beside the folders of the splits, such as a README
        split, classes = split_named(parts[0]), classes_in(parts)
        if not split or not classes:
            counts["lie in no class folder of a split and are left out"] += len(names)
            continue
        if len({CLASS_OF[plain(name)] for name in classes if plain(name) in CLASS_OF}) > 1:
            raise UserError(f"{folder}: lies in the folders of two classes; expected one")
        pictures = [name for name in names if "." not in name or name.lower().endswith(ENDINGS)]
        counts["are no pictures and are left out"] += len(names) - len(pictures)
        counts["lie in folders within their class folder and are read"] += (
            len(pictures) if len(classes) > 1 else 0)
        names_of[split].add(parts[0])
        entries += [Entry(split, classes[0], name, folder / name) for name in pictures]
    for split, names in names_of.items():
        if len(names) > 1:
            raise UserError(f"{base}: {' and '.join(map(repr, sorted(names)))} both name the "
                            f"{split} split; expected one of them")
    for what, count in counts.items():
        if count:
            notes.info("%s: %s files %s", base, f"{count:,}", what)
    return separate_public_test(base, entries)


def classes_in(parts):
    """The folders of classes below that of a split; train/images/happy is as train/happy."""
    return [name for name in parts[1:]
            if split_named(name) != split_named(parts[0]) and plain(name) not in WRAPPERS]


def separate_public_test(base, entries):
    """The entries, Kaggle's PublicTest_* moved from test to validation if there is no other."""
    public = [entry.split == "test" and entry.name.startswith("PublicTest_") for entry in entries]
    if any(public) and any(entry.split == "validation" for entry in entries):
        notes.info("%s: %s files named PublicTest_* stay in test, because validation has its own "
                   "folder", base, f"{sum(public):,}")
        return entries
    return [entry._replace(split="validation") if moved else entry
            for entry, moved in zip(entries, public, strict=True)]
