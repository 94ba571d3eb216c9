"""A file is written completely or not at all, one run writes to a folder, errors are one line."""
import contextlib
import errno
import json
import os
import signal
import subprocess
import sys
import types

import keras
import numpy as np
import pytest
from matplotlib.figure import Figure

import model as network
import train
from base import files, options
from base.errors import UserError
from figures import style
from tests.support import ROOT
from training import checkpoint


def refuse(error):
    """A function that raises OSError with an error number, whatever it is called with."""
    def raise_it(*args, **options):
        raise OSError(error, os.strerror(error))
    return raise_it


def test_a_new_file_replaces_the_old_one(tmp_path):
    files.write_json(tmp_path / "numbers.json", {"a": 1})
    files.write_json(tmp_path / "numbers.json", {"a": 2})
    assert files.read_json(tmp_path / "numbers.json") == {"a": 2}
    assert [path.name for path in tmp_path.iterdir()] == ["numbers.json"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, UserError, ZeroDivisionError])
def test_an_error_while_writing_leaves_the_old_file(tmp_path, error):
    (tmp_path / "notes.txt").write_text("old")
    with pytest.raises(error), files.replacing(tmp_path / "notes.txt") as path:
        path.write_text("half")
        raise error
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize("call", ["mkdir", "fsync", "replace"])
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_a_disk_error_is_one_line_and_leaves_the_old_file(tmp_path, monkeypatch, call, error):
    (tmp_path / "run.json").write_text("{}")
    monkeypatch.setattr(os, call, refuse(error))
    with pytest.raises(UserError) as raised:
        files.write_json(tmp_path / "run.json", {"a": 1})
    assert str(raised.value) == f"{tmp_path / 'run.json'}: cannot write it ({os.strerror(error)})"
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]
    assert files.read_json(tmp_path / "run.json") == {}


def test_a_file_is_on_the_disk_before_it_replaces_the_old_one(tmp_path, monkeypatch):
    calls, fsync, replace = [], os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda descriptor: (calls.append("fsync"), fsync(descriptor)))
    monkeypatch.setattr(os, "replace", lambda *paths: (calls.append("replace"), replace(*paths)))
    files.write_json(tmp_path / "a.json", {})
    assert calls[:2] == ["fsync", "replace"]


@contextlib.contextmanager
def no_room(size=1_000_000):
    """As on a full disk, no file of this process can grow beyond `size` bytes."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.fixture(scope="module")
def network_and_learner():
    return compiled(network.build_model())


def compiled(model):
    """A network and the compiled model that trains it."""
    learner = keras.Sequential([keras.Input(network.INPUT_SHAPE), model])
    learner.compile("adam", "categorical_crossentropy")
    return model, learner


def test_a_full_disk_loses_no_model_checkpoint_or_figure(tmp_path, network_and_learner):
    keeper = checkpoint.Keeper(tmp_path, *network_and_learner, {"arguments": {}}, epochs=3)
    keeper.best = keeper.trained.get_weights()
    keeper.write()
    keeper.write_model()
    figure = Figure(figsize=(20, 20))
    figure.subplots().imshow(np.random.default_rng(0).random((900, 900)), interpolation="nearest")
    (tmp_path / "noise.png").write_bytes(b"old")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for write in (keeper.write, keeper.write_model,
                  lambda: style.save(figure, tmp_path / "noise.png")):
        with pytest.raises(UserError, match="cannot write it"), no_room(100_000):
            write()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_larger_teacher_is_saved_completely(tmp_path):
    teacher, learner = compiled(network.build_model(dtype="mixed_bfloat16", filters=(5, 6, 7, 8)))
    keeper = checkpoint.Keeper(tmp_path, teacher, learner, {"arguments": {}}, epochs=1)
    keeper.best = teacher.get_weights()
    keeper.write_model()
    saved = network.load_model(tmp_path / "model.keras")
    filters = [saved.get_layer(f"block{block}_conv2").filters for block in (1, 2, 3, 4)]
    assert filters == [5, 6, 7, 8]
    for before, after in zip(teacher.get_weights(), saved.get_weights(), strict=True):
        assert np.array_equal(before, after)


def test_incomplete_files_of_a_killed_run_are_removed_and_nothing_else(tmp_path):
    for name in (".writing-model.keras-abc", ".writing-happy.png-abc", "mine"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "half").write_bytes(b"half")
    with files.locked(tmp_path, ["model.keras", "run.json"]):
        left = sorted(path.name for path in tmp_path.iterdir())
        assert left == [".lock", ".writing-happy.png-abc", "mine"]


HOLD = """
import pathlib, sys, time
from base import options, files
with files.locked(pathlib.Path(sys.argv[1]), []):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_run_is_refused_until_the_first_has_ended_or_was_killed(tmp_path):
    first = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE,
                             text=True, cwd=ROOT)
    assert first.stdout.readline() == "held\n"
    with pytest.raises(UserError, match="another run writes there"), files.locked(tmp_path, []):
        pass
    first.kill()
    first.communicate()
    with files.locked(tmp_path, []):
        pass


@pytest.mark.parametrize("error", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_folder_that_cannot_be_written_to_is_one_line(tmp_path, monkeypatch, error):
    monkeypatch.setattr(files.filelock.FileLock, "acquire", refuse(error))
    message = rf"cannot write there \({os.strerror(error)}\)"
    with pytest.raises(UserError, match=message), files.locked(tmp_path, []):
        pass


RECORD = {"arguments": {"epochs": 3, "learning_rate": 0.001, "data": "a.csv", "outputs": "outputs"},
          "dataset": {"faces": {"train": [4] * 7, "validation": [2] * 7},
                      "sha256": {"train": "aa", "validation": "bb"}},
          "finished": True}


def other(**changes):
    """RECORD with some arguments changed, after a conversion to JSON and back."""
    return json.loads(json.dumps(RECORD | {"arguments": RECORD["arguments"] | changes}))


def test_a_folder_without_a_run_has_none(tmp_path):
    assert checkpoint.find(tmp_path, RECORD) is None


def test_the_same_run_is_recognised_with_other_paths(tmp_path):
    files.write_json(tmp_path / "run.json", RECORD)
    (tmp_path / "model.keras").write_bytes(b"")
    assert checkpoint.find(tmp_path, other(data="elsewhere/a.csv", outputs=str(tmp_path))) == RECORD


@pytest.mark.parametrize(("now", "expected"), [
    (other(epochs=4), "--epochs was 3, now 4"),
    (other(learning_rate=0.01), "--learning-rate was 0.001, now 0.01"),
    (other(sharp=0.5), "--sharp was None, now 0.5"),
    (RECORD | {"dataset": {"faces": {"train": [4] * 6 + [3], "validation": [2] * 7},
                           "sha256": {"train": "cc", "validation": "bb"}}},
     "the train split was 28 faces (aa), now 27 faces (cc)"),
])
def test_the_refusal_of_another_run_names_the_difference(tmp_path, now, expected):
    files.write_json(tmp_path / "run.json", RECORD)
    with pytest.raises(UserError) as error:
        checkpoint.find(tmp_path, now)
    assert str(error.value) == f"{tmp_path} holds another run: {expected}; {checkpoint.START_OVER}"


def test_an_interrupted_run_without_its_checkpoint_is_not_overwritten(tmp_path):
    files.write_json(tmp_path / "run.json", RECORD | {"finished": False})
    message = "holds a run that did not finish, without its checkpoint.npz; --fresh"
    with pytest.raises(UserError, match=message):
        checkpoint.find(tmp_path, RECORD)


@pytest.mark.parametrize("share", [0, 0.3, 0.999])
def test_a_damaged_checkpoint_is_one_line(tmp_path, network_and_learner, share):
    keeper = checkpoint.Keeper(tmp_path, *network_and_learner, RECORD, epochs=3)
    keeper.write()
    content = (tmp_path / "checkpoint.npz").read_bytes()
    (tmp_path / "checkpoint.npz").write_bytes(content[:int(len(content) * share)])
    message = "checkpoint.npz: not readable as a checkpoint .*; --fresh starts over"
    with pytest.raises(UserError, match=message):
        keeper.restore()


def test_a_checkpoint_of_another_network_is_one_line(tmp_path, network_and_learner):
    checkpoint.Keeper(tmp_path, *network_and_learner, RECORD, epochs=3).write()
    model = network_and_learner[0]
    other_learner = keras.Sequential([keras.Input((8,)), keras.layers.Dense(2)])
    other_learner.compile("adam", "mse")
    with pytest.raises(UserError, match="weights of another network; --fresh starts over"):
        checkpoint.Keeper(tmp_path, model, other_learner, RECORD, epochs=3).restore()


def test_going_on_with_other_versions_is_reported(capsys):
    record = {"machine": "Linux, 2 cores", "versions": {"keras": "3.15.1", "torch": "2.9"}}
    before = {"machine": "Linux, 2 cores", "versions": {"keras": "3.15.0", "tensorflow": "2.21"}}
    keeper = types.SimpleNamespace(record=record, rows=[{}, {}], epochs=5, restore=lambda: None)
    train.start_or_go_on(keeper, before)
    assert capsys.readouterr().out.splitlines() == [
        "goes on with this run after epoch 2 of 5; --fresh starts over",
        "keras was 3.15.0, now 3.15.1: the run goes on, but not bit for bit",
        "torch was None, now 2.9: the run goes on, but not bit for bit",
    ]


@pytest.mark.parametrize("content", [b"", b"epoch\n", b"\xff\xfe\x00", b"epoch,accuracy\n1,0.5\n",
                                     b"epoch,accuracy,loss,val_accuracy,val_loss,learning_rate\n"
                                     b"one,0.5,1,0.5,1,0.1\n"])
def test_a_history_that_was_edited_is_one_line(tmp_path, content):
    path = tmp_path / "history.csv"
    path.write_bytes(content)
    with pytest.raises(UserError, match="history.csv: not a history as python train.py writes it"):
        checkpoint.read_history(path)


def test_json_that_is_nested_without_end_is_one_line(tmp_path):
    path = tmp_path / "run.json"
    path.write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(UserError, match="run.json: not readable as JSON"):
        files.read_json(path)


def test_escape_sequences_of_a_record_do_not_reach_the_terminal(tmp_path):
    path = tmp_path / "run.json"
    files.write_json(path, {"name": "a\x1b[31mb\x9bc"})
    assert files.read_json(path) == {"name": "a?[31mb?c"}
    error = FileNotFoundError(2, "No such file", "\x1b[2J")
    assert options.in_words(error) == "\\x1b[2J: No such file"


def test_what_a_killed_run_left_an_hour_ago_is_removed_and_what_is_being_written_stays(tmp_path):
    old, new = (tmp_path / f".writing-{name}.png-x" for name in ("old", "new"))
    for folder in (old, new):
        folder.mkdir()
    os.utime(old, (0, 0))
    files.make_folder(tmp_path)
    assert not old.exists() and new.exists()
