"""How a figure is written: with its record, whatever its text says, the same PNG twice."""
import json
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from figures import style

RECORD = {"r2": 0.5, "heading": "happy (0.86) \\) \"笑\" (( & <sad>"}


def written(path, title="R²", record=RECORD):
    figure, _ = style.stacked(2, [(title, "", 1)])
    style.save(figure, path, record)
    return path


def test_colours_are_the_values_on_any_skin():
    values = np.linspace(-1, 1, 48) + np.zeros((48, 1))
    dark, bright = (style.tinted(np.full((48, 48), grey), values, 1) for grey in (10, 240))
    assert dark == pytest.approx(bright) and dark[0, 47] == pytest.approx(to_rgb(style.FOR))


def test_where_nothing_is_coloured_the_face_is_pale_grey():
    face = np.full((48, 48), 255)
    face[0] = 0
    picture = style.tinted(face, np.ones((48, 48)), 1, np.zeros((48, 48), bool))
    assert picture[0] == pytest.approx(0.6) and picture[1:] == pytest.approx(0.9)


def test_a_png_keeps_its_record_and_is_the_same_twice(tmp_path):
    first, second = written(tmp_path / "a.png"), written(tmp_path / "b.png")
    assert json.loads(Image.open(first).info["Description"]) == RECORD
    assert first.read_bytes() == second.read_bytes()


def test_an_svg_keeps_its_record(tmp_path):
    path = written(tmp_path / "a.svg")
    [kept] = ElementTree.parse(path).iter("{http://purl.org/dc/elements/1.1/}description")
    assert json.loads(kept.text) == RECORD


def test_a_pdf_keeps_its_record_and_embeds_truetype_fonts(tmp_path):
    pdfium = pytest.importorskip("pypdfium2", reason="needs pypdfium2: requirements-dev.txt")
    path = written(tmp_path / "a.pdf")
    assert b"/Type3" not in path.read_bytes()
    with pdfium.PdfDocument(path) as document:
        assert json.loads(document.get_metadata_value("Subject")) == RECORD


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", ["$5 and $\\frac", "\U00012000"], ids=["dollars", "cuneiform"])
def test_a_file_name_is_drawn_as_it_is_and_without_a_warning(name, tmp_path):
    assert written(tmp_path / "a.png", f"{name}.jpg", None).stat().st_size > 0
