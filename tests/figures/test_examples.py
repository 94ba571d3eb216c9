"""The example faces of a confusion matrix come back as they were written."""
import numpy as np
import pytest
from PIL import Image

from figures import examples


def test_each_cell_keeps_its_most_confident_faces_with_their_names(tmp_path):
    pixels = np.arange(5, dtype=np.uint8)[:, None, None] * np.ones((48, 48), np.uint8)
    labels = np.array([2, 2, 2, 2, 3])
    confidences = (0.5, 0.9, 0.7, 0.6, 0.8)
    probabilities = np.full((5, 7), 0.01)
    probabilities[range(5), [4, 4, 4, 4, 3]] = confidences  # four fear faces are called sad
    path = tmp_path / "a.png"
    examples.write(pixels, labels, probabilities, list("abcde"), path, {"split": "test"})
    cells, record = examples.read(path)
    assert record == {"split": "test"} and set(cells) == {(2, 4), (3, 3)}
    found = [(example.name, example.confidence, example.face.max()) for example in cells[2, 4]]
    assert found == [("b", 0.9, 1), ("c", 0.7, 2), ("d", 0.6, 3)]
    assert np.array_equal(cells[3, 3][0].face, pixels[4])


def test_another_picture_is_no_examples(tmp_path):
    Image.new("L", (9, 9)).save(tmp_path / "a.png")
    with pytest.raises(ValueError):
        examples.read(tmp_path / "a.png")
