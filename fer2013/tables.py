"""Reads FER2013 from tables: CSV as the challenge has it, and parquet as on Hugging Face.

A table has a column of pixels as text, or of pictures (bytes, or a struct with bytes), one of
labels, and perhaps Usage, in any order and case. Labels are names or numbers; the metadata of
parquet may name the numbers.
"""
import itertools
import json
from typing import NamedTuple

import numpy as np

from base.errors import UserError
from fer2013.names import USAGES, split_named
from fer2013.pictures import SIZE

EXPECTED = "expected the columns emotion, pixels and Usage, or of parquet image and label"
PIXELS = ("pixels", "image", "img", "img_bytes", "jpg", "png")
LABELS = ("emotion", "label", "labels", "cls", "class")
GREYS = {str(grey): grey for grey in range(256)}


class Entry(NamedTuple):
    """A face that was found."""
    split: str
    emotion: str  # as the data have it
    name: str
    content: object  # its pixels, uint8 (48, 48), or the path or bytes of a picture


def read_table(path, split):
    """The Entry of each row of a .csv or .parquet file, in order.

    Args:
        path: of the file.
        split: of the rows, if the table has no column Usage.

    Raises:
        UserError: at the first bad row.
    """
    row, entries = 0, []
    try:
        parquet = path.suffix.lower() == ".parquet"
        frame, classes = read_parquet(path) if parquet else (read_csv(path), {})
        for row, cells in enumerate(cells_of(frame), start=1):
            entries.append(entry_of(*cells, split, classes, f"row {row}"))
    except UserError:
        raise
    except Exception as error:  # pandas and pyarrow raise a dozen kinds for damaged files
        place = f"{path}, row {row}" if row else path
        raise UserError(f"{place}: {str(error).strip()}; {EXPECTED}") from error
    return entries


def read_csv(path):
    """The DataFrame of a CSV, all of text."""
    import pandas  # not at the top, because its import takes half a second

    frame = pandas.read_csv(path, dtype=str, keep_default_na=False)
    if not isinstance(frame.index, pandas.RangeIndex):
        raise ValueError("more cells than columns")
    return frame


def read_parquet(path):
    """The DataFrame of a parquet file, and {number: name of the class} of its metadata."""
    try:
        from pyarrow import parquet
    except ImportError:
        raise UserError(f"{path}: parquet needs pyarrow; "
                        "pip install -r requirements-optional.txt") from None
    table = parquet.read_table(path)
    metadata = json.loads((table.schema.metadata or {}).get(b"huggingface", b"{}"))
    features = metadata.get("info", {}).get("features", {})
    return table.to_pandas(), {
        str(number): str(name) for label in LABELS
        for number, name in enumerate(features.get(label, {}).get("names", ()))}


def cells_of(frame):
    """(pixels, label, Usage or None) of each row of a DataFrame."""
    columns = {str(name).strip().lower(): name for name in frame.columns}
    pixels, label, usage = (next((columns[name] for name in known if name in columns), None)
                            for known in (PIXELS, LABELS, ("usage",)))
    if pixels is None or label is None:
        raise ValueError(f"its columns are {', '.join(columns)[:100]}")
    usages = itertools.repeat(None) if usage is None else frame[usage]
    return zip(frame[pixels], frame[label], usages, strict=False)


def entry_of(pixels, label, usage, split, classes, name):
    """The Entry of a row's cells; ValueError if a cell is wrong."""
    if usage is not None:
        split = split_named(usage)
        if split is None:
            raise ValueError(f"Usage {usage[:20]!r} is none of {', '.join(USAGES)}")
    if isinstance(pixels, str):
        pixels = parse_pixels(pixels)
    elif isinstance(pixels, dict):
        pixels = pixels.get("bytes")
    label = str(label).strip()
    return Entry(split, classes.get(label, f"{label}, not named") if classes else label, name,
                 pixels)


def parse_pixels(text):
    """The text "70 80 ..." as uint8 (48, 48)."""
    try:
        values = bytes(map(GREYS.__getitem__, text.split()))
    except KeyError as error:
        raise ValueError(f"pixel {str(error)[:20]} is no whole number from 0 to 255") from None
    if len(values) != SIZE * SIZE:
        raise ValueError(f"{len(values):,} pixels instead of 2,304")
    return np.frombuffer(values, np.uint8).reshape(SIZE, SIZE)
