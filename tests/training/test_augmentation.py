import numpy as np
import pytest

from training import augmentation


@pytest.fixture
def pixels():
    """Noise: float32 (16, 48, 48, 1)."""
    return np.random.default_rng(0).integers(0, 256, (16, 48, 48, 1)).astype("float32")


def augment(pixels, **options):
    return np.asarray(augmentation.FaceAugmentation(**options)(pixels, training=True))


def test_augmentation_does_nothing_at_inference(pixels):
    assert np.array_equal(np.asarray(augmentation.FaceAugmentation()(pixels)), pixels)


def test_sharp_unshifted_faces_stay_the_same_or_are_mirrored(pixels):
    views = augment(pixels, shift=0, contrast=0, sharp=1.0)
    pairs = list(zip(views, pixels, strict=True))
    same = [np.allclose(view, face, atol=0.01) for view, face in pairs]
    mirrored = [np.allclose(view, face[:, ::-1], atol=0.01) for view, face in pairs]
    assert all(np.logical_xor(same, mirrored)) and any(same) and any(mirrored)


def test_sharp_faces_move_by_whole_pixels_and_at_most_by_the_shift(pixels):
    middle = np.s_[4:-4, 4:-4]
    for view, face in zip(augment(pixels, shift=4, contrast=0, sharp=1.0), pixels, strict=True):
        moves = [np.roll(side, (down, right), (0, 1)) for side in (face, face[:, ::-1])
                 for down in range(-4, 5) for right in range(-4, 5)]
        assert any(np.allclose(view[middle], move[middle], atol=0.05) for move in moves)


def test_faces_turn_up_to_the_largest_angle():
    bar = np.zeros((64, 48, 48, 1), "float32")
    bar[:, 23:25] = 255  # a line through the centre
    views = augment(bar, turn=45, zoom=0, shift=0, contrast=0, sharp=0.0)
    upper = views[:, :, 40, 0].argmax(axis=1) - 23.5  # where the line crosses column 40
    angles = np.degrees(np.arctan2(np.abs(upper), 40 - 23.5))
    assert angles.max() <= 46 and angles.max() > 30 and angles.min() < 15


def test_contrast_keeps_the_mean_and_stays_within_the_greys():
    stripes = np.tile(np.array([[100.0, 140.0]], "float32"), (48, 24))  # (48, 48)
    pixels = stripes[None, ..., None].repeat(8, axis=0)  # (8, 48, 48, 1)
    views = augment(pixels, turn=0, zoom=0, shift=0, contrast=0.5)
    np.testing.assert_allclose(views.mean(axis=(1, 2, 3)), 120, atol=0.1)
    spread = views.max(axis=(1, 2, 3)) - views.min(axis=(1, 2, 3))
    assert spread.min() >= 20 - 0.1 and spread.max() <= 60 + 0.1 and np.ptp(spread) > 5
    assert augment(255 * np.round(pixels / 240), contrast=0.9).max() <= 255


def test_the_same_seed_gives_the_same_views_and_every_call_gives_new_ones(pixels):
    assert np.array_equal(augment(pixels, seed=1), augment(pixels, seed=1))
    assert not np.array_equal(augment(pixels, seed=1), augment(pixels, seed=2))
    layer = augmentation.FaceAugmentation(seed=1)
    first, second = (np.asarray(layer(pixels, training=True)) for _ in range(2))
    assert not np.array_equal(first, second)
