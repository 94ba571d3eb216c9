import csv
import dataclasses
import json

import numpy as np
import pytest
from PIL import Image

from base.errors import UserError
from explaining import averages, faces_explained, regions
from explaining.engine import Engine
from explaining.face_set import FaceSet
from explaining.output import Output
from explaining.settings import LimeSettings
from fer2013 import Split
from tests import support

SOURCE = {"split": "test", "command": "python explain.py", "model": "m", "faces": "f"}
SETTINGS = LimeSettings(hide="zero", samples=200, seed=0)


def halves(pixels):
    """A "network": "angry" if the upper half is bright, "disgust" if the lower half is bright."""
    brightness = np.full((len(pixels), 7), 1e-3)
    brightness[:, 0] = pixels[:, :24].mean(axis=(1, 2)) + 0.1
    brightness[:, 1] = pixels[:, 24:].mean(axis=(1, 2))
    return brightness / brightness.sum(axis=1, keepdims=True)


@pytest.fixture
def face_set():
    pixels = np.random.default_rng(0).integers(0, 100, (6, 48, 48)).astype(np.uint8)
    pixels[:3, :24] += 150  # angry
    pixels[3:, 24:] += 150  # disgust
    labels = np.array([0, 0, 0, 1, 1, 0], np.uint8)  # the last is labelled wrongly
    return FaceSet(Split("test", pixels, labels, [f"row {row}" for row in range(6)]),
                   Engine(halves, SETTINGS))


@pytest.fixture
def output(tmp_path):
    return Output(tmp_path, "png", SOURCE)


def labelled(face_set, labels):
    return face_set._replace(faces=dataclasses.replace(face_set.faces,
                                                       labels=np.array(labels, np.uint8)))


def test_the_regions_do_not_overlap_and_their_areas_sum_to_1():
    covered = np.zeros((48, 48), int)
    for rows, columns in regions.REGIONS.values():
        covered[rows, columns] += 1
    assert covered.max() == 1
    assert sum(averages.AREAS.values()) == pytest.approx(1)
    assert averages.AREAS["mouth"] == pytest.approx(11 * 24 / 48**2)


def test_the_positive_weight_is_shared_out_by_region():
    segments = np.zeros((48, 48), int)
    segments[10, 10], segments[40, 20:22], segments[0, 0] = 1, 2, 3  # brows, mouth and rest
    average = averages.Average()
    for weights in ([-5, 1, 2, 1], [-1, 0, 0, -1]):  # the second has no positive weight
        average.add(support.explanation(segments, np.array(weights, float)))
    assert {name: average.rows[0][name] for name in averages.AREAS} == pytest.approx({
        "brows": 0.25, "eyes": 0, "nose": 0, "mouth": 0.5, "rest": 0.25})
    assert np.isnan(average.rows[1]["mouth"])
    assert average.row()["mouth"] == 0.5 and average.row()["r2"] == 0.6
    assert average.mean_map()[0, :2].tolist() == [0, -3]


def test_many_faces_of_two_labels_also_make_a_table(face_set, output, tmp_path, capsys):
    faces_explained.explain_many([0, 1], face_set, 2, output)
    assert {path.name for path in tmp_path.iterdir()} == {
        "emotions_average.png", "emotions_average.csv"}
    printed = capsys.readouterr().out
    assert "angry, 2 faces" in printed and "disgust, 2 faces" in printed
    rows = list(csv.DictReader((tmp_path / "emotions_average.csv").open()))
    assert [(row["emotion"], row["faces"]) for row in rows] == [("angry", "2"), ("disgust", "2")]
    assert sum(float(rows[0][region]) for region in averages.AREAS) == pytest.approx(1, abs=1e-4)
    mean = averages.Average()
    for row in face_set.explain([(index, [1]) for index in face_set.find_correct(1, None)]):
        mean.add(row.explanation)
    assert mean.mean_map()[:20].mean() < 0 < mean.mean_map()[28:].mean()


def test_an_emotion_that_is_never_classified_correctly_is_an_error(face_set, output, tmp_path):
    wrong = labelled(face_set, [3] * 6)
    with pytest.raises(UserError, match="no happy face is classified correctly"):
        faces_explained.explain_many([3], wrong, 2, output)


def test_mistakes_are_explained_against_the_true_label(face_set, output, tmp_path, capsys):
    faces_explained.explain_mistakes([0, 1], face_set, 5, output)
    assert capsys.readouterr().out == (
        "row 5:    angry predicted as disgust, 80 %; does not tell (+8 points)\n")
    record = json.loads(Image.open(tmp_path / "mistakes.png").info["Description"])
    [kept] = record["explanations"].values()
    assert kept["split"] == "test"
    assert kept["heading"].startswith("Disgust, 80 %, rather than angry, 20 %: ")
    with pytest.raises(UserError, match="makes no mistake"):
        faces_explained.explain_mistakes([1], face_set, 5, output)


def test_the_most_confident_mistakes_come_first(face_set):
    def predict(pixels):
        return np.stack([np.full(len(pixels), 0.1), np.linspace(0.5, 0.9, len(pixels))], axis=1)
    confident = labelled(face_set, [0, 0, 1, 0, 0, 1])._replace(engine=Engine(predict, SETTINGS))
    assert confident.find_mistakes([0, 1], 3)[0].tolist() == [4, 3, 1]


def test_correctly_classified_faces_are_in_the_same_order_for_any_batch_size(face_set):
    assert sorted(face_set.classified_correctly(0)) == [0, 1, 2]
    assert sorted(face_set.classified_correctly(1)) == [3, 4]
    one_by_one = face_set.classified_correctly(0, batch_size=1)
    assert list(face_set.classified_correctly(0)) == list(one_by_one)
    with pytest.raises(UserError, match="no sad face in this split"):
        next(face_set.classified_correctly(4))


def test_the_likeliest_face_is_there_if_none_is_classified_correctly(face_set):
    dark = labelled(face_set, [1, 1, 1, 0, 0, 0])
    assert next(dark.classified_correctly(1), None) is None
    assert dark.choose(1) == halves(face_set.faces.pixels[:3])[:, 1].argmax()


def test_the_seed_chooses_the_explained_face_but_the_probability_chooses_the_composite(face_set):
    likeliest = halves(face_set.faces.pixels[:3])[:, 0].argmax()
    by_seed = {face_set._replace(engine=Engine(halves, LimeSettings(seed=seed))).choose(0)
               for seed in range(20)}
    assert by_seed == {0, 1, 2}
    assert face_set._replace(typical=True).choose(0) == likeliest


def test_without_a_label_those_that_the_faces_have_are_explained(face_set):
    assert face_set.present == [0, 1]
    with pytest.raises(UserError, match="no happy face in this split"):
        face_set.of_label(3)
