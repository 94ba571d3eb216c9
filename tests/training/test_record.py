"""The record of a training run: which runs are the same, and whether its history is its own."""
import pytest

from base.errors import UserError
from training import record

ABOUT = {
    "arguments": {"data": "data", "outputs": "outputs", "epochs": 3, "filters": [2, 2, 2, 2]},
    "dataset": {"faces": {"train": [4] * 7, "validation": [2] * 7},
                "sha256": {"train": "aa", "validation": "bb"}},
    "versions": {"keras": "3.15.0", "tensorflow": "2.21"}, "machine": "Linux, 2 cores"}
ROWS = [dict.fromkeys(record.HISTORY, 0.25) | {"epoch": epoch, "seconds": 1.0} for epoch in (1, 2)]


def other(**changes):
    return ABOUT | {"arguments": ABOUT["arguments"] | changes}


def test_the_same_run_is_recognised_with_other_paths(tmp_path):
    record.write(tmp_path, ABOUT, ROWS, [], finished=False)
    earlier = record.files.read_json(tmp_path / "run.json")
    record.check_same_run(tmp_path, earlier, other(data="elsewhere/a.csv", outputs=str(tmp_path)))


@pytest.mark.parametrize(("now", "expected"), [
    (other(epochs=4), "--epochs was 3, now 4"),
    (other(learning_rate=0.01), "--learning-rate was None, now 0.01"),
    (ABOUT | {"dataset": {"faces": {"train": [4] * 6 + [3], "validation": [2] * 7},
                          "sha256": {"train": "cc", "validation": "bb"}}},
     "the train split was 28 faces (aa), now 27 faces (cc)"),
])
def test_the_refusal_of_another_run_names_the_difference(now, expected):
    with pytest.raises(UserError) as error:
        record.check_same_run("outputs", ABOUT, now)
    assert str(error.value) == f"outputs holds another run: {expected}; {record.START_OVER}"


def test_resuming_with_other_versions_is_reported():
    now = ABOUT | {"versions": {"keras": "3.15.1", "torch": "2.9"}}
    assert record.changed_versions(ABOUT, now) == [
        "keras was 3.15.0, now 3.15.1: the weights will not be the same to the last bit",
        "torch was None, now 2.9: the weights will not be the same to the last bit"]


def test_the_history_is_read_as_it_was_written(tmp_path):
    record.write(tmp_path, ABOUT, ROWS, [], finished=True)
    history = record.read_history(tmp_path / "history.csv")
    assert list(history.epoch) == [1, 2] and (history.val_loss == 0.25).all()
    assert record.read_history(tmp_path / "nothing" / "history.csv") is None


@pytest.mark.parametrize("damage", [
    lambda content: b"", lambda content: b"\xff\xfe\x00", lambda content: content[:-3],
    lambda content: content.replace(b"0.25", b"0.5", 1),
    lambda content: b"".join(content.splitlines(keepends=True)[:-1])])
def test_a_history_that_is_not_of_its_run_is_one_line(tmp_path, damage):
    record.write(tmp_path, ABOUT, ROWS, [], finished=True)
    path = tmp_path / "history.csv"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UserError, match="history.csv: not the history that python train.py wrote"):
        record.read_history(path)


def test_an_older_history_has_the_epochs_of_its_run(tmp_path):
    record.write(tmp_path, ABOUT, ROWS, [], finished=True)
    older = record.files.read_json(tmp_path / "run.json") | {"seconds": [1, 1, 1]}
    del older["history_sha256"]
    record.files.write_json(tmp_path / "run.json", older)
    with pytest.raises(UserError, match="expected 3 epochs, as run.json beside it says"):
        record.read_history(tmp_path / "history.csv")
