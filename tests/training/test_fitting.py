"""The training loop: the order of the faces, what is said of an epoch, and when it stops."""
import numpy as np
import pytest
from tqdm import tqdm

from base.errors import UserError
from fer2013.split import Split
from training import fitting
from training.recipe import Recipe

FACES = Split("train", np.arange(10, dtype=np.uint8)[:, None, None].repeat(48, 1).repeat(48, 2),
              np.arange(10, dtype=np.uint8) % 2, [str(number) for number in range(10)])


class Recorder:
    """In the place of a learner and its checkpoint: remembers the faces of every epoch."""
    learning_rate = 0.5

    def __init__(self, rows=()):
        self.rows, self.optimizer, self.seen = list(rows), self, []

    def train_on_batch(self, pixels, labels):
        assert pixels.shape[1:] == (48, 48, 1) and pixels.dtype == np.uint8
        assert np.array_equal(labels.argmax(axis=1), pixels[:, 0, 0, 0] % 2)
        self.seen += pixels[:, 0, 0, 0].tolist()
        return len(pixels), 0.25

    test_on_batch = staticmethod(lambda pixels, labels: (1.0, 0.5))

    def add(self, row):
        self.rows.append(row)


def test_the_order_of_the_faces_follows_from_the_seed_and_the_epoch_alone(capsys):
    recipe, whole, rest = Recipe(epochs=3, seed=3, batch_size=4), Recorder(), Recorder()
    fitting.fit(whole, recipe, FACES, FACES, whole)
    rest.rows = whole.rows[:1]
    fitting.fit(rest, recipe, FACES, FACES, rest)
    first, second, third = (whole.seen[start:start + 10] for start in (0, 10, 20))
    assert sorted(first) == sorted(second) == sorted(third) == list(range(10))
    assert first != second != third and rest.seen == second + third
    assert [row["epoch"] for row in rest.rows] == [1, 2, 3]


def test_an_epoch_has_the_mean_over_its_faces_and_a_line(capsys):
    kept = Recorder()
    fitting.fit(kept, Recipe(epochs=2, batch_size=8), FACES, FACES, kept)
    assert kept.rows[0]["loss"] == (8 * 8 + 2 * 2) / 10 and kept.rows[0]["val_accuracy"] == 0.5
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith("epoch 1/2: accuracy 25.00%, validation 50.00%, 0 s an epoch, 0 s left")


def test_the_line_of_an_epoch_has_the_time_left_of_the_whole_run():
    row = {"epoch": 7, "accuracy": 0.5712, "val_accuracy": 0.6123, "seconds": 176}
    line = fitting.in_words(row, 25)
    assert line == ("epoch 7/25: accuracy 57.12%, validation 61.23%, 3 min an epoch, "
                    "53 min left") and len(line) <= 80
    assert [fitting.duration(seconds) for seconds in (9, 89, 91, 4790)] == [
        "9 s", "89 s", "2 min", "1 h 20 min"]


@pytest.mark.parametrize("loss", [np.nan, np.inf])
def test_a_loss_that_is_no_number_ends_the_run_at_once(loss):
    asked, batches = [], [(None, np.zeros((4, 7)))] * 3

    def step(pixels, labels):
        asked.append(len(labels))
        return loss, 0.5
    with pytest.raises(UserError, match="no longer finite; the last complete epoch is kept"):
        fitting.mean(step, batches, tqdm(disable=True))
    assert asked == [4]
