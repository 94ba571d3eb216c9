"""The answers of app.py's page, with a network that looks at the brightness of the mouth."""
import types

import numpy as np
import pytest
from PIL import Image

from explaining.engine import Engine
from explaining.settings import LimeSettings
from page import drawing, session
from page.events import CHOICES, NO_FACE, Page
from page.session import Session
from photographs.framing import Face

FACE = np.random.default_rng(0).integers(0, 256, (48, 48)).astype(np.uint8)
CORNERS = np.array([(0, 0), (9, 0), (9, 9), (0, 9)], float)
FACES = [Face(FACE // 2, CORNERS, "the left"), Face(FACE, 2 * CORNERS, "the right")]


def predict(faces):
    """Happy the brighter the mouth is, else neutral: float (n, 7)."""
    happy = faces[:, 33:44, 12:36].mean(axis=(1, 2)) / 255
    answers = np.zeros((len(faces), 7))
    answers[:, 3], answers[:, 6] = happy, 1 - happy
    return answers


SETTINGS = LimeSettings("zero", 200)
PAGE = Page(types.SimpleNamespace(predict=predict, caption=""), SETTINGS, "model: none")


def look(choice=1):
    predictions = predict(np.stack([face.pixels for face in FACES]))
    return Session(FACES, 2, predictions).choose(choice, SETTINGS)


@pytest.fixture(scope="module")
def found():
    return list(PAGE.explain(look(), 3))[-1][0]


def test_another_face_can_be_chosen():
    state, label, found, notice, gallery, *_, words = PAGE.choose_face("0", look())
    assert (state.chosen, label, found, words) == (0, state.prediction.argmax(), {}, "")
    assert "About this face: the left." in notice and gallery.count("<button") == 2


def test_the_largest_face_of_a_picture_is_looked_at_first(tmp_path, monkeypatch):
    monkeypatch.setattr(session.framing, "find_faces", lambda photograph: (FACES, 0))
    Image.new("RGB", (60, 60)).save(tmp_path / "us.png")
    photograph, state, label, *_ = PAGE.open(tmp_path / "us.png")
    assert (state.chosen, state.count) == (1, 2)
    assert "us: 2 faces" in photograph and label == state.prediction.argmax()


def test_a_picture_without_a_face_can_still_be_taken_whole(tmp_path):
    Image.fromarray(np.full((200, 300), 90, np.uint8)).save(tmp_path / "wall.png")
    photograph, state, label, _, notice, gallery, *views = PAGE.open(tmp_path / "wall.png")
    assert NO_FACE[:30] in notice and (label, views) == (None, [""] * 3)
    assert gallery.count("<button") == 1
    assert PAGE.view(state, {}, None) == PAGE.view(None, {}, None) == ("",) * 3
    assert "class='board'" in PAGE.choose_face("0", state)[5]


def test_hiding_a_part_changes_the_prediction_and_showing_it_again_undoes_that():
    mouth = look().segments[38, 24]
    hidden, board, bars = PAGE.press(str(mouth), look(), {}, 3)
    assert hidden.prediction[3] < look().prediction[3] and board.count("url(#hatch)") == 1
    assert not hidden.pixels[hidden.segments == mouth].any()
    assert f"{100 * hidden.prediction[3]:.0f} %" in bars
    again, *_ = PAGE.press(str(mouth), hidden, {}, 3)
    np.testing.assert_array_equal(again.prediction, look().prediction)


def test_each_button_shows_the_superpixels_that_it_says(found):
    every, marked = {*range(len(look().shown))}, {*found[3].strongest(1)}
    shown = {name: {*np.flatnonzero(PAGE.press(name, look(), found, 3)[0].shown)}
             for name in CHOICES}
    assert shown == {"Show all": every, "Hide all": set(), "Hide the marked": every - marked,
                     "Only the marked": marked}


def test_all_labels_are_explained_as_explain_py_explains_the_first(found):
    by_label = next(Engine(predict, SETTINGS).explain([(FACE, [3])]))
    assert list(found) == [3, 0, 1, 2, 4, 5, 6]
    np.testing.assert_array_equal(found[3].weights, by_label[3].weights)
    assert found[3].without == by_label[3].without


def test_the_marks_come_with_the_first_words_and_the_time_left_before():
    (_, plain, _, wait), (found, marked, _, words), *_ = PAGE.explain(look(), 3)
    assert "Asking the network" in wait and wait.count(" s.") == 1 and list(found) == [3]
    assert "fill-opacity='0.60'" in marked and "fill-opacity='0.60'" not in plain
    assert "class='words'" in words


def test_the_explanation_is_told_in_words_with_its_scores(found):
    board, _, words = PAGE.view(look(), found, 3)
    assert "mouth" in words and "points more than hiding" in words
    assert "200 samples, seed 0" in words and "model: none" in words and "points" in board


def test_what_cannot_be_read_is_said_with_what_helps_and_deleted(tmp_path):
    (tmp_path / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHD")
    _, photograph, state, *_, notice, _, _, _, _ = PAGE.upload(tmp_path / "cut.png")
    assert photograph == "" and state is None and str(tmp_path) not in notice
    assert "not a readable picture" in notice and "save the picture as JPEG" in notice
    assert list(tmp_path.iterdir()) == []


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(session, "LARGEST", 100)
    Image.new("L", (11, 10)).save(tmp_path / "large.png")
    assert "11 x 10 pixels" in PAGE.open(tmp_path / "large.png")[4]


def test_text_in_the_page_is_not_taken_for_html():
    assert "<b>" not in drawing.notice("<b>") and "&lt;b&gt;" in drawing.choices(["<b>"], [FACE])


def test_every_example_is_there_and_the_last_one_has_a_face():
    assert all(path.exists() for path in session.EXAMPLES.values())
    assert PAGE.open_example("4")[1].count == 1
