"""The faces and the model that the repository contains, and when they are used."""
import json
import shutil

import matplotlib.cbook
import numpy as np
import pytest
import skimage.data
from PIL import Image

import fer2013
from base.errors import UserError
from explaining import wording
from explaining.hiding import blurred
from explaining.lime import explain_face
from explaining.settings import LimeSettings
from fer2013 import DataOptions, dataset, included
from networks import choice
from networks.network import open_network


@pytest.fixture(scope="module")
def pretrained():
    return open_network(choice.PRETRAINED)


def identities(split):
    """The identities of the avatars in a split."""
    return {name.split("_")[0] for name in fer2013.open(included.AVATARS).split(split).names}


def test_avatars_are_balanced_and_enough():
    counts = {split: np.bincount(fer2013.open(included.AVATARS).split(split).labels)
              for split in fer2013.SPLITS}
    assert all((count == count[0]).all() and len(count) == 7 for count in counts.values())
    assert sum(count.sum() for count in counts.values()) >= 2_100


def test_no_avatar_identity_is_in_two_splits():
    train, validation, test = map(identities, fer2013.SPLITS)
    assert not train & validation and not train & test and not validation & test


def test_ground_truth_belongs_to_the_test_avatars():
    truth = np.load(included.AVATARS / "ground_truth.npz")
    names = fer2013.open(included.AVATARS).split("test").names
    assert sorted(name.split("/")[-1] for name in truth["names"]) == sorted(names)
    assert truth["motion"].shape == (len(names), 48, 48) and truth["motion"].dtype == np.float16
    assert all(f"test/{name.split('_')[1]}/" in name for name in truth["names"])
    furthest = truth["motion"].astype(float).max(axis=(1, 2))  # (n,), in interocular distances
    neutral = np.array(["/neutral/" in name for name in truth["names"]])
    assert furthest[neutral].max() < 0.05 < furthest[~neutral].min()  # expressions move the skin


def test_included_faces_are_small():
    size = sum(path.stat().st_size for path in included.AVATARS.rglob("*") if path.is_file())
    assert size < 7_000_000


def test_the_pretrained_model_is_small_and_has_a_record_of_its_training():
    assert choice.PRETRAINED.stat().st_size <= 14_000_000
    record = json.loads((choice.PRETRAINED.parent / "run.json").read_text())
    assert record["trained_on"] == "FER2013" and record["best_val_accuracy"] > 0.6


def test_the_pretrained_model_classifies_the_composites_correctly(pretrained):
    faces = fer2013.open(included.COMPOSITES).split("test")
    pixels, labels = faces.pixels, faces.labels
    assert (np.bincount(labels, minlength=7) >= 10).all()
    correct = pretrained.predict(pixels).argmax(axis=1) == labels
    assert all(correct[labels == label].any() for label in range(7))
    assert correct.mean() > 0.8


def grace_hopper():
    return np.asarray(Image.open(matplotlib.cbook.get_sample_data("grace_hopper.jpg")))


PHOTOGRAPHS = {  # (picture, box of the face as left, top, right, bottom)
    "Eileen Collins": (skimage.data.astronaut, (165, 60, 285, 180)),
    "Grace Hopper": (grace_hopper, (165, 118, 345, 298)),
}


def face_of(person):
    """uint8 (48, 48): the face cut out of a photograph."""
    picture, box = PHOTOGRAPHS[person]
    face = Image.fromarray(picture()).convert("L").crop(box)
    return np.asarray(face.resize((48, 48), Image.Resampling.BILINEAR))


def test_the_pretrained_model_predicts_happy_for_the_smiling_astronaut(pretrained):
    probabilities = pretrained.predict(face_of("Eileen Collins")[None])[0]
    assert fer2013.EMOTIONS[probabilities.argmax()] == "happy"


@pytest.mark.parametrize("person", PHOTOGRAPHS)
def test_an_explanation_of_a_photograph_holds_or_says_that_it_may_not(pretrained, person):
    face, predict = face_of(person), pretrained.predict
    label = int(predict(face[None])[0].argmax())
    explanation = explain_face(face, predict, [label], LimeSettings(samples=1000))[label]
    strongest = np.isin(explanation.segments, explanation.strongest(1))  # (48, 48)
    without = np.where(strongest, blurred(face), face)
    holds = predict(without[None])[0, label] < explanation.probability
    assert holds or wording.cautions(explanation)
    assert holds or person != "Eileen Collins"
    assert 30 <= len(explanation.weights) <= 60 and 0 < explanation.r2 <= 1


def test_included_faces_are_of_the_kind_on_which_the_model_was_trained(monkeypatch):
    monkeypatch.setattr(included, "search", lambda path: None)
    on_avatars = included.open_for_explaining(DataOptions(), "the included avatars")
    assert on_avatars.path == str(included.AVATARS) and on_avatars.included
    on_fer2013 = included.open_for_explaining(DataOptions(), "FER2013")
    assert on_fer2013.path == str(included.COMPOSITES)
    assert included.open_for_training(DataOptions()).path == str(included.AVATARS)
    assert on_fer2013.in_words == (
        "the included average faces; data/README.md says how to get FER2013")


def test_a_users_own_data_are_preferred_to_the_included_faces(tmp_path, monkeypatch):
    monkeypatch.setattr(included, "HERE", tmp_path)
    monkeypatch.setattr(dataset, "HERE", tmp_path)
    shutil.copytree(included.COMPOSITES / "test", tmp_path / "data" / "composites" / "test")
    assert included.open_own() is None  # only the included faces
    shutil.copytree(included.COMPOSITES / "test", tmp_path / "data" / "train")
    assert included.open_own().path == str(tmp_path / "data")
    assert included.open_for_training(DataOptions()).path == str(tmp_path / "data")


def test_the_default_data_are_the_repositorys_whichever_folder_the_program_runs_in(
        tmp_path, monkeypatch):
    clone, elsewhere = tmp_path / "clone", tmp_path / "elsewhere"
    shutil.copytree(included.COMPOSITES / "test", clone / "data" / "train")
    elsewhere.mkdir()
    monkeypatch.setattr(included, "HERE", clone)
    monkeypatch.setattr(dataset, "HERE", clone)
    monkeypatch.chdir(elsewhere)
    assert included.open_own().path == str(clone / "data")
    monkeypatch.chdir(clone)
    assert included.open_own().path == "data"


def test_links_in_a_circle_are_no_data(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises((UserError, OSError), match="a"):
        fer2013.open(tmp_path / "a")


def test_included_faces_are_not_measured_against_the_counts_of_fer2013():
    data = fer2013.open(included.COMPOSITES)
    assert len(data.describe("test")) == 1 and data.name == "the included average faces"
    assert data.title("test") == "the included average faces, test split"


def test_included_faces_are_read_as_the_options_say():
    data = fer2013.open(DataOptions(str(included.AVATARS), "disgust=ignore"))
    assert data.name == "the included avatars"
    assert 1 not in data.split("test").labels
