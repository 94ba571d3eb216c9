"""Damaged files of outputs/ for bad_input.py: each is read as the programs read it.

A file of text has no checksum, so that a digit in it can become another one unseen; but a file that
was only cut must be refused, or be read with every value that is left as it was.
"""
import contextlib
import functools
import json
import pathlib
import shutil
import tempfile
import types

import numpy as np
from tests.programs.test_report import evaluation, made_by, png, write_outputs

from base.store import Store, kept
from benchmarks import bad_cases
from benchmarks.bad_cases import REFUSED, call, change_json, ended_well, judge
from explaining import engine, single_faces
from explaining.settings import LimeSettings
from explaining.table import Table
from fer2013 import EMOTIONS, bundled
from networks import network
from tests.support import explanation, make_dataset
from training import checkpoint

RUN = ("--epochs", "1", "--filters", "1", "1", "1", "1", "--hidden", "1", "--batch-size", "14")
DAMAGES = {
    "cut": bad_cases.cut, "bits flipped": bad_cases.flip_bits,
    "bytes overwritten": bad_cases.overwrite, "empty": lambda content, random: b"",
    "not UTF-8": lambda content, random: content.decode("latin-1").encode(
        str(random.choice(["utf-16", "utf-32", "cp037", "utf-8-sig"]))),
    "nested": lambda content, random: nest(random).encode(),
    "other values": lambda content, random: other_values(content, random),
}
FACE = np.random.default_rng(0).integers(0, 256, (48, 48), np.uint8)


def nest(random):
    """JSON of lists or objects in each other, closed or not."""
    start, end = (("[", "]"), ('{"a":', "}"), ('{"arguments":', "}"))[random.integers(3)]
    depth = int(10 ** random.uniform(1, 5.3))
    return '{"arguments": ' + start * depth + "1" + end * depth * random.integers(2) + "}"


def other_values(content, random):
    """Text with other values in it: of JSON, or of a table."""
    with contextlib.suppress(ValueError):
        changed = change_json(json.loads(content), random, random.integers(1, 5))
        return json.dumps(changed).encode()
    rows = [line.split(",") for line in content.decode("latin-1").splitlines()]
    for _ in range(random.integers(1, 5)):
        row = rows[random.integers(len(rows))]
        row[random.integers(len(row))] = str(bad_cases.HOSTILE[
            random.integers(len(bad_cases.HOSTILE))])
    rows = rows * random.integers(1, 3)
    return "\n".join(map(",".join, rows)).encode("utf-8", "surrogateescape")


@functools.cache
def started():
    """A folder with faces, outputs of a finished run, a checkpoint, and outputs for the report."""
    folder = pathlib.Path(tempfile.mkdtemp())
    make_dataset(folder / "data", {"train": 1, "validation": 1})
    (folder / "interrupted").mkdir()
    finish = checkpoint.Keeper.finish

    def keep_checkpoint(keeper):
        shutil.copyfile(keeper.folder / checkpoint.FILE, folder / "interrupted" / checkpoint.FILE)
        finish(keeper)
    checkpoint.Keeper.finish = keep_checkpoint
    assert call("train", *RUN, "--data", folder / "data", "--outputs", folder / "run")[0] == 0
    checkpoint.Keeper.finish = finish
    (folder / "report").mkdir()
    write_outputs(folder / "report")
    (folder / "report" / "explanations.json").write_text(json.dumps(made_by("happy")))
    return folder


def copy_with(name, damage, random, here, original):
    """A copy of a folder in which one file is damaged; returns that file's path."""
    shutil.copytree(started() / original, here / "outputs")
    path = here / "outputs" / name
    path.write_bytes(damage(path.read_bytes(), random))
    return path


def is_cut(damage):
    return damage is bad_cases.cut


# What reads which file


def by_report(name):
    """report.py over a folder with one damaged file."""
    def case(damage, random, here):
        path = copy_with(name, damage, random, here, "report")
        status, _, errors = call("report", "--outputs", path.parent)
        if is_cut(damage) and status == 0 and name.endswith((".json", ".csv")):
            check_cut(path, (started() / "report" / name).read_bytes())
        return ended_well("report", status, errors)
    return case


def check_cut(path, whole):
    """Silent if a text that was cut inside of a line was read."""
    left = path.read_bytes()
    if left.strip() != whole.strip() and not left.endswith(b"\n") and left:
        raise bad_cases.Silent(f"{path.name}: read, though it ends in {left[-20:]!r}")


def by_train(name, original):
    """train.py over the folder of a finished or an interrupted run."""
    def case(damage, random, here):
        path = copy_with(name, damage, random, here, original)
        status, _, errors = call("train", *RUN, "--data", started() / "data",
                                 "--outputs", path.parent)
        return ended_well("train", status, errors)
    return case


def history(damage, random, here):
    """history.csv as evaluate.py reads it for the curves."""
    path = copy_with("history.csv", damage, random, here, "run")
    outcome = judge(lambda: checkpoint.read_history(path), path)
    if is_cut(damage) and outcome != REFUSED:
        check_cut(path, (started() / "run" / "history.csv").read_bytes())
    return outcome


def trained_on(damage, random, here):
    """run.json as every program reads it for the line on the model."""
    path = copy_with("run.json", damage, random, here, "run")
    model = path.with_name("model.keras")
    return judge(lambda: bundled.in_use(bundled.choose_faces("data", model), model), path)


def arrays_of_checkpoint(damage, random, here):
    """checkpoint.npz, whose arrays have checksums."""
    path = copy_with("checkpoint.npz", damage, random, here, "interrupted")
    whole = checkpoint.read(started() / "interrupted" / "checkpoint.npz", arrays=True)
    return judge(lambda: checkpoint.read(path, arrays=True), path, whole, same_arrays)


def same_arrays(found, whole):
    kinds = "variables", "best"
    return all(len(found[kind]) == len(whole[kind])
               and all(map(np.array_equal, found[kind], whole[kind])) for kind in kinds)


def state_of_checkpoint(damage, random, here):
    """A checkpoint with the right checksums whose state has other values, read by train.py."""
    path = copy_with("checkpoint.npz", lambda content, random: content, random, here, "interrupted")
    with np.load(path) as file:
        arrays = dict(file)
    state = damage(str(arrays["state"]).encode(), random).decode("utf-8", "replace")
    arrays["state"] = np.array(state)
    if random.integers(4) == 0:
        arrays[str(random.choice(list(arrays)))] = np.array(random.choice(["a", "b"], 3))
    np.savez(path, **arrays)
    status, _, errors = call("train", *RUN, "--data", started() / "data", "--outputs", path.parent)
    return ended_well("train", status, errors)


def scores(damage, random, here):
    """explanations.json, to which explain.py adds."""
    path = copy_with("explanations.json", damage, random, here, "report")
    return judge(lambda: single_faces.write_scores([], path.parent, "png", {}), path)


def fed(damage, random, here):
    """feeding.json, which every program reads for a stranger's network, and writes anew."""
    raw = types.SimpleNamespace(digest="d", classes=7, path="theirs.h5")
    found = network.Feeding("unit", EMOTIONS, "logits", "57 % of 700 faces")
    network.keep(here, raw, found, True)
    path = here / network.KEPT
    path.write_bytes(damage(path.read_bytes(), random))

    def read_and_keep():
        fed = network.kept(here, raw, random.integers(2))
        if fed:
            fed.words()
        network.keep(here, raw, found, True)
    return judge(read_and_keep, path)


def store(damage, random, here):
    """explained.sqlite, whose arrays have checksums and are else computed again."""
    path, asked = here / "explained.sqlite", (FACE, [3])
    one = {3: explanation(np.arange(2304).reshape(48, 48) // 577, np.arange(4.0), face=FACE)}
    with contextlib.closing(Store(path)) as opened:
        for key in "abcdefgh":
            opened.add(key, engine.pack(one))
    path.write_bytes(damage(path.read_bytes(), random))
    if random.integers(4) == 0:  # what a killed run leaves, of another file
        path.with_name("explained.sqlite-journal").write_bytes(random.bytes(2_000))

    def read_all():
        with contextlib.closing(Store(path)) as opened:
            found = [kept(opened, key, asked, engine.unpack) for key in "abcdefgh"
                     if key in opened]
            opened.add("i", engine.pack(one))
        return found
    return judge(read_all, path, one, lambda found, one: all(map(same_explanation, found)))


def same_explanation(found):
    return (np.array_equal(found[3].weights, np.arange(4.0))
            and np.array_equal(found[3].face, FACE))


def store_of_others(damage, random, here):
    """A valid store whose results are other bytes, or arrays of other names and kinds."""
    path = here / "explained.sqlite"
    one = {3: explanation(np.zeros((48, 48), int), np.zeros(1), face=FACE)}
    arrays = engine.pack(one)
    name = str(random.choice(list(arrays)))
    arrays[name] = [np.array("a"), np.zeros(0), np.array([None], object),
                    np.zeros((2, 2))][random.integers(4)]
    with contextlib.closing(Store(path)) as opened:
        opened.add("a", arrays if random.integers(2) else {name: arrays[name]})
        if random.integers(3) == 0:
            values = (b"", b"PK\x03\x04", "text", 7, random.bytes(100))
            opened.connection.execute("UPDATE results SET arrays = ?",
                                    (values[random.integers(len(values))],))

    def read_one():
        with contextlib.closing(Store(path)) as opened:
            return kept(opened, "a", (FACE, [3]), engine.unpack)
    return judge(read_one, path)


def table(damage, random, here):
    """A table of explanations that stands where --table is to be written."""
    path = here / str(random.choice(["faces.csv", "faces.parquet"]))
    whole = Table(path)
    whole.add(explanation(np.zeros((48, 48), int), np.ones(1), face=FACE), LimeSettings(), "a")
    whole.write()
    path.write_bytes(damage(path.read_bytes(), random))
    return judge(lambda: Table(path), path)


TEXTS, BYTES = tuple(DAMAGES), ("cut", "bits flipped", "bytes overwritten", "empty", "not UTF-8")
READERS = {  # {what is damaged: (how it is read, the damages, cases of each)}
    "history.csv": (history, TEXTS, 80),
    "run.json, its line": (trained_on, TEXTS, 80),
    "run.json, going on": (by_train("run.json", "run"), TEXTS, 12),
    "model.keras, going on": (by_train("model.keras", "run"), BYTES, 5),
    "checkpoint.npz": (arrays_of_checkpoint, BYTES, 80),
    "checkpoint.npz, going on": (by_train("checkpoint.npz", "interrupted"), BYTES, 5),
    "checkpoint.npz, its state": (state_of_checkpoint, TEXTS, 10),
    "explanations.json": (scores, TEXTS, 80), "feeding.json": (fed, TEXTS, 80),
    "explained.sqlite": (store, BYTES, 100),
    "explained.sqlite, other results": (store_of_others, ("other values",), 150),
    "--table": (table, BYTES, 60),
    **{f"{name}, report": (by_report(name), TEXTS, 15) for name in (
        "run.json", "evaluation.json", "history.csv", "emotions_average.csv")},
    **{f"{name}, report": (by_report(name), BYTES, 10) for name in (
        "happy.png", "confusion_examples.png", "drawn.svg", "model.keras")},
}


def cases(share, seed, first):
    kinds = {}
    for name, (read, damages, count) in READERS.items():
        for damage in damages:
            kinds[f"{name}: {damage}"] = functools.partial(read, DAMAGES[damage]), count
    kinds["records in pictures: other values"] = record_of_picture, 60
    yield from bad_cases.generated(kinds, share, seed, first)


def record_of_picture(random, here):
    """A figure, or the examples of the confusion matrix, whose record has other values."""
    from figures import examples

    shutil.copytree(started() / "report", here / "outputs")
    folder = here / "outputs"
    if random.integers(2):
        record = change_json(made_by("happy"), random, random.integers(1, 4))
        (folder / "happy.png").write_bytes(png(9, record=record))
    else:
        record = change_json(evaluation(), random, random.integers(1, 4))
        examples.write(np.full((1, 48, 48), 7, np.uint8), [2], np.eye(7)[[4]], ["a"],
                       folder / "confusion_examples.png", record)
    status, _, errors = call("report", "--outputs", folder)
    return ended_well("report", status, errors)
