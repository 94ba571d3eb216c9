"""Figures of faces and numbers: what is drawn of known arrays."""
import types

import matplotlib
import numpy as np
import pandas
import pytest
from PIL import Image

from benchmarks import drawings
from figures import averages, explanations, numbers, pairs, style
from tests import support


@pytest.fixture
def explanation():
    """An explanation of four quarters as superpixels.

    The upper left one speaks for the label, the lower right one against it, the others do neither.
    """
    segments = np.zeros((48, 48), int)
    segments[:24, 24:], segments[24:, :24], segments[24:, 24:] = 1, 2, 3
    face = np.full((48, 48), 100, np.uint8)
    weights = np.array([0.5, 0.0, 0.0, -0.4])
    return support.explanation(segments, weights, face=face)


ZOOM = explanations.ZOOM
SCORES = types.SimpleNamespace(deletion_auc=0.1, insertion_auc=0.9)
INSIDE = {name: np.s_[row * ZOOM, column * ZOOM] for name, row, column in (
    ("upper left", 10, 10), ("upper right", 10, 38),
    ("lower left", 38, 10), ("lower right", 38, 38))}


def test_first_panel_is_the_face(explanation):
    panel = explanations.panels(explanation)[0]
    assert np.array_equal(panel[::ZOOM, ::ZOOM, 0], explanation.face / 255)


def test_second_panel_shows_what_speaks_for_it_and_fades_the_rest(explanation):
    panel = explanations.panels(explanation)[1]
    grey = 100 / 255
    tint = explanations.TINT
    strongest = (1 - tint) * grey + tint * np.array(style.FOR_RGB)  # the face itself, tinted
    assert panel[INSIDE["upper left"]] == pytest.approx(strongest)
    weaker = explanations.panels(explanation, limit=5.0)[1]  # a tenth of the figure's scale
    assert abs(weaker[INSIDE["upper left"]] - grey).max() == pytest.approx(
        0.1 ** 0.5 * abs(strongest - grey).max())
    for place in ("upper right", "lower left", "lower right"):
        assert panel[INSIDE[place]].min() > 0.85


def test_second_panel_never_goes_dark(explanation):
    black = explanation._replace(face=np.zeros((48, 48), np.uint8))
    assert explanations.panels(black)[1].mean() > 0.6


def coloured(panel, colour):
    return np.isclose(panel, colour).all(axis=2)


def test_boundaries_surround_the_right_superpixel_in_the_right_colour(explanation):
    speaks_for = explanations.panels(explanation)[2]
    blue = coloured(speaks_for, style.FOR_RGB)
    full = explanation._replace(weights=-explanation.weights)  # what speaks against is strongest
    vermilion = coloured(explanations.panels(full)[3], style.AGAINST_RGB)
    edge, near, far = 24 * ZOOM, 10 * ZOOM, 38 * ZOOM
    assert blue[near, edge] and blue[edge, near] and not blue[far, edge]
    assert vermilion[near, edge] and vermilion[edge, near] and not vermilion[far, edge]
    assert not coloured(speaks_for, style.AGAINST_RGB).any()


def test_the_last_panel_is_the_face_if_nothing_speaks_against_the_label(explanation):
    friendly = explanation._replace(weights=np.array([0.5, 0.1, 0.1, 0.1]))
    face, _, _, speaks_against = explanations.panels(friendly)
    assert np.array_equal(face, speaks_against)


def test_every_figure_is_written_whole_and_alone(explanation, tmp_path):
    history = pandas.DataFrame({
        "epoch": [1, 2], "accuracy": [0.3, 0.5], "val_accuracy": [0.4, 0.35],
        "loss": [1.8, 1.5], "val_loss": [1.6, 1.7]})
    numbers.curves(history, "title", tmp_path / "curves.png")
    numbers.confusion_matrix(
        np.eye(7, dtype=int) * 5, list("abcdefg"), "title", tmp_path / "confusion.png")
    confidence, accuracy = np.array([np.nan, 0.7]), np.array([np.nan, 0.6])
    interval = np.array([[np.nan, 0.3], [np.nan, 0.8]])
    numbers.reliability(
        confidence, accuracy, interval, np.array([0, 9]), "title", tmp_path / "r.png")
    explanations.explanations([(explanation, "heading", "caption")], tmp_path / "one.png")
    explanations.explanations([(explanation, "heading", "caption")] * 3, tmp_path / "three.png")
    sizes = {path.name: Image.open(path).size for path in tmp_path.iterdir()}
    assert set(sizes) == {"curves.png", "confusion.png", "r.png", "one.png", "three.png"}
    assert sizes["three.png"] == (sizes["one.png"][0], 3 * sizes["one.png"][1])


def test_pairs_are_lines_between_centres_as_wide_as_they_are_strong(explanation, monkeypatch):
    centres = np.array([[12, 12], [12, 36], [36, 12], [36, 36]])
    figure = drawn_by(monkeypatch, pairs.pairs, explanation, centres,
                      [(0, 3, -0.2), (1, 2, 0.1)], list("abcd"), "heading", "caption",
                      module=pairs)
    weak, strong = figure.axes[0].lines
    assert (strong.get_xydata() == [[12, 12], [36, 36]]).all()
    assert (weak.get_xydata() == [[36, 12], [12, 36]]).all()
    assert strong.get_linewidth() == 2 * weak.get_linewidth() == pairs.THICKEST
    assert (strong.get_color(), weak.get_color()) == (style.AGAINST_RGB, style.FOR_RGB)
    assert [bar.get_width() for bar in figure.axes[1].patches] == [-0.2, 0.1]
    labels = [label.get_text() for label in figure.axes[1].get_yticklabels()]
    assert labels == ["1: a – d", "2: b – c"]


def test_pairs_of_regions_are_numbers_in_points_each_once(monkeypatch):
    means = np.array([[0.01, -0.2], [-0.2, 0.05]])
    figure = drawn_by(monkeypatch, pairs.by_region, [("happy", means), ("sad", 0 * means)],
                      ["eyes", "mouth"], "caption", module=pairs)
    happy, sad, _ = figure.axes
    assert [text.get_text() for text in happy.texts] == ["1.0", "-20.0", "5.0"]
    assert happy.images[0].get_clim() == sad.images[0].get_clim() == (-20, 20)


def test_same_arrays_same_bytes(explanation, tmp_path):
    for name in ("a.png", "b.png"):
        explanations.explanations([(explanation, "heading", "caption")], tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def drawn_by(monkeypatch, draw, *arguments, module=numbers):
    """The Figure that a function of numbers.py or `module` draws, which is not written."""
    drawn = []
    monkeypatch.setattr(module, "save", lambda figure, *others: drawn.append(figure))
    draw(*arguments, "unused.png")
    return drawn[0]


def test_curves_mark_the_best_epoch_of_validation(monkeypatch):
    history = pandas.DataFrame({
        "epoch": [1, 2, 3], "accuracy": [0.3, 0.5, 0.9], "val_accuracy": [0.2, 0.6, 0.5],
        "loss": [3, 2, 1], "val_loss": [3, 2, 1]})
    figure = drawn_by(monkeypatch, numbers.curves, history, "title")
    assert "best epoch, 2" in [line.get_label() for line in figure.axes[0].lines]


def test_confusion_matrix_cells_hold_counts_and_shares_of_the_true_class(monkeypatch):
    matrix = np.array([[3, 1], [0, 0]])
    figure = drawn_by(monkeypatch, numbers.confusion_matrix, matrix, ["a", "b"], "title")
    cells = [text.get_text() for text in figure.axes[0].texts]
    assert cells == ["3\n75%", "1\n25%", "0\n0%", "0\n0%"]


def pixels_of(path):
    return np.asarray(Image.open(path).convert("RGB")).astype(int)


def has_colour(picture, colour, tolerance=12):
    return (np.abs(picture - np.array(colour)).max(axis=2) <= tolerance).any()


def under_the_face(colour):
    """What a map's colour becomes under a white face."""
    return [0.75 * channel + 0.25 * 255 for channel in colour]


def test_averages_share_one_scale(tmp_path):
    face = np.full((48, 48), 255.0)
    strong, weak = np.zeros((48, 48)), np.zeros((48, 48))
    strong[10:30, 10:30], weak[10:30, 10:30] = 0.5, 0.05
    for name, maps in (("both", (strong, weak)), ("weak", (weak,))):
        columns = [(f"emotion {index}", face, mean_map) for index, mean_map in enumerate(maps)]
        averages.averages(columns, "title", tmp_path / f"{name}.png")
    both, alone = pixels_of(tmp_path / "both.png"), pixels_of(tmp_path / "weak.png")
    darkest = under_the_face((0x00, 0x72, 0xB2))
    left, right = np.array_split(both[both.shape[0] // 2:], 2, axis=1)
    assert has_colour(left, darkest) and not has_colour(right[:, :150], darkest)
    assert has_colour(alone, darkest)


def test_average_draws_regions_and_shares(tmp_path):
    shares = {"mouth": 0.7, "rest": 0.3}
    regions = {"mouth": (slice(30, 40), slice(10, 30))}
    mean_map = np.zeros((48, 48))
    mean_map[32:38, 12:28] = -0.2
    mean_face, areas = np.full((48, 48), 120.0), {"mouth": 0.1, "rest": 0.9}
    averages.average(
        mean_face, mean_map, shares, areas, regions, "title", tmp_path / "average.png")
    picture = pixels_of(tmp_path / "average.png")
    assert has_colour(picture, np.array(style.FOR_RGB) * 255)
    assert has_colour(picture, (0x00, 0x72, 0xB2))


def test_a_mistake_has_one_map_that_names_both_labels(explanation, monkeypatch):
    row = (explanation._replace(rather_than=4), "heading", "caption")
    figure = drawn_by(monkeypatch, explanations.mistakes, [row] * 2, module=explanations)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles.count("blue: happy; vermilion: sad") == 2
    maps = [axes.images[0] for axes in figure.axes if axes.get_title().startswith("blue")]
    assert maps[0].get_clim() == (-0.5, 0.5)  # the row's strongest weight
    assert np.array_equal(maps[0].get_array(), explanation.weight_map())


def test_comparison_draws_every_map_up_to_its_own_largest_value(tmp_path):
    weak, strong = np.zeros((48, 48)), np.zeros((48, 48))
    weak[10:30, 10:30], strong[10:30, 10:30] = 0.001, -5.0
    maps, scores = {"weak": weak, "strong": strong}, {"weak": SCORES, "strong": SCORES}
    explanations.comparison(
        np.full((48, 48), 255), maps, scores, "heading", "caption", tmp_path / "both.png")
    picture = pixels_of(tmp_path / "both.png")
    without_bar = picture[:, :int(0.88 * picture.shape[1])]  # the colour bar is at the right
    thirds = np.array_split(without_bar, 3, axis=1)
    full_for, full_against = map(under_the_face, ((0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)))
    assert [has_colour(third, full_for) for third in thirds] == [False, True, False]
    assert [has_colour(third, full_against) for third in thirds] == [False, False, True]


def test_comparison_of_a_map_of_zeros_is_drawn(tmp_path):
    explanations.comparison(np.zeros((48, 48)), {"empty": np.zeros((48, 48))}, {"empty": SCORES},
                            "", "", tmp_path / "empty.png")
    assert (tmp_path / "empty.png").stat().st_size > 0


def test_comparison_of_many_methods_has_two_rows(tmp_path):
    for count in (6, 7):
        maps = {str(number): np.zeros((48, 48)) for number in range(count)}
        explanations.comparison(np.zeros((48, 48)), maps, dict.fromkeys(maps, SCORES), "", "",
                                tmp_path / f"{count}.png")
    one, two = (pixels_of(tmp_path / f"{count}.png").shape for count in (6, 7))
    assert two[0] > 1.4 * one[0] and two[1] < 0.7 * one[1]


def test_auc_intervals_stand_at_their_means(monkeypatch):
    methods = {"a": ((0.1, 0.05, 0.2), (0.8, 0.7, 0.9)), "b": ((0.3, 0.3, 0.3), (0.4, 0.4, 0.4))}
    panels = {f"panel {number}": methods for number in range(4)}
    figure = drawn_by(monkeypatch, drawings.auc_intervals, panels, "title", module=drawings)
    assert [axes.get_title() for axes in figure.axes] == list(panels)
    points = [tuple(bars[0].get_xydata().ravel().tolist()) for bars in figure.axes[3].containers]
    assert points == [(0.1, 0.0), (0.8, 0.0), (0.3, 1.0), (0.4, 1.0)]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["a", "b"]


def test_sanity_draws_the_correlation_of_every_layer(monkeypatch):
    maps = {layer: {"a": np.eye(48), "b": -np.eye(48)} for layer in ("none", "logits", "hidden")}
    lines = {"a": [(0.5, 0.4, 0.6), (0.1, 0.0, 0.2)], "b": [(0.3, 0.3, 0.3), (0.0, 0.0, 0.0)]}
    figure = drawn_by(monkeypatch, drawings.sanity, np.zeros((48, 48)), maps, lines, "title",
                      module=drawings)
    curves = next(axes for axes in figure.axes if axes.get_ylabel() == "correlation")
    assert [line.get_ydata().tolist() for line in curves.lines[:2]] == [[0.5, 0.1], [0.3, 0.0]]
    assert sum(len(axes.images) == 2 for axes in figure.axes) == 6  # a map under a face


@pytest.mark.parametrize(("suffix", "start"), [
    ("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")])
def test_formats_start_as_they_should_and_are_the_same_twice(explanation, tmp_path, suffix, start):
    rows = [(explanation, "heading", "caption")]
    for name in "ab":
        explanations.explanations(rows, tmp_path / f"{name}.{suffix}")
    written = (tmp_path / f"a.{suffix}").read_bytes()
    assert written.startswith(start) and written == (tmp_path / f"b.{suffix}").read_bytes()


def test_the_resolution_scales_the_figure(explanation, tmp_path, monkeypatch):
    monkeypatch.setitem(matplotlib.rcParams, "savefig.dpi", "figure")  # undone after the test
    rows = [(explanation, "heading", "caption")]
    for dots in (60, 120):
        style.set_resolution(dots)
        explanations.explanations(rows, tmp_path / f"{dots}.png")
    small, large = (Image.open(tmp_path / f"{dots}.png").size for dots in (60, 120))
    assert large == (2 * small[0], 2 * small[1])


def test_dataset_figure_has_a_bar_per_split_and_room_for_missing_examples(monkeypatch):
    counts = {"train": np.array([30, 4]), "validation": np.array([3, 0])}
    examples = [np.full((2, 48, 48), 90, np.uint8), np.full((1, 48, 48), 200, np.uint8)]
    figure = drawn_by(monkeypatch, numbers.dataset, counts, examples, ["happy", "sad"], "caption")
    axes = figure.axes
    assert [[bar.get_height() for bar in part.patches] for part in axes[:2]] == [[30, 3], [4, 0]]
    assert [part.get_title() for part in axes[:2]] == ["happy", "sad"]
    shown = [part.images[0].get_array() for part in axes[2:]]
    assert (shown[0][:48] == 90).all() and (shown[1][:48] == 200).all()
    assert shown[1][52:].mask.all() and not shown[0][52:100].mask.any()


def test_the_title_of_two_averages_is_whole(monkeypatch):
    face = np.zeros((48, 48))
    columns = [("happy, 40 faces", face, face + 1), ("sad, 40 faces", face, face)]
    title = "mean explanations of faces classified correctly; slic, hidden: blurred, 500 samples"
    figure = drawn_by(monkeypatch, averages.averages, columns, title, module=averages)
    figure.draw_without_rendering()
    box = figure._suptitle.get_window_extent()
    assert box.x0 >= 0 and box.x1 <= figure.bbox.x1


@pytest.mark.parametrize("size", [(300, 400), (90, 900), (900, 90)], ids=["4:3", "wide", "tall"])
def test_the_number_of_a_face_stays_inside_of_the_picture_when_its_frame_leaves_it(size):
    height, width = size
    figure = matplotlib.figure.Figure(figsize=(12.5, 4.2), layout="constrained")
    axes = figure.subplots()
    square = np.array([(0.0, 0.0), (60, 0), (60, 60), (0, 60)])
    places = ((-50, -50), (width - 10, -50), (width - 10, height - 10), (-50, height - 10))
    explanations.draw_frames(axes, np.zeros((height, width, 3), np.uint8),
                             [square + place for place in places])
    figure.draw_without_rendering()
    for number in axes.texts:
        box, inside = number.get_window_extent(), axes.get_window_extent()
        assert inside.x0 <= box.x0 and box.x1 <= inside.x1, number.get_text()
        assert inside.y0 <= box.y0 and box.y1 <= inside.y1, number.get_text()
