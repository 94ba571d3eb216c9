import re
from types import SimpleNamespace

import numpy as np
import pandas
import pytest

from base.errors import UserError
from explaining import table
from explaining.explanation import Explained
from explaining.table import Table
from fer2013 import EMOTIONS
from tests import support

SEGMENTS = np.repeat(np.arange(48) // 12, 48).reshape(48, 48)  # four stripes, of 12 rows each
WEIGHTS = np.array([0.5, -1, 0, 1.5])
PAIRS = np.arange(16.0).reshape(4, 4)


def filled(path):
    made = Table(path)
    made.add(Explained(support.explanation(SEGMENTS, WEIGHTS, together=PAIRS),
                       "row 7", EMOTIONS.index("sad")), "validation")
    corners = np.array([(10, 5), (30, 7), (28, 27), (8, 25.04)])
    made.add(Explained(support.explanation(SEGMENTS % 3, WEIGHTS[:3]), "a, b.jpg", number=2),
             corners=corners)
    made.write(hide="blurred", precision="float32")
    return path


def test_a_row_says_all_that_a_figure_says(tmp_path):
    first, second = pandas.read_csv(filled(tmp_path / "faces.csv")).to_dict("records")
    assert tuple(first) == table.COLUMNS
    assert (first["name"], first["split"], first["true"], first["predicted"], first["explained"]) \
        == ("row 7", "validation", "sad", "happy", "happy")
    assert [first[f"p_{emotion}"] for emotion in EMOTIONS] == [0, 0, 0, 1, 0, 0, 0]
    assert (first["r2"], first["r2_pairs"], first["stability"], first["superpixels"]) == (
        0.6, 0.8, 1, 4)
    assert (first["marked_hidden"], first["only_marked"], first["called"]) == (0.3, 0.7, "neutral")
    # rows 36 to 47 have 1.5 of 2.0, and the mouth has 8 of these rows and 24 columns
    assert first["share_mouth"] == pytest.approx(1.5 / 2 * 8 * 24 / (12 * 48), abs=1e-6)
    assert (first["samples"], first["seed"], first["hide"]) == (100, 0, "blurred")
    assert [second[side] for side in table.BOX] == [8, 5, 30, 27] and second["face"] == 2
    assert (first["verdict"], first["margin"], first["fewest"], first["precision"]) == (
        "telling", 0.5, 5, "float32")
    assert second["name"] == "a, b.jpg" and np.isnan(second["true"]) and np.isnan(first["left"])


def test_what_could_not_be_explained_has_a_row_with_the_reason(tmp_path):
    made = Table(tmp_path / "faces.csv")
    made.add_photograph(SimpleNamespace(path="tree.jpg", problem="tree.jpg: no face", rows=[]))
    made.write(precision="float32")
    [row] = pandas.read_csv(tmp_path / "faces.csv").to_dict("records")
    assert (row["name"], row["problem"]) == ("tree.jpg", "tree.jpg: no face")
    assert np.isnan(row["whole"]) and np.isnan(np.load(tmp_path / "faces.npz")["weights"]).all()


def test_the_snippet_of_the_documentation_reads_both_files(tmp_path):
    page = (support.ROOT / "docs" / "long_runs.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", page, re.DOTALL)[1]
    names = {}
    filled(tmp_path / "faces.csv")
    exec(code.replace('"faces', f'"{tmp_path}/faces'), names)
    assert len(code.splitlines()) == 5
    assert np.array_equal(names["weight_map"], WEIGHTS[SEGMENTS])
    assert np.array_equal(names["pairs"], PAIRS)


def test_another_ending_is_refused_and_the_folder_is_made(tmp_path):
    with pytest.raises(UserError, match="ends in .csv"):
        Table(tmp_path / "faces.txt")


def test_another_file_of_the_same_name_is_not_replaced(tmp_path):
    (tmp_path / "fer2013.csv").write_text("emotion,pixels,Usage\n")
    with pytest.raises(UserError, match="another file is there"):
        Table(tmp_path / "fer2013.csv")
    assert filled(tmp_path / "new" / "faces.csv").read_bytes().count(b"\n") == 3
