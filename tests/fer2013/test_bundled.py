"""The faces and the model that the repository ships, and when they are used."""
import functools
import json
import pathlib
import shutil

import matplotlib.cbook
import numpy as np
import pytest
import skimage.data
from PIL import Image

import fer2013
import model as network
from base.errors import UserError
from explaining import wording
from explaining.hiding import BASELINES
from explaining.lime import explain_face
from explaining.settings import LimeSettings
from fer2013 import bundled


@pytest.fixture(scope="module")
def pretrained():
    return network.load_model(bundled.PRETRAINED)


def identities(split):
    """The identities of the avatars in a split."""
    return {name.split("_")[0] for name in fer2013.load(bundled.AVATARS, split)[2]}


def test_avatars_are_balanced_and_enough():
    counts = {split: np.bincount(fer2013.load(bundled.AVATARS, split)[1])
              for split in fer2013.SPLITS}
    assert all((count == count[0]).all() and len(count) == 7 for count in counts.values())
    assert sum(count.sum() for count in counts.values()) >= 2_100


def test_no_avatar_identity_is_in_two_splits():
    train, validation, test = map(identities, fer2013.SPLITS)
    assert not train & validation and not train & test and not validation & test


def test_ground_truth_belongs_to_the_test_avatars():
    truth = np.load(bundled.AVATARS / "ground_truth.npz")
    names = fer2013.load(bundled.AVATARS, "test")[2]
    assert sorted(name.split("/")[-1] for name in truth["names"]) == sorted(names)
    assert truth["motion"].shape == (len(names), 48, 48) and truth["motion"].dtype == np.float16
    assert all(f"test/{name.split('_')[1]}/" in name for name in truth["names"])
    furthest = truth["motion"].astype(float).max(axis=(1, 2))  # (n,), in interocular distances
    neutral = np.array(["/neutral/" in name for name in truth["names"]])
    assert furthest[neutral].max() < 0.05 < furthest[~neutral].min()  # expressions move the skin


def test_bundled_faces_are_small():
    size = sum(path.stat().st_size for path in bundled.AVATARS.rglob("*") if path.is_file())
    assert size < 7_000_000


def test_the_pretrained_model_is_small_and_has_a_record_of_its_training():
    assert bundled.PRETRAINED.stat().st_size <= 14_000_000
    record = json.loads((bundled.PRETRAINED.parent / "run.json").read_text())
    assert record["trained_on"] == "FER2013" and record["best_val_accuracy"] > 0.6


def test_the_pretrained_model_classifies_the_composites_correctly(pretrained):
    pixels, labels, _ = fer2013.load(bundled.COMPOSITES, "test")
    assert (np.bincount(labels, minlength=7) >= 10).all()
    correct = network.predict(pretrained, pixels).argmax(axis=1) == labels
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
    probabilities = network.predict(pretrained, face_of("Eileen Collins")[None])[0]
    assert fer2013.EMOTIONS[probabilities.argmax()] == "happy"


@pytest.mark.parametrize("person", PHOTOGRAPHS)
def test_an_explanation_of_a_photograph_holds_or_says_that_it_may_not(pretrained, person):
    face = face_of(person)
    predict = functools.partial(network.predict, pretrained)
    label = int(predict(face[None])[0].argmax())
    explanation = explain_face(face, predict, [label], LimeSettings(samples=1000))[label]
    strongest = np.isin(explanation.segments, explanation.strongest(1))  # (48, 48)
    without = np.where(strongest, BASELINES["blurred"](face), face)
    holds = predict(without[None])[0, label] < explanation.probability
    assert holds or wording.cautions(explanation)
    assert holds or person != "Eileen Collins"
    assert 30 <= len(explanation.weights) <= 60 and 0 < explanation.r2 <= 1


def run_folder(folder, trained_on):
    """The path of an empty model file, with a run.json beside it that names its training data."""
    folder.mkdir()
    (folder / "model.keras").write_bytes(b"")
    (folder / "run.json").write_text(json.dumps({"trained_on": trained_on}))
    return folder / "model.keras"


def test_a_users_own_model_is_preferred_to_the_pretrained_one(tmp_path):
    assert bundled.choose_model("", tmp_path / "run") == bundled.PRETRAINED
    model = run_folder(tmp_path / "run", "FER2013")
    assert bundled.choose_model("", tmp_path / "run") == model
    assert bundled.choose_model(str(bundled.PRETRAINED), tmp_path / "run") == bundled.PRETRAINED


def test_a_named_model_that_does_not_exist_is_not_replaced_by_another(tmp_path):
    with pytest.raises(UserError, match="typo.keras: no such file"):
        bundled.choose_model(tmp_path / "typo.keras", tmp_path)


def test_bundled_faces_are_of_the_kind_on_which_the_model_was_trained(tmp_path, monkeypatch):
    monkeypatch.setattr(bundled, "has_own", lambda path: False)
    on_avatars = run_folder(tmp_path / "a", bundled.NAMES[bundled.AVATARS])
    on_fer2013 = run_folder(tmp_path / "b", "FER2013")
    assert bundled.choose_faces("data", on_avatars) == bundled.AVATARS
    assert bundled.choose_faces("data", on_fer2013) == bundled.COMPOSITES
    assert bundled.choose_training_data("data") == bundled.AVATARS
    line = "trained on FER2013; faces: the bundled composite faces; to use FER2013, put it"
    assert line in bundled.in_use(bundled.COMPOSITES, on_fer2013)


def test_a_users_own_data_are_preferred_to_the_bundled_faces(tmp_path, monkeypatch):
    monkeypatch.setattr(bundled, "HERE", tmp_path)
    shutil.copytree(bundled.COMPOSITES / "test", tmp_path / "data" / "composites" / "test")
    assert not bundled.has_own("data")  # only the bundled faces
    shutil.copytree(bundled.COMPOSITES / "test", tmp_path / "data" / "train")
    assert bundled.has_own("data") and bundled.has_own(pathlib.Path("elsewhere"))
    assert bundled.choose_training_data("data") == tmp_path / "data"


def test_links_in_a_circle_are_no_data(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert bundled.choose_training_data(str(tmp_path / "a")) == str(tmp_path / "a")
    with pytest.raises((UserError, OSError), match="a"):
        fer2013.load(tmp_path / "a", "train")


def test_training_data_are_named_by_their_counts_or_path():
    assert bundled.name_of("anywhere", fer2013.COUNTS["train"]) == "FER2013"
    assert bundled.name_of("data/avatars", (250,) * 7) == "the bundled avatars"
    assert bundled.name_of("mine", (5,) * 7) == "mine"


def test_bundled_faces_are_not_measured_against_the_counts_of_fer2013():
    labels = fer2013.load(bundled.COMPOSITES, "test")[1]
    assert len(fer2013.describe(bundled.COMPOSITES, "test", labels)) == 2
    assert len(bundled.describe(bundled.COMPOSITES, "test", labels)) == 1
