import importlib.util

import pandas
import pytest

from tests.support import ENVIRONMENT, make_dataset, run

TWO = {"KERAS_BACKEND": "jax", "XLA_FLAGS": "--xla_force_host_platform_device_count=2"}
OPTIONS = ("--epochs", "2", "--batch-size", "14", "--schedule", "constant")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fer2013")
    return make_dataset(folder, {"train": 4, "val": 3})  # 28 and 21 faces


def test_only_jax_shares_batches(data, tmp_path):
    result = run("train.py", "--data", data, "--outputs", tmp_path / "outputs", "--devices", "2",
                 check=False)
    assert result.returncode == 2
    assert result.stderr == ("train.py: --devices 2: Keras shares batches only with "
                             "KERAS_BACKEND=jax, found tensorflow\n")


@pytest.mark.skipif(not importlib.util.find_spec("jax"), reason="JAX is not installed")
@pytest.mark.parametrize("options, expected", [
    (("--devices", "3"), "found 2 (cpu:0, cpu:1)"),
    (("--devices", "2", "--batch-size", "15"),
     "expected a --batch-size that they can share evenly, found 15")])
def test_too_few_devices_and_an_odd_batch_size_are_refused(options, expected, data, tmp_path,
                                                           monkeypatch):
    result = train(monkeypatch, data, tmp_path, *options)
    assert result.returncode == 2 and result.stderr.splitlines()[-1].endswith(expected)


@pytest.mark.skipif(not importlib.util.find_spec("jax"), reason="JAX is not installed")
def test_two_devices_have_the_same_losses_as_one(data, tmp_path, monkeypatch):
    losses = []
    for count in ("1", "2"):
        result = train(monkeypatch, data, tmp_path / count, "--devices", count)
        assert result.returncode == 0, result.stderr
        history = pandas.read_csv(tmp_path / count / "history.csv")
        losses.append(history[["loss", "val_loss"]].to_numpy())
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)


def train(monkeypatch, data, folder, *options):
    for name, value in TWO.items():
        monkeypatch.setitem(ENVIRONMENT, name, value)
    return run("train.py", "--data", data, "--outputs", folder, *OPTIONS, *options, check=False)
