"""The faces in folders of images, train/<emotion>/*.jpg: which split and label each has.

Whatever is decided about them is logged in one line with counts.
"""
import collections
import logging
import re

import numpy as np

from base.errors import UserError
from fer2013 import names
from fer2013.names import EMOTIONS, SPLITS

HOLD_OUT_SEED = 2013  # fixed, because every program must hold out the same faces
COPY = re.compile(r"(.+\.(?:jpe?g|png|bmp|tiff?|webp|gif|ppm))[-_ \d]*\d\.\w+", re.IGNORECASE)

log = logging.getLogger("fer2013")


def list_faces(source):
    """{split: [(label, file)]}, sorted by folder and file name.

    If there is no validation split, a tenth of train becomes one.

    Raises:
        UserError: a class or split is unknown, or it cannot be known which is meant.
    """
    entries, counts = {split: [] for split in SPLITS}, collections.Counter()
    inside = [(split_once(name.removeprefix(source.prefix).split("/")), name)
              for name in source.files if name.startswith(source.prefix)]
    check_splits(source, [parts for parts, _ in inside])
    for parts, name in inside:
        split = names.split_named(parts[0])
        if split and len(parts) == 2:
            counts["lie in no class folder and are left out"] += 1
        elif split and source.reading.is_ignored(parts[1]):
            counts["are of classes that --ignore-classes leaves out"] += 1
        elif split:
            counts["lie in folders within their class folder and are read"] += len(parts) > 3
            entries[split].append((label_of(source, parts, name), name))
    for what, count in counts.items():
        if count:
            log.info("%s: %s files %s", source.place, f"{count:,}", what)
    check_numbers(source, {parts[1] for parts, _ in inside
                           if len(parts) > 2 and names.split_named(parts[0])})
    separate_public_test(source, entries)
    if entries["train"] and not entries["validation"]:
        hold_out_validation(entries)
    report_copies(source, entries)
    return entries


def split_once(parts):
    """The parts of a path below the base, without the second "train" of train/train/happy."""
    while (len(parts) > 2 and names.split_named(parts[0])
           and names.split_named(parts[1]) == names.split_named(parts[0])):
        parts = parts[1:]
    return parts


def check_splits(source, found):
    """UserError if two folders are the same split, or one with classes in it is no known split.

    Args:
        source: the Source.
        found: the path of each file below the base, as a list of its parts.
    """
    folders = {parts[0]: names.split_named(parts[0]) for parts in found if len(parts) > 2}
    for split in SPLITS:
        same = sorted(name for name, its_split in folders.items() if its_split == split)
        if len(same) > 1:
            raise UserError(f"{source.place}: {' and '.join(map(repr, same))} both name the "
                            f"{split} split; expected one of them")
    others = [parts for parts in found
              if len(parts) > 2 and not folders[parts[0]] and source.reading.is_class(parts[1])]
    if others:
        raise UserError(f"{source.place}: {len(others):,} files are in {others[0][0]!r}, which has "
                        "class folders but names no known split; expected train, validation and "
                        "test, or that it lies elsewhere")


def label_of(source, parts, name):
    """The label of a file; a folder within its class folder must not be another class's."""
    label = source.reading.label_named(parts[1])
    if label is None:
        raise UserError(f"{source.root}: unknown class folder {parts[1]!r} in {name}; "
                        f"{source.reading.unknown_class(parts[1])}")
    for inner in parts[2:-1]:
        if not names.is_number(inner) and source.reading.label_named(inner) not in (None, label):
            raise UserError(f"{source.root}: {name} lies in two class folders, {parts[1]!r} and "
                            f"{inner!r}; expected one")
    return label


def check_numbers(source, folders):
    """UserError if class folders are numbers of another meaning; say which meaning is taken."""
    numbers = sorted({int(folder) for folder in folders if names.is_number(folder)})
    if numbers:
        source.reading.check_numbers(numbers, source.place)
        meant = ", ".join(f"{number} {source.reading.class_of(str(number))}" for number in numbers)
        log.info("%s: class folders are numbers, read as %s; --classes says otherwise",
                 source.place, meant)


def separate_public_test(source, entries):
    """Move Kaggle's PublicTest_* from test to validation, unless there is another validation."""
    public = [entry for entry in entries["test"]
              if entry[1].split("/")[-1].startswith("PublicTest_")]
    if not public:
        return
    if entries["validation"]:
        log.info("%s: %s files named PublicTest_* stay in test, because validation has its own "
                 "folder", source.place, f"{len(public):,}")
        return
    entries["validation"] = public
    kept = set(public)
    entries["test"] = [entry for entry in entries["test"] if entry not in kept]
    others = sum(not name.split("/")[-1].startswith("PrivateTest_") for _, name in entries["test"])
    if others:
        log.info("%s: of its test folder, %s files named PublicTest_* are validation; %s others, "
                 "not named PrivateTest_*, are test", source.place, f"{len(public):,}",
                 f"{others:,}")


def hold_out(labels):
    """Which faces of a train split become validation, bool (n,) for int (n,) labels.

    They are a tenth of each emotion, the same every time.
    """
    random, chosen = np.random.default_rng(HOLD_OUT_SEED), np.zeros(len(labels), bool)
    for label in range(len(EMOTIONS)):
        of_label = np.flatnonzero(labels == label)
        chosen[random.permutation(of_label)[:round(len(of_label) / 10)]] = True
    if chosen.any():
        log.info("no validation split found: %s faces, a stratified tenth of train (seed %d), "
                 "became validation", f"{chosen.sum():,}", HOLD_OUT_SEED)
    return chosen


def hold_out_validation(entries):
    """Move a tenth of train to validation; augmented copies of these pictures are left out."""
    known = {name for _, name in entries["train"]}
    copies = {entry for entry in entries["train"] if original(entry[1]) in known}
    pictures = [entry for entry in entries["train"] if entry not in copies]
    chosen = hold_out(np.array([label for label, _ in pictures]))
    entries["validation"] = [entry for entry, out in zip(pictures, chosen, strict=True) if out]
    held_out = set(entries["validation"])
    names_out = {name for _, name in held_out}
    entries["train"] = [entry for entry in entries["train"]
                        if entry not in held_out and original(entry[1]) not in names_out]
    if copies:
        log.info("train: %s files are named as copies of others (x.jpg0.jpg); those of faces in "
                 "validation are left out", f"{len(copies):,}")


def original(name):
    """The file of which another is an augmented copy by its name, as x.jpg0.jpg is, or None."""
    match = COPY.fullmatch(name)
    return match and match[1]


def report_copies(source, entries):
    """Log how many files of validation and test are copies, and copies across splits."""
    files = {split: {name.split("/")[-1] for _, name in entries[split]} for split in SPLITS}
    for split in SPLITS[1:]:
        copies = sum(original(name) is not None for name in files[split])
        across = sum(original(name) in files[split] for name in files["train"])
        across += sum(original(name) in files["train"] for name in files[split])
        if copies or across:
            log.info("%s: %s files of %s are named as copies of other pictures (x.jpg0.jpg), and "
                     "%s pictures are named as copies across train and %s", source.place,
                     f"{copies:,}", split, f"{across:,}", split)
