"""The page of report.py: its template filled in, and how numbers are written on it."""
import math
import pathlib

import jinja2

from fer2013 import EMOTIONS

TEMPLATE = pathlib.Path(__file__).resolve().parent / "report.html.jinja"


def render(**values):
    """The HTML of the whole report, from the values that report.py collects; every value is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE.parent), autoescape=True, undefined=jinja2.ChainableUndefined,
        trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"percent": percent, "number": number, "entries": entries}
    return environment.get_template(TEMPLATE.name).render(emotions=EMOTIONS, **values)


def entries(found):
    """Of a record by emotion, or of none, what is there, in label order: {emotion: dict}."""
    return {emotion: found[emotion] for emotion in EMOTIONS if emotion in (found or {})}


def percent(value):
    return f"{value:.1%}" if is_number(value) else "unknown"


def number(value, digits=3):
    """A number, or a CSV's text of one; other text as it is."""
    try:
        value = float(value) if isinstance(value, str) else value
    except ValueError:
        return value
    return f"{value:.{digits}f}" if is_number(value) else "unknown"


def is_number(value):
    return isinstance(value, (int, float)) and math.isfinite(value)
