"""The preprocessing is found out, for tiny networks whose scaling and order of labels are known.

The "network" reads how bright a face is, as its label has it, and only if the pixels are scaled as
it expects: otherwise every face is too dark or too bright.
"""
import argparse
import dataclasses

import keras
import numpy as np
import pytest

from base.errors import UserError
from explaining import methods
from fer2013 import EMOTIONS
from fer2013.names import ORDERS
from networks import network, preprocessing, search
from networks.network import Network, open_network
from networks.preprocessing import SCALES, Preprocessing, names_of
from networks.raw import RawNetwork

CLASSES = len(EMOTIONS)
LEVELS = 20 + 32 * np.arange(CLASSES)  # mean grey value of the faces of each label


def bright_faces(count, seed=0):
    """Faces as bright as their label has it: search.Faces."""
    labels = np.arange(count, dtype=np.uint8) % CLASSES
    noise = np.random.default_rng(seed).integers(-8, 9, (count, 48, 48))
    pixels = (LEVELS[labels][:, None, None] + noise).astype(np.uint8)
    return search.Faces(pixels, labels, "faces")


def bright_network(scale, labels, finish=lambda x: x, channels=1, size=48):
    """A raw network that expects this scaling and has its outputs in this order."""
    apply = SCALES[scale].apply
    levels = [apply(np.float32(LEVELS[EMOTIONS.index(name)])) if name in EMOTIONS else np.inf
              for name in labels]
    contrast = apply(np.float32(255)) - apply(np.float32(0))

    def call(pictures):
        means = pictures.mean(axis=(1, 2, 3))[:, None]  # (n, 1)
        far = np.abs(means - np.float32(levels)) / contrast  # (n, classes), in shares of 255
        return finish(np.maximum(5 - 50 * far, -50)).astype(np.float32)
    return RawNetwork("theirs.h5", "a fake", (size, size, channels), len(labels), call,
                      None, "digest")


def softmax(x):
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


UNIT = Preprocessing("unit", EMOTIONS, "probabilities")
ALPHABETICAL = names_of("alphabetical", CLASSES)


@pytest.mark.parametrize("scale, labels, finish, outputs", [
    ("unit", ALPHABETICAL, softmax, "probabilities"),
    ("as-is", EMOTIONS, lambda x: x, "logits"),
    ("unit", names_of("fer+", 8), softmax, "probabilities"),
    ("unit", EMOTIONS[::-1], lambda x: 1 / (1 + np.exp(-x)), "sigmoids"),
    ("dataset", names_of("raf-db", 7), softmax, "probabilities"),
])
def test_scaling_order_and_kind_of_answers_are_found(scale, labels, finish, outputs):
    found = search.find(bright_network(scale, labels, finish), bright_faces(280))
    assert (found.scale, found.labels, found.outputs) == (scale, tuple(labels), outputs)
    assert "100 % of 280 faces; next best" in found.words()


def test_a_network_that_reads_nothing_is_refused_and_taken_when_told_how():
    raw = dataclasses.replace(bright_network("unit", EMOTIONS), call=lambda x: np.tile(
        np.float32([0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]), (len(x), 1)))
    with pytest.raises(UserError, match="theirs.h5: no better than chance.*--scale and --labels"):
        search.find(raw, bright_faces(140))
    assert search.find(raw, bright_faces(140), "signed", "fer2013").scale == "signed"


def test_two_ways_that_differ_and_read_alike_are_told_to_the_user():
    random = np.random.default_rng(0)

    def happy_alone(x):  # guesses the others; alphabetical order has happy at the same place
        return softmax(np.where(np.arange(CLASSES) == 3, x, random.normal(size=x.shape)))
    expected = "two ways of preprocessing cannot be told apart.*fer2013.*alphabetical.*say its own"
    with pytest.raises(UserError, match=expected):
        search.find(bright_network("unit", EMOTIONS, happy_alone), bright_faces(280))


def test_a_common_order_goes_before_a_rare_one_that_is_not_significantly_better():
    def way(order, right):
        right = np.array(right)
        read_as = Preprocessing("unit", names_of(order, 7), "logits")
        return search.Way(read_as, right, 0.0)
    usual, rare = way("alphabetical", [1] * 76 + [0] * 204), way("raf-db", [0] * 199 + [1] * 81)
    best, rivals = search.choose([rare, usual])  # 27 against 29 %
    assert best is usual and rivals == []
    rare = way("raf-db", [0] * 140 + [1] * 140)
    assert search.choose([rare, usual])[0] is rare


def test_pixels_that_saturate_the_softmax_are_not_taken():
    unit = bright_network("unit", EMOTIONS, softmax)

    def call(pictures):  # of pixels 255 times too large the same outputs, all certain
        large = pictures.max() > 2
        found = unit.call(pictures / 255 if large else pictures)
        found[::3] = np.roll(found[::3], 1, axis=1)
        return np.eye(CLASSES)[found.argmax(axis=1)] if large else (found + 0.1) / 1.7
    found = search.find(dataclasses.replace(unit, call=call), bright_faces(280))
    assert (found.scale, found.labels) == ("unit", EMOTIONS)


@pytest.mark.parametrize("share, taken", [(0.25, False), (0.6, True)])
def test_an_order_of_no_name_must_read_30_percent(share, taken):
    order, random = EMOTIONS[::-1], np.random.default_rng(0)
    sure = bright_network("unit", order, softmax)

    def call(pictures):
        found = sure.call(pictures)
        guess = softmax(9 * random.normal(size=found.shape))
        known = random.random(len(found)) < (share - 1 / 7) / (6 / 7)
        return np.where(known[:, None], found, guess)
    raw = dataclasses.replace(sure, call=call)
    if taken:
        assert search.find(raw, bright_faces(280)).labels == order
    else:
        with pytest.raises(UserError, match="no better than chance"):
            search.find(raw, bright_faces(280))


def test_answers_that_are_not_finite_are_refused():
    raw = dataclasses.replace(bright_network("unit", EMOTIONS),
                              call=lambda x: np.full((len(x), CLASSES), np.nan, np.float32))
    with pytest.raises(UserError, match="no better than chance"):
        search.find(raw, bright_faces(70))
    with pytest.raises(UserError, match="no probabilities"):
        Network(raw, UNIT).predict(bright_faces(7).pixels)


@pytest.mark.parametrize("size", [32, 48, 96])
def test_faces_are_resized_and_made_of_three_channels(size):
    raw = bright_network("unit", EMOTIONS, channels=3, size=size)
    ramp = np.tile(np.arange(48, dtype=np.float32), (1, 48, 1)) * 5
    fed = np.asarray(preprocessing.preprocess(ramp, raw.input_shape, "as-is"))
    assert fed.shape == (1, size, size, 3) and np.ptp(fed, axis=3).max() == 0
    middle = fed[0, size // 2, 2:-2, 0]
    np.testing.assert_allclose(np.diff(middle), 5 * 48 / size, atol=1e-3)  # still a ramp


def test_what_was_found_is_said_and_names_that_do_not_fit_are_refused(monkeypatch):
    raw = bright_network("unit", ALPHABETICAL, softmax)
    monkeypatch.setattr(network, "read", lambda path: raw)
    monkeypatch.setattr(search, "labelled_faces", lambda data: bright_faces(70))
    first = open_network("theirs.h5")
    assert "theirs.h5: pixels / 255" in first.caption
    named = open_network("theirs.h5", scale="signed", labels="fer2013").preprocessing
    assert (named.scale, named.labels) == ("signed", EMOTIONS)
    with pytest.raises(UserError, match="theirs.h5 has 7 outputs; expected as many names"):
        open_network("theirs.h5", labels=(*EMOTIONS, "bored"))
    with pytest.raises(UserError, match="a --scale of 1-channel pictures"):
        open_network("theirs.h5", scale="torchvision")


def test_contempt_in_the_place_of_an_emotion_leaves_it_without_a_probability():
    labels = ORDERS["ck+"]
    raw = bright_network("unit", labels, softmax)
    found = search.find(raw, bright_faces(280))
    assert (found.scale, found.labels) == ("unit", labels)
    assert "contempt left out and the rest renormalised, no output for neutral" in found.words()
    opened, faces = Network(raw, found), bright_faces(70)
    answers = opened.predict(faces.pixels)
    others = faces.labels != EMOTIONS.index("neutral")
    assert np.array_equal(answers.argmax(axis=1)[others], faces.labels[others])
    assert (answers[:, EMOTIONS.index("neutral")] == 0).all()
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-6)
    with pytest.raises(UserError, match="theirs.h5: has no output for neutral"):
        opened.output_of(EMOTIONS.index("neutral"))


@pytest.mark.parametrize("text", ["happy", "angry,angry,fear,happy,sad,surprise,neutral",
                                  "bored,contempt,fear,happy,sad,surprise,neutral"])
def test_names_of_outputs_that_fit_no_network_are_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match="expected one of fer2013"):
        preprocessing.order_of_labels(text)


def test_gradient_methods_explain_nested_sequential_models_of_another_size():
    keras.utils.set_random_seed(0)
    inner = keras.Sequential([keras.Input((96, 96, 3)), keras.layers.Conv2D(2, 3, padding="same"),
                              keras.layers.ReLU()])
    model = keras.Sequential([keras.Input((96, 96, 3)), inner, keras.layers.AveragePooling2D(8),
                              keras.layers.Flatten(), keras.layers.Dense(7, "softmax")])
    raw = RawNetwork("nested.keras", "Keras", (96, 96, 3), 7,
                     lambda x: model.predict_on_batch(x), model, "nested")
    opened = Network(raw, Preprocessing("unit", ALPHABETICAL, "probabilities"))
    face = bright_faces(7).pixels[3]
    assert methods.left_out(opened) == {}
    relevance = methods.integrated_gradients(face, 3, opened, 0)
    ends = opened.predict(np.stack([face, np.zeros_like(face)]))[:, 3]
    assert relevance.shape == (48, 48)
    assert relevance.sum() == pytest.approx(float(ends[0] - ends[1]), abs=1e-3)
    coarse = methods.grad_cam(face, 3, opened, 0)
    assert coarse.shape == (48, 48) and (coarse >= 0).all()
