"""The page of report.py: fills in its template, and formats the numbers on it."""
import math
import pathlib

import jinja2

from fer2013 import EMOTIONS

TEMPLATE = pathlib.Path(__file__).resolve().parent / "report.html.jinja"


def render(**values):
    """The HTML of the report with the values that report.py collects, all of them escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE.parent), autoescape=True,
        undefined=jinja2.ChainableUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"percent": percent, "number": number, "entries": entries}
    return environment.get_template(TEMPLATE.name).render(emotions=EMOTIONS, **values)


def entries(record):
    """A record by emotion in label order: {emotion: dict}, empty if there is no record."""
    return {emotion: record[emotion] for emotion in EMOTIONS if emotion in (record or {})}


def percent(value):
    return f"{value:.1%}" if is_number(value) else "unknown"


def number(value, digits=3):
    """A number, or the text of a number from a CSV, with some digits; other text unchanged."""
    try:
        value = float(value) if isinstance(value, str) else value
    except ValueError:
        return value
    return f"{value:.{digits}f}" if is_number(value) else "unknown"


def is_number(value):
    return isinstance(value, (int, float)) and math.isfinite(value)
