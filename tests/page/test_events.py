"""The answers of app.py's page, with a network that looks at the brightness of the mouth."""
import types

import numpy as np
import pytest
from PIL import Image

from base.errors import UserError
from explaining.engine import Engine
from explaining.settings import LimeSettings
from fer2013 import EMOTIONS
from page import cards, downloads, session
from page.events import NO_FACE, Page
from page.session import Opened
from photographs.framing import Face

FACE = np.random.default_rng(0).integers(0, 256, (48, 48)).astype(np.uint8)
CORNERS = np.array([(0, 0), (9, 0), (9, 9), (0, 9)], float)


def predict(faces):
    """Happy the brighter the mouth is, else neutral: float (n, 7)."""
    happy = faces[:, 33:44, 12:36].mean(axis=(1, 2)) / 255
    answers = np.zeros((len(faces), 7))
    answers[:, 3], answers[:, 6] = happy, 1 - happy
    return answers


@pytest.fixture
def page():
    network = types.SimpleNamespace(predict=predict, caption="")
    return Page(network, LimeSettings("grid", "zero", samples=200), "model: none")


@pytest.fixture
def state(page):
    faces = (Face(FACE // 2, CORNERS, "the left"), Face(FACE, 2 * CORNERS, "the right"))
    return page.look(Opened("us", "", faces, faces[0]), cropped=False)[0]


def explained(page, state, label=3):
    return list(page.explain(state, label, 200, 5))[-1][0]


def test_the_largest_face_is_looked_at_first_and_another_can_be_chosen(page, state):
    assert state.chosen == 1
    chosen, found, label, other, notice, _ = page.choose_face("0", state)
    assert (chosen.chosen, found, {label, other}) == (0, {}, {3, 6})
    assert "About this face: the left." in notice


def test_a_picture_without_a_face_can_still_be_taken_whole(page):
    opened = Opened("wall", "", (), Face(FACE, CORNERS))
    nothing, *_, notice, _ = page.look(opened, cropped=False)
    assert nothing is None and NO_FACE[:30] in notice
    assert page.look(opened, cropped=True)[0].name == "wall"


def test_hiding_a_part_changes_the_answer_and_showing_it_again_undoes_that(page, state):
    hidden, board, bars = page.toggle("38", state, {}, 3, 5)  # in the middle of the mouth
    assert hidden.answer[3] < state.answer[3] and board.count("url(#hatch)") == 1
    assert f"{hidden.answer[3]:.0%}" in bars
    again, *_ = page.toggle("38", hidden, {}, 3, 5)
    np.testing.assert_array_equal(again.answer, state.answer)


def test_a_button_shows_only_the_marked_parts(page, state):
    found = explained(page, state)
    only, *_ = page.press("Only the marked", state, found, 3, 2)
    assert set(np.flatnonzero(only.shown)) == set(found[3].strongest(1, 2))


def test_all_labels_are_explained_as_explain_py_explains_the_first(page, state):
    found = explained(page, state)
    by_label = next(Engine(predict, page.settings).explain([(FACE, [3])]))
    assert list(found) == [3, 0, 1, 2, 4, 5, 6]
    np.testing.assert_array_equal(found[3].weights, by_label[3].weights)
    assert found[3].without == by_label[3].without


def test_what_is_shown_tells_how_sure_and_what_if_and_compares_two_labels(page, state):
    board, _, words, versus, details, scores = page.view(state, explained(page, state), 3, 5, 6)
    assert "marked superpixels hidden" in words and "than hiding 5 random parts" in words
    assert versus.count("<figure>") == 2 and "contribute more to happy than to neutral" in versus
    assert "of the mouth, part" in details
    assert "200 samples, seed 0" in scores and "model: none" in scores
    assert "points" in board


def test_nothing_of_another_face_is_shown_before_it_is_explained(page, state):
    board, bars, *rest = page.view(state, {}, 3, 5, 6)
    assert board and bars and rest == ["", "", "", ""]
    assert page.view(None, {}, None, 5, None) == ("",) * 6


def test_an_example_says_whether_the_network_reads_it_as_it_was_posed(page, state):
    posed = page.look(Opened("x", "", state.faces, None, posed=0), cropped=False)[0]
    words = page.view(posed, explained(page, posed), 3, 5, 6)[2]
    assert "made to look angry: the network is wrong" in words


def test_the_data_holds_the_weights_of_every_label_under_a_telling_name(page, state):
    saved = downloads.data(page, state, explained(page, state), 3)
    assert saved["name"] == "us_face2_explained.json"
    assert downloads.figure(page, state, explained(page, state), 3)["name"] == (
        "us_face2_explained_happy.png")


@pytest.mark.parametrize(("name", "content"), [
    ("notes.txt", b"no picture"), ("empty.jpg", b""), ("phone.heic", b"\0\0\0\x18ftypheic"),
    ("cut.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")])
def test_what_cannot_be_read_is_said_with_what_helps(page, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    opened, photograph = session.read(tmp_path / name)
    assert photograph == "" and "save it as JPEG" in opened.problem
    assert "cannot be read" in page.look(opened, cropped=True)[4]


def test_text_in_the_page_is_not_taken_for_html():
    assert "<b>" not in cards.notice("<b>") and "&lt;b&gt;" in cards.gallery(
        [FACE, FACE], ["<b>", ""], 0)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(session, "LARGEST", 100)
    Image.new("L", (11, 10)).save(tmp_path / "large.png")
    assert "11 x 10 pixels" in session.read(tmp_path / "large.png")[0].problem


def test_every_example_is_there(page):
    assert downloads.strip().count("<img") == len(downloads.EXAMPLES)
    opened, _ = downloads.open_example("4")
    assert EMOTIONS[opened.posed] == "happy" and len(opened.faces) == 1


def test_a_detector_that_does_not_work_is_not_taken_for_a_bad_picture(tmp_path, monkeypatch):
    def fail(photograph):
        raise UserError("face detection needs the package mtcnn")

    Image.new("RGB", (60, 60)).save(tmp_path / "a.png")
    monkeypatch.setattr(session.framing, "find_faces", fail)
    assert session.read(tmp_path / "a.png")[0].problem == "face detection needs the package mtcnn"
