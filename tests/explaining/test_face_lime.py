import numpy as np
import pytest
from lime.lime_image import LimeImageExplainer

from base.errors import UserError
from explaining import face_lime, superpixels, wording
from explaining.face_explainer import FIRST
from tests import support


@pytest.fixture
def face():
    """A face-like picture: a bright oval with a dark mouth and eyes, and some texture."""
    rows, columns = np.mgrid[:48, :48]
    picture = 60 + 140 * ((((rows - 24) / 22) ** 2 + ((columns - 24) / 17) ** 2) < 1)
    picture[15:19, 13:20] = picture[15:19, 28:35] = picture[34:38, 17:31] = 30
    return (picture + np.random.default_rng(0).integers(0, 30, (48, 48))).astype(np.uint8)


def brightness_of(mask):
    """A "network" of two classes; the probability of 1 is the mean grey of the masked pixels."""
    def predict(pixels):
        bright = pixels[:, mask].mean(axis=1) / 255  # (n,)
        return np.stack([1 - bright, bright], axis=1)  # (n, 2)
    return predict


def linear_in(segments, weights):
    """A "network" whose probability is exactly linear in the shown superpixels.

    A superpixel counts as hidden if its variance is zero.
    """
    def predict(pixels):
        shown = np.stack([pixels[:, segments == number].std(axis=1) > 0
                          for number in range(len(weights))], axis=1)  # (n, superpixels)
        probability = 0.5 + shown @ weights  # (n,)
        return np.stack([1 - probability, probability], axis=1)  # (n, 2)
    return predict


MEAN = "superpixel-mean"  # gives hidden superpixels zero variance, as linear_in() needs
FLAT = [np.zeros((48, 48), np.uint8), np.full((48, 48), 255, np.uint8)]


def test_recovers_a_network_that_is_linear_in_the_superpixels(face):
    segments = superpixels.segment(face)
    weights = np.random.default_rng(1).uniform(-0.01, 0.01, segments.max() + 1)
    predict = linear_in(segments, weights)
    explanation = face_lime.explain_face(face, predict, [1], segments, MEAN, 2000)[1]
    assert np.corrcoef(explanation.weights, weights)[0, 1] > 0.999
    assert explanation.r2 > 0.99 and explanation.r2_pairs > 0.99
    assert explanation.probability == pytest.approx(0.5 + weights.sum())
    assert explanation.local_prediction == pytest.approx(explanation.probability, abs=0.005)
    assert explanation.strongest(1)[0] == weights.argmax()
    assert explanation.strongest(-1)[0] == weights.argmin()
    assert explanation.stability == 1 and not wording.cautions(explanation)
    np.testing.assert_array_equal(explanation.weight_map()[segments == 3], explanation.weights[3])


def test_the_two_labels_of_a_two_class_network_mirror_each_other(face):
    segments = superpixels.segment(face)
    predict = linear_in(segments, np.linspace(-0.01, 0.01, segments.max() + 1))
    explanations = face_lime.explain_face(face, predict, [0, 1], hide=MEAN, samples=500)
    np.testing.assert_allclose(explanations[0].weights, -explanations[1].weights, atol=1e-9)
    assert explanations[0].r2 == pytest.approx(explanations[1].r2)


def test_the_local_model_is_limes_own(face):
    segments = superpixels.segment(face)
    predict = linear_in(segments, np.linspace(-0.01, 0.01, segments.max() + 1))
    explainer = face_lime.FaceExplainer(hide=MEAN, random_state=5)
    theirs = explainer.explain_instance(
    face,
    predict,
    labels=(
        1,
        ),
        top_labels=None,
        num_samples=300,
         segmentation_fn=lambda image: segments)
    weights, intercept, r2 = explainer.fit(1)
    assert dict(theirs.local_exp[1]) == pytest.approx(dict(enumerate(weights)))
    assert (intercept, r2) == pytest.approx((theirs.intercept[1], theirs.score))
    assert isinstance(explainer, LimeImageExplainer)


def two_together(segments, extra):
    """A "network" in which superpixels 5 and 9 add 0.2 each, and `extra` when both are shown."""
    def predict(faces):
        shown = np.stack([faces[:, segments == s].std(axis=1) > 0 for s in (5, 9, 2)], axis=1)
        answer = 0.2 + shown @ [0.2, 0.2, 0.05] + extra * shown[:, 0] * shown[:, 1]
        return np.stack([1 - answer, answer], axis=1)
    return predict


def test_the_weights_are_those_of_plain_lime_with_less_noise(face):
    segments = superpixels.segment(face)
    explainers = []
    for samples in (300, 20_000):
        explainers.append(face_lime.FaceExplainer(hide=MEAN, random_state=1))
        explainers[-1].explain_instance(
            face, two_together(segments, -0.2), labels=(), top_labels=None, num_samples=samples,
            segmentation_fn=lambda image: segments)
    few, many = explainers
    reference = many.fit(1)[0]
    adjusted, plain = (np.abs(weights - reference).max()
                       for weights in (few.adjusted_fit(1)[0], few.fit(1)[0]))
    assert adjusted < plain / 2


def test_what_acts_together_is_found_and_r_squared_tells_of_it(face):
    segments = superpixels.segment(face)
    predict = two_together(segments, 0.35)
    found = face_lime.explain_face(face, predict, [1], segments, MEAN, 1000)[1]
    assert found.together[5, 9] == pytest.approx(0.35, abs=0.02)
    assert found.r2 < 0.95 < 0.99 < found.r2_pairs
    assert found.stability < 1 or found.weights[[5, 9]].min() > 0.3


def test_the_answer_without_parts_of_the_face_is_the_networks_own(face):
    segments = superpixels.segment(face)
    predict = two_together(segments, 0.35)
    without = face_lime.explain_face(face, predict, [1], segments, MEAN, 1000)[1].without
    assert without.whole == pytest.approx(1.0) and without.all_hidden == pytest.approx(0.2)
    assert without.marked_hidden == pytest.approx(0.2) and without.only_marked == pytest.approx(1.0)
    assert 0.5 < without.random_hidden < 1 and without.called == 0


def test_samples_are_complementary_pairs_and_begin_with_the_whole_face():
    masks = face_lime.FaceExplainer(random_state=0).draw_masks(7, 5)
    assert masks.shape == (7, 5) and masks[0].all()
    assert (masks[0:6:2] + masks[1:6:2] == 1).all()


def test_the_same_seed_gives_the_same_bytes_whatever_was_explained_before(face):
    predict = brightness_of(face > 100)
    first = face_lime.explain_face(face, predict, [1], samples=200, seed=3)[1]
    face_lime.explain_face(FLAT[1], predict, [0], samples=100, seed=9)
    again = face_lime.explain_face(face, predict, [0, 1], samples=200, seed=3)[1]
    other = face_lime.explain_face(face, predict, [1], samples=200, seed=4)[1]
    assert first.weights.tobytes() == again.weights.tobytes()
    assert first.weights.tobytes() != other.weights.tobytes()


def test_the_callers_face_is_not_changed(face):
    before = face.copy()
    face_lime.explain_face(face, brightness_of(np.ones((48, 48), bool)), [1], samples=100)
    assert np.array_equal(face, before)


@pytest.mark.parametrize("picture", FLAT, ids=["black", "white"])
def test_a_flat_face_has_no_weights_and_two_cautions(picture):
    predict = brightness_of(np.ones((48, 48), bool))
    explanation = face_lime.explain_face(picture, predict, [1], samples=100)[1]
    assert explanation.r2 == 0 and explanation.stability == 0
    cautions = [caution.split(":")[0] for caution in wording.cautions(explanation)]
    assert cautions[:2] == ["low R²", "unstable"]
    np.testing.assert_allclose(explanation.weights, 0, atol=1e-6)


def test_the_strongest_superpixels_have_the_given_sign_and_are_at_most_five(face):
    weights = np.array([0.5, -0.1, 0.0, 0.2, -0.3, 0.1, 0.3, 0.4, 0.6])
    explanation = support.explanation(np.zeros((48, 48), int), weights)
    assert explanation.strongest(1).tolist() == [8, 0, 7, 6, 3]
    assert explanation.strongest(-1).tolist() == [4, 1]


def test_fewer_samples_than_superpixels_are_an_error(face):
    with pytest.raises(UserError, match="10 samples; expected at least"):
        face_lime.explain_face(face, brightness_of(np.ones((48, 48), bool)), [1], samples=10)


def test_one_superpixel_is_an_error(face):
    with pytest.raises(UserError, match="1 superpixel; expected at least 2"):
        face_lime.explain_face(face, brightness_of(face > 100), [1], np.zeros((48, 48), int))


def test_a_label_that_the_network_does_not_have_is_an_error(face):
    with pytest.raises(UserError, match="label 2: the model has the labels 0 to 1"):
        face_lime.explain_face(face, brightness_of(face > 100), [1, 2], samples=100)


@pytest.mark.parametrize("output", [[2.0, -1.0], [0.5, 0.6], [np.nan, np.nan]],
                         ids=["logits", "sum", "nan"])
def test_outputs_that_are_not_probabilities_are_an_error(face, output):
    def predict(pixels):
        return np.tile(output, (len(pixels), 1))
    with pytest.raises(UserError, match="not probabilities"):
        face_lime.explain_face(face, predict, [1], samples=100)


def test_automatic_samples_stop_when_the_halves_agree(face):
    segments = superpixels.segment(face)
    clear = np.zeros(segments.max() + 1)
    clear[:face_lime.SHOWN] = 0.05, -0.06, 0.07, 0.08, -0.09
    predict = linear_in(segments, clear)
    explanation = face_lime.explain_face(face, predict, [1], segments, MEAN, "auto")[1]
    assert (explanation.samples, explanation.stability) == (FIRST, 1)


def test_automatic_samples_stop_at_the_limit_if_the_halves_never_agree(face):
    def noise(pixels):
        probability = np.random.default_rng(len(pixels)).uniform(size=len(pixels))
        return np.stack([probability, 1 - probability], axis=1)
    explanation = face_lime.explain_face(face, noise, [1], samples="auto")[1]
    assert explanation.samples == face_lime.LIMIT and explanation.stability < 1
    assert [caution.split(":")[0] for caution in wording.cautions(explanation)][:2] == [
        "low R²", "unstable"]


def test_automatic_samples_continue_the_same_random_stream(face):
    explainer = face_lime.FaceExplainer([0], automatic=True, random_state=0)
    explainer.stable = lambda: len(explainer.masks) >= 1000
    explainer.explain_instance(
        face, brightness_of(face > 100), labels=(), top_labels=None, num_samples=4000,
        segmentation_fn=lambda image: superpixels.segment(face))
    assert explainer.masks.shape[0] == explainer.probabilities.shape[0] == 1000
    assert explainer.masks[0].all() and not explainer.masks[500].all()
    assert (explainer.masks[500::2] + explainer.masks[501::2] == 1).all()


def test_of_two_labels_the_change_of_their_log_odds_is_explained():
    segments = np.zeros((48, 48), int)
    segments[:, 24:] = 1

    def predict(pixels):  # the logits of 3 and 4 are 1.5 and -2 where the left and right are shown
        left, right = (pixels[:, 0, column] > 0 for column in (0, 47))
        logits = np.zeros((len(pixels), 7))
        logits[:, 3], logits[:, 4] = 1.5 * left, -2 * right
        return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    face = np.full((48, 48), 200, np.uint8)
    found = face_lime.explain_face(face, predict, [(3, 4)], segments, "zero", 100)[3, 4]
    assert found.weights == pytest.approx([1.5, 2], abs=0.01)  # the lime package shrinks a little
    assert found.explained == (3, 4) and found.label == 3
    assert found.without.whole == pytest.approx(predict(face[None])[0, 3])
    with pytest.raises(UserError, match="label 9"):
        face_lime.explain_face(face, predict, [(3, 9)], segments, "zero", 100)
