"""examples/walkthrough.ipynb is committed as source, and runs from top to bottom.

Its first lines are those of README's "In code".
"""
import re
import shutil

import nbformat
import pytest
from nbclient import NotebookClient

from fer2013 import EMOTIONS, included
from tests.support import ROOT

NOTEBOOK = ROOT / "examples" / "walkthrough.ipynb"
FACES = {"train": 4, "validation": 2, "test": 4}  # of each emotion
FIGURES = 12


def read():
    return nbformat.read(NOTEBOOK, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def few_avatars(folder):
    """A dataset of a few avatars, on which training takes seconds."""
    for split, count in FACES.items():
        for emotion in EMOTIONS:
            target = folder / split / emotion
            target.mkdir(parents=True)
            faces = sorted((included.AVATARS / split / emotion).glob("*.png"))
            for face in faces[:count]:
                shutil.copy(face, target)
    return folder


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The notebook with its outputs, executed with small settings."""
    folder = tmp_path_factory.mktemp("notebook")
    data = few_avatars(folder / "data")
    notebook = read()
    place = next(number for number, cell in enumerate(notebook.cells)
                 if "parameters" in cell.metadata.get("tags", ()))
    notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(
        f"DATA, OUTPUTS = {str(data)!r}, {str(folder / 'outputs')!r}\n"
        "EPOCHS, SAMPLES, FACES = 1, 60, 2"))
    about = {"metadata": {"path": NOTEBOOK.parent}}
    return NotebookClient(notebook, timeout=300, resources=about).execute()


def test_the_notebook_is_committed_without_outputs():
    assert all(not cell.outputs and cell.execution_count is None for cell in code_cells(read()))


def test_it_begins_with_the_five_lines_of_the_readme_which_explain_a_face(executed):
    readme = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    cell = next(cell for cell in code_cells(executed) if "explain_face" in cell.source)
    *lines, last = [line for line in cell.source.splitlines() if line]
    assert lines == readme[1].splitlines() and len(lines) == 5 and last == "happy"
    shown = cell.outputs[-1].data["text/plain"]  # a bar can come first where the machine is busy
    assert shown.startswith("<Happy, 84 %: mainly the ")


def test_every_cell_runs_and_every_figure_is_shown(executed):
    outputs = [output for cell in code_cells(executed) for output in cell.outputs]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == FIGURES
    # on Python 3.13 the package lz4 complains when the detector's weights are closed
    assert not [output.text for output in outputs
                if output.get("name") == "stderr" and "lz4" not in output.text]


def test_what_it_trains_is_written_into_its_folder_alone(executed):
    text = "".join(output.get("text", "") for cell in code_cells(executed)
                   for output in cell.outputs)
    assert "epoch 1/1: accuracy" in text and "wrote model.keras, history.csv and run.json" in text
