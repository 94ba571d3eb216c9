"""How a figure is written: the same in every format, with its record, whatever its text says."""
import json

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from figures import style


def map_over_face():
    """A figure of one map whose face has a dark and a bright half."""
    figure = Figure(figsize=(2, 2))
    face = np.zeros((48, 48))
    face[:, 24:] = 255
    style.signed_map(figure.add_axes((0, 0, 1, 1)), face, np.ones((48, 48)), 1)
    return figure


def halves(picture):
    """Mean grey of the left and of the right half of an RGB picture."""
    grey = np.asarray(picture.convert("L")).astype(float)
    return [half[10:-10, 10:-10].mean() for half in np.array_split(grey, 2, axis=1)]


def test_the_face_under_a_map_is_as_visible_in_pdf_as_in_png(tmp_path):
    pdfium = pytest.importorskip("pypdfium2", reason="needs pypdfium2: requirements-dev.txt")
    for suffix in ("png", "pdf"):
        style.save(map_over_face(), tmp_path / f"map.{suffix}")
    drawn = halves(Image.open(tmp_path / "map.png"))
    with pdfium.PdfDocument(tmp_path / "map.pdf") as document:
        page = halves(document[0].render(scale=2).to_pil())
    assert drawn[1] - drawn[0] > 50
    assert page == pytest.approx(drawn, abs=4)


def test_svg_keeps_the_face_and_the_map_apart(tmp_path):
    style.save(map_over_face(), tmp_path / "map.svg")
    assert (tmp_path / "map.svg").read_text(encoding="utf-8").count("<image ") == 2


def test_pdf_embeds_truetype_fonts(tmp_path):
    figure = Figure()
    figure.suptitle("R²")
    style.save(figure, tmp_path / "a.pdf")
    content = (tmp_path / "a.pdf").read_bytes()
    assert b"/Type3" not in content and b"/TrueType" in content or b"/CIDFontType2" in content


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_a_record_is_read_back_from_the_picture(tmp_path, suffix):
    record = {"r2": 0.5, "heading": "true: happy & <sad> | \"笑\""}
    style.save(map_over_face(), tmp_path / f"a.{suffix}", record)
    assert style.read_record(tmp_path / f"a.{suffix}") == record
    style.save(map_over_face(), tmp_path / f"b.{suffix}")
    assert style.read_record(tmp_path / f"b.{suffix}") == {}


def test_a_record_is_in_the_pdf_too(tmp_path):
    pdfium = pytest.importorskip("pypdfium2", reason="needs pypdfium2: requirements-dev.txt")
    style.save(map_over_face(), tmp_path / "a.pdf", {"r2": 0.5})
    with pdfium.PdfDocument(tmp_path / "a.pdf") as document:
        assert json.loads(document.get_metadata_value("Subject")) == {"r2": 0.5}


def test_brackets_and_backslashes_of_a_record_come_back_from_a_pdf(tmp_path):
    record = {"heading": "happy (0.86) \\) \"笑\" ((", "r2": 0.5}
    style.save(map_over_face(), tmp_path / "a.pdf", record)
    assert style.read_record(tmp_path / "a.pdf") == record


def test_a_dollar_sign_in_a_file_name_is_no_mathematics(tmp_path):
    figure = Figure()
    figure.suptitle("cost $5 and $\\frac")
    style.save(figure, tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > 0


def test_the_resolution_scales_the_figure(tmp_path):
    for dpi in (60, 120):
        style.save(map_over_face(), tmp_path / f"{dpi}.png", dpi=dpi)
    small, large = (Image.open(tmp_path / f"{dpi}.png").size for dpi in (60, 120))
    assert large == (2 * small[0], 2 * small[1])


@pytest.mark.parametrize(("suffix", "start"), [
    ("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")])
def test_formats_start_as_they_should_and_are_the_same_twice(tmp_path, suffix, start):
    for name in "ab":
        style.save(map_over_face(), tmp_path / f"{name}.{suffix}")
    written = (tmp_path / f"a.{suffix}").read_bytes()
    assert written.startswith(start) and written == (tmp_path / f"b.{suffix}").read_bytes()
