"""The network's shape and parameters, its predictions, and saving and loading it."""
import keras
import numpy as np
import pytest

import model as network


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    return network.build_model()


def test_the_number_of_parameters_is_the_documented_one(model):
    assert model.count_params() == 3_332_679 + 1_024


def test_scaling_is_part_of_the_model(model):
    rescaled = model.get_layer("rescale")(np.array([0.0, 128.0, 192.0], "float32"))
    assert np.array(rescaled).tolist() == [-2.0, 0.0, 1.0]


def test_predictions_do_not_depend_on_the_batch_size(model):
    pixels = np.random.default_rng(1).integers(0, 256, (5, 48, 48), np.uint8)
    expected = np.array(model(pixels[..., None].astype("float32"), training=False))
    for batch_size in (2, 5, 8):  # a short last batch, one full batch, one padded batch
        answers = network.predict(model, pixels, (1, batch_size))
        np.testing.assert_allclose(answers, expected, atol=1e-5)


def test_test_time_augmentation_is_the_mean_over_the_face_and_its_mirror_image(model):
    pixels = np.random.default_rng(3).integers(0, 256, (3, 48, 48), np.uint8)
    mirrored = np.ascontiguousarray(pixels[:, :, ::-1])
    asked = network.as_network(model)
    probabilities = asked.predict_mirrored(pixels)
    mean = (network.predict(model, pixels) + network.predict(model, mirrored)) / 2
    np.testing.assert_allclose(probabilities, mean, atol=1e-6)
    np.testing.assert_allclose(probabilities, asked.predict_mirrored(mirrored), atol=1e-6)
    assert not np.allclose(probabilities, network.predict(model, pixels))


def test_a_saved_model_loads_and_predicts_the_same(model, tmp_path):
    model.save(tmp_path / "model.keras")
    loaded = network.load_model(tmp_path / "model.keras")
    pixels = np.random.default_rng(2).integers(0, 256, (3, 48, 48), np.uint8)
    answers = [network.predict(each, pixels, (3,)) for each in (loaded, model)]
    assert np.array_equal(*answers)
