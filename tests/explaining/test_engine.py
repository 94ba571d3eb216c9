import numpy as np
import pytest

from base.errors import UserError
from base.store import Store
from explaining.engine import Engine
from explaining.settings import LimeSettings

SETTINGS = LimeSettings(hide="zero", samples=100)
FACES = np.random.default_rng(0).integers(0, 256, (3, 48, 48)).astype(np.uint8)


def halves(pixels):
    bright = np.full((len(pixels), 7), 1e-3, np.float32)
    bright[:, 0], bright[:, 1] = pixels[:, :24].mean(axis=(1, 2)), pixels[:, 24:].mean(axis=(1, 2))
    return bright / bright.sum(axis=1, keepdims=True)


@pytest.fixture
def kept(tmp_path):
    return Store(tmp_path / "explained.sqlite")


def refuse(pixels):
    raise AssertionError("the network is asked again")


def same(first, second):
    for one, other in zip(first, second, strict=True):
        if isinstance(one, np.ndarray):
            assert one.dtype == other.dtype and np.array_equal(one, other)
        else:  # a float may be NumPy's
            assert one == other and isinstance(other, (type(one), float))


def test_a_kept_explanation_is_the_computed_one_to_the_last_bit(kept):
    asked = [(FACES[0], [0, 1]), (FACES[1], [(1, 0)])]
    computed = list(Engine(halves, SETTINGS, {}, kept).explain(asked))
    again = list(Engine(refuse, SETTINGS, {}, kept).explain(asked))
    assert [list(found) for found in again] == [[0, 1], [(1, 0)]]
    for first, second in zip(computed, again, strict=True):
        for label in first:
            same(first[label], second[label])


def test_a_run_that_was_stopped_goes_on_and_computes_the_missing_faces_alone(kept):
    asked, answered = [(face, [0]) for face in FACES], []

    def count(pixels):
        answered.append(len(pixels))
        return halves(pixels)
    stopped = Engine(halves, SETTINGS, {}, kept).explain(asked)
    next(stopped)
    stopped.close()
    found = list(Engine(count, SETTINGS, {}, kept).explain(asked))
    assert answered.count(SETTINGS.samples) == 2 and len(found) == 3
    for one, other in zip(found, Engine(halves, SETTINGS).explain(asked), strict=True):
        same(one[0], other[0])


@pytest.mark.parametrize("other", [{"settings": LimeSettings("zero", 100, seed=1)},
                                   {"settings": LimeSettings("blurred", 100)},
                                   {"identity": {"model": "another"}}])
def test_another_network_or_setting_is_another_explanation(other):
    engine = Engine(halves, SETTINGS)
    key = engine.key(FACES[0], [0])
    assert key == engine.key(FACES[0].copy(), [0])
    assert key not in (engine._replace(**other).key(FACES[0], [0]), engine.key(FACES[0], [1]),
                       engine.key(FACES[1], [0]), engine.key(FACES[0], [0, 1]))


def test_a_kept_result_of_other_arrays_is_refused(kept):
    engine = Engine(halves, SETTINGS, {}, kept)
    kept.add(engine.key(FACES[0], [0]), {"weights": np.zeros(3)})
    with pytest.raises(UserError, match="cannot be read or written"):
        list(engine.explain([(FACES[0], [0])]))
