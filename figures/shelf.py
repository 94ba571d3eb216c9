"""What report.py finds in the folder of outputs: records, and pictures with the records in them.

If the pretrained model is in use, what comes with it stands in for what is missing.
"""
import base64
import csv
import io
import pathlib
import re
import shlex

from PIL import Image, UnidentifiedImageError

from base import catalogue, files
from base.errors import UserError
from fer2013 import EMOTIONS, bundled
from figures import examples
from figures.style import read_record

SHOWN = {".png": "image/png", ".svg": "image/svg+xml"}
LINKED = (".pdf",)  # browsers show no PDF inside of a page
DPI = 120  # the largest size on the page, whatever --dpi was
LEGIBLE = 0.675  # the smallest: the smallest text of a figure, 8 pt, is 9 px high


class Shelf:
    """The folders with the files of a report, and the commands for missing files.

    The folder of outputs comes first; if the pretrained model is in use, its folder comes second.
    """

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.model_path = bundled.choose_model("", folder)
        self.pretrained = self.model_path == bundled.PRETRAINED
        self.folders = [self.folder, *[self.model_path.parent] * self.pretrained]
        self.run = self.json("run.json", "train.py", [self.model_path.parent])
        self.history = table(self.model_path.parent / "history.csv")
        self.evaluation = self.json("evaluation.json", "evaluate.py", self.folders)
        self.averages = table(self.folder / "emotions_average.csv")

    def json(self, name, writer, folders):
        """The JSON record of a program in the first folder that has it; empty if none has."""
        found = [folder / name for folder in folders if (folder / name).is_file()]
        return files.read_json(found[0], writer) if found else {}

    def path(self, name):
        """The newest file of a picture, one that a browser shows if there is one; or None."""
        for folder in self.folders:
            for suffixes in (SHOWN, LINKED):
                paths = [folder / f"{name}{suffix}" for suffix in suffixes]
                if there := list(filter(pathlib.Path.is_file, paths)):
                    return max(there, key=lambda path: path.stat().st_mtime)
        return None

    def others(self):
        """The names of pictures that are not in the catalogue, in alphabetical order."""
        stems = {path.stem for path in self.folder.glob("*") if path.suffix in (*SHOWN, *LINKED)}
        return sorted(stems - catalogue.taken(EMOTIONS))

    def command(self, command, missing=()):
        """A command of the catalogue with the options for these outputs and their data.

        Args:
            command: the command without these options.
            missing: emotions for which it is to be run; empty for its default.
        """
        options = ["--label", *missing] if missing else []
        named = {name: str(bundled.shorten(path)) for path, name in bundled.NAMES.items()}
        data = str(self.evaluation.get("data", bundled.DATA))
        data = named.get(data, data)
        if data not in (bundled.DATA, named[bundled.NAMES[bundled.AVATARS]]):
            options += ["--data", data]
        if str(self.folder) != "outputs":
            options += ["--outputs", str(self.folder)]
        return " ".join([command, *map(shlex.quote, options)])

    def picture(self, path, figure, emotion=""):
        """What the page needs for one picture; UserError if the file is not a picture."""
        heading = figure.heading.replace("{emotion}", emotion)
        picture = {
            "name": path.name, "id": slug(path.stem), "heading": heading,
            "caption": figure.shows.replace("{emotion}", emotion), "faces": figure.faces,
            "record": read_record(path), "shipped": path.parent != self.folder,
            "older": self.model_path.parent == self.folder
                     and path.stat().st_mtime < self.model_path.stat().st_mtime}
        pdf = path.with_suffix(".pdf")
        picture["pdf"] = pdf.name if pdf.is_file() else ""
        return picture | (content(path) if path.suffix in SHOWN else {})

    def examples(self):
        """The example faces by cell of the confusion matrix, if they are of this evaluation."""
        path = self.folder / "confusion_examples.png"
        if not path.is_file():
            return {}
        try:
            cells, record = examples.read(path)
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise UserError(f"{path}: not readable ({error}); "
                            "make it again, or remove it") from error
        same = all(record.get(key) == self.evaluation.get(key)
                   for key in ("model", "data", "split"))
        return cells if same else {}


def slug(name):
    """An identifier in the page for a picture's name."""
    return "figure-" + re.sub(r"\W+", "-", name)


def content(path):
    """The bytes of a picture as a data address, and its size; see Shelf.picture()."""
    written = path.read_bytes()
    width, height, dots = size(path, written)
    return {"data": address(written, SHOWN[path.suffix]), "width": width, "height": height,
            "natural": width and round(width * DPI / dots),
            "legible": width and round(LEGIBLE * width * DPI / dots)}


def address(written, kind="image/png"):
    """Bytes as a data address."""
    return f"data:{kind};base64,{base64.b64encode(written).decode()}"


def size(path, written):
    """Width, height and dots per inch; None for the size of an SVG, which states its own."""
    if path.suffix == ".svg":
        return None, None, None
    try:
        with Image.open(io.BytesIO(written)) as image:
            return *image.size, image.info.get("dpi", (DPI,))[0]
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise UserError(f"{path}: not a readable picture; make it again, or remove it") from error


def table(path):
    """The rows of a CSV as dicts of strings; an empty list if there is no such file."""
    if not path.is_file():
        return []
    try:
        return list(csv.DictReader(files.read_lines(path).splitlines()))
    except (OSError, ValueError, csv.Error) as error:
        raise UserError(f"{path}: not readable as CSV ({error}); "
                        "remove it, or make it again") from error
