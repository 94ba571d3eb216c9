import numpy as np
import pytest

from training import augmentation


@pytest.fixture
def faces():
    return np.random.default_rng(0).integers(0, 256, (16, 48, 48, 1)).astype("float32")


def views(faces, **options):
    return np.asarray(augmentation.FaceAugmentation(**options)(faces, training=True))


def test_does_nothing_at_inference(faces):
    assert np.array_equal(np.asarray(augmentation.FaceAugmentation()(faces)), faces)


def test_sharp_unshifted_faces_are_themselves_or_their_mirror_images(faces):
    seen = views(faces, shift=0, contrast=0, sharp=1.0)
    same = [np.allclose(view, face, atol=0.01) for view, face in zip(seen, faces, strict=True)]
    mirrored = [np.allclose(view, face[:, ::-1], atol=0.01) for view, face in zip(seen, faces, strict=True)]
    assert all(np.logical_xor(same, mirrored)) and any(same) and any(mirrored)


def test_sharp_faces_move_by_whole_pixels_and_no_further_than_asked(faces):
    middle = np.s_[4:-4, 4:-4]
    for view, face in zip(views(faces, shift=4, contrast=0, sharp=1.0), faces, strict=True):
        moves = [np.roll(side, (down, right), (0, 1)) for side in (face, face[:, ::-1])
                 for down in range(-4, 5) for right in range(-4, 5)]
        assert any(np.allclose(view[middle], move[middle], atol=0.05) for move in moves)


def test_turning_goes_as_far_as_asked():
    bar = np.zeros((64, 48, 48, 1), "float32")
    bar[:, 23:25] = 255  # a line through the centre
    seen = views(bar, turn=45, zoom=0, shift=0, contrast=0, sharp=0.0)
    upper = seen[:, :, 40, 0].argmax(axis=1) - 23.5  # where the line crosses column 40
    angles = np.degrees(np.arctan2(np.abs(upper), 40 - 23.5))
    assert angles.max() <= 46 and angles.max() > 30 and angles.min() < 15


def test_contrast_keeps_the_mean_and_stays_within_the_greys():
    face = np.tile(np.array([[100.0, 140.0]], "float32"), (48, 24))[None, ..., None].repeat(8, axis=0)
    seen = views(face, turn=0, zoom=0, shift=0, contrast=0.5)
    np.testing.assert_allclose(seen.mean(axis=(1, 2, 3)), 120, atol=0.1)
    spread = seen.max(axis=(1, 2, 3)) - seen.min(axis=(1, 2, 3))
    assert spread.min() >= 20 - 0.1 and spread.max() <= 60 + 0.1 and np.ptp(spread) > 5
    assert views(255 * np.round(face / 240), contrast=0.9).max() <= 255


def test_same_seed_same_views_and_new_ones_at_each_call(faces):
    assert np.array_equal(views(faces, seed=1), views(faces, seed=1))
    assert not np.array_equal(views(faces, seed=1), views(faces, seed=2))
    layer = augmentation.FaceAugmentation(seed=1)
    first, second = np.asarray(layer(faces, training=True)), np.asarray(layer(faces, training=True))
    assert not np.array_equal(first, second)


def test_erasing_makes_a_rectangle_of_the_asked_share_of_the_faces_grey():
    faces = np.full((400, 48, 48, 1), 10, "float32")
    first, erasing = augmentation.layers(sharp=1.0, erase=0.25, seed=0)
    seen = np.asarray(erasing(first(faces, training=True), training=True))
    grey = (seen == 128).all(axis=3)  # (400, 48, 48)
    assert 0.15 < grey.any(axis=(1, 2)).mean() < 0.35
    for face in grey[grey.any(axis=(1, 2))]:
        assert face.sum() == face.any(axis=1).sum() * face.any(axis=0).sum() <= 48 * 48 * 0.36
    assert np.array_equal(np.asarray(erasing(faces, training=False)), faces)


def test_nothing_is_erased_unless_asked():
    assert len(augmentation.layers(sharp=0.5, erase=0.0, seed=0)) == 1
