import numpy as np

from explaining import regions, superpixels


def test_a_superpixel_is_called_by_the_part_in_which_most_of_it_lies():
    names = regions.part_names(superpixels.GRID)
    assert len(names) == 49  # squares of 7x7
    assert (names[0], names[15], names[17], names[19], names[24]) == (
        "forehead", "left eye", "bridge of the nose", "right eye", "nose")
    assert (names[28], names[37], names[38], names[45]) == (
        "left cheek", "left corner of the mouth", "middle of the mouth", "chin by the mouth")


def test_a_part_is_called_by_most_of_its_pixels_and_the_region_that_it_touches():
    segments = np.zeros((48, 48), int)
    segments[14:21, 14:25], segments[16:20, 10:18] = 1, 2  # 30 of 45 pixels beyond column 18
    segments[30:36, 30:38] = 3  # 18 of 48 pixels in the mouth, 3 in the nose
    assert regions.part_names(segments)[1:] == [
        "bridge of the nose", "left eye", "right cheek by the mouth"]


def test_the_shares_of_a_superpixel_are_those_of_its_pixels():
    segments = np.zeros((48, 48), int)
    segments[11:21, 10:12] = 1  # 4 of 10 rows in the brows, 6 in the eyes
    shares = regions.region_shares(segments)
    np.testing.assert_allclose(shares[1], [0.4, 0.6, 0, 0, 0], atol=1e-12)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
