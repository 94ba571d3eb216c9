"""Faces in photographs: detection, framing as in FER2013, and explanation by explain.py --image."""
import functools

import matplotlib.cbook
import numpy as np
import pandas
import pytest
import skimage.data
from PIL import Image

import explain
import fer2013
from base.errors import UserError
from explaining import photographs_explained, wording
from explaining.engine import Engine
from explaining.settings import LimeSettings
from fer2013 import included
from networks import choice
from networks.network import open_network
from photographs import detection, finding, framing
from photographs.detection import Detection
from tests.support import main_of

# left eye, right eye, nose, corners of the mouth of a face of size 40
POINTS = np.array([(30.0, 40.0), (70.0, 40.0), (50.0, 60.0), (35.0, 80.0), (65.0, 80.0)])


@pytest.fixture(scope="module")
def pretrained():
    return open_network(choice.PRETRAINED)


def hopper():
    return finding.read(matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False))


def side_by_side():
    """Eileen Collins on the left and Grace Hopper on the right, both in the public domain."""
    picture = np.full((620, 1060, 3), 255, np.uint8)
    picture[50:562, 10:522] = skimage.data.astronaut()
    picture[10:610, 530:1042] = hopper()
    return picture


def composite_on_canvas(side, left, top, index=30):
    picture = np.full((400, 500, 3), 128, np.uint8)
    composites = fer2013.open(included.COMPOSITES).split("test").pixels
    face = Image.fromarray(composites[index]).convert("RGB")
    enlarged = face.resize((side, side), Image.Resampling.BICUBIC)
    picture[top:top + side, left:left + side] = np.asarray(enlarged)
    return picture


def test_both_faces_are_found_from_left_to_right_and_classified(pretrained):
    faces, _ = framing.find_faces(side_by_side())
    assert len(faces) == 2 and not any(face.note for face in faces)
    for face, middle in zip(faces, ((235, 165), (795, 225)), strict=True):
        assert np.linalg.norm(face.corners.mean(axis=0) - middle) < 25
        assert face.pixels.shape == (48, 48) and face.pixels.dtype == np.uint8
    pixels = np.stack([face.pixels for face in faces])
    labels = pretrained.predict(pixels).argmax(axis=1)
    assert [fer2013.EMOTIONS[label] for label in labels] == ["happy", "neutral"]


def test_a_turned_face_is_made_upright():
    (upright,), _ = framing.find_faces(skimage.data.astronaut())
    rotated = Image.fromarray(skimage.data.astronaut()).rotate(20)
    (turned,), _ = framing.find_faces(np.asarray(rotated))
    right = turned.corners[1] - turned.corners[0]
    assert 10 < np.degrees(np.arctan2(-right[1], right[0])) < 25
    assert np.corrcoef(turned.pixels.ravel(), upright.pixels.ravel())[0, 1] > 0.9


@pytest.mark.parametrize(("side", "left", "top"),
                         [(150, 60, 200), (150, 300, 20), (100, 200, 150)])
def test_a_face_is_framed_at_its_known_position(side, left, top):
    (face,), _ = framing.find_faces(composite_on_canvas(side, left, top))
    centre = (left + side / 2, top + side / 2)
    assert np.linalg.norm(face.corners.mean(axis=0) - centre) < 0.1 * side
    assert 0.75 < face.side / side < 1.15


def test_the_note_of_a_tiny_face_says_that_it_is_enlarged():
    picture = np.asarray(Image.fromarray(skimage.data.astronaut()).resize((200, 200)))
    (face,), _ = framing.find_faces(picture)
    assert 30 < face.side < 42 and face.note == f"only {face.side:.0f} pixels wide, enlarged"


@pytest.mark.parametrize("side", [48, 150])
def test_a_picture_that_is_already_cropped_is_taken_whole(side):
    crop = composite_on_canvas(side, 0, 0)[:side, :side]
    (face,), _ = framing.find_faces(crop)
    assert face.note == "the face fills the picture, which was taken whole"
    assert face.side == side and np.array_equal(face.pixels, framing.take_whole(crop).pixels)


def test_a_grey_48x48_picture_is_not_changed():
    face = fer2013.open(included.COMPOSITES).split("test").pixels[0]
    assert np.array_equal(framing.take_whole(np.stack([face] * 3, axis=-1)).pixels, face)


def test_a_face_too_small_to_read_is_not_taken():
    picture = np.zeros((300, 400, 3), np.uint8)
    small = Image.fromarray(skimage.data.astronaut()).resize((130, 130))
    picture[100:230, 100:230] = np.asarray(small)  # a frame of about 24 pixels
    assert framing.find_faces(picture) == ([], 1)
    assert framing.find_faces(np.asarray(small.resize((20, 20)))) == ([], 0)


@pytest.mark.parametrize(("count", "small", "words"), [
    (1, 0, "1 face"), (2, 1, "2 faces; 1 of under 30 pixels left out"),
    (15, 0, "15 faces, of which the 12 largest are explained")])
def test_the_words_count_the_faces_and_those_that_are_left_out(count, small, words):
    found = finding.Found((9, 9), [None] * count, small)
    assert found.count() == words


def test_a_face_seen_in_two_sizes_counts_once_as_the_surer_one(monkeypatch):
    monkeypatch.setattr(detection, "detect_at", lambda photograph, longest: [
        Detection(0.95 + longest / 1e5, POINTS + longest / 400)] + (
            [Detection(0.94, POINTS + 300)] if longest == 800 else []))
    found, _ = detection.detect(np.zeros((900, 900, 3), np.uint8))
    assert [face.confidence for face in found] == pytest.approx([0.966, 0.94])


def test_a_small_detection_does_not_replace_the_large_one_of_the_same_face(monkeypatch):
    middle = POINTS.mean(axis=0)
    small = (POINTS - middle) * 0.3 + middle  # a frame of 28 pixels
    found = [Detection(0.985, POINTS), Detection(0.99, small), Detection(0.99, small + 200)]
    monkeypatch.setattr(detection, "detect_at", lambda photograph, longest: found)
    large, count = detection.detect(np.zeros((400, 400, 3), np.uint8))
    assert large == [found[0]] and count == 1


def test_the_note_says_what_is_unusual_about_a_face():
    picture, aside = np.zeros((200, 200, 3), np.uint8), POINTS.copy()
    assert framing.frame(picture, Detection(1.0, POINTS)).note == ""
    aside[2] = (75, 60)  # the nose, beyond an eye
    assert framing.frame(picture, Detection(1.0, aside)).note.startswith("seen from the side")


def test_no_face_is_found_if_there_is_none():
    assert framing.find_faces(skimage.data.coffee()) == ([], 0)
    assert framing.find_faces(np.zeros((200, 300, 3), np.uint8)) == ([], 0)
    (small,), _ = framing.find_faces(np.zeros((48, 48, 3), np.uint8))
    assert small.note == "no face was found; the small, square picture was taken whole"


def test_cut_returns_the_square_and_repeats_the_border():
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[:, 50:] = 200
    inside = framing.cut(picture, np.array([50.0, 50.0]), 24, 0)
    assert (inside[:, :24] == 0).all() and (inside[:, 24:] == 200).all()
    assert (framing.cut(picture, np.array([100.0, 0.0]), 24, 0) == 200).all()
    turned = framing.cut(picture, np.array([50.0, 50.0]), 24, 90)  # the right is now the top
    assert (turned[:20] == 200).all() and (turned[28:] == 0).all()


def save(path, picture, **options):
    Image.fromarray(picture).save(path, **options)
    return path


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.JPEG", "a.jfif", "a.tiff", "a.bmp", "a.gif",
                                  "a.avif", "a.ppm"])
def test_every_format_is_read(tmp_path, name):
    picture = np.full((30, 40, 3), (200, 100, 50), np.uint8)
    read = finding.read(save(tmp_path / name, picture))
    assert read.shape == (30, 40, 3) and np.abs(read.astype(int) - picture).max() < 5


def test_what_is_not_a_picture_is_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nand no more")
    with pytest.raises(UserError, match="a.png: not a readable picture"):
        finding.read(tmp_path / "a.png")
    with pytest.raises(UserError, match=r"c.png: .*5 x 5 pixels; expected 24 at most"):
        finding.read(save(tmp_path / "c.png", np.zeros((5, 5), np.uint8)), 24)


def test_figures_with_equal_names_are_numbered_and_never_replace_a_picture(tmp_path):
    pictures = [tmp_path / name for name in (
        "x/me.jpg", "y/me.jpg", "me_2.jpg", "Me.png", "out/you.png")]
    figures = photographs_explained.name_figures(pictures, tmp_path / "out")
    assert figures == ["me", "me_2", "me_2_2", "Me_3", "you_2"]


def explained_whole(paths):
    """The ExplainedPhotograph of cropped pictures, by a network that is always undecided."""
    settings = LimeSettings(hide="mean", samples=100, seed=0)
    undecided = Engine(lambda pixels: np.full((len(pixels), 7), 1 / 7), settings)
    find = functools.partial(map, functools.partial(finding.find, cropped=True))
    return list(photographs_explained.explain_photographs(paths, find, [3], undecided))


def test_a_cropped_picture_is_taken_whole_and_explained_for_the_label(tmp_path):
    composites = fer2013.open(included.COMPOSITES).split("test").pixels
    picture = save(tmp_path / "face.png", composites[40])
    one, = explained_whole([picture])
    assert one.summary == "face.png: 48 x 48 pixels, 1 face" and one.problem == ""
    row, = one.rows
    assert (row.explanation.label, row.number, row.name) == (3, 1, "taken whole")
    assert one.figure(*finding.shrink(finding.read(picture))).axes
    assert wording.called(row) == "face 1, happy"


def test_explain_continues_after_a_picture_without_a_face_and_says_so_in_the_table(
        tmp_path, monkeypatch, capsys):
    two = save(tmp_path / "two.jpg", side_by_side(), quality=90)
    coffee = save(tmp_path / "coffee.png", skimage.data.coffee())
    with pytest.raises(UserError, match="coffee.png: no face found; rotate"):
        main_of(explain, monkeypatch, "--image", coffee, two, "--label", "happy", "--samples", 50,
                "--outputs", tmp_path / "o", "--table", tmp_path / "faces.csv")
    assert (tmp_path / "o" / "two.png").exists() and not (tmp_path / "o" / "coffee.png").exists()
    assert "two.jpg: 1060 x 620 pixels, 2 faces" in capsys.readouterr().out
    rows = pandas.read_csv(tmp_path / "faces.csv")
    assert list(rows.name) == [str(coffee), str(two), str(two)] and list(rows.face[1:]) == [1, 2]
    assert "no face found" in rows.problem[0] and rows.problem[1:].isna().all()


@pytest.mark.parametrize("options", [["--data", "elsewhere"], ["--index", "1"]])
def test_explain_refuses_options_for_fer2013_together_with_pictures(options, monkeypatch, capsys):
    with pytest.raises(SystemExit, match="2"):
        main_of(explain, monkeypatch, "--image", "me.jpg", *options)
    assert "not allowed with" in capsys.readouterr().err
