"""A network in other formats predicts the same and says what it takes."""
import dataclasses
import json

import numpy as np
import pytest

import model as architecture
from base.errors import UserError
from networks import export

FILTERS = (2, 2, 2, 2)


@pytest.fixture(scope="module")
def tiny():
    return architecture.as_network(architecture.build_model(seed=0, filters=FILTERS), "tiny.keras")


@pytest.mark.parametrize("kind", export.FORMATS)
def test_an_exported_file_says_what_it_takes_and_gives(kind, tiny, tmp_path):
    if kind == "onnx":
        pytest.importorskip("tf2onnx")
    path = export.export(tiny, kind, tmp_path)  # checks what it predicts
    assert path.name.startswith("tiny") and path.exists()
    about = json.loads((tmp_path / f"{path.name}.json").read_text())
    assert about["labels"] == "angry,disgust,fear,happy,sad,surprise,neutral"
    assert about["scaling"].startswith("pixels as they are")
    assert not list(tmp_path.glob(".writing*"))


def test_a_file_that_predicts_otherwise_is_not_written(tiny, tmp_path, monkeypatch):
    angry = np.eye(7, dtype="float32")[0]
    other = dataclasses.replace(tiny.raw, call=lambda x: np.tile(angry, (len(x), 1)))
    with pytest.raises(UserError, match="not written, its predictions for the included .* differ"):
        export.export(dataclasses.replace(tiny, raw=other), "tflite", tmp_path)
    assert list(tmp_path.iterdir()) == []
