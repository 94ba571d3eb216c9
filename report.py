"""One page with everything: the model, how it was trained, its numbers, its explanations, and the commands for each.

    python report.py

Collects what the other scripts left in outputs/ and computes nothing anew, so it takes a second. What is missing is
named on the page, with the command that makes it; where the pretrained model is in use, its own pictures stand in.
Writes

    outputs/report.html    a single file: pictures inside, no script, nothing from elsewhere

A report on FER2013 shows faces of FER2013: its licence does not allow publishing them, so keep that page to yourself.
"""
import base64
import collections
import csv
import datetime
import io
import pathlib
import shlex

import jinja2
from PIL import Image, UnidentifiedImageError

import fer2013
from base import catalogue, command_line, files
from base.errors import UserError
from explaining import averages
from fer2013 import bundled
from figures import page
from figures.page import entries, number, percent

TYPES = {".png": "image/png", ".svg": "image/svg+xml"}  # what a browser shows; a PDF it does not
WIDE = 1.6  # pictures at least this many times as wide as high take the page's whole width


class Shelf:
    """The folders where a report finds its files, the first before the second, and how to make what is not there."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.model_path = bundled.choose_model("", folder)
        shipped = [self.model_path.parent] if self.model_path == bundled.PRETRAINED else []
        self.folders = [self.folder, *shipped]
        self.run = self.json("run.json", "train.py", self.model_path.parent)
        self.history = table(self.model_path.parent / "history.csv")
        self.evaluation = self.json("evaluation.json", "evaluate.py", self.folder)
        self.scores = self.json("explanations.json", "explain.py", self.folder)
        self.averages = table(self.folder / "emotions_average.csv")

    def json(self, name, writer, folder):
        """A script's record; empty where it was not written."""
        path = folder / name
        return files.read_json(path, writer) if path.is_file() else {}

    def picture(self, name):
        """The path of a picture that a browser shows; None where there is none."""
        paths = (folder / f"{name}{suffix}" for folder in self.folders for suffix in TYPES)
        return next(filter(pathlib.Path.is_file, paths), None)

    def others(self):
        """The names of pictures that no Part knows, in alphabetical order."""
        found = {path.stem for path in self.folder.glob("*") if path.suffix in TYPES}
        return sorted(found - catalogue.taken(fer2013.EMOTIONS))

    def command(self, command, missing=()):
        """A Part's command for these outputs and their data; `missing`: the emotions that it is to make."""
        data = {*(str(entry.get("faces", "data")) for entry in entries(self.scores).values()),
                str(self.evaluation.get("data", "data"))} - {"data", *bundled.NAMES.values(), str(bundled.AVATARS)}
        options = ["--label", *missing] if missing else []
        options += ["--data", data.pop()] if len(data) == 1 and command != catalogue.PHOTOGRAPHS.command else []
        options += ["--outputs", str(self.folder)] if str(self.folder) != "outputs" else []
        return " ".join([command, *map(shlex.quote, options)])


def main():
    args = parse_arguments()
    shelf = Shelf(args.outputs)
    try:
        sections, missing = fill(shelf)
        html = render(shelf, sections, missing)
    except (AttributeError, KeyError, TypeError, jinja2.UndefinedError) as error:  # JSON of another shape
        raise UserError(f"{shelf.folder}: run.json, evaluation.json or explanations.json is not as the scripts write "
                        f"it now ({error}); make it again") from error
    path = files.make_folder(args.outputs) / "report.html"
    with files.replacing(path) as temporary:
        temporary.write_text(html, encoding="utf-8")
    pictures = sum(map(len, sections.values()))
    print(f"wrote {path}: {pictures} pictures, {len(html) / 1e6:.1f} MB")
    if shelf.model_path == bundled.PRETRAINED:
        print("no trained model there: the report is about the pretrained one, with its own pictures where others miss")
    for part in missing:
        print(f"missing: {part['name']}; {part['command']} makes it")


def parse_arguments():
    parser = command_line.parser(__doc__)
    parser.add_argument("--outputs", default="outputs", help="folder to read and to write")
    return parser.parse_args()


# What is there

def fill(shelf):
    """The pictures by section, as dicts for the template, and the dicts of the parts that are missing."""
    sections, missing = collections.defaultdict(list), []
    for part in catalogue.FIGURES:
        found = {emotion: shelf.picture(name) for emotion, name in catalogue.names(part, fer2013.EMOTIONS).items()}
        absent = [emotion for emotion, path in found.items() if path is None]
        pictures = [picture(path, part, shelf, emotion) for emotion, path in found.items() if path]
        for repeated in pictures[1:]:
            repeated["caption"] = ""  # what the seven emotions share is said once
        if part.stand_in and not pictures and shelf.picture(part.stand_in):
            pictures = [picture(shelf.picture(part.stand_in), part, shelf, "the emotions")]
        sections[part.section] += pictures
        if absent:
            all_absent = len(absent) == len(found)
            name = ", ".join(part.name.format(emotion=emotion) for emotion in (["<emotion>"] if all_absent else absent))
            missing.append({"section": part.section, "name": name, "heading": part.heading.format(emotion="emotions"),
                            "stand_in": bool(all_absent and pictures),
                            "command": shelf.command(part.command, [] if all_absent else absent)})
    for name in shelf.others():
        part = catalogue.PHOTOGRAPHS._replace(heading=name, shows=catalogue.PHOTOGRAPHS.shows.format(name=name))
        sections["others"].append(picture(shelf.picture(name), part, shelf, ""))
    return sections, missing


def picture(path, part, shelf, emotion):
    """What the template needs of one picture; UserError where it is none."""
    content = path.read_bytes()
    width, height = size(path, content)
    shows = part.shows.format(emotion=emotion)
    return {
        "name": path.name, "heading": part.heading.format(emotion=emotion), "caption": shows,
        "score": entries(shelf.scores).get(emotion) if part.name == "{emotion}" else None,
        "alt": " ".join(filter(None, [shows, in_numbers(part, shelf, emotion)])),
        "data": f"data:{TYPES[path.suffix]};base64,{base64.b64encode(content).decode()}",
        "width": width, "height": height, "wide": not height or width / height >= WIDE,
        "shipped": path.parent != shelf.folder, "faces": part.faces,
        "older": shelf.model_path.parent == shelf.folder
                 and path.stat().st_mtime < shelf.model_path.stat().st_mtime}


def size(path, content):
    """Width and height in pixels; None, None of an SVG, which has its own."""
    if path.suffix == ".svg":
        return None, None
    try:
        with Image.open(io.BytesIO(content)) as image:
            return image.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise UserError(f"{path}: not a readable picture; make it again, or remove it") from error


def in_numbers(part, shelf, emotion):
    """What the numbers say of a picture, for those who do not see it."""
    evaluation = shelf.evaluation
    if part.name == "curves":
        return (f"Best epoch: {shelf.run.get('best_epoch', 'unknown')}, validation accuracy "
                f"{percent(shelf.run.get('best_val_accuracy'))}.")
    if part.name == "confusion_matrix" and evaluation:
        recall = (f"{name} {percent(row.get('recall'))}" for name, row in entries(evaluation.get("emotions")).items())
        return f"Read rightly: {', '.join(recall)}."
    if part.name == "reliability" and evaluation:
        return f"Expected calibration error: {number(evaluation.get('expected_calibration_error'))}."
    if part.name == "{emotion}" and emotion in entries(shelf.scores):
        score = entries(shelf.scores)[emotion]
        return (f"{score.get('heading', '')}. R² alone {number(score.get('r2'), 2)}, with pairs "
                f"{number(score.get('r2_pairs'), 2)}, stability {number(score.get('stability'), 1)}.")
    return ""


def may_show_fer2013(shelf, sections):
    """Whether a picture shows faces that are not known to be bundled ones."""
    bundled_faces = {score.get("file") for score in entries(shelf.scores).values()
                     if score.get("faces") in bundled.NAMES.values()}
    return any(picture["faces"] and not picture["shipped"] and picture["name"] not in bundled_faces
               for pictures in sections.values() for picture in pictures)


def table(path):
    """The rows of a CSV as dicts of strings; none where there is no such file."""
    if not path.is_file():
        return []
    try:
        return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    except (OSError, ValueError, csv.Error) as error:
        raise UserError(f"{path}: not readable as CSV ({error}); remove it, or make it again") from error


def training_command(arguments):
    """The command line with every argument of run.json spelt out, so that later defaults change nothing."""
    words = ["python", "train.py"]
    for name, value in arguments.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(option)
        elif value is not False and value not in (None, "", []):  # 0 is a value, as of a seed
            values = value if isinstance(value, list) else [value]
            words += [option, *(shlex.quote(str(each)) for each in values)]
    return " ".join(words)


# The page

def render(shelf, sections, missing):
    """The HTML of the whole report; every value is escaped."""
    evaluated = shelf.evaluation.get("model")
    return page.render(
        sections=sections, missing=missing,
        made=datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        model=bundled.shorten(shelf.model_path.absolute()), pretrained=shelf.model_path == bundled.PRETRAINED,
        trained_on=bundled.trained_on(shelf.model_path), run=shelf.run, history=shelf.history,
        evaluation=shelf.evaluation, evaluated=evaluated and bundled.shorten(pathlib.Path(evaluated).absolute()),
        another=bool(evaluated) and pathlib.Path(evaluated).absolute() != shelf.model_path.absolute(),
        measured_on=bundled.NAMES.get(pathlib.Path(str(shelf.evaluation.get("data"))), shelf.evaluation.get("data")),
        scores=entries(shelf.scores), averages=shelf.averages,
        areas=averages.AREAS if shelf.averages else {}, counts=shelf.run.get("dataset", {}).get("faces", {}),
        own_counts=fer2013.COUNTS, training_command=training_command(shelf.run.get("arguments", {})),
        commands={part.name: shelf.command(part.command) for part in (*catalogue.FIGURES, catalogue.PHOTOGRAPHS)},
        keep_private=may_show_fer2013(shelf, sections))


if __name__ == "__main__":
    command_line.run(main)
