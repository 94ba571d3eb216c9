"""What a training run writes, and how an interrupted run resumes exactly.

    outputs/checkpoint.npz    all variables of the learner and its optimizer, among them the
                              statistics of batch normalisation and the random states of
                              augmentation and dropout; the weights of the best epoch; the run's
                              record and the rows of its history

The order of the training faces follows from the seed and the epoch (batches.py), so nothing else is
needed. The checkpoint is replaced in one step, and the other files are made from it, so a run can
be killed at any moment. Keras's callbacks do not allow that: BackupAndRestore writes the weights
before the number of their epoch, and ModelCheckpoint overwrites the model in place.
"""
import dataclasses
import hashlib
import importlib.metadata
import json
import os
import platform
import time

import keras
import numpy as np
import pandas

from base import files
from base.errors import UserError

FILE = "checkpoint.npz"
FILES = (FILE, "run.json", "model.keras", "history.csv")
HISTORY = ["epoch", "accuracy", "loss", "val_accuracy", "val_loss", "learning_rate"]
# not compared between runs: the faces themselves are, and their labels
PLACES = ("data", "classes", "outputs")
START_OVER = "--fresh starts over, --outputs takes another folder"


def describe(recipe, data):
    """The record of a run before its results: arguments, dataset, versions and machine.

    Args:
        recipe: the Recipe of the run.
        data: the Dataset.
    """
    packages = ("keras", keras.backend.backend(), "numpy")
    splits = {name: data.split(name) for name in ("train", "validation")}
    places = {name: value for name, value in dataclasses.asdict(data.options).items() if value}
    return {
        "trained_on": data.name,
        "arguments": json.loads(json.dumps(places | dataclasses.asdict(recipe))),  # tuples to lists
        "dataset": {"form": data.source.form, "root": data.path,
                    "faces": {name: list(split.counts) for name, split in splits.items()},
                    "edition": {name: split.edition._asdict() for name, split in splits.items()},
                    "sha256": {name: digest(split.pixels, split.labels)
                               for name, split in splits.items()}},
        "versions": {name: importlib.metadata.version(name) for name in packages}
                    | {"python": platform.python_version()},
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }


def digest(*arrays):
    """SHA-256 of the concatenated bytes of the arrays, in hexadecimal."""
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()


def find(folder, about):
    """The stored record of the run that `about` describes, or None if `folder` holds no run.

    Raises:
        UserError: the run in `folder` had other arguments or other faces.
    """
    if (folder / FILE).exists():
        earlier = read(folder / FILE)[0]["record"]
    elif (folder / "run.json").exists():
        earlier = files.read_json(folder / "run.json")
    else:
        return None
    before, now = compared(earlier), compared(about)
    changed = [f"{name} was {before.get(name)}, now {now.get(name)}"
               for name in before | now if before.get(name) != now.get(name)]
    if changed:
        raise UserError(f"{folder} holds another run: {'; '.join(changed)}; {START_OVER}")
    return earlier


def compared(record):
    """{name: value} of the arguments and the faces, which are equal in records of the same run."""
    arguments = {f"--{name.replace('_', '-')}": value
                 for name, value in record["arguments"].items() if name not in PLACES}
    faces, digests = record["dataset"]["faces"], record["dataset"]["sha256"]
    return arguments | {f"the {split} split": f"{sum(faces[split]):,} faces ({digest[:12]})"
                        for split, digest in digests.items()}


def changed_versions(earlier, now):
    """Lines on the versions and the machine that are not those with which a run began."""
    before, after = ({"the machine": record["machine"]} | record["versions"]
                     for record in (earlier, now))
    return [f"{name} was {before.get(name)}, now {version}: the weights will not be the same to "
            "the last bit" for name, version in after.items() if before.get(name) != version]


def read(path):
    """The state in a checkpoint, {"record": dict, "rows": list of dicts}, and its arrays."""
    with np.load(path) as file:
        arrays = [file[f"arr_{index}"] for index in range(len(file.files) - 1)]
        return json.loads(str(file["state"])), arrays


def read_history(path):
    """The DataFrame of a history.csv, None if there is none; UserError if it is not train.py's.

    The run.json beside it knows how many epochs there were.
    """
    if not path.is_file():
        return None
    try:
        history, run = pandas.read_csv(path)[HISTORY].astype(float), path.with_name("run.json")
        epochs = len(files.read_json(run)["seconds"]) if run.is_file() else len(history)
        if history.isna().any(axis=None) or history.epoch.tolist() != [*range(1, epochs + 1)]:
            raise ValueError(f"expected epochs 1 to {epochs}, each with all numbers")
        return history
    except (ValueError, LookupError) as error:
        raise UserError(f"{path}: not the history that python train.py wrote ({error}); "
                        "remove it to draw no curves") from error


class Checkpoint(keras.callbacks.Callback):
    """Saves the state and the results of a training run after every epoch of fit().

    Args:
        folder: pathlib.Path to write to.
        learner: the compiled learner.Learner.
        saved: a network that takes the student's weights, to be written as model.keras.
        about: the record of the run from describe().
    """

    def __init__(self, folder, learner, saved, about):
        super().__init__()
        self.folder, self.learner, self.saved, self.about = folder, learner, saved, about
        self.rows, self.weights = [], []  # a dict per epoch; the weights of the best epoch
        learner.optimizer.build(learner.trainable_variables)
        self.variables = learner.variables + learner.optimizer.variables

    @property
    def best(self):
        """The row of the first epoch with the highest validation accuracy."""
        return max(self.rows, key=lambda row: row["val_accuracy"])

    def start(self):
        """Remove an earlier run, the checkpoint first, and write the state before epoch 1."""
        for name in FILES:
            (self.folder / name).unlink(missing_ok=True)
        self.write()

    def restore(self):
        """Continue from the checkpoint in the folder."""
        state, arrays = read(self.folder / FILE)
        count = len(self.variables)
        for variable, array in zip(self.variables, arrays[:count], strict=True):
            variable.assign(array)
        self.rows, self.weights = state["rows"], arrays[count:]
        if self.rows:
            self.write_results()

    def write(self):
        arrays = [keras.ops.convert_to_numpy(variable) for variable in self.variables]
        state = json.dumps({"record": self.about, "rows": self.rows})
        with files.replacing(self.folder / FILE) as path:
            np.savez(path, *arrays, *self.weights, state=state)

    def write_results(self, finished=False):
        """Write model.keras, history.csv and run.json."""
        self.saved.set_weights(self.weights)
        with files.replacing(self.folder / "model.keras") as path:
            self.saved.save(path)
        files.write_csv(self.folder / "history.csv",
                        [{name: row[name] for name in HISTORY} for row in self.rows])
        files.write_json(self.folder / "run.json", self.about | {
            "best_epoch": self.best["epoch"],
            "best_val_accuracy": self.best["val_accuracy"],
            "seconds": [round(row["seconds"], 1) for row in self.rows],
            "last_weights_sha256": digest(*self.learner.student.get_weights()),
            "finished": finished,
        })

    def finish(self):
        """Mark the run as finished and delete its checkpoint."""
        self.write_results(finished=True)
        (self.folder / FILE).unlink()

    def on_epoch_begin(self, epoch, logs=None):
        self.started = time.perf_counter()

    def on_train_batch_end(self, step, logs):
        self.check(logs["loss"])

    def on_epoch_end(self, epoch, logs):
        weights = self.learner.student.get_weights()
        self.check(logs["loss"], logs["val_loss"], *weights)
        self.rows.append({"epoch": epoch + 1, **logs,
                          "learning_rate": float(self.learner.optimizer.learning_rate),
                          "seconds": time.perf_counter() - self.started})
        if self.best is self.rows[-1]:
            self.weights = weights
        self.write()
        self.write_results()

    def check(self, *values):
        """Raise a UserError at a value that is not finite, which no later step can repair."""
        if not all(np.isfinite(value).all() for value in values):
            done = len(self.rows)
            raise UserError(f"the loss or a weight is no longer finite in epoch {done + 1}; the "
                            f"state after epoch {done} is kept; a lower --learning-rate may help")
