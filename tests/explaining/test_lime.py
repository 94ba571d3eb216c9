import numpy as np
import pytest
from lime.lime_image import LimeImageExplainer
from skimage.color import gray2rgb

from base.errors import UserError
from explaining import lime, samples, superpixels, wording
from explaining.hiding import HIDING
from explaining.samples import FIRST, LIMIT, SHOWN
from explaining.settings import LimeSettings
from explaining.verdict import fewest_that_decide
from tests import support


@pytest.fixture
def face():
    """A face-like picture: a bright oval with a dark mouth and eyes, and some texture."""
    rows, columns = np.mgrid[:48, :48]
    picture = 60 + 140 * ((((rows - 24) / 22) ** 2 + ((columns - 24) / 17) ** 2) < 1)
    picture[15:19, 13:20] = picture[15:19, 28:35] = picture[34:38, 17:31] = 30
    return (picture + np.random.default_rng(0).integers(0, 30, (48, 48))).astype(np.uint8)


@pytest.fixture
def segments(face):
    return superpixels.segment(face)


def network(probability):
    """A "network" of two classes; function: from faces to the probability of label 1, (n,)."""
    def predict(pixels):
        answer = probability(pixels)
        return np.stack([1 - answer, answer], axis=1)
    return predict


def brightness_of(mask):
    return network(lambda pixels: pixels[:, mask].mean(axis=1) / 255)


def shown(pixels, segments):
    """Whether a superpixel of each face is not black: bool (n, superpixels)."""
    return np.stack([pixels[:, segments == part].any(axis=1)
                     for part in range(segments.max() + 1)], axis=1)


def linear_in(segments, weights):
    return network(lambda pixels: 0.5 + shown(pixels, segments) @ weights)


def two_together(segments, extra):
    """Superpixels 5 and 9 add 0.2 each, 2 adds 0.05, and `extra` is added if 5 and 9 are shown."""
    def probability(pixels):
        five, nine, two = shown(pixels, segments)[:, [5, 9, 2]].T.astype(float)
        return 0.2 + 0.2 * five + 0.2 * nine + 0.05 * two + extra * five * nine
    return network(probability)


def explain(face, predict, labels, segments=None, hide="zero", **settings):
    return lime.explain_face(face, predict, labels, LimeSettings(hide, **settings), segments)


def draw(face, predict, segments, hide="zero", **settings):
    return samples.draw(face, HIDING[hide](face), segments, predict, [1],
                        LimeSettings(hide, **settings))


def test_recovers_a_network_that_is_linear_in_the_superpixels(face, segments):
    weights = np.random.default_rng(1).uniform(-0.01, 0.01, segments.max() + 1)
    found = explain(face, linear_in(segments, weights), [1], segments, samples=600)[1]
    assert np.corrcoef(found.weights, weights)[0, 1] > 0.999
    assert found.r2 > 0.99 and found.r2_pairs > 0.99
    assert found.probability == pytest.approx(0.5 + weights.sum())
    assert found.intercept + found.weights.sum() == pytest.approx(found.probability, abs=0.005)
    assert found.strongest(1)[0] == weights.argmax() and found.strongest(-1)[0] == weights.argmin()
    assert found.stability == 1 and not wording.cautions(found)
    np.testing.assert_array_equal(found.weight_map()[segments == 3], found.weights[3])


class OurSamples(LimeImageExplainer):
    """The lime package's explainer, which draws what samples.draw() draws."""

    def data_labels(self, image, fudged_image, segments, classifier_fn, num_samples, batch_size):
        masks = samples.draw_masks(self.random_state, num_samples, segments.max() + 1, True)
        return masks, classifier_fn(masks[:, segments] * image[..., 0])


def test_samples_and_local_model_are_those_of_the_lime_package(face, segments):
    predict = linear_in(segments, np.linspace(-0.01, 0.01, segments.max() + 1))
    theirs = OurSamples(feature_selection="none", random_state=5).explain_instance(
        face, predict, labels=[1], top_labels=None, num_samples=300,
        segmentation_fn=lambda image: segments)
    drawn = draw(face, predict, segments, samples=300, seed=5)
    weights, intercept = samples.local_model(drawn.masks, drawn.targets(1))
    assert dict(theirs.local_exp[1]) == pytest.approx(dict(enumerate(weights)), abs=1e-14)
    assert intercept == pytest.approx(theirs.intercept[1], abs=1e-14)


def test_the_lime_package_marks_the_same_superpixels(face):
    found = explain(face, brightness_of(face > 100), [1], samples=100)[1]
    picture, mask = found.as_lime().get_image_and_mask(1, positive_only=True, num_features=SHOWN)
    assert dict(found.as_lime().local_exp[1]) == dict(enumerate(found.weights))
    assert np.array_equal(picture, gray2rgb(face))
    assert np.array_equal(mask == 1, np.isin(found.segments, found.strongest(1)))


def test_the_weights_are_those_of_plain_lime_with_less_noise(face, segments):
    few, many = (draw(face, two_together(segments, -0.2), segments, samples=count, seed=1)
                 for count in (300, 20_000))
    reference = samples.local_model(many.masks, many.targets(1))[0]
    found = few.adjusted_fit(1)[0], samples.local_model(few.masks, few.targets(1))[0]
    adjusted, plain = (np.abs(weights - reference).max() for weights in found)
    assert adjusted < plain / 2


def test_what_acts_together_is_found_and_told_by_r_squared_and_without_parts(face, segments):
    found = explain(face, two_together(segments, 0.35), [1], segments, samples=1000)[1]
    assert found.together[5, 9] == pytest.approx(0.35, abs=0.02)
    assert found.r2 < 0.95 < 0.99 < found.r2_pairs
    assert found.stability < 1 or found.weights[[5, 9]].min() > 0.3
    without = found.without
    assert without.whole == pytest.approx(1.0) and without.all_hidden == pytest.approx(0.2)
    assert without.marked_hidden == pytest.approx(0.2) and without.only_marked == pytest.approx(1.0)
    assert 0.5 < without.random_hidden < 1 and without.called == 0


@pytest.mark.parametrize(("effects", "verdict", "fewest"), [
    ([0.6] + [0] * 8, "telling", 1),  # hiding the first changes the prediction
    ([0.24] + [0] * 8, "partly", 0),  # ten points more than random ones, and still predicted
    ([0.03] * 9, "does not tell", 0),  # all parts alike
    ([0.07] * 9, "does not tell", 6),  # the same, but without six of them another is predicted
])
def test_the_verdict_comes_from_hiding_the_marked_parts_and_random_ones(effects, verdict, fewest):
    ninths = np.kron(np.arange(9).reshape(3, 3), np.ones((16, 16), int))
    predict = network(lambda pixels: 0.9 - ~shown(pixels, ninths) @ effects)
    face = np.full((48, 48), 200, np.uint8)
    without = explain(face, predict, [1], ninths, samples=100)[1].without
    assert (without.verdict, without.fewest) == (verdict, fewest)
    assert without.fewest_hidden == pytest.approx(0.9 - sum(effects[:fewest]))


def test_a_label_that_is_not_predicted_is_decided_where_its_probability_halves():
    whole, steps = np.array([0.7, 0.3]), np.array([[0.75, 0.25], [0.85, 0.15], [0.9, 0.1]])
    assert fewest_that_decide(whole, steps, 1) == (2, 0.15)
    assert fewest_that_decide(whole[::-1], steps[:1, ::-1], 1) == (0, 0.7)


def test_samples_are_complementary_pairs_and_begin_with_the_whole_face():
    masks = samples.draw_masks(np.random.RandomState(0), 7, 5, whole_first=True)
    assert masks.shape == (8, 5) and masks[0].all()
    assert (masks[::2] + masks[1::2] == 1).all()


def test_the_same_seed_gives_the_same_bytes_whatever_else_is_explained(face):
    predict, before = brightness_of(face > 100), face.copy()
    first = explain(face, predict, [1], samples=100, seed=3)[1]
    again = explain(face, predict, [0, 1], samples=100, seed=3)[1]
    other = explain(face, predict, [1], samples=100, seed=4)[1]
    assert first.weights.tobytes() == again.weights.tobytes() != other.weights.tobytes()
    assert np.array_equal(face, before)


@pytest.mark.parametrize("grey", [0, 255])
def test_a_flat_face_has_no_weights_and_two_cautions(grey):
    predict = brightness_of(np.ones((48, 48), bool))
    found = explain(np.full((48, 48), grey, np.uint8), predict, [1], hide="mean", samples=100)[1]
    assert (found.r2, found.stability) == (0, 0) and not found.weights.any()
    cautions = [caution.split(":")[0] for caution in wording.cautions(found)]
    assert cautions[:2] == ["low R²", "unstable"]


def test_the_strongest_superpixels_have_the_given_sign_and_are_at_most_five():
    weights = np.array([0.5, -0.1, 0.0, 0.2, -0.3, 0.1, 0.3, 0.4, 0.6])
    found = support.explanation(np.zeros((48, 48), int), weights)
    assert found.strongest(1).tolist() == [8, 0, 7, 6, 3] and found.strongest(-1).tolist() == [4, 1]


def test_fewer_samples_than_superpixels_and_labels_that_are_none_are_errors(face):
    with pytest.raises(UserError, match="10 samples; expected at least"):
        explain(face, brightness_of(face > 100), [1], samples=10)
    with pytest.raises(UserError, match="the model has the labels 0 to 1"):
        explain(face, brightness_of(face > 100), [-1], samples=100)


@pytest.mark.parametrize("output", [[2.0, -1.0], [0.5, 0.6], [np.nan, np.nan]],
                         ids=["logits", "sum", "nan"])
def test_outputs_that_are_not_probabilities_are_an_error(face, output):
    with pytest.raises(UserError, match="not probabilities"):
        explain(face, lambda pixels: np.tile(output, (len(pixels), 1)), [1], samples=100)


def test_automatic_samples_stop_when_the_halves_agree(face, segments):
    clear = np.zeros(segments.max() + 1)
    clear[:SHOWN] = 0.05, -0.06, 0.07, 0.08, -0.09
    found = explain(face, linear_in(segments, clear), [1], segments)[1]
    assert (found.samples, found.stability) == (FIRST, 1)


def test_automatic_samples_continue_the_same_stream_to_the_limit_if_the_halves_never_agree(
        face, segments):
    noise = network(lambda pixels: np.random.default_rng(len(pixels)).uniform(size=len(pixels)))
    drawn, fixed = draw(face, noise, segments), draw(face, noise, segments, samples=FIRST)
    assert len(drawn.masks) == len(drawn.probabilities) == LIMIT and drawn.stability(1) < 1
    assert np.array_equal(drawn.masks[:FIRST], fixed.masks)
    assert drawn.masks[0].all() and not drawn.masks[FIRST].all()
    assert (drawn.masks[::2] + drawn.masks[1::2] == 1).all()


def test_of_two_labels_the_change_of_their_log_odds_is_explained():
    halves = np.repeat([0, 1], 24) * np.ones((48, 1), int)

    def predict(pixels):  # the logits of 3 and 4 are 1.5 and -2 where the left and right are shown
        logits = np.zeros((len(pixels), 7))
        logits[:, 3:5] = shown(pixels, halves) * (1.5, -2)
        return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    face = np.full((48, 48), 200, np.uint8)
    found = explain(face, predict, [(3, 4)], halves, samples=100)[3, 4]
    assert found.weights == pytest.approx([1.5, 2], abs=0.01)  # the lime package shrinks a little
    assert (found.label, found.rather_than) == (3, 4)
    assert found.without.whole == pytest.approx(predict(face[None])[0, 3])
