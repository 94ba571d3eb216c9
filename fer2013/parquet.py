"""Reads FER2013 from parquet files, as its copies on Hugging Face have them.

A file has a column of pictures (bytes, or a struct with bytes) and one of labels: names, or numbers
whose names the file's own metadata give. Its split is in its name, train-00000-of-00001.parquet, or
in that of its folder, train/0000.parquet.
"""
import io
import json
import os

import numpy as np

from base.errors import UserError
from fer2013 import archives, names
from fer2013.images import decode_image
from fer2013.names import SPLITS
from fer2013.sources import MOST_FACES, split_of_table
from fer2013.tables import cached, hold_out_validation

PICTURES = ("image", "img", "img_bytes", "jpg", "png")
LABELS = ("label", "labels", "emotion", "cls", "class")


def read_parquet(source):
    """{split: (pixels, labels, rows), or None if it has no face}; the last dataset is cached."""
    return cached(source, read_files)


def read_files(source):
    found = {split: [] for split in SPLITS}
    for name in source.files:
        found[split_of_table(name or source.root) or "train"] += read_file(source, name)
    return hold_out_validation({split: as_arrays(faces) for split, faces in found.items()})


def as_arrays(faces):
    """Pixels, labels and rows of [(face, label, row)]; None if there are none."""
    if not faces:
        return None
    pixels, labels, rows = zip(*faces, strict=True)
    return np.stack(pixels), np.array(labels, np.uint8), list(rows)


def read_file(source, name):
    """[(face, label, row)] of one file."""
    place = source.path_of(name)
    try:
        import pyarrow.parquet
    except ImportError:
        raise UserError(f"{place}: parquet needs pyarrow; "
                        "pip install -r requirements-optional.txt") from None
    try:
        with source.open(name) as file:
            if not isinstance(file, io.BufferedReader):  # in a .zip, where seeking is slow
                file = archives.spool(file)
            return list(read_rows(pyarrow.parquet.ParquetFile(file), place, source.reading))
    except UserError:
        raise
    except (pyarrow.ArrowException, *archives.UNREADABLE) as error:
        raise UserError(f"{place}: not readable as parquet ({error})") from error


def read_rows(table, place, reading):
    """Yield (face, label, row) of an open file, in batches, as it may declare any size."""
    schema, number = table.schema_arrow, 0
    if table.metadata.num_rows > MOST_FACES:
        raise UserError(f"{place}: more than {MOST_FACES:,} rows; expected FER2013's 35,887 faces")
    picture, label = (find_column(schema, known, place) for known in (PICTURES, LABELS))
    classes, given = class_names(schema, label), set()
    for batch in table.iter_batches(batch_size=500, columns=[picture, label]):
        for content, value in zip(*(batch[name].to_pylist() for name in (picture, label)),
                                  strict=True):
            number += 1
            name = str(classes.get(value, value))
            given.add(name)
            if not reading.is_ignored(name):
                face, its_label = read_row(content, name, f"{place}, row {number}", reading)
                yield face, its_label, f"{os.path.basename(place)} row {number}"
    reading.check_numbers([int(name) for name in given if names.is_number(name)], place)


def find_column(schema, known, place):
    """The first of several names that a file has as a column."""
    found = [name for name in known if name in schema.names]
    if not found:
        raise UserError(f"{place}: columns {', '.join(schema.names)}; expected one of "
                        f"{', '.join(known)}")
    return found[0]


def class_names(schema, label):
    """{number: name of the class} that Hugging Face keeps with a file; empty if there is none."""
    features = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
    for key in ("info", "features", label, "names"):
        features = features.get(key, {}) if isinstance(features, dict) else {}
    return dict(enumerate(features))


def read_row(content, name, place, reading):
    """Face, uint8 (48, 48), and label of one row."""
    label = reading.label_named(name)
    if label is None:
        raise UserError(f"{place}: unknown class {name[:20]!r}; {reading.unknown_class(name)}")
    try:
        content = content["bytes"] if isinstance(content, dict) else content
        return decode_image(content)[0], label
    except Exception as error:  # of the decoder, or because there are no bytes
        raise UserError(f"{place}: not a readable image ({error})") from error
