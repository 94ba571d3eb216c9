"""A tiny dataset and a tiny network that train.py has trained on it."""
import pytest

from tests.support import make_dataset, run, train_options


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    return make_dataset(tmp_path_factory.mktemp("data"), {"train": 12, "validation": 2, "test": 2})


@pytest.fixture(scope="session")
def trained(data, tmp_path_factory):
    """The folder of outputs, and the ended process."""
    folder = tmp_path_factory.mktemp("trained") / "outputs"
    return folder, run("train.py", *train_options(data, folder))
