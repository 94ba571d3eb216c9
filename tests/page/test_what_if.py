import numpy as np
import pytest

from explaining import superpixels
from explaining.settings import LimeSettings
from page import what_if

FACE = np.random.default_rng(0).integers(0, 255, (48, 48)).astype(np.uint8)
PARTS = what_if.divide(FACE, LimeSettings("grid", "zero"))


def test_a_face_is_divided_and_hidden_as_the_settings_say():
    np.testing.assert_array_equal(PARTS.segments, superpixels.segment(FACE, "grid"))
    assert PARTS.count == 49 and not PARTS.hidden.any()


def test_the_network_sees_the_face_without_the_hidden_superpixels():
    shown = what_if.toggled(np.ones(PARTS.count, bool), 8)
    seen = []
    what_if.ask(PARTS, shown, lambda faces: seen.append(faces) or np.eye(7)[:1])
    assert not seen[0][0, 7:14, 7:14].any()  # superpixel 8 is the second of the second row
    np.testing.assert_array_equal(seen[0][0, :7], FACE[:7])


def test_what_is_toggled_twice_is_as_before():
    shown = np.arange(PARTS.count) % 2 == 0
    np.testing.assert_array_equal(what_if.toggled(what_if.toggled(shown, 8), 8), shown)


@pytest.mark.parametrize(("choice", "count"), [
    ("Show all", 49), ("Hide all", 0), ("Hide the marked", 46), ("Only the marked", 3),
    ("Hide random ones", 46)])
def test_each_button_shows_as_many_superpixels_as_it_says(choice, count):
    shown = what_if.CHOICES[choice](49, [4, 5, 6], np.random.default_rng(0))
    assert shown.sum() == count and shown.dtype == bool
    if "marked" in choice:
        assert (shown[[4, 5, 6]] == (choice == "Only the marked")).all()
