"""Write one page with the model, its training, its numbers, its explanations, and all commands.

    python report.py

Collects what the other programs left in outputs/ and computes nothing, so it takes a second. The
page names what is missing, with the command that makes it. If the pretrained model is in use, the
page shows the pictures that come with it in place of missing ones. Writes

    outputs/report.html    a single file: pictures inside, no script, nothing from elsewhere

A report on FER2013 shows faces of FER2013. Their licence does not allow publishing them, so do not
publish that page.
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

TYPES = {".png": "image/png", ".svg": "image/svg+xml"}  # what browsers show; they show no PDF
WIDE = 1.6  # a picture with at least this width / height takes the whole width of the page


class Shelf:
    """The folders with the files of a report, and the commands for missing files.

    The folder of outputs comes first; if the pretrained model is in use, its folder comes second.
    """

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.model_path = bundled.choose_model("", folder)
        shipped = [self.model_path.parent] if self.model_path == bundled.PRETRAINED else []
        self.folders = [self.folder, *shipped]
        self.run = self.json("run.json", "train.py", self.model_path.parent)
        self.history = table(self.model_path.parent / "history.csv")
        self.evaluation = self.json("evaluation.json", "evaluate.py", self.folder)
        written = self.json("explanations.json", "explain.py", self.folder)
        self.scores = written | self.records()
        self.averages = table(self.folder / "emotions_average.csv")

    def records(self):
        """The scores by emotion that the pictures themselves keep, whatever was written later."""
        from figures import style  # not at the top: --help needs no Matplotlib

        paths = {emotion: self.picture(emotion) for emotion in fer2013.EMOTIONS}
        kept = {emotion: style.read_record(path).get("explanations", {}).get(emotion)
                for emotion, path in paths.items() if path}
        return {emotion: {"file": paths[emotion].name} | scores
                for emotion, scores in kept.items() if scores}

    def json(self, name, writer, folder):
        """The JSON record of a program; empty if there is none."""
        path = folder / name
        return files.read_json(path, writer) if path.is_file() else {}

    def picture(self, name):
        """The path of a picture that a browser shows; None if there is none."""
        paths = (folder / f"{name}{suffix}" for folder in self.folders for suffix in TYPES)
        return next(filter(pathlib.Path.is_file, paths), None)

    def others(self):
        """The names of pictures that are not in the catalogue, in alphabetical order."""
        stems = {path.stem for path in self.folder.glob("*") if path.suffix in TYPES}
        return sorted(stems - catalogue.taken(fer2013.EMOTIONS))

    def command(self, command, missing=()):
        """A command of the catalogue with the options for these outputs and their data.

        Args:
            command: the command without these options.
            missing: emotions for which it is to be run; empty for its default.
        """
        options = ["--label", *missing] if missing else []
        data = self.named_data()
        if len(data) == 1 and command != catalogue.PHOTOGRAPHS.command:
            options += ["--data", *data]
        if str(self.folder) != "outputs":
            options += ["--outputs", str(self.folder)]
        return " ".join([command, *map(shlex.quote, options)])

    def named_data(self):
        """The paths of data in the records, without the default and the bundled faces."""
        paths = {str(score.get("faces", "data")) for score in entries(self.scores).values()}
        paths.add(str(self.evaluation.get("data", "data")))
        return paths - {"data", *bundled.NAMES.values(), str(bundled.AVATARS)}


def main():
    args = parse_arguments()
    shelf = Shelf(args.outputs)
    try:
        sections, missing = fill(shelf)
        html = render(shelf, sections, missing)
    except (AttributeError, KeyError, TypeError, jinja2.UndefinedError) as error:
        # valid JSON of another structure, such as a list in place of a dict
        raise UserError(f"{shelf.folder}: run.json, evaluation.json or explanations.json is not as "
                        f"the scripts write it now ({error}); make it again") from error
    path = files.make_folder(args.outputs) / "report.html"
    with files.replacing(path) as temporary:
        temporary.write_text(html, encoding="utf-8")
    pictures = sum(map(len, sections.values()))
    print(f"wrote {path}: {pictures} pictures, {len(html) / 1e6:.1f} MB")
    if shelf.model_path == bundled.PRETRAINED:
        print("no trained model there: the report is about the pretrained one, "
              "with its own pictures in place of missing ones")
    for figure in missing:
        print(f"missing: {figure['name']}; {figure['command']} makes it")


def parse_arguments():
    parser = command_line.parser(__doc__)
    parser.add_argument("--outputs", default="outputs", help="folder to read and to write")
    return parser.parse_args()


# What is there

def fill(shelf):
    """The pictures by section and the missing figures, both as dicts for the template."""
    sections, missing = collections.defaultdict(list), []
    for figure in catalogue.FIGURES:
        names = catalogue.names(figure, fer2013.EMOTIONS)
        paths = {emotion: shelf.picture(name) for emotion, name in names.items()}
        pictures = pictures_of(figure, paths, shelf)
        sections[figure.section] += pictures
        absent = [emotion for emotion, path in paths.items() if path is None]
        if absent:
            all_absent = len(absent) == len(paths)
            missing.append(describe_missing(figure, [] if all_absent else absent, shelf)
                           | {"stand_in": bool(all_absent and pictures)})
    for name in shelf.others():
        photograph = catalogue.PHOTOGRAPHS
        photograph = photograph._replace(heading=name, shows=photograph.shows.format(name=name))
        sections["others"].append(picture(shelf.picture(name), photograph, shelf, ""))
    return sections, missing


def pictures_of(figure, paths, shelf):
    """The pictures of a figure of the catalogue, or its stand-in if there is none of them.

    Args:
        figure: a catalogue.Figure.
        paths: {emotion: path of its picture, or None}.
        shelf: the Shelf.
    """
    pictures = [picture(path, figure, shelf, emotion) for emotion, path in paths.items() if path]
    for repeated in pictures[1:]:
        repeated["caption"] = ""  # the same for all emotions, so it is written once
    if figure.stand_in and not pictures and shelf.picture(figure.stand_in):
        return [picture(shelf.picture(figure.stand_in), figure, shelf, "the emotions")]
    return pictures


def describe_missing(figure, emotions, shelf):
    """What the template needs for a missing figure; emotions: those that miss, empty if all do."""
    names = [figure.name.format(emotion=emotion) for emotion in emotions or ["<emotion>"]]
    return {"section": figure.section, "name": ", ".join(names),
            "heading": figure.heading.format(emotion="emotions"),
            "command": shelf.command(figure.command, emotions)}


def picture(path, figure, shelf, emotion):
    """What the template needs for one picture; UserError if the file is not a picture."""
    content = path.read_bytes()
    width, height = size(path, content)
    shows = figure.shows.format(emotion=emotion)
    return {
        "name": path.name, "heading": figure.heading.format(emotion=emotion), "caption": shows,
        "score": entries(shelf.scores).get(emotion) if figure.name == "{emotion}" else None,
        "alt": " ".join(filter(None, [shows, in_numbers(figure, shelf, emotion)])),
        "data": f"data:{TYPES[path.suffix]};base64,{base64.b64encode(content).decode()}",
        "width": width, "height": height, "wide": not height or width / height >= WIDE,
        "shipped": path.parent != shelf.folder, "faces": figure.faces,
        "older": shelf.model_path.parent == shelf.folder
                 and path.stat().st_mtime < shelf.model_path.stat().st_mtime}


def size(path, content):
    """Width and height in pixels; None, None for an SVG, which states its own size."""
    if path.suffix == ".svg":
        return None, None
    try:
        with Image.open(io.BytesIO(content)) as image:
            return image.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise UserError(f"{path}: not a readable picture; make it again, or remove it") from error


def in_numbers(figure, shelf, emotion):
    """The numbers behind a picture, for readers who cannot see it; empty if there are none."""
    evaluation = shelf.evaluation
    if figure.name == "curves":
        return (f"Best epoch: {shelf.run.get('best_epoch', 'unknown')}, validation accuracy "
                f"{percent(shelf.run.get('best_val_accuracy'))}.")
    if figure.name == "confusion_matrix" and evaluation:
        by_emotion = entries(evaluation.get("emotions"))
        recall = (f"{name} {percent(row.get('recall'))}" for name, row in by_emotion.items())
        return f"Classified correctly: {', '.join(recall)}."
    if figure.name == "reliability" and evaluation:
        error = number(evaluation.get("expected_calibration_error"))
        return f"Expected calibration error: {error}."
    if figure.name == "{emotion}" and emotion in entries(shelf.scores):
        score = entries(shelf.scores)[emotion]
        return (f"{score.get('heading', '')}. R² alone {number(score.get('r2'), 2)}, with pairs "
                f"{number(score.get('r2_pairs'), 2)}, "
                f"stability {number(score.get('stability'), 1)}.")
    return ""


def may_show_fer2013(shelf, sections):
    """Whether a picture may show faces other than the bundled ones."""
    bundled_faces = {score.get("file") for score in entries(shelf.scores).values()
                     if score.get("faces") in bundled.NAMES.values()}
    return any(picture["faces"] and not picture["shipped"] and picture["name"] not in bundled_faces
               for pictures in sections.values() for picture in pictures)


def table(path):
    """The rows of a CSV as dicts of strings; an empty list if there is no such file."""
    if not path.is_file():
        return []
    try:
        return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    except (OSError, ValueError, csv.Error) as error:
        raise UserError(f"{path}: not readable as CSV ({error}); "
                        "remove it, or make it again") from error


def training_command(arguments):
    """The command line with every argument in run.json, so that other defaults change nothing."""
    words = ["python", "train.py"]
    for name, value in arguments.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(option)
        elif value is not False and value not in (None, "", []):  # 0 is a value, as for a seed
            values = value if isinstance(value, list) else [value]
            words += [option, *(shlex.quote(str(each)) for each in values)]
    return " ".join(words)


# The page

def render(shelf, sections, missing):
    """The HTML of the whole report; every value is escaped."""
    model, run, evaluation = shelf.model_path.absolute(), shelf.run, shelf.evaluation
    evaluated = evaluation.get("model") and pathlib.Path(evaluation["model"]).absolute()
    data = evaluation.get("data")
    figures = (*catalogue.FIGURES, catalogue.PHOTOGRAPHS)
    return page.render(
        sections=sections, missing=missing,
        made=datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        model=bundled.shorten(model), pretrained=shelf.model_path == bundled.PRETRAINED,
        trained_on=bundled.trained_on(shelf.model_path), run=run, history=shelf.history,
        evaluation=evaluation, evaluated=evaluated and bundled.shorten(evaluated),
        another=bool(evaluated) and evaluated != model,
        measured_on=bundled.NAMES.get(pathlib.Path(str(data)), data),
        scores=entries(shelf.scores), averages=shelf.averages,
        areas=averages.AREAS if shelf.averages else {},
        counts=run.get("dataset", {}).get("faces", {}), own_counts=fer2013.COUNTS,
        training_command=training_command(run.get("arguments", {})),
        commands={figure.name: shelf.command(figure.command) for figure in figures},
        keep_private=may_show_fer2013(shelf, sections))


if __name__ == "__main__":
    command_line.run(main)
