"""Reads FER2013 from tables: CSV as the challenge has it, and parquet as on Hugging Face.

A CSV has the columns emotion, pixels and Usage, in any order and case; the contest's train.csv has
no Usage, and its test.csv pixels alone. A parquet file has the same, or a column of pictures
(bytes, or a struct with bytes) and one of labels: names, or numbers whose names its metadata give.
"""
import json
import os
import warnings
from typing import NamedTuple

import numpy as np

from base.errors import UserError
from fer2013.images import SIZE, decode_face
from fer2013.names import USAGES

EXPECTED = "expected the columns emotion, pixels and Usage"
UNLABELLED = "unlabelled"  # the split of the faces of a table without emotions
PICTURES = ("image", "img", "img_bytes", "jpg", "png")
LABELS = ("label", "labels", "emotion", "cls", "class")
USAGE_OF = {usage.lower(): split for usage, split in USAGES.items()}
CHUNK = 2000  # rows of a CSV that are parsed at a time
# of parquet: few, because 3 kB of a file can be 500 rows of the same 60 MB
BATCH = 8


class Entry(NamedTuple):
    """A face that was found but not decoded."""
    split: str
    emotion: str | None  # as the data have it
    name: str
    content: object  # uint8 (48, 48), an images.Decoded, or the path of a picture


def read_tables(source, split_of):
    """The Entry of each row of the tables of a sources.Source, in order.

    Args:
        source: of form "CSV" or "parquet".
        split_of: function from the name of a table to the split that it says, or None.
    """
    splits = [split_of(name) for name in source.files]
    csv = [split for name, split in zip(source.files, splits, strict=True)
           if not name.lower().endswith(".parquet")]
    if len(set(csv)) < len(csv):
        raise UserError(f"{source.base}: two of {', '.join(source.files)} name one split; expected "
                        "one table for each")
    entries = []
    for name, split in zip(source.files, splits, strict=True):
        place = str(source.base / name)
        read = read_parquet if source.form == "parquet" else read_csv
        prefix = f"{os.path.basename(name)} " if len(source.files) > 1 else ""
        entries += [entry._replace(name=prefix + entry.name)
                    for entry in read(place, split or "train")]
    return entries


def read_csv(place, split):
    """Yield the Entry of each row of a CSV.

    Args:
        place: its path.
        split: of the rows, if the table has no column Usage.

    Raises:
        UserError: at the first bad row.
    """
    import pandas  # not at the top, because its import takes half a second

    with open(place, "rb") as file:
        start = file.readline(2**16)
    encoding = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    delimiter = max(b",;\t", key=start.count)
    row = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pandas.errors.ParserWarning)  # more cells than columns
            tables = pandas.read_csv(place, sep=chr(delimiter), encoding=encoding, dtype=str,
                                     index_col=False, chunksize=CHUNK, keep_default_na=False)
            for table in tables:
                yield from rows_of(table, place, split, row)
                row += len(table)
    except (ValueError, pandas.errors.ParserWarning, OverflowError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(f"{place}: not readable as a CSV after row {row:,} ({error}); {EXPECTED}"
                        ) from error


def rows_of(table, place, split, before):
    """Yield the Entry of each row of a DataFrame with text in its columns.

    Args:
        table: the DataFrame.
        place, split: as for read_csv().
        before: rows of earlier parts of the table.
    """
    columns = {str(name).strip().lower(): name for name in table.columns}
    if len(columns) < len(table.columns) or "pixels" not in columns:
        found = ", ".join(map(repr, list(map(str, table.columns))[:6]))[:100]
        raise UserError(f"{place}: its columns are {found}; {EXPECTED}")
    missing = "emotion" not in columns
    if missing and "usage" in columns:
        raise UserError(f"{place}: no column emotion; {EXPECTED}")
    texts = {name: table[column].tolist() for name, column in columns.items()}
    for index, pixels in enumerate(texts["pixels"]):
        number = before + index + 1
        emotion = None if missing else str(texts["emotion"][index]).strip()
        if emotion == "":
            raise UserError(f"{place}, row {number}: no emotion")
        usage = str(texts["usage"][index]).strip() if "usage" in columns else None
        if usage is not None and usage.lower() not in USAGE_OF:
            raise UserError(f"{place}, row {number}: Usage {usage[:20]!r}; expected "
                            f"{', '.join(USAGES)}")
        chosen = UNLABELLED if missing else split if usage is None else USAGE_OF[usage.lower()]
        try:
            yield Entry(chosen, emotion, f"row {number}", parse_pixels(str(pixels)))
        except ValueError as error:
            raise UserError(f"{place}, row {number}: {error}; expected 2,304 pixels from 0 to 255"
                            ) from error


def parse_pixels(text):
    """The text "70 80 ..." as uint8 (48, 48); np.fromstring is 5 times as fast as text.split()."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)  # of NumPy below 2.3
        try:
            pixels = np.fromstring(text, np.int64, sep=" ")  # (2304,)
        except (DeprecationWarning, ValueError):
            raise ValueError("a pixel is not a whole number") from None
    if pixels.size != SIZE * SIZE:
        raise ValueError(f"{pixels.size:,} pixels")
    if pixels.min() < 0 or pixels.max() > 255:
        raise ValueError(f"pixels from {pixels.min()} to {pixels.max()}")
    return pixels.astype(np.uint8).reshape(SIZE, SIZE)


def read_parquet(place, split):
    """Yield the Entry of each row of a parquet file, as read_csv() does."""
    try:
        import pyarrow.parquet
    except ImportError:
        raise UserError(f"{place}: parquet needs pyarrow; "
                        "pip install -r requirements-optional.txt") from None
    try:
        with pyarrow.parquet.ParquetFile(place) as file:
            if "pixels" in map(str.lower, file.schema_arrow.names):
                yield from rows_of(file.read().to_pandas().astype(str), place, split, 0)
            else:
                yield from pictures_of(file, place, split)
    except (pyarrow.ArrowException, OSError, ValueError, KeyError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(f"{place}: not readable as parquet ({error})") from error


def pictures_of(file, place, split):
    """Yield the Entry of each row of an open file with a column of pictures."""
    names = file.schema_arrow.names
    picture, label = (next((name for name in known if name in names), None)
                      for known in (PICTURES, LABELS))
    if picture is None or label is None:
        raise UserError(f"{place}: its columns are {', '.join(names)}; expected one of "
                        f"{', '.join(PICTURES)}, and one of {', '.join(LABELS)}")
    classes, row = class_names(file.schema_arrow, label), 0
    for batch in file.iter_batches(batch_size=BATCH, columns=[picture, label]):
        for content, value in zip(batch[picture], batch[label], strict=True):
            row += 1
            value = value.as_py()
            if not isinstance(value, (int, str)):
                raise UserError(f"{place}, row {row}: label {str(value)[:20]}; expected a name or "
                                "a whole number")
            content = content.as_py()
            content = content.get("bytes") if isinstance(content, dict) else content
            yield Entry(split, str(classes.get(value, value)), f"row {row}", decode_face(content))


def class_names(schema, label):
    """{number: name of the class} that Hugging Face keeps with a file; empty if there is none."""
    features = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
    for key in ("info", "features", label, "names"):
        features = features.get(key, {}) if isinstance(features, dict) else {}
    return dict(enumerate(features)) if isinstance(features, list) else {}
