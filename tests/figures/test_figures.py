"""Figures of faces and numbers: what is drawn of known arrays."""
import types

import matplotlib
import numpy as np
import pandas
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

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


def test_pairs_are_lines_between_centres_as_wide_as_they_are_strong(explanation):
    centres = np.array([[12, 12], [12, 36], [36, 12], [36, 36]])
    figure = pairs.pairs(explanation, centres,
                      [(0, 3, -0.2), (1, 2, 0.1)], list("abcd"), "heading", "caption")
    weak, strong = figure.axes[0].lines
    assert (strong.get_xydata() == [[12, 12], [36, 36]]).all()
    assert (weak.get_xydata() == [[36, 12], [12, 36]]).all()
    assert strong.get_linewidth() == 2 * weak.get_linewidth() == pairs.THICKEST
    assert (strong.get_color(), weak.get_color()) == (style.AGAINST_RGB, style.FOR_RGB)
    assert [bar.get_width() for bar in figure.axes[1].patches] == [-0.2, 0.1]
    labels = [label.get_text() for label in figure.axes[1].get_yticklabels()]
    assert labels == ["1: a – d", "2: b – c"]


def test_pairs_of_regions_are_numbers_in_points_each_once():
    means = np.array([[0.01, -0.2], [-0.2, 0.05]])
    figure = pairs.by_region([("happy", means), ("sad", 0 * means)],
                      ["eyes", "mouth"], "caption")
    happy, sad, _ = figure.axes
    assert [text.get_text() for text in happy.texts] == ["1.0", "-20.0", "5.0"]
    assert happy.images[0].get_clim() == sad.images[0].get_clim() == (-20, 20)


def test_curves_mark_the_best_epoch_of_validation():
    history = pandas.DataFrame({
        "epoch": [1, 2, 3], "accuracy": [0.3, 0.5, 0.9], "val_accuracy": [0.2, 0.6, 0.5],
        "loss": [3, 2, 1], "val_loss": [3, 2, 1]})
    figure = numbers.curves(history, "title")
    assert "best epoch, 2" in [line.get_label() for line in figure.axes[0].lines]


def test_confusion_matrix_cells_hold_counts_and_shares_of_the_true_class():
    matrix = np.array([[3, 1], [0, 0]])
    figure = numbers.confusion_matrix(matrix, ["a", "b"], "title")
    cells = [text.get_text() for text in figure.axes[0].texts]
    assert cells == ["3\n75%", "1\n25%", "0\n0%", "0\n0%"]


def pixels_of(figure):
    """What a Figure looks like: int (height, width, 3)."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].astype(int)


def has_colour(picture, colour, tolerance=12):
    return (np.abs(picture - np.array(colour)).max(axis=2) <= tolerance).any()


def under_the_face(colour):
    """What a map's colour becomes under a white face."""
    return [0.75 * channel + 0.25 * 255 for channel in colour]


def test_averages_share_one_scale():
    face = np.full((48, 48), 255.0)
    strong, weak = np.zeros((48, 48)), np.zeros((48, 48))
    strong[10:30, 10:30], weak[10:30, 10:30] = 0.5, 0.05
    both, alone = (pixels_of(averages.averages([("emotion", face, each) for each in maps], "title"))
                   for maps in ((strong, weak), (weak,)))
    darkest = under_the_face((0x00, 0x72, 0xB2))
    left, right = np.array_split(both[both.shape[0] // 2:], 2, axis=1)
    assert has_colour(left, darkest) and not has_colour(right[:, :150], darkest)
    assert has_colour(alone, darkest)


def test_average_draws_regions_and_shares():
    shares = {"mouth": 0.7, "rest": 0.3}
    regions = {"mouth": (slice(30, 40), slice(10, 30))}
    mean_map = np.zeros((48, 48))
    mean_map[32:38, 12:28] = -0.2
    mean_face, areas = np.full((48, 48), 120.0), {"mouth": 0.1, "rest": 0.9}
    picture = pixels_of(
        averages.average(mean_face, mean_map, shares, areas, regions, "title"))
    assert has_colour(picture, np.array(style.FOR_RGB) * 255)
    assert has_colour(picture, (0x00, 0x72, 0xB2))


def test_a_mistake_has_one_map_that_names_both_labels(explanation):
    row = (explanation._replace(rather_than=4), "heading", "caption")
    figure = explanations.mistakes([row] * 2)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles.count("blue: happy; vermilion: sad") == 2
    maps = [axes.images[0] for axes in figure.axes if axes.get_title().startswith("blue")]
    assert maps[0].get_clim() == (-0.5, 0.5)  # the row's strongest weight
    assert np.array_equal(maps[0].get_array(), explanation.weight_map())


def test_comparison_draws_every_map_up_to_its_own_largest_value():
    weak, strong = np.zeros((48, 48)), np.zeros((48, 48))
    weak[10:30, 10:30], strong[10:30, 10:30] = 0.001, -5.0
    maps, scores = {"weak": weak, "strong": strong}, {"weak": SCORES, "strong": SCORES}
    picture = pixels_of(
        explanations.comparison(np.full((48, 48), 255), maps, scores, "heading", "caption"))
    without_bar = picture[:, :int(0.88 * picture.shape[1])]  # the colour bar is at the right
    thirds = np.array_split(without_bar, 3, axis=1)
    full_for, full_against = map(under_the_face, ((0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)))
    assert [has_colour(third, full_for) for third in thirds] == [False, True, False]
    assert [has_colour(third, full_against) for third in thirds] == [False, False, True]


def test_comparison_of_a_map_of_zeros_is_drawn():
    pixels_of(explanations.comparison(np.zeros((48, 48)), {"empty": np.zeros((48, 48))},
                                      {"empty": SCORES}, "", ""))


def test_comparison_of_many_methods_has_two_rows():
    one, two = (explanations.comparison(
        np.zeros((48, 48)), {str(number): np.zeros((48, 48)) for number in range(count)},
        {str(number): SCORES for number in range(count)}, "", "") for count in (6, 7))
    assert two.bbox.height > 1.4 * one.bbox.height and two.bbox.width < 0.7 * one.bbox.width


def test_dataset_figure_has_a_bar_per_split_and_room_for_missing_examples():
    counts = {"train": np.array([30, 4]), "validation": np.array([3, 0])}
    examples = [np.full((2, 48, 48), 90, np.uint8), np.full((1, 48, 48), 200, np.uint8)]
    figure = numbers.dataset(counts, examples, ["happy", "sad"], "caption")
    axes = figure.axes
    assert [[bar.get_height() for bar in part.patches] for part in axes[:2]] == [[30, 3], [4, 0]]
    assert [part.get_title() for part in axes[:2]] == ["happy", "sad"]
    shown = [part.images[0].get_array() for part in axes[2:]]
    assert (shown[0][:48] == 90).all() and (shown[1][:48] == 200).all()
    assert shown[1][52:].mask.all() and not shown[0][52:100].mask.any()


def test_the_title_of_two_averages_is_whole():
    face = np.zeros((48, 48))
    columns = [("happy, 40 faces", face, face + 1), ("sad, 40 faces", face, face)]
    title = "mean explanations of faces classified correctly; slic, hidden: blurred, 500 samples"
    figure = averages.averages(columns, title)
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
