"""Reads FER2013 from fer2013.csv or icml_face_data.csv; an error names the first bad row.

Every line is one row and is parsed on its own, so that an unclosed quote or a missing line end
damages only its own row.
"""
import csv
import io
import os
import pathlib
import warnings

import numpy as np

from base.errors import UserError
from fer2013 import archives
from fer2013.names import EMOTIONS, SPLITS, USAGES
from fer2013.sources import MOST_FACES, SIZE

COLUMNS = ("emotion", "pixels", "Usage")
LABELS = {str(label): label for label in range(len(EMOTIONS))}
LONGEST_LINE = 2**17  # characters; a row of FER2013 has 9,300 at most
parsed = {}  # the last CSV by (path, time of change, size): evaluate.py reads two splits of it


def read_csv(source):
    """{split: (pixels, labels, names), or None if it has no face}; the last file is cached."""
    path = csv_path(source)
    stat = os.stat(next(filter(os.path.exists, (path, *path.parents))))  # of an archive, if in one
    key = path, stat.st_mtime_ns, stat.st_size
    if key not in parsed:
        parsed.clear()
        try:
            parsed[key] = parse_csv(source)
        except UserError:
            raise
        except archives.UNREADABLE as error:
            raise UserError(f"{path}: not readable as CSV ({error})") from error
    return parsed[key]


def csv_path(source):
    """The path of the CSV in messages, with that of its directory or .zip, if any, before it."""
    return pathlib.Path(source.root, source.base)


def parse_csv(source):
    by_split = {split: (bytearray(), bytearray(), []) for split in SPLITS}
    with source.open(source.base) as binary, warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)  # NumPy's, if a pixel is not a number
        for row, label, split, face in csv_rows(source, lines_of(binary)):
            pixels, labels, names = by_split[split]
            pixels += face.tobytes()
            labels.append(label)
            names.append(f"row {row}")
    return {split: as_arrays(*data) if data[0] else None for split, data in by_split.items()}


def as_arrays(pixels, labels, names):
    """The bytes of n faces and labels as uint8 (n, 48, 48) and (n,), without a copy; the names."""
    pixels = np.frombuffer(pixels, np.uint8).reshape(-1, SIZE, SIZE)
    return pixels, np.frombuffer(labels, np.uint8), names


def lines_of(binary):
    """The lines of a file as text, with their line ends, in pieces of LONGEST_LINE + 1 at most."""
    with io.TextIOWrapper(binary, "utf-8-sig", "replace", newline="") as text:
        yield from iter(lambda: text.readline(LONGEST_LINE + 1), "")


def csv_rows(source, lines):
    """Yield (row number from 1, label, split, uint8 (48, 48)); UserError at the first bad row."""
    columns, row = csv_columns(source, next(lines, "")), 0
    for number, line in enumerate(lines):
        if number == MOST_FACES:
            raise UserError(f"{csv_path(source)}: more than {MOST_FACES:,} lines; "
                            "expected FER2013's 35,887 faces")
        if line in ("\n", "\r\n", "\r"):
            continue
        row += 1
        try:
            face = parse_row(cells_of(line), columns, line)
        except UserError as error:
            raise UserError(f"{csv_path(source)}, row {row}: {error}") from None
        yield row, *face


def csv_columns(source, header):
    """Positions of emotion, pixels and Usage; the re-issue has a space before two of the names."""
    try:
        names = [name.strip() for name in cells_of(header)]
    except UserError as error:
        raise UserError(f"{csv_path(source)}, header: {error}") from None
    for name in COLUMNS:
        if names.count(name) != 1:
            problem = "no column" if name not in names else "more than one column"
            raise UserError(f"{csv_path(source)}: {problem} {name!r}; expected emotion, pixels and "
                            "Usage, with commas between them")
    return tuple(map(names.index, COLUMNS))


def cells_of(line):
    """The cells of one line."""
    if len(line) > LONGEST_LINE:
        raise UserError(f"more than {LONGEST_LINE:,} characters in a line; expected one face")
    try:
        return next(csv.reader([line], skipinitialspace=True, strict=True), [])
    except csv.Error as error:
        raise UserError(f"not readable as CSV ({error})") from error


def parse_row(cells, columns, line):
    """label, split, uint8 (48, 48) of one row."""
    if len(cells) <= max(columns):
        raise UserError(f"{len(cells)} cells; expected emotion, pixels and Usage")
    emotion, pixels, usage = (cells[column].strip() for column in columns)
    if emotion not in LABELS:
        raise UserError(f"emotion {emotion[:20]!r}; expected a label from 0 to 6")
    if usage not in USAGES:
        raise UserError(f"Usage {usage[:20]!r}; expected {', '.join(USAGES)}")
    pixels_are_last = columns[1] == len(cells) - 1
    if pixels_are_last and not line.endswith(("\n", "\r", '"')):  # a pixel 17 may have been 170
        raise UserError("the file ends after a pixel and may be cut off; expected a line end")
    return LABELS[emotion], USAGES[usage], parse_pixels(pixels)


def parse_pixels(text):
    """The text "70 80 ..." as uint8 (48, 48); np.fromstring is 5 times as fast as text.split()."""
    try:
        pixels = np.fromstring(text, np.int64, sep=" ")  # (2304,)
    except (ValueError, DeprecationWarning):
        raise UserError("a pixel is not a whole number; expected numbers from 0 to 255, with "
                        "one space between two") from None
    if pixels.size != SIZE * SIZE:
        raise UserError(f"{pixels.size:,} pixels; expected 2,304")
    if pixels.min() < 0 or pixels.max() > 255:
        outside = pixels.min() if pixels.min() < 0 else pixels.max()
        raise UserError(f"pixel {outside}; expected 0 to 255")
    digits = pixels.size + np.count_nonzero(pixels > 9) + np.count_nonzero(pixels > 99)
    if len(text) != digits + pixels.size - 1 or text.count(" ") != pixels.size - 1:
        raise UserError("a pixel is not a whole number; expected numbers from 0 to 255, with one "
                        "space between two")  # one wrong bit makes "50" into "5 "
    return pixels.astype(np.uint8).reshape(SIZE, SIZE)
