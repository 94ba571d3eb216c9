"""Figures of faces, explanations and numbers: what is drawn of known arrays."""

import matplotlib
import numpy as np
import pandas
import pytest
from matplotlib.colors import to_rgb

from figures import averages, comparisons, explanations, numbers, style
from tests import support


@pytest.fixture
def explanation():
    """An explanation of four quarters as superpixels.

    The upper left one contributes to the label, the lower right one against it, the others neither.
    """
    segments = np.zeros((48, 48), int)
    segments[:24, 24:], segments[24:, :24], segments[24:, 24:] = 1, 2, 3
    face = np.full((48, 48), 100, np.uint8)
    weights = np.array([0.5, 0.0, 0.0, -0.4])
    return support.explanation(segments, weights, face=face)


SCORES = 0.1, 0.9
FULL_FOR, FULL_AGAINST = to_rgb(style.FOR), to_rgb(style.AGAINST)


def texts_of(axes):
    return [text.get_text() for text in axes.texts]


def colours_of(axes):
    """The colours of the outlines in a panel, without the white below them."""
    return [tuple(lines.get_color()[0, :3]) for lines in axes.collections][1::2]


def picture_of(axes):
    return np.asarray(axes.images[0].get_array())


def panels_of(explanation):
    return explanations.explanations([(explanation, "title", "note")]).axes[:4]


def test_the_four_panels_are_the_face_its_parts_and_their_boundaries(explanation):
    face, parts, boundaries, against = panels_of(explanation)
    assert [axes.get_title() for axes in (face, parts, boundaries, against)] == [
        "face", "contributes to happy", "their boundaries", "contributes against happy"]
    assert np.array_equal(picture_of(face), explanation.face)
    assert picture_of(parts)[10, 10] == pytest.approx(FULL_FOR)
    assert colours_of(boundaries) == [FULL_FOR] and colours_of(against) == [FULL_AGAINST]
    assert texts_of(parts) == ["+50"] and texts_of(against) == ["−40"]


def test_equal_weights_on_dark_and_on_bright_skin_come_out_alike(explanation):
    face = explanation.face.copy()
    face[:24, :24], face[:24, 24:] = 20, 230
    equal = explanation._replace(face=face, weights=np.array([0.5, 0.5, 0.25, 0.25]))
    picture = picture_of(panels_of(equal)[1])
    dark, bright, weaker = picture[10, 10], picture[10, 38], picture[38, 10]
    assert dark == pytest.approx(bright, abs=0.01)
    assert weaker == pytest.approx((np.array(style.SIGNED(0.5)[:3]) + FULL_FOR) / 2, abs=0.01)


def test_the_scale_holds_every_colour_is_linear_and_has_more_than_three_ticks(explanation):
    figure = explanations.explanations([(explanation, "title", "note")])
    bar = figure.axes[4]
    figure.draw_without_rendering()
    assert bar.get_ylim() == (-50, 50) and bar.get_ylabel() == "points of probability"
    assert len([tick for tick in bar.get_yticks() if -50 <= tick <= 50]) > 3


def test_rows_share_one_scale(explanation):
    weak = explanation._replace(weights=explanation.weights / 10)
    figure = explanations.explanations([(explanation, "", ""), (weak, "", "")])
    strong, faint = picture_of(figure.axes[1])[10, 10], picture_of(figure.axes[6])[10, 10]
    assert strong == pytest.approx(FULL_FOR) and faint.min() > 0.7


@pytest.mark.parametrize("weight", [0.1, -0.009])
def test_the_last_panel_says_so_if_nothing_of_weight_contributes_against(explanation, weight):
    against = panels_of(explanation._replace(weights=np.array([0.5, 0.1, 0.1, weight])))[3]
    assert not against.collections and texts_of(against) == ["nothing above 1 point"]
    assert np.array_equal(picture_of(against), explanation.face)


def test_numbers_do_not_cover_each_other(explanation):
    segments = np.arange(48) // 4 + np.zeros((48, 1), int)  # twelve stripes of four pixels
    close = explanation._replace(segments=segments, weights=np.linspace(0.01, 0.12, 12))
    assert len(texts_of(panels_of(close)[1])) < explanations.NUMBERED


def test_an_outline_runs_along_the_edges_of_the_pixels(explanation):
    axes = matplotlib.figure.Figure().subplots()
    area = np.zeros((48, 48), bool)
    area[3, 5:7] = True
    style.outline(axes, area, style.FOR)
    below, line = axes.collections
    edges = {tuple(map(tuple, edge.tolist())) for edge in line.get_segments()}
    assert edges == {((4.5, 2.5), (5.5, 2.5)), ((5.5, 2.5), (6.5, 2.5)), ((4.5, 3.5), (5.5, 3.5)),
                     ((5.5, 3.5), (6.5, 3.5)), ((4.5, 2.5), (4.5, 3.5)), ((6.5, 2.5), (6.5, 3.5))}
    assert below.get_linewidth() > line.get_linewidth()


def test_a_sheet_has_the_face_and_every_emotion_on_one_scale(explanation):
    found = [explanation._replace(label=label, weights=explanation.weights / (1 + 9 * (label != 3)))
             for label in range(7)]
    figure = explanations.sheet(found, "title")
    titles = [axes.get_title() for axes in figure.axes]
    assert titles[:5] == ["face", "angry, 0 %", "disgust, 0 %", "fear, 0 %", "happy, 100 %"]
    assert picture_of(figure.axes[4])[38, 38] == pytest.approx(np.array(
        style.SIGNED(0.1)[:3]), abs=0.01)  # -0.4 on a scale from -0.5 to 0.5
    assert texts_of(figure.axes[4]) == ["+50", "−40"] and texts_of(figure.axes[1]) == ["+5", "−4"]


def test_a_pair_is_drawn_alone_with_its_points_and_names(explanation):
    figure = explanations.pairs(explanation, [(0, 3, -0.2), (1, 2, 0.1)], list("abcd"), "title")
    less, more, *_ = figure.axes
    assert (less.get_title(), more.get_title()) == ("−20.0 points", "+10.0 points")
    assert (less.get_xlabel(), more.get_xlabel()) == ("a +\nd", "b +\nc")
    assert colours_of(less) == [FULL_AGAINST] * 2 and colours_of(more) == [FULL_FOR] * 2
    assert picture_of(less)[10, 10] == pytest.approx(FULL_AGAINST)


def test_no_pairs_are_drawn_as_none(explanation):
    explanations.pairs(explanation, [], list("abcd"), "title").draw_without_rendering()


def test_curves_mark_the_best_epoch_of_validation():
    history = pandas.DataFrame({
        "epoch": [1, 2, 3], "accuracy": [0.3, 0.5, 0.9], "val_accuracy": [0.2, 0.6, 0.5],
        "loss": [3, 2, 1], "val_loss": [3, 2, 1]})
    figure = numbers.curves(history, "title")
    assert "best epoch, 2" in [line.get_label() for line in figure.axes[0].lines]


def test_confusion_matrix_cells_hold_counts_and_shares_of_the_true_class():
    matrix = np.array([[3, 1], [0, 0]])
    figure = numbers.confusion_matrix(matrix, ["a", "b"], "title")
    assert texts_of(figure.axes[0]) == ["3\n75 %", "1\n25 %", "0\n0 %", "0\n0 %"]


def test_reliability_leaves_empty_bins_out():
    confidence, accuracy = np.array([np.nan, 0.7]), np.array([np.nan, 0.6])
    interval = np.array([[np.nan, 0.3], [np.nan, 0.8]])
    figure = numbers.reliability(confidence, accuracy, interval, np.array([0, 9]), "title")
    assert [bar.get_height() for bar in figure.axes[1].patches] == [0, 9]
    figure.draw_without_rendering()


def test_averages_share_one_scale():
    strong, weak = np.full((48, 48), 0.5), np.full((48, 48), 0.05)
    face = np.full((48, 48), 255.0)
    both, alone = (averages.averages([("emotion", face, each) for each in maps], "title")
                   for maps in ((strong, weak), (weak,)))
    assert picture_of(both.axes[2])[9, 9] == pytest.approx(FULL_FOR)
    assert picture_of(both.axes[3])[9, 9].min() > 0.7
    assert picture_of(alone.axes[1])[9, 9] == pytest.approx(FULL_FOR)


@pytest.mark.parametrize("emotions", [1, 2])
def test_averages_draw_regions_and_shares(emotions):
    shares, areas = {"mouth": 0.7, "rest": 0.3}, {"mouth": 0.1, "rest": 0.9}
    column = "emotion", np.full((48, 48), 120.0), np.full((48, 48), -0.2)
    figure = averages.averages([column] * emotions, "title", False, [shares] * emotions, areas,
                               {"mouth": (slice(30, 40), slice(10, 30))})
    face, mean, bars = figure.axes[:3 * emotions:emotions]
    assert face.patches[0].get_bbox().bounds == (9.5, 29.5, 20, 10)
    assert picture_of(mean)[9, 9] == pytest.approx(FULL_AGAINST)
    assert [bar.get_width() for bar in bars.patches] == [0.7, 0.3, 0.1, 0.9]
    assert [label.get_text() for label in bars.get_yticklabels()] == ["mouth", "rest"]


def test_mistakes_name_both_labels_and_share_one_scale(explanation):
    strong = explanation._replace(rather_than=4)
    weak = strong._replace(weights=strong.weights / 10)
    figure = comparisons.mistakes([(strong, "title", "note"), (weak, "title", "note")])
    titles = [axes.get_title() for axes in figure.axes]
    assert titles.count("blue: happy, orange: sad") == 2
    first, second = (axes for axes in figure.axes if axes.get_title().startswith("blue"))
    assert picture_of(first)[10, 10] == pytest.approx(FULL_FOR) and texts_of(first)[0] == "+0.5"
    assert picture_of(second)[10, 10].min() > 0.7
    assert {axes.get_ylabel() for axes in figure.axes} == {"", "log-odds"}
    colours = [bar.get_facecolor()[:3] for bar in figure.axes[0].patches]
    assert colours[3] == FULL_FOR and colours[4] == FULL_AGAINST and len(set(colours)) == 3


def test_comparison_draws_every_map_up_to_its_own_largest_value():
    maps = {"weak": np.full((48, 48), 0.001), "strong": np.full((48, 48), -5.0),
            "empty": np.zeros((48, 48))}
    figure = comparisons.comparison(
        np.full((48, 48), 255), maps, dict.fromkeys(maps, SCORES), "title", "note")
    weak, strong, empty = (picture_of(axes)[9, 9] for axes in figure.axes[1:4])
    assert weak == pytest.approx(FULL_FOR) and strong == pytest.approx(FULL_AGAINST)
    assert empty == pytest.approx(np.array(style.SIGNED(0.5)[:3]), abs=0.01)


def test_dataset_figure_has_a_bar_per_split_and_room_for_missing_examples():
    counts = {"train": np.array([30, 4]), "validation": np.array([3, 0])}
    examples = [np.full((2, 48, 48), 90, np.uint8), np.full((1, 48, 48), 200, np.uint8)]
    bars, faces = numbers.dataset(counts, examples, ["happy", "sad"], "caption").axes
    assert [bar.get_height() for bar in bars.patches] == [30, 4, 3, 0]
    assert [label.get_text() for label in bars.get_xticklabels()] == ["happy", "sad"]
    shown = faces.images[0].get_array()  # columns of 52 pixels
    assert (shown[[9, 61], 9] == 90).all() and shown[9, 61] == 200 and shown.mask[61, 61]


def test_a_long_title_is_whole(explanation):
    title = "Happy, 90 %: mainly the right corner of the mouth (+14 points), " * 3
    figure = explanations.explanations([(explanation, title, 2 * title)])
    figure.draw_without_rendering()
    for text in (figure.subfigs[0]._suptitle, figure.subfigs[0]._supxlabel):
        box = text.get_window_extent()
        assert box.x0 >= 0 and box.x1 <= figure.bbox.x1


def test_a_photograph_and_its_explanations_are_both_large(explanation):
    frame = np.array([(2.0, 2), (9, 2), (9, 9), (2, 9)])
    for size in ((40, 40), (30, 60), (60, 30)):
        figure = explanations.photograph(
            np.zeros((*size, 3), np.uint8), [frame], [(explanation, "title", "")], "title")
        figure.draw_without_rendering()
        areas = [np.prod(axes.get_window_extent().size) for axes in figure.axes]
        assert areas[0] > sum(areas[1:5]) and sum(areas[1:5]) > areas[0] / 3


@pytest.mark.parametrize("size", [(300, 400), (90, 900), (900, 90)], ids=["4:3", "wide", "tall"])
def test_the_number_of_a_face_stays_inside_of_the_picture_when_its_frame_leaves_it(
        explanation, size):
    height, width = size
    square = np.array([(0.0, 0.0), (60, 0), (60, 60), (0, 60)])
    places = ((-50, -50), (width - 10, -50), (width - 10, height - 10), (-50, height - 10))
    figure = explanations.photograph(
        np.zeros((height, width, 3), np.uint8), [square + place for place in places],
        [(explanation, "title", "")], "title")
    figure.draw_without_rendering()
    picture = figure.axes[0]
    for number in picture.texts:
        box, inside = number.get_window_extent(), picture.get_window_extent()
        assert inside.x0 <= box.x0 and box.x1 <= inside.x1, number.get_text()
        assert inside.y0 <= box.y0 and box.y1 <= inside.y1, number.get_text()
