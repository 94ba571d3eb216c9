import types

import matplotlib
import numpy as np
import pandas
import pytest
from PIL import Image

from figures import explanations, numbers, style
from tests import support


@pytest.fixture
def explanation():
    """Four quarters: the upper left speaks strongly for the label, the lower right against it, the others hardly."""
    segments = np.zeros((48, 48), int)
    segments[:24, 24:], segments[24:, :24], segments[24:, 24:] = 1, 2, 3
    face = np.full((48, 48), 100, np.uint8)
    weights = np.array([0.5, 0.0, 0.0, -0.4])
    return support.explanation(segments, weights, face=face)


ZOOM = explanations.ZOOM
SCORES = types.SimpleNamespace(deletion_auc=0.1, insertion_auc=0.9)
INSIDE = {name: np.s_[row * ZOOM, column * ZOOM] for name, row, column in (
    ("upper left", 10, 10), ("upper right", 10, 38), ("lower left", 38, 10), ("lower right", 38, 38))}


def test_first_panel_is_the_face(explanation):
    assert np.array_equal(explanations.panels(explanation)[0][::ZOOM, ::ZOOM, 0], explanation.face / 255)


def test_second_panel_shows_what_speaks_for_it_and_fades_the_rest(explanation):
    panel = explanations.panels(explanation)[1]
    grey = 100 / 255
    assert abs(panel[INSIDE["upper left"]] - grey).max() < 0.25  # the face itself, tinted
    for place in ("upper right", "lower left", "lower right"):
        assert panel[INSIDE[place]].min() > 0.85


def test_second_panel_never_goes_dark(explanation):
    black = explanation._replace(face=np.zeros((48, 48), np.uint8))
    assert explanations.panels(black)[1].mean() > 0.6


def coloured(panel, colour):
    return np.isclose(panel, colour).all(axis=2)


def test_boundaries_surround_the_right_superpixel_in_the_right_colour(explanation):
    _, _, speaks_for, speaks_against = explanations.panels(explanation)
    blue, vermilion = coloured(speaks_for, style.FOR_RGB), coloured(speaks_against, style.AGAINST_RGB)
    edge = 24 * ZOOM
    assert blue[10 * ZOOM, edge] and blue[edge, 10 * ZOOM] and not blue[38 * ZOOM, edge]
    assert vermilion[38 * ZOOM, edge] and vermilion[edge, 38 * ZOOM] and not vermilion[10 * ZOOM, edge]
    assert not coloured(speaks_for, style.AGAINST_RGB).any()


def test_nothing_that_speaks_against_leaves_the_face_as_it_is(explanation):
    friendly = explanation._replace(weights=np.array([0.5, 0.1, 0.1, 0.1]))
    face, _, _, speaks_against = explanations.panels(friendly)
    assert np.array_equal(face, speaks_against)


def test_every_figure_is_written_whole_and_alone(explanation, tmp_path):
    history = pandas.DataFrame({"epoch": [1, 2], "accuracy": [0.3, 0.5], "val_accuracy": [0.4, 0.35],
                                "loss": [1.8, 1.5], "val_loss": [1.6, 1.7]})
    numbers.curves(history, tmp_path / "curves.png")
    numbers.confusion_matrix(np.eye(7, dtype=int) * 5, list("abcdefg"), "title", tmp_path / "confusion.png")
    numbers.reliability(np.array([np.nan, 0.7]), np.array([np.nan, 0.6]), np.array([0, 9]), "t", tmp_path / "r.png")
    explanations.explanations([(explanation, "heading", "caption")], tmp_path / "one.png")
    explanations.explanations([(explanation, "heading", "caption")] * 3, tmp_path / "three.png")
    sizes = {path.name: Image.open(path).size for path in tmp_path.iterdir()}
    assert set(sizes) == {"curves.png", "confusion.png", "r.png", "one.png", "three.png"}
    assert sizes["three.png"] == (sizes["one.png"][0], 3 * sizes["one.png"][1])


def test_same_arrays_same_bytes(explanation, tmp_path):
    for name in ("a.png", "b.png"):
        explanations.explanations([(explanation, "heading", "caption")], tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_curves_mark_the_best_epoch_of_validation(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(numbers, "save", lambda figure, path: drawn.append(figure))
    numbers.curves(pandas.DataFrame({"epoch": [1, 2, 3], "accuracy": [0.3, 0.5, 0.9], "val_accuracy": [0.2, 0.6, 0.5],
                                     "loss": [3, 2, 1], "val_loss": [3, 2, 1]}), tmp_path / "unused.png")
    labels = [line.get_label() for line in drawn[0].axes[0].lines]
    assert "best epoch, 2" in labels


def test_confusion_matrix_cells_hold_counts_and_shares_of_the_true_class(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(numbers, "save", lambda figure, path: drawn.append(figure))
    numbers.confusion_matrix(np.array([[3, 1], [0, 0]]), ["a", "b"], "title", tmp_path / "unused.png")
    assert [text.get_text() for text in drawn[0].axes[0].texts] == ["3\n75%", "1\n25%", "0\n0%", "0\n0%"]


def pixels_of(path):
    return np.asarray(Image.open(path).convert("RGB")).astype(int)


def has_colour(picture, colour, tolerance=12):
    return (np.abs(picture - np.array(colour)).max(axis=2) <= tolerance).any()


def test_averages_share_one_scale(tmp_path):
    face = np.full((48, 48), 255.0)
    strong, weak = np.zeros((48, 48)), np.zeros((48, 48))
    strong[10:30, 10:30], weak[10:30, 10:30] = 0.5, 0.05
    for name, maps in (("both", (strong, weak)), ("weak", (weak,))):
        explanations.averages([(f"emotion {index}", face, mean) for index, mean in enumerate(maps)], "title",
                         tmp_path / f"{name}.png")
    both, alone = pixels_of(tmp_path / "both.png"), pixels_of(tmp_path / "weak.png")
    darkest = np.array([0.75 * channel + 0.25 * 255 for channel in (0x00, 0x72, 0xB2)])  # of the map, under the face
    left, right = np.array_split(both[both.shape[0] // 2:], 2, axis=1)
    assert has_colour(left, darkest) and not has_colour(right[:, :150], darkest)
    assert has_colour(alone, darkest)


def test_average_draws_regions_and_shares(tmp_path):
    shares = {"mouth": 0.7, "rest": 0.3}
    regions = {"mouth": (slice(30, 40), slice(10, 30))}
    mean_map = np.zeros((48, 48))
    mean_map[32:38, 12:28] = -0.2
    explanations.average(np.full((48, 48), 120.0), mean_map, shares, {"mouth": 0.1, "rest": 0.9}, regions, "title",
                    tmp_path / "average.png")
    picture = pixels_of(tmp_path / "average.png")
    assert has_colour(picture, np.array(style.FOR_RGB) * 255) and has_colour(picture, (0x00, 0x72, 0xB2))


def test_mistakes_show_both_labels(explanation, tmp_path):
    other = explanation._replace(weights=-explanation.weights, label=4)
    explanations.mistakes([(explanation, other, "heading", "caption", ("for sad", "for happy"))], tmp_path / "one.png")
    explanations.mistakes([(explanation, other, "heading", "caption", ("a", "b"))] * 2, tmp_path / "two.png")
    one, two = pixels_of(tmp_path / "one.png"), pixels_of(tmp_path / "two.png")
    assert two.shape[0] == 2 * one.shape[0]


def under_the_face(colour):
    """What a map's colour becomes under a white face."""
    return [0.75 * channel + 0.25 * 255 for channel in colour]


def test_comparison_draws_every_map_up_to_its_own_largest_value(tmp_path):
    weak, strong = np.zeros((48, 48)), np.zeros((48, 48))
    weak[10:30, 10:30], strong[10:30, 10:30] = 0.001, -5.0
    explanations.comparison(np.full((48, 48), 255), {"weak": weak, "strong": strong}, {"weak": SCORES, "strong": SCORES},
                       "heading", "caption", tmp_path / "both.png")
    picture = pixels_of(tmp_path / "both.png")
    thirds = np.array_split(picture[:, :int(0.88 * picture.shape[1])], 3, axis=1)  # without the colour bar
    full_for, full_against = map(under_the_face, ((0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)))
    assert [has_colour(third, full_for) for third in thirds] == [False, True, False]
    assert [has_colour(third, full_against) for third in thirds] == [False, False, True]


def test_comparison_of_a_map_of_zeros_is_drawn(tmp_path):
    explanations.comparison(np.zeros((48, 48)), {"empty": np.zeros((48, 48))}, {"empty": SCORES}, "", "", tmp_path / "empty.png")
    assert (tmp_path / "empty.png").stat().st_size > 0


def drawn_by(monkeypatch, draw, *arguments):
    drawn = []
    monkeypatch.setattr(numbers, "save", lambda figure, path: drawn.append(figure))
    draw(*arguments, "unused.png")
    return drawn[0]


def test_auc_intervals_stand_at_their_means(monkeypatch):
    panels = {f"panel {number}": {"a": ((0.1, 0.05, 0.2), (0.8, 0.7, 0.9)), "b": ((0.3, 0.3, 0.3), (0.4, 0.4, 0.4))}
              for number in range(4)}
    figure = drawn_by(monkeypatch, numbers.auc_intervals, panels, "title")
    assert [axes.get_title() for axes in figure.axes] == list(panels)
    points = [tuple(np.ravel(bars[0].get_xydata()).tolist()) for bars in figure.axes[3].containers]
    assert points == [(0.1, 0.0), (0.8, 0.0), (0.3, 1.0), (0.4, 1.0)]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["a", "b"]


def test_sanity_draws_the_correlation_of_every_layer(monkeypatch):
    maps = {layer: {"a": np.eye(48), "b": -np.eye(48)} for layer in ("none", "logits", "hidden")}
    lines = {"a": [(0.5, 0.4, 0.6), (0.1, 0.0, 0.2)], "b": [(0.3, 0.3, 0.3), (0.0, 0.0, 0.0)]}
    figure = drawn_by(monkeypatch, numbers.sanity, np.zeros((48, 48)), maps, lines, "title")
    curves = next(axes for axes in figure.axes if axes.get_ylabel() == "correlation")
    assert curves.lines[0].get_ydata().tolist() == [0.5, 0.1] and curves.lines[1].get_ydata().tolist() == [0.3, 0.0]
    assert sum(bool(axes.images) and len(axes.images) == 2 for axes in figure.axes) == 6  # a map under a face


@pytest.mark.parametrize(("suffix", "start"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")])
def test_formats_start_as_they_should_and_are_the_same_twice(explanation, tmp_path, suffix, start):
    for name in "ab":
        explanations.explanations([(explanation, "heading", "caption")], tmp_path / f"{name}.{suffix}")
    written = (tmp_path / f"a.{suffix}").read_bytes()
    assert written.startswith(start) and written == (tmp_path / f"b.{suffix}").read_bytes()


def test_resolution(explanation, tmp_path, monkeypatch):
    monkeypatch.setitem(matplotlib.rcParams, "savefig.dpi", "figure")  # undone at the end of the test
    for dots in (60, 120):
        style.set_resolution(dots)
        explanations.explanations([(explanation, "heading", "caption")], tmp_path / f"{dots}.png")
    small, large = (Image.open(tmp_path / f"{dots}.png").size for dots in (60, 120))
    assert large == (2 * small[0], 2 * small[1])


def test_dataset_figure_has_a_bar_per_split_and_room_for_missing_examples(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(numbers, "save", lambda figure, path: drawn.append(figure))
    counts = {"train": np.array([30, 4]), "validation": np.array([3, 0])}
    examples = [np.full((2, 48, 48), 90, np.uint8), np.full((1, 48, 48), 200, np.uint8)]
    numbers.dataset(counts, examples, ["happy", "sad"], "caption", tmp_path / "unused.png")
    axes = drawn[0].axes
    assert [[bar.get_height() for bar in part.patches] for part in axes[:2]] == [[30, 3], [4, 0]]
    assert [part.get_title() for part in axes[:2]] == ["happy", "sad"]
    shown = [part.images[0].get_array() for part in axes[2:]]
    assert (shown[0][:48] == 90).all() and (shown[1][:48] == 200).all()
    assert shown[1][52:].mask.all() and not shown[0][52:100].mask.any()
