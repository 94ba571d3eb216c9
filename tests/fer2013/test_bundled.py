"""What the repository ships: faces that may be shared, and a model that reads them."""
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
from explaining import face_lime
from explaining.baselines import BASELINES
from fer2013 import bundled


@pytest.fixture(scope="module")
def pretrained():
    return network.load_model(bundled.PRETRAINED)


def identities(split):
    return {name.split("_")[0] for name in fer2013.load(bundled.AVATARS, split)[2]}


def test_avatars_are_balanced_and_enough():
    counts = {split: np.bincount(fer2013.load(bundled.AVATARS, split)[1]) for split in fer2013.SPLITS}
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
    assert furthest[neutral].max() < 0.05 < furthest[~neutral].min()  # an expression moves the skin, a twitch hardly


def test_bundled_faces_are_small():
    size = sum(path.stat().st_size for path in bundled.AVATARS.rglob("*") if path.is_file())
    assert size < 6_000_000


def test_pretrained_model_is_small_and_says_where_it_comes_from():
    assert bundled.PRETRAINED.stat().st_size <= 14_000_000
    record = json.loads((bundled.PRETRAINED.parent / "run.json").read_text())
    assert record["trained_on"] == "FER2013" and record["best_val_accuracy"] > 0.6


def test_pretrained_model_reads_the_composite_faces(pretrained):
    pixels, labels, _ = fer2013.load(bundled.COMPOSITES, "test")
    assert (np.bincount(labels, minlength=7) >= 10).all()
    right = network.predict(pretrained, pixels).argmax(axis=1) == labels
    assert all(right[labels == label].any() for label in range(7))
    assert right.mean() > 0.8


PHOTOGRAPHS = {  # pictures nobody made for us: (picture, box of the face as left, top, right, bottom)
    "Eileen Collins": (skimage.data.astronaut, (165, 60, 285, 180)),
    "Grace Hopper": (lambda: np.asarray(Image.open(matplotlib.cbook.get_sample_data("grace_hopper.jpg"))),
                     (165, 118, 345, 298)),
}


def face_of(person):
    picture, box = PHOTOGRAPHS[person]
    return np.asarray(Image.fromarray(picture()).convert("L").crop(box).resize((48, 48), Image.Resampling.BILINEAR))


def test_pretrained_model_sees_the_astronaut_smile(pretrained):
    assert fer2013.EMOTIONS[network.predict(pretrained, face_of("Eileen Collins")[None])[0].argmax()] == "happy"


@pytest.mark.parametrize("person", PHOTOGRAPHS)
def test_an_explanation_of_a_photograph_holds_or_says_that_it_may_not(pretrained, person):
    face = face_of(person)
    predict = functools.partial(network.predict, pretrained)
    label = int(predict(face[None])[0].argmax())
    found = face_lime.explain_face(face, predict, [label], samples=1000, seed=0)[label]
    without = np.where(np.isin(found.segments, found.strongest(1)), BASELINES["blurred"](face), face)
    holds = predict(without[None])[0, label] < found.probability
    assert holds or found.cautions()
    assert holds or person != "Eileen Collins"
    assert 30 <= len(found.weights) <= 60 and 0 < found.r2 <= 1


def run_folder(folder, trained_on):
    folder.mkdir()
    (folder / "model.keras").write_bytes(b"")
    (folder / "run.json").write_text(json.dumps({"trained_on": trained_on}))
    return folder / "model.keras"


def test_a_trained_model_goes_before_the_pretrained_one(tmp_path):
    assert bundled.choose_model("", tmp_path / "run") == bundled.PRETRAINED
    model = run_folder(tmp_path / "run", "FER2013")
    assert bundled.choose_model("", tmp_path / "run") == model
    assert bundled.choose_model(str(bundled.PRETRAINED), tmp_path / "run") == bundled.PRETRAINED


def test_a_model_that_was_named_and_is_not_there_is_not_replaced_by_another(tmp_path):
    with pytest.raises(UserError, match="typo.keras: no such file"):
        bundled.choose_model(tmp_path / "typo.keras", tmp_path)


def test_bundled_faces_are_of_the_kind_the_model_learned_from(tmp_path, monkeypatch):
    monkeypatch.setattr(bundled, "has_own", lambda path: False)
    on_avatars = run_folder(tmp_path / "a", bundled.NAMES[bundled.AVATARS])
    on_fer2013 = run_folder(tmp_path / "b", "FER2013")
    assert bundled.choose_faces("data", on_avatars) == bundled.AVATARS
    assert bundled.choose_faces("data", on_fer2013) == bundled.COMPOSITES
    assert bundled.choose_training_data("data") == bundled.AVATARS
    assert "trained on FER2013; faces: the bundled composite faces; to use FER2013, lay it" in bundled.in_use(
        bundled.COMPOSITES, on_fer2013)


def test_a_users_own_data_goes_before_the_bundled(tmp_path, monkeypatch):
    monkeypatch.setattr(bundled, "HERE", tmp_path)
    shutil.copytree(bundled.COMPOSITES / "test", tmp_path / "data" / "composites" / "test")
    assert not bundled.has_own("data")  # the bundled faces alone
    shutil.copytree(bundled.COMPOSITES / "test", tmp_path / "data" / "train")
    assert bundled.has_own("data") and bundled.has_own(pathlib.Path("elsewhere"))
    assert bundled.choose_training_data("data") == "data"


def test_what_a_training_run_is_called():
    assert bundled.name_of("anywhere", fer2013.COUNTS["train"]) == "FER2013"
    assert bundled.name_of("data/avatars", (250,) * 7) == "the bundled avatars"
    assert bundled.name_of("mine", (5,) * 7) == "mine"
