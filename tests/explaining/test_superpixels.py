import numpy as np
import pytest

from explaining import superpixels
from explaining.hiding import HIDING, blurred

NOISE = np.random.default_rng(0).integers(0, 256, (48, 48)).astype(np.uint8)
FACES = {
    "black": np.zeros((48, 48), np.uint8),
    "white": np.full((48, 48), 255, np.uint8),
    "noise": NOISE,
    "edge": np.where(np.arange(48) < 24, 0, 255).astype(np.uint8) * np.ones((48, 1), np.uint8),
    "checkers": np.kron(np.indices((8, 8)).sum(axis=0) % 2 * 255, np.ones((6, 6))).astype(np.uint8),
    "smooth": blurred(NOISE),
}


@pytest.mark.parametrize("name", FACES)
def test_every_face_has_30_to_60_superpixels_numbered_without_gaps(name):
    segments = superpixels.segment(FACES[name])
    assert segments.shape == (48, 48)
    assert 30 <= segments.max() + 1 <= 60
    assert np.array_equal(np.unique(segments), np.arange(segments.max() + 1))


def test_the_superpixels_are_49_squares_where_slic_finds_too_few_or_too_many(monkeypatch):
    monkeypatch.setattr(superpixels, "COMPACTNESS", ())
    segments = superpixels.segment(NOISE)
    assert (np.bincount(segments.ravel())[[0, 6, 48]] == [49, 42, 36]).all()
    assert segments[6, 6] == 0 and segments[6, 7] == 1 and segments[7, 6] == 7


@pytest.mark.parametrize("name", HIDING)
def test_hidden_pixels_show_no_detail(name):
    before = NOISE.copy()
    hidden = HIDING[name](NOISE)
    assert hidden.shape == (48, 48) and hidden.dtype == np.uint8
    assert hidden.std() < 0.1 * NOISE.std() and np.array_equal(NOISE, before)
    assert hidden.mean() == pytest.approx(0 if name == "zero" else NOISE.mean(), abs=2)
