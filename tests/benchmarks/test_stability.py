import numpy as np
import pytest

import fer2013
from benchmarks import stability
from explaining.settings import LimeSettings
from fer2013 import included

FACE = fer2013.open(included.COMPOSITES).split("test").pixels[30]
RAMP = np.arange(48 * 48.0).reshape(48, 48)


def test_maps_agree_with_themselves_and_not_with_their_reverse():
    assert stability.agreement([RAMP, 2 * RAMP + 1]) == pytest.approx((1, 1))
    assert stability.agreement([RAMP, -RAMP]) == pytest.approx((-1, 0))
    assert stability.agreement([RAMP, np.zeros((48, 48))])[0] == 0


def test_divisions_are_of_faces_that_differ_by_a_grey_level_and_the_first_is_the_faces_own():
    own, *others = stability.divisions(FACE, 3)
    assert np.array_equal(own, stability.superpixels.segment(FACE))
    assert len(others) == 2 and not np.array_equal(own, others[0])


def test_the_mean_map_over_divisions_finds_what_each_finds():
    def predict(pixels):
        answer = (pixels[:, :24] == FACE[:24]).mean(axis=(1, 2))
        return np.stack([1 - answer, answer], axis=1)
    settings = LimeSettings(samples=200, hide="zero")
    found = stability.mean_map(FACE, predict, 1, stability.divisions(FACE, 2), settings)
    assert found[:18].mean() > 5 * np.abs(found[30:]).mean()
