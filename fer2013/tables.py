"""Reads FER2013 from CSV tables of any dialect; an error names the first bad row.

Every line is one row and is parsed on its own, so that an unclosed quote or a missing line end
damages only its own row.
"""
import collections
import csv
import io
import itertools
import logging
import os
import pathlib
import warnings
from typing import NamedTuple

import numpy as np

from base.errors import UserError
from fer2013 import archives, fer_plus, folders, names, others
from fer2013.names import SPLITS, USAGES
from fer2013.sources import MOST_FACES, SIZE, split_of_table

COLUMNS = ("emotion", "pixels", "usage")
USAGE_OF = {usage.lower(): usage for usage in USAGES}
INDEX = ("", "index", "id", "unnamed: 0")  # columns that number the rows
DELIMITERS = ",;\t"
UTF_16 = {"utf-16": (b"\xff\xfe", b"\xfe\xff"),  # with a byte order mark, or by the first letter
          "utf-16-le": tuple(bytes((letter, 0)) for letter in range(32, 127)),
          "utf-16-be": tuple(bytes((0, letter)) for letter in range(32, 127))}
UNLABELLED = "unlabelled"  # the faces of a table without emotions, as the contest's test.csv
LONGEST_LINE = 2**17  # characters; a row of FER2013 has 9,300 at most
log = logging.getLogger("fer2013")
parsed = {}  # the last table, by what cached() compares: evaluate.py reads two splits of it


class Layout(NamedTuple):
    """How the lines of a table are divided, and the positions of its columns, None if missing."""
    delimiter: str
    emotion: int | None
    pixels: int
    usage: int | None


def read_csv(source):
    """{split: (pixels, labels, rows), or None if it has no face}; the last file is cached.

    The faces of a table without emotions are in the split UNLABELLED; their labels mean nothing.
    """
    return cached(source, parse_csv)


def cached(source, read):
    """What a reader returns for a Source, which a program asks for several times."""
    key = source.reading, source.place, *map(stamp, map(source.path_of, source.tables))
    if key not in parsed:
        parsed.clear()
        parsed[key] = read(source)
    return parsed[key]


def stamp(path):
    """A file's time of change and size, or those of the archive that it is in."""
    path = pathlib.Path(path)
    stat = os.stat(next(filter(os.path.exists, (path, *path.parents))))
    return str(path), stat.st_mtime_ns, stat.st_size


def parse_csv(source):
    """All tables of a Source, as read_csv() returns them."""
    by_split = {split: (bytearray(), bytearray(), []) for split in (*SPLITS, UNLABELLED)}
    numbers, ignored, single = collections.Counter(), 0, len(source.tables) == 1
    if len(set(map(split_of_table, source.tables))) < len(source.tables):
        raise UserError(f"{source.place}: two of {', '.join(source.tables)} name one split; "
                        "expected one table for each")
    for name in source.tables:
        for row, number, split, face in read_table(source, name):
            numbers[number] += 1
            if number and source.reading.is_ignored(number):
                ignored += 1
                continue
            pixels, labels, rows = by_split[split]
            pixels += face.tobytes()
            labels.append(source.reading.label_named(number) if number else 0)
            rows.append(f"row {row}" if single else f"{name.split('/')[-1]} row {row}")
    unlabelled = numbers.pop(None, 0)
    source.reading.check_numbers(map(int, numbers), source.place)
    if ignored:
        log.info("%s: %s rows are of classes that --ignore-classes leaves out", source.place,
                 f"{ignored:,}")
    if unlabelled and numbers:
        log.info("%s: %s faces without labels are left out; python evaluate.py predicts them if "
                 "--data names their table", source.place, f"{unlabelled:,}")
    data = {split: as_arrays(*data) if data[0] else None for split, data in by_split.items()}
    if source.reading.fer_plus:
        data = fer_plus.relabel(data, source.reading.fer_plus, source.place)
    return hold_out_validation(data)


def read_table(source, name):
    """What csv_rows() yields for one table; UserError if it is something else."""
    place, split = source.path_of(name), split_of_table(name or source.root) or "train"
    try:
        with source.open(name) as binary:
            what = others.true_name(binary.peek(200)[:200], name)
        if what:
            raise UserError(f"{place}: {what}")
        with source.open(name) as binary, warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)  # if a pixel is not a number
            yield from csv_rows(place, lines_of(binary), split, source.reading)
    except UserError:
        raise
    except archives.UNREADABLE as error:
        raise UserError(f"{place}: not readable as CSV ({error})") from error


def hold_out_validation(data):
    """The splits, where a tenth of train has become validation if there was no validation."""
    if data["train"] is None or data["validation"] is not None:
        return data
    pixels, labels, rows = data["train"]
    out = folders.hold_out(labels)  # (n,)
    return data | {split: (pixels[chosen], labels[chosen],
                           [rows[index] for index in np.flatnonzero(chosen)])
                   if chosen.any() else None
                   for split, chosen in (("train", ~out), ("validation", out))}


def as_arrays(pixels, labels, rows):
    """The bytes of n faces and labels as uint8 (n, 48, 48) and (n,), without a copy; the rows."""
    pixels = np.frombuffer(pixels, np.uint8).reshape(-1, SIZE, SIZE)
    return pixels, np.frombuffer(labels, np.uint8), rows


def lines_of(binary):
    """The lines of a file as text, with their line ends, in pieces of LONGEST_LINE + 1 at most."""
    start = binary.peek(2)[:2]
    encoding = next((name for name, known in UTF_16.items() if start in known), "utf-8-sig")
    with io.TextIOWrapper(binary, encoding, "replace", newline="") as text:
        yield from iter(lambda: text.readline(LONGEST_LINE + 1), "")


def csv_rows(place, lines, split, reading):
    """Yield (row number from 1, class number, split, uint8 (48, 48)).

    Without an emotion, the class number is None and the split UNLABELLED; without a Usage, the
    split is the one given.

    Raises:
        UserError: at the first bad row.
    """
    layout, lines = find_layout(place, next(lines, ""), lines)
    row = 0
    for number, line in enumerate(lines):
        if number == MOST_FACES:
            raise UserError(f"{place}: more than {MOST_FACES:,} lines; "
                            "expected FER2013's 35,887 faces")
        if line in ("\n", "\r\n", "\r"):
            continue
        row += 1
        try:
            face = parse_row(cells_of(line, layout.delimiter), layout, line, split, reading)
        except UserError as error:
            raise UserError(f"{place}, row {row}: {error}") from None
        yield row, *face


def find_layout(place, first, lines):
    """The Layout of a table, and its lines of faces.

    Columns are found by the names in the first line, in any case, or else by its cells, if only one
    can be the emotion, one the pixels and one the Usage.
    """
    for delimiter in DELIMITERS:
        try:
            cells = [cell.strip() for cell in cells_of(first, delimiter)]
        except UserError:  # quotes around other cells than this delimiter divides
            continue
        named = [cell.lower() for cell in cells]
        if "pixels" in named and ("emotion" in named or set(named) <= {"pixels", *INDEX}):
            check_header(place, named)
            return Layout(delimiter, *(position(named, name) for name in COLUMNS)), lines
        kinds = [kind_of(cell) for cell in cells]
        if sorted(filter(None, kinds)) in (sorted(COLUMNS), ["emotion", "pixels"]):
            layout = Layout(delimiter, *(position(kinds, name) for name in COLUMNS))
            if layout.usage is not None or len(cells) == 2:
                return layout, itertools.chain([first], lines)
    try:
        cells = cells_of(first, ",")
    except UserError as error:
        raise UserError(f"{place}, header: {error}") from None
    return check_header(place, [cell.strip().lower() for cell in cells])


def check_header(place, named):
    """UserError if a column is missing or occurs twice; the contest's tables have no Usage."""
    others_named = set(named) - set(INDEX)
    optional = {"emotion", "usage"} if others_named == {"pixels"} else set()
    optional |= {"usage"} if others_named == {"emotion", "pixels"} else set()
    for name in COLUMNS:
        if named.count(name) != 1 and not (name in optional and name not in named):
            problem = "no column" if name not in named else "more than one column"
            name = "Usage" if name == "usage" else name
            raise UserError(f"{place}: {problem} {name!r}; expected emotion, pixels and "
                            "Usage, with commas between them")


def position(items, item):
    return items.index(item) if item in items else None


def kind_of(cell):
    """The column in which such a cell can be, or None."""
    if cell.lower() in USAGE_OF:
        return "usage"
    if names.is_number(cell) and len(cell) == 1:
        return "emotion"
    return "pixels" if len(cell.split(" ")) == SIZE * SIZE else None


def cells_of(line, delimiter):
    """The cells of one line."""
    if len(line) > LONGEST_LINE:
        raise UserError(f"more than {LONGEST_LINE:,} characters in a line; expected one face")
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True, strict=True),
                    [])
    except csv.Error as error:
        raise UserError(f"not readable as CSV ({error})") from error


def parse_row(cells, layout, line, split, reading):
    """Class number, split, uint8 (48, 48) of one row."""
    if len(cells) <= max(filter(None, layout[1:]), default=0):
        raise UserError(f"{len(cells)} cells; expected emotion, pixels and Usage")
    emotion, pixels, usage = (None if column is None else cells[column].strip()
                              for column in layout[1:])
    if emotion is not None and not is_label(emotion, reading):
        advice = "" if not names.is_number(emotion) else f"; {reading.unknown_class(emotion)}"
        raise UserError(f"emotion {emotion[:20]!r}; expected a label from 0 to 6{advice}")
    usage = usage and USAGE_OF.get(usage.lower(), usage)
    if usage is not None and usage not in USAGES:
        raise UserError(f"Usage {usage[:20]!r}; expected {', '.join(USAGES)}")
    pixels_are_last = layout.pixels == len(cells) - 1
    if pixels_are_last and not line.endswith(("\n", "\r", '"')):  # a pixel 17 may have been 170
        raise UserError("the file ends after a pixel and may be cut off; expected a line end")
    split = UNLABELLED if emotion is None else USAGES.get(usage, split)
    return emotion, split, parse_pixels(pixels)


def is_label(cell, reading):
    """Whether a cell is the number of a class that is known or left out, written as FER2013 does"""
    return names.is_number(cell) and str(int(cell)) == cell and reading.is_class(cell)


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
