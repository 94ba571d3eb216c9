"""A tiny dataset, a tiny network that train.py has trained on it, and a tinier one."""
import keras
import pytest

import model as network
from tests.support import make_dataset, run, train_options


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    return make_dataset(tmp_path_factory.mktemp("data"), {"train": 12, "validation": 2, "test": 2})


@pytest.fixture(scope="session")
def trained(data, tmp_path_factory):
    """The folder of outputs, and the ended process."""
    folder = tmp_path_factory.mktemp("trained") / "outputs"
    return folder, run("train.py", *train_options(data, folder))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """The path of a network that nobody trained, and that predicts in no time."""
    path = tmp_path_factory.mktemp("tiny") / "tiny.keras"
    keras.utils.set_random_seed(0)  # other weights may predict what a test takes for a mistake
    network.build_model(filters=(2, 2, 2, 2), hidden=4).save(path)
    return path
