import numpy as np
import pandas
import pytest
from PIL import Image

import face_lime
import figures


@pytest.fixture
def explanation():
    """Four quarters: the upper left speaks strongly for the label, the lower right against it, the others hardly."""
    segments = np.zeros((48, 48), int)
    segments[:24, 24:], segments[24:, :24], segments[24:, 24:] = 1, 2, 3
    face = np.full((48, 48), 100, np.uint8)
    weights = np.array([0.5, 0.0, 0.0, -0.4])
    return face_lime.Explanation(face, segments, weights, 0.1, 0.6, 0.9, 1.0, 0, 100, 3, np.eye(7)[3])


ZOOM = figures.ZOOM
INSIDE = {name: np.s_[row * ZOOM, column * ZOOM] for name, row, column in (
    ("upper left", 10, 10), ("upper right", 10, 38), ("lower left", 38, 10), ("lower right", 38, 38))}


def test_first_panel_is_the_face(explanation):
    assert np.array_equal(figures.panels(explanation)[0][::ZOOM, ::ZOOM, 0], explanation.face / 255)


def test_second_panel_shows_what_speaks_for_it_and_fades_the_rest(explanation):
    panel = figures.panels(explanation)[1]
    grey = 100 / 255
    assert abs(panel[INSIDE["upper left"]] - grey).max() < 0.25  # the face itself, tinted
    for place in ("upper right", "lower left", "lower right"):
        assert panel[INSIDE[place]].min() > 0.85


def test_second_panel_never_goes_dark(explanation):
    black = explanation._replace(face=np.zeros((48, 48), np.uint8))
    assert figures.panels(black)[1].mean() > 0.6


def coloured(panel, colour):
    return np.isclose(panel, colour).all(axis=2)


def test_boundaries_surround_the_right_superpixel_in_the_right_colour(explanation):
    _, _, speaks_for, speaks_against = figures.panels(explanation)
    blue, vermilion = coloured(speaks_for, figures.FOR_RGB), coloured(speaks_against, figures.AGAINST_RGB)
    edge = 24 * ZOOM
    assert blue[10 * ZOOM, edge] and blue[edge, 10 * ZOOM] and not blue[38 * ZOOM, edge]
    assert vermilion[38 * ZOOM, edge] and vermilion[edge, 38 * ZOOM] and not vermilion[10 * ZOOM, edge]
    assert not coloured(speaks_for, figures.AGAINST_RGB).any()


def test_nothing_that_speaks_against_leaves_the_face_as_it_is(explanation):
    friendly = explanation._replace(weights=np.array([0.5, 0.1, 0.1, 0.1]))
    face, _, _, speaks_against = figures.panels(friendly)
    assert np.array_equal(face, speaks_against)


def test_every_figure_is_written_whole_and_alone(explanation, tmp_path):
    history = pandas.DataFrame({"epoch": [1, 2], "accuracy": [0.3, 0.5], "val_accuracy": [0.4, 0.35],
                                "loss": [1.8, 1.5], "val_loss": [1.6, 1.7]})
    figures.curves(history, tmp_path / "curves.png")
    figures.confusion_matrix(np.eye(7, dtype=int) * 5, list("abcdefg"), "title", tmp_path / "confusion.png")
    figures.reliability(np.array([np.nan, 0.7]), np.array([np.nan, 0.6]), np.array([0, 9]), "t", tmp_path / "r.png")
    figures.explanations([(explanation, "heading", "caption")], tmp_path / "one.png")
    figures.explanations([(explanation, "heading", "caption")] * 3, tmp_path / "three.png")
    sizes = {path.name: Image.open(path).size for path in tmp_path.iterdir()}
    assert set(sizes) == {"curves.png", "confusion.png", "r.png", "one.png", "three.png"}
    assert sizes["three.png"] == (sizes["one.png"][0], 3 * sizes["one.png"][1])


def test_same_arrays_same_bytes(explanation, tmp_path):
    for name in ("a.png", "b.png"):
        figures.explanations([(explanation, "heading", "caption")], tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_curves_mark_the_best_epoch_of_validation(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(figures, "save", lambda figure, path: drawn.append(figure))
    figures.curves(pandas.DataFrame({"epoch": [1, 2, 3], "accuracy": [0.3, 0.5, 0.9], "val_accuracy": [0.2, 0.6, 0.5],
                                     "loss": [3, 2, 1], "val_loss": [3, 2, 1]}), tmp_path / "unused.png")
    labels = [line.get_label() for line in drawn[0].axes[0].lines]
    assert "best epoch, 2" in labels


def test_confusion_matrix_cells_hold_counts_and_shares_of_the_true_class(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(figures, "save", lambda figure, path: drawn.append(figure))
    figures.confusion_matrix(np.array([[3, 1], [0, 0]]), ["a", "b"], "title", tmp_path / "unused.png")
    assert [text.get_text() for text in drawn[0].axes[0].texts] == ["3\n75%", "1\n25%", "0\n0%", "0\n0%"]
