"""The page of report.py: puts what a Shelf holds into its template, and formats the numbers."""
import collections
import datetime
import math
import pathlib
import shlex

import jinja2

from base import catalogue
from fer2013 import COUNTS, EMOTIONS, bundled
from figures.cards import address

TEMPLATE = pathlib.Path(__file__).resolve().parent / "report.html.jinja"
WORST = 5  # confusions that are named in words


def render(shelf, sections, missing, areas):
    """The HTML of the report; every value is escaped.

    Args:
        shelf: a Shelf.
        sections, missing: see collect().
        areas: {region: share of the face's area}, for the table of the averages.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE.parent), autoescape=True,
        undefined=jinja2.ChainableUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"percent": percent, "number": number, "entries": entries,
                            "interval": interval}
    evaluation, run = shelf.evaluation, shelf.run
    pictures = [picture for section in sections.values() for picture in section]
    return environment.get_template(TEMPLATE.name).render(
        emotions=EMOTIONS, sections=sections, missing=missing,
        made=datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        model=bundled.shorten(shelf.model_path.absolute()), pretrained=shelf.pretrained,
        trained_on=bundled.trained_on(shelf.model_path), run=run, history=shelf.history,
        evaluation=evaluation, another=another_model(shelf), matrix=matrix(shelf),
        confusions=confusions(evaluation.get("confusion", [])),
        overview=overview(sections), averages=shelf.averages, areas=areas,
        counts=run.get("dataset", {}).get("faces", {}), own_counts=COUNTS,
        training_command=training_command(run.get("arguments", {})),
        shipped_numbers=not (shelf.folder / "evaluation.json").is_file(),
        measuring_command=shelf.command("python evaluate.py"), commands=commands(pictures),
        keep_private=not all(map(may_be_shared, pictures)) or not may_show(shelf, evaluation))


def collect(shelf):
    """The pictures by section, and the missing figures, as dicts for the template."""
    sections, missing = collections.defaultdict(list), []
    for figure in catalogue.FIGURES:
        paths = {emotion: shelf.path(name)
                 for emotion, name in catalogue.names(figure, EMOTIONS).items()}
        found = [shelf.picture(path, figure, emotion) for emotion, path in paths.items() if path]
        for repeated in found[1:]:
            repeated["caption"] = ""  # the same for all emotions, so it is written once
        sections[figure.section] += found
        absent = [emotion for emotion, path in paths.items() if path is None]
        if absent:
            missing.append(describe_missing(figure, absent if found else [], shelf))
    for name in shelf.others():
        other = catalogue.PHOTOGRAPHS
        other = other._replace(heading=name, shows=other.shows.replace("{name}", name))
        sections["others"].append(shelf.picture(shelf.path(name), other))
    return sections, missing


def describe_missing(figure, emotions, shelf):
    """What the template needs for a missing figure; emotions: those that miss, empty if all do."""
    names = [figure.name.format(emotion=emotion) for emotion in emotions]
    if not names:
        several = "{emotion}" in figure.name
        names = [figure.heading.format(emotion="each emotion") if several else figure.name]
    return {"section": figure.section, "name": ", ".join(names),
            "command": shelf.command(figure.command, emotions)}


def matrix(shelf):
    """The rows of the confusion matrix with what its cells lead to; empty if there is none."""
    counts, examples = shelf.evaluation.get("confusion", []), shelf.examples()
    return [{"emotion": EMOTIONS[true], "faces": sum(row), "cells": [
        {"called": EMOTIONS[called], "count": count, "share": count / max(sum(row), 1),
         "right": true == called,
         "examples": [{"name": each.name, "confidence": each.confidence,
                       "data": address(each.face)}
                      for each in examples.get((true, called), [])]}
        for called, count in enumerate(row)]} for true, row in enumerate(counts)]


def confusions(counts):
    """The confusions with the largest share of their row: dicts, the largest first."""
    found = [{"true": EMOTIONS[true], "called": EMOTIONS[called], "count": count,
              "share": count / sum(row)}
             for true, row in enumerate(counts) for called, count in enumerate(row)
             if true != called and count]
    return sorted(found, key=lambda each: -each["share"])[:WORST]


def overview(sections):
    """{emotion: scores} of the picture with all emotions, else of the pictures of single ones."""
    found = {}
    for picture in [*sections["overview"], *sections["explanations"]]:
        for emotion, scores in picture["record"].get("explanations", {}).items():
            row = found.setdefault(emotion, scores | {"id": picture["id"]})
            if picture["id"] == f"figure-{emotion}" and row == scores | {"id": row["id"]}:
                row["id"] = picture["id"]  # the same explanation, larger
    return entries(found)


def another_model(shelf):
    """The evaluated model if it is not the report's; None if it is."""
    evaluated = shelf.evaluation.get("model")
    here = shelf.model_path.resolve()
    if not evaluated or here in (pathlib.Path(evaluated).resolve(),
                                 (bundled.HERE / evaluated).resolve()):
        return None
    return bundled.shorten(pathlib.Path(evaluated))


def commands(pictures):
    """{command that ran: names of the pictures that it made}, in the page's order."""
    made = collections.defaultdict(list)
    for picture in pictures:
        rows = picture["record"].get("explanations", {}).values()
        for command in dict.fromkeys(
                record["command"] for record in (picture["record"], *rows) if "command" in record):
            made[command].append(picture["name"])
    return made


def may_be_shared(picture):
    """Whether a picture shows no faces, or faces that come with the project."""
    rows = picture["record"].get("explanations", {}).values()
    faces = [row.get("faces", "") for row in rows] or [picture["record"].get("faces", "")]
    return picture["shipped"] or not picture["faces"] or all(map(is_bundled, faces))


def may_show(shelf, evaluation):
    """Whether there are no example faces, or those of the project."""
    return not shelf.examples() or is_bundled(evaluation.get("measured_on", ""))


def is_bundled(faces):
    """Whether a name of faces, as explain.py and evaluate.py write it, is of bundled ones."""
    paths = [str(form) for path in bundled.NAMES for form in (path, bundled.shorten(path))]
    return faces.split(", ")[0] in (*bundled.NAMES.values(), *paths)


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


def entries(record):
    """A record by emotion in label order: {emotion: dict}, empty if there is no record."""
    return {emotion: record[emotion] for emotion in EMOTIONS if emotion in (record or {})}


def percent(value, digits=1):
    return f"{value:.{digits}%}" if is_number(value) else "unknown"


def interval(ends):
    """The ends of an interval in per cent; empty if there is none."""
    return "{:.1%} to {:.1%}".format(*ends) if ends else ""


def number(value, digits=3):
    """A number, or the text of a number from a CSV, with some digits; other text unchanged."""
    try:
        value = float(value) if isinstance(value, str) else value
    except ValueError:
        return value
    return f"{value:.{digits}f}" if is_number(value) else "unknown"


def is_number(value):
    return isinstance(value, (int, float)) and math.isfinite(value)
