"""The learner: what it is taught, by whom, about which view."""
import keras
import numpy as np
import pytest

from base.errors import UserError
from networks.network import Network
from tests.support import ROOT
from training import learner
from training.recipe import Recipe

PRETRAINED = str(ROOT / "pretrained" / "emotion_cnn.keras")


class Constant:
    """A teacher that gives every face the same answer, and remembers the views it was shown."""

    def __init__(self, answer):
        self.answer, self.views = np.array(answer, "float32"), []

    def probabilities(self, view):
        self.views.append(keras.ops.convert_to_numpy(view))
        return keras.ops.tile(self.answer[None], (len(view), 1))


def taught(teachers, augmentations=(), share=0.5):
    flat = keras.Sequential([keras.Input((48, 48, 1)), keras.layers.GlobalAveragePooling2D(),
                             keras.layers.Dense(7, "softmax", kernel_initializer="zeros")])
    return learner.Learner(list(augmentations), flat, teachers, share)


def test_the_target_is_the_label_mixed_with_the_mean_answer_of_the_teachers():
    teachers = [Constant([0.5, 0.5, 0, 0, 0, 0, 0]), Constant([0.1, 0.3, 0.6, 0, 0, 0, 0])]
    found = taught(teachers)
    answers = found(np.zeros((2, 48, 48, 1), "uint8"), training=True)
    targets, own = found.mix(np.eye(7, dtype="float32")[[0, 6]], answers)
    expected = [[0.65, 0.2, 0.15, 0, 0, 0, 0], [0.15, 0.2, 0.15, 0, 0, 0, 0.5]]
    np.testing.assert_allclose(targets, expected, atol=1e-6)
    np.testing.assert_allclose(own, np.full((2, 7), 1 / 7), atol=1e-6)


def test_a_teacher_sees_the_view_that_the_network_sees():
    teacher = Constant(np.full(7, 1 / 7))
    darker = keras.layers.Rescaling(0.5)
    faces = np.full((1, 48, 48, 1), 200, "uint8")
    taught([teacher], [darker])(faces, training=True)
    assert (teacher.views[0] == 100).all()


def test_teachers_are_not_asked_when_the_network_is_validated():
    teacher = Constant(np.full(7, 1 / 7))
    assert taught([teacher])(np.zeros((3, 48, 48, 1), "uint8")).shape == (3, 7)
    assert teacher.views == []


def test_without_teachers_the_targets_are_the_labels():
    found, labels = taught([]), np.eye(7, dtype="float32")[[1, 2]]
    answers = found(np.zeros((2, 48, 48, 1), "uint8"), training=True)
    assert found.mix(labels, answers)[0] is labels


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_step_moves_the_network_and_leaves_the_teacher(precision):
    recipe = Recipe(epochs=1, batch_size=4, filters=(2, 2, 2, 2), hidden=4, erase=0.5,
                    teachers=(PRETRAINED,), precision=precision)
    compiled = learner.build(recipe, 4)
    before = [array.copy() for array in compiled.student.get_weights()]
    faces = np.random.default_rng(0).integers(0, 256, (4, 48, 48, 1)).astype("uint8")
    loss, _ = compiled.train_on_batch(faces, np.eye(7, dtype="float32")[:4])
    assert np.isfinite(loss)
    after = compiled.student.get_weights()
    assert any((old != new).any() for old, new in zip(before, after, strict=True))
    shapes = [tuple(variable.shape) for variable in compiled.variables]
    assert (1024, 976) not in shapes  # no variable of the teacher in a checkpoint


def test_erasing_makes_a_rectangle_grey_in_the_given_share_of_the_faces():
    pixels = np.full((400, 48, 48, 1), 10, "float32")
    erasing = learner.augmentations(Recipe(erase=0.25))[1]
    views = np.asarray(erasing(pixels, training=True))
    grey = (views == 128).all(axis=3)  # (400, 48, 48)
    assert 0.15 < grey.any(axis=(1, 2)).mean() < 0.35
    for face in grey[grey.any(axis=(1, 2))]:
        assert face.sum() == face.any(axis=1).sum() * face.any(axis=0).sum() <= 48 * 48 * 0.36
    assert np.array_equal(np.asarray(erasing(pixels, training=False)), pixels)
    assert len(learner.augmentations(Recipe())) == 1  # by default there is none


def test_a_teacher_that_a_training_step_cannot_ask_is_refused(monkeypatch):
    class Raw:
        keras_model = None

    monkeypatch.setattr(learner, "open_network", lambda path, data, precision: Network(Raw(), None))
    with pytest.raises(UserError, match="--teachers lite.tflite: expected a Keras model"):
        learner.open_teachers(Recipe(teachers=("lite.tflite",)), None)
