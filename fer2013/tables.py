"""Reads FER2013 from tables: CSV as the challenge has it, and parquet as on Hugging Face.

A table has a column of pixels as text, or of pictures (bytes, or a struct with bytes), one of
labels, and perhaps Usage, in any order and case. The contest's test.csv has pixels alone. Labels
are names or numbers; the metadata of parquet may name the numbers.
"""
import itertools
import json
import warnings
from typing import NamedTuple

import numpy as np

from base.errors import UserError
from fer2013.names import USAGES
from fer2013.pictures import SIZE, Decoded, decode_face

EXPECTED = "expected the columns emotion, pixels and Usage, or of parquet image and label"
UNLABELLED = "unlabelled"  # the split of the faces of a table without emotions
PIXELS = ("pixels", "image", "img", "img_bytes", "jpg", "png")
LABELS = ("emotion", "label", "labels", "cls", "class")
USAGE_OF = {usage.lower(): split for usage, split in USAGES.items()}
CHUNK = 2000  # rows of a CSV that are parsed at a time
BATCH = 8  # rows of parquet: few, because 3 kB of a file can be 500 rows of the same 60 MB


class Entry(NamedTuple):
    """A face that was found."""
    split: str
    emotion: str | None  # as the data have it
    name: str
    content: object  # a pictures.Decoded, or the path of a picture


def read_table(path, split):
    """Yield the Entry of each row of a table, in order.

    Args:
        path: of a CSV or a .parquet file.
        split: of the rows, if the table has no column Usage.

    Raises:
        UserError: at the first bad row.
    """
    row = 0
    try:
        for frame, classes in (read_parquet if is_parquet(path) else read_csv)(path):
            for cells in rows_of(frame):
                row += 1
                yield entry_of(*cells, classes, split, row)
    except UserError:
        raise
    except Exception as error:  # pandas and pyarrow raise a dozen kinds for damaged files
        place = f"{path}, row {row}" if row else path
        raise UserError(f"{place}: {str(error).strip()}; {EXPECTED}") from error


def is_parquet(path):
    return path.suffix.lower() == ".parquet"


def read_csv(path):
    """Yield DataFrames of text with up to CHUNK rows each, and {}."""
    import pandas  # not at the top, because its import takes half a second

    with path.open("rb") as file:
        start = file.readline(2**16)
    for frame in pandas.read_csv(path, sep=chr(max(b",;\t", key=start.count)), dtype=str,
                                 encoding="utf-8-sig", chunksize=CHUNK, keep_default_na=False):
        if not isinstance(frame.index, pandas.RangeIndex):
            raise ValueError("more cells than columns")
        yield frame, {}


def read_parquet(path):
    """Yield DataFrames with up to BATCH rows each, and {number: name of the class}."""
    try:
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise UserError(f"{path}: parquet needs pyarrow; "
                        "pip install -r requirements-optional.txt") from None
    with ParquetFile(path) as file:
        metadata = json.loads((file.schema_arrow.metadata or {}).get(b"huggingface", b"{}"))
        features = metadata.get("info", {}).get("features", {})
        classes = {str(number): str(name) for label in LABELS
                   for number, name in enumerate(features.get(label, {}).get("names", ()))}
        for batch in file.iter_batches(BATCH):
            yield batch.to_pandas(), classes


def rows_of(frame):
    """(pixels, label or None, Usage or None) of each row of a DataFrame."""
    columns = {str(name).strip().lower(): name for name in frame.columns}
    pixels, label, usage = (next((columns[name] for name in known if name in columns), None)
                            for known in (PIXELS, LABELS, ("usage",)))
    if pixels is None:
        raise ValueError(f"its columns are {', '.join(columns)[:100]}")
    return zip(frame[pixels], *(itertools.repeat(None) if name is None else frame[name]
                                for name in (label, usage)), strict=False)


def entry_of(pixels, label, usage, classes, split, row):
    """The Entry of a row's cells; ValueError if one is wrong."""
    if usage is not None:
        split = USAGE_OF.get(str(usage).strip().lower())
        if split is None:
            raise ValueError(f"Usage {str(usage)[:20]!r} is none of {', '.join(USAGES)}")
    if isinstance(pixels, str):
        face = Decoded(parse_pixels(pixels))
    else:
        face = decode_face(pixels.get("bytes") if isinstance(pixels, dict) else pixels)
    if label is None:
        return Entry(UNLABELLED, None, f"row {row}", face)
    label = str(label).strip()
    if classes and label.isdecimal() and label not in classes:
        raise ValueError(f"label {label[:20]} is none of the {len(classes)} that are named")
    return Entry(split, classes.get(label, label), f"row {row}", face)


def parse_pixels(text):
    """The text "70 80 ..." as uint8 (48, 48); np.fromstring is 5 times as fast as text.split()."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)  # of NumPy below 2.3
        try:
            pixels = np.fromstring(text, np.int64, sep=" ")  # (2304,)
        except (DeprecationWarning, ValueError):
            raise ValueError("a pixel is not a whole number") from None
    if pixels.size != SIZE * SIZE or pixels.min() < 0 or pixels.max() > 255:
        raise ValueError(f"{pixels.size:,} pixels from {pixels.min(initial=0)} to "
                         f"{pixels.max(initial=0)} instead of 2,304 from 0 to 255")
    return pixels.astype(np.uint8).reshape(SIZE, SIZE)
