import numpy as np
import pytest

from explaining import superpixels
from explaining.hiding import BASELINES, HIDING

NOISE = np.random.default_rng(0).integers(0, 256, (48, 48)).astype(np.uint8)
FACES = {
    "black": np.zeros((48, 48), np.uint8),
    "white": np.full((48, 48), 255, np.uint8),
    "noise": NOISE,
    "ramp": np.tile(np.arange(48, dtype=np.uint8) * 5, (48, 1)),
    "edge": np.where(np.arange(48) < 24, 0, 255).astype(np.uint8) * np.ones((48, 1), np.uint8),
    "checkers": np.kron(np.indices((8, 8)).sum(axis=0) % 2 * 255, np.ones((6, 6))).astype(np.uint8),
    "smooth": BASELINES["blurred"](NOISE),
}


@pytest.mark.parametrize("method", superpixels.SEGMENTATIONS)
@pytest.mark.parametrize("name", FACES)
def test_every_face_has_30_to_60_superpixels_numbered_without_gaps(method, name):
    segments = superpixels.segment(FACES[name], method)
    assert segments.shape == (48, 48)
    assert 30 <= segments.max() + 1 <= 60
    assert np.array_equal(np.unique(segments), np.arange(segments.max() + 1))


def test_the_grid_has_49_squares():
    segments = superpixels.segment(NOISE, "grid")
    assert (np.bincount(segments.ravel())[[0, 6, 48]] == [49, 42, 36]).all()
    assert segments[6, 6] == 0 and segments[6, 7] == 1 and segments[7, 6] == 7


def test_the_superpixels_are_squares_if_no_parameter_value_fits():
    segments = superpixels.segment(FACES["black"], "felzenszwalb")
    assert np.array_equal(segments, superpixels.segment(NOISE, "grid"))


def test_each_rule_hides_a_superpixel_as_its_name_says():
    face = np.zeros((48, 48), np.uint8)
    face[:24] = 100
    segments = np.repeat([0, 1, 2, 3], 12)[:, None] * np.ones((1, 48), int)
    segments[11] = 1  # the second superpixel has only rows of 100
    assert (HIDING["mean"](face, segments) == 50).all()
    assert (HIDING["zero"](face, segments) == 0).all()
    assert np.array_equal(HIDING["superpixel-mean"](face, segments), face)
    mixed = np.arange(48)[:, None] // 32 * np.ones((1, 48), int)  # rows 0 to 31: 24 of 100, 8 of 0
    assert HIDING["superpixel-mean"](face, mixed)[[0, 31, 32, 47], 0].tolist() == [75, 75, 0, 0]
    blurred = HIDING["blurred"](face, segments)
    assert blurred.dtype == np.uint8 and blurred[0, 0] == 100 and blurred[-1, -1] == 0
    assert (np.diff(blurred[:, 5].astype(int)) <= 0).all()  # the sharp edge is soft now
    assert 40 <= blurred[24, 5] <= 60


def test_the_mean_face_is_the_same_for_every_face_or_as_bright_and_rich_in_contrast():
    face = (100 + NOISE / 8).astype(np.uint8)
    shown = HIDING["mean-face"](face, None)
    assert shown.shape == (48, 48) and shown.dtype == np.uint8 and shown.std() > 10
    assert np.array_equal(shown, HIDING["mean-face"](FACES["black"], None))
    matched = HIDING["mean-face-matched"](face, None)
    assert matched.dtype == np.uint8 and np.corrcoef(matched.ravel(), shown.ravel())[0, 1] > 0.99
    assert (matched.mean(), matched.std()) == pytest.approx((face.mean(), face.std()), abs=0.1)
    assert (HIDING["mean-face-matched"](FACES["white"], None) == 255).all()
