"""The faces in folders of images, train/<emotion>/*.jpg: which split and class each has."""
import collections

from base.errors import UserError
from base.options import notes
from fer2013.names import CLASS_OF, plain, split_named
from fer2013.pictures import ENDINGS
from fer2013.sources import walk
from fer2013.tables import Entry


def list_faces(base):
    """The tables.Entry of each picture in the folder that has the splits, sorted by folder.

    Folders within the folder of a class belong to it. What is left out is said with its count.

    Raises:
        UserError: it cannot be known which split or class is meant.
    """
    entries, left_out, folders_of = [], 0, collections.defaultdict(set)
    for folder, names in walk(base):
        split_folder, emotion, *below = (*folder.relative_to(base).parts, "", "")
        if not split_folder:
            continue  # what lies beside the folders of the splits, such as a README
        split = split_named(split_folder) if emotion else None
        pictures = [name for name in names if split and name.lower().endswith(ENDINGS)]
        left_out += len(names) - len(pictures)
        if not pictures:
            continue
        if any(plain(name) in CLASS_OF for name in below):
            raise UserError(f"{folder}: lies in the folders of two classes; expected one")
        folders_of[split].add(split_folder)
        entries += [Entry(split, emotion, name, folder / name) for name in pictures]
    for split, names in folders_of.items():
        if len(names) > 1:
            raise UserError(f"{base}: {' and '.join(map(repr, sorted(names)))} both name the "
                            f"{split} split; expected one of them")
    if left_out:
        notes.info("%s: %s files are left out, no pictures in a class folder of a split", base,
                   f"{left_out:,}")
    return entries if "validation" in folders_of else separate_public_test(entries)


def separate_public_test(entries):
    """The entries, Kaggle's PublicTest_* moved from test to validation."""
    return [entry._replace(split="validation")
            if entry.split == "test" and entry.name.startswith("PublicTest_") else entry
            for entry in entries]
