"""The network's shape and parameters, its predictions, and saving and loading it."""
import keras
import numpy as np
import pytest

import model as network
from networks.network import open_network


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
    pixels = np.random.default_rng(1).integers(0, 256, (52, 48, 48), np.uint8)
    expected = np.array(model(pixels[..., None].astype("float32"), training=False))
    asked = network.as_network(model)
    for count in (1, 5, 50, 52):  # a full batch of 1 and of 50, and filled ones
        np.testing.assert_allclose(asked.predict(pixels[:count]), expected[:count], atol=1e-5)


def test_test_time_augmentation_is_the_mean_over_the_face_and_its_mirror_image(model):
    pixels = np.random.default_rng(3).integers(0, 256, (3, 48, 48), np.uint8)
    asked, mirrored = network.as_network(model), pixels[:, :, ::-1]
    probabilities = asked.predict_mirrored(pixels)
    mean = (asked.predict(pixels) + asked.predict(mirrored)) / 2
    np.testing.assert_allclose(probabilities, mean, atol=1e-6)
    np.testing.assert_allclose(probabilities, asked.predict_mirrored(mirrored), atol=1e-6)
    assert not np.allclose(probabilities, asked.predict(pixels))


def test_a_saved_model_is_opened_as_ours_and_predicts_the_same(model, tmp_path):
    model.save(tmp_path / "model.keras")
    opened = open_network(tmp_path / "model.keras")
    pixels = np.random.default_rng(2).integers(0, 256, (3, 48, 48), np.uint8)
    assert opened.caption == ""
    np.testing.assert_array_equal(opened.predict(pixels), network.as_network(model).predict(pixels))
