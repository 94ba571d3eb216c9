"""Faces in photographs: found, framed as FER2013 frames them, and explained by explain.py --image."""
import matplotlib.cbook
import numpy as np
import pytest
import skimage.data
from PIL import Image

import fer2013
import model as network
from base.errors import UserError
from explaining import explain_photographs, photographs
from explaining.settings import LimeSettings
from fer2013 import bundled
from networks.network import ours
from tests.support import run

EYES, MOUTH = np.array([(30.0, 40.0), (70.0, 40.0)]), np.array([(35.0, 80.0), (65.0, 80.0)])  # of a face of size 40


@pytest.fixture(scope="module")
def pretrained():
    return ours(network.load_model(bundled.PRETRAINED))


def hopper():
    return photographs.read(matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False))


def side_by_side():
    """Eileen Collins at the left, Grace Hopper at the right; both pictures are in the public domain."""
    picture = np.full((620, 1060, 3), 255, np.uint8)
    picture[50:562, 10:522] = skimage.data.astronaut()
    picture[10:610, 530:1042] = hopper()
    return picture


def composite_on_canvas(side, left, top, index=30):
    picture = np.full((400, 500, 3), 128, np.uint8)
    face = Image.fromarray(fer2013.load(bundled.COMPOSITES, "test")[0][index]).convert("RGB")
    picture[top:top + side, left:left + side] = np.asarray(face.resize((side, side), Image.Resampling.BICUBIC))
    return picture


def test_both_faces_are_found_from_left_to_right_and_read(pretrained):
    faces = photographs.find_faces(side_by_side())
    assert len(faces) == 2 and not any(face.note for face in faces)
    for face, middle in zip(faces, ((235, 165), (795, 225)), strict=True):
        assert np.linalg.norm(face.corners.mean(axis=0) - middle) < 25
        assert face.pixels.shape == (48, 48) and face.pixels.dtype == np.uint8
    answers = pretrained.predict(np.stack([face.pixels for face in faces])).argmax(axis=1)
    assert [fer2013.EMOTIONS[answer] for answer in answers] == ["happy", "neutral"]


def test_a_turned_face_is_set_upright():
    upright, = photographs.find_faces(skimage.data.astronaut())
    turned, = photographs.find_faces(np.asarray(Image.fromarray(skimage.data.astronaut()).rotate(20)))
    right = turned.corners[1] - turned.corners[0]
    assert 10 < np.degrees(np.arctan2(-right[1], right[0])) < 25
    assert np.corrcoef(turned.pixels.ravel(), upright.pixels.ravel())[0, 1] > 0.9


@pytest.mark.parametrize(("side", "left", "top"), [(150, 60, 200), (150, 300, 20), (100, 200, 150)])
def test_a_face_of_known_place_is_framed_where_it_is(side, left, top):
    face, = photographs.find_faces(composite_on_canvas(side, left, top))
    assert np.linalg.norm(face.corners.mean(axis=0) - (left + side / 2, top + side / 2)) < 0.1 * side
    assert 0.75 < face.side / side < 1.15


def test_a_tiny_face_is_said_to_be_enlarged():
    picture = np.asarray(Image.fromarray(skimage.data.astronaut()).resize((200, 200)))
    face, = photographs.find_faces(picture)
    assert 30 < face.side < 42 and face.note == f"only {face.side:.0f} pixels wide, enlarged"


@pytest.mark.parametrize("side", [48, 150])
def test_a_face_already_cropped_is_taken_whole(side):
    crop = composite_on_canvas(side, 0, 0)[:side, :side]
    face, = photographs.find_faces(crop)
    assert face.note == "the face fills the picture, which was taken whole"
    assert face.side == side and np.array_equal(face.pixels, photographs.whole(crop).pixels)


def test_a_picture_of_fer2013s_form_stays_as_it_is():
    face = fer2013.load(bundled.COMPOSITES, "test")[0][0]
    assert np.array_equal(photographs.whole(np.stack([face] * 3, axis=-1)).pixels, face)


def test_no_face_where_there_is_none():
    assert photographs.find_faces(skimage.data.coffee()) == []
    assert photographs.find_faces(np.zeros((200, 300, 3), np.uint8)) == []
    small, = photographs.find_faces(np.zeros((48, 48, 3), np.uint8))
    assert small.note == "no face was found; so small a square was taken whole"


def test_the_frame_has_the_place_and_side_that_its_units_say():
    face = photographs.frame(np.zeros((200, 200, 3), np.uint8), EYES, MOUTH)
    half = photographs.SIDE * 40 / 2
    middle = 60 - photographs.UPWARDS * 40
    expected = [(50 - half, middle - half), (50 + half, middle - half), (50 + half, middle + half),
                (50 - half, middle + half)]
    assert face.corners == pytest.approx(np.array(expected))


def test_cutting_shows_the_square_and_repeats_the_border():
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[:, 50:] = 200
    inside = photographs.cut(picture, np.array([50.0, 50.0]), 24, 0)
    assert (inside[:, :24] == 0).all() and (inside[:, 24:] == 200).all()
    assert (photographs.cut(picture, np.array([100.0, 0.0]), 24, 0) == 200).all()
    turned = photographs.cut(picture, np.array([50.0, 50.0]), 24, 90)  # what was right is above, as the head lay right
    assert (turned[:20] == 200).all() and (turned[28:] == 0).all()


def save(path, picture, **options):
    Image.fromarray(picture).save(path, **options)
    return path


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.JPEG"])
def test_formats(tmp_path, name):
    picture = np.full((30, 40, 3), (200, 100, 50), np.uint8)
    read = photographs.read(save(tmp_path / name, picture))
    assert read.shape == (30, 40, 3) and np.abs(read.astype(int) - picture).max() < 5


def test_exif_orientation_is_respected(tmp_path):
    exif = Image.Exif()
    exif[0x112] = 6  # to be turned clockwise by 90 degrees
    picture = np.zeros((20, 40, 3), np.uint8)
    picture[:, :10] = 255  # left becomes top
    read = photographs.read(save(tmp_path / "a.jpg", picture, exif=exif))
    assert read.shape == (40, 20, 3) and read[:8].min() > 240 and read[12:].max() < 15


def test_transparent_is_white_and_16_bits_keep_their_greys(tmp_path):
    assert photographs.read(save(tmp_path / "a.png", np.zeros((5, 5, 4), np.uint8))).min() == 255
    assert (photographs.read(save(tmp_path / "b.png", np.full((5, 5), 100 * 257, np.uint16))) == 100).all()


def test_what_is_no_picture_is_refused(tmp_path, monkeypatch):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nand no more")
    with pytest.raises(UserError, match="a.png: not a readable JPEG, PNG or WebP picture"):
        photographs.read(tmp_path / "a.png")
    picture = save(tmp_path / "b.jpg", np.random.default_rng(0).integers(0, 255, (60, 60, 3), np.uint8))
    picture.write_bytes(picture.read_bytes()[:1000])
    with pytest.raises(UserError, match="b.jpg: not a readable"):
        photographs.read(picture)
    monkeypatch.setattr(photographs, "LARGEST", 24)
    with pytest.raises(UserError, match="c.png: 5 x 5 pixels; expected at most 24"):
        photographs.read(save(tmp_path / "c.png", np.zeros((5, 5), np.uint8)))
    with pytest.raises(UserError, match="folder: no such file or folder"):
        photographs.list_pictures([tmp_path / "folder"])


def test_a_decompression_bomb_is_refused_before_it_is_opened(tmp_path):
    Image.new("1", (40_000, 40_000)).save(tmp_path / "bomb.png")  # 1.6 billion pixels in 200 kB
    with pytest.raises(UserError, match="bomb.png: "):
        photographs.read(tmp_path / "bomb.png")


def test_a_folder_is_its_pictures_by_name_and_each_counts_once(tmp_path):
    for name in ("b.jpg", "a.PNG", "notes.txt", ".hidden.png"):
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in photographs.list_pictures([tmp_path / "b.jpg", tmp_path])] == ["b.jpg", "a.PNG"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="empty: no JPEG, PNG or WebP picture"):
        photographs.list_pictures([tmp_path / "empty"])


def test_figures_of_one_name_are_numbered_and_never_replace_a_picture(tmp_path):
    pictures = [tmp_path / name for name in ("x/me.jpg", "y/me.jpg", "me_2.jpg", "Me.png", "out/you.png", "happy.jpg",
                                             "sad_average.jpg")]
    named = [path.name for path in explain_photographs.name_figures(pictures, tmp_path / "out")]
    assert named == ["me.png", "me_2.png", "me_2_2.png", "Me_3.png", "you_2.png",
                     "happy_photograph.png", "sad_average_photograph.png"]  # the last two are other figures' names


def test_explain_goes_on_after_a_picture_without_a_face_and_says_so_at_the_end(tmp_path):
    two = save(tmp_path / "two.jpg", side_by_side(), quality=90)
    coffee = save(tmp_path / "coffee.png", skimage.data.coffee())
    result = run("explain.py", "--image", coffee, two, "--label", "happy", "--samples", 100,
                 "--outputs", tmp_path / "o", check=False)
    assert result.returncode == 2 and [path.name for path in (tmp_path / "o").iterdir()] == ["two.png"]
    assert "two.jpg: 1060 x 620 pixels, 2 faces" in result.stdout
    assert "face 1: happy" in result.stdout and "face 2: neutral" in result.stdout
    assert result.stdout.count("explained: happy") == 2 and result.stdout.count("100 samples, seed 0") == 2
    assert result.stderr.endswith(
        f"{coffee}: no face found; if it shows one from forehead to chin, say --cropped\n"
        "explain.py: 1 of 2 pictures has no figure\n")


def test_a_cropped_picture_is_taken_at_its_word_and_not_replaced(tmp_path, capsys):
    picture = save(tmp_path / "face.png", fer2013.load(bundled.COMPOSITES, "test")[0][40])
    before = picture.read_bytes()

    settings = LimeSettings(superpixels="grid", hide="mean", samples=100, seed=0)
    happy = [fer2013.EMOTIONS.index("happy")]
    explain_photographs.explain_all([picture], happy, settings, lambda faces: np.full((len(faces), 7), 1 / 7),
                                    tmp_path, "png", cropped=True)
    lines = capsys.readouterr().out.split("\n")
    assert lines[0] == f"face.png: 48 x 48 pixels, 1 face; {tmp_path / 'face_2.png'}"
    assert lines[1].startswith("  face 1: angry (0.14); explained: happy (0.14), R² ") and "; taken whole" in lines[1]
    assert picture.read_bytes() == before and (tmp_path / "face_2.png").exists()


@pytest.mark.parametrize("options", [["--data", "elsewhere"], ["--split", "train"], ["--index", "1"], ["--name", "a"]])
def test_explain_refuses_a_choice_of_fer2013_with_pictures(options):
    result = run("explain.py", "--image", "me.jpg", *options, check=False)
    assert result.returncode == 2 and "not allowed with" in result.stderr
