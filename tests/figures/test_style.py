"""How a figure is written: the same in every format, with its record, whatever its text says."""
import json
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from figures import style


@pytest.fixture
def figure():
    figure = Figure(figsize=(2, 2))
    figure.suptitle("R²")
    return figure


def test_colours_are_the_values_on_any_skin():
    values = np.linspace(-1, 1, 48) + np.zeros((48, 1))
    dark, bright = (style.tinted(np.full((48, 48), grey), values, 1) for grey in (10, 240))
    assert dark == pytest.approx(bright) and dark[0, 47] == pytest.approx(to_rgb(style.FOR))


def test_where_nothing_is_coloured_the_face_is_pale_grey():
    face = np.full((48, 48), 255)
    face[0] = 0
    picture = style.tinted(face, np.ones((48, 48)), 1, np.zeros((48, 48), bool))
    assert picture[0] == pytest.approx(0.6) and picture[1:] == pytest.approx(0.9)


def test_pdf_embeds_truetype_fonts(figure, tmp_path):
    style.save(figure, tmp_path / "a.pdf")
    content = (tmp_path / "a.pdf").read_bytes()
    assert b"/Type3" not in content and b"/TrueType" in content or b"/CIDFontType2" in content


RECORD = {"r2": 0.5, "heading": "happy (0.86) \\) \"笑\" (( & <sad>"}


def test_a_record_is_kept_in_the_png(figure, tmp_path):
    style.save(figure, tmp_path / "a.png", RECORD)
    assert json.loads(Image.open(tmp_path / "a.png").info["Description"]) == RECORD


def test_a_record_is_kept_in_the_svg(figure, tmp_path):
    style.save(figure, tmp_path / "a.svg", RECORD)
    [kept] = ElementTree.parse(tmp_path / "a.svg").iter("{http://purl.org/dc/elements/1.1/}description")
    assert json.loads(kept.text) == RECORD


def test_a_record_is_kept_in_the_pdf(figure, tmp_path):
    pdfium = pytest.importorskip("pypdfium2", reason="needs pypdfium2: requirements-dev.txt")
    style.save(figure, tmp_path / "a.pdf", RECORD)
    with pdfium.PdfDocument(tmp_path / "a.pdf") as document:
        assert json.loads(document.get_metadata_value("Subject")) == RECORD


def test_a_dollar_sign_in_a_file_name_is_no_mathematics(figure, tmp_path):
    figure.suptitle("cost $5 and $\\frac")
    style.save(figure, tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > 0


def test_the_resolution_scales_the_figure(figure, tmp_path):
    for dpi in (60, 120):
        style.save(figure, tmp_path / f"{dpi}.png", dpi=dpi)
    small, large = (Image.open(tmp_path / f"{dpi}.png").size for dpi in (60, 120))
    assert large == (2 * small[0], 2 * small[1])


@pytest.mark.filterwarnings("error")
def test_a_name_in_a_script_that_no_font_has_is_drawn_without_a_warning(figure, tmp_path):
    figure.suptitle("\U00012000.jpg")  # cuneiform
    style.save(figure, tmp_path / "a.png")


@pytest.mark.parametrize(("suffix", "start"), [
    ("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")])
def test_formats_start_as_they_should_and_are_the_same_twice(figure, tmp_path, suffix, start):
    for name in "ab":
        style.save(figure, tmp_path / f"{name}.{suffix}")
    written = (tmp_path / f"a.{suffix}").read_bytes()
    assert written.startswith(start) and written == (tmp_path / f"b.{suffix}").read_bytes()
