"""What a training run writes, and how an interrupted run resumes exactly.

    outputs/checkpoint.npz    all variables, with the statistics of batch normalisation and the
                              random states of augmentation and dropout; the weights of the best
                              epoch; the rows of the history

The checkpoint is replaced in one step, and the other files are made from it, so a run can be killed
at any moment. Keras's callbacks do not allow that: BackupAndRestore writes the weights before the
number of their epoch, and ModelCheckpoint overwrites the model in place.
"""
import dataclasses
import hashlib
import importlib.metadata
import json
import os
import platform

import keras
import numpy as np

import model as network
from base import files
from base.errors import UserError

FILE = "checkpoint.npz"
FILES = ("run.json", FILE, "model.keras", "history.csv")  # without run.json there is no run


def describe(recipe, data):
    """The record of a run before its results: arguments, dataset, versions and machine."""
    splits = [data.split(name) for name in ("train", "validation")]
    packages = ("keras", keras.backend.backend(), "numpy")
    about = {
        "trained_on": data.name,
        "arguments": dataclasses.asdict(recipe),
        "dataset": dataclasses.asdict(data.options) | {"form": data.source.form},
        "splits": {split.name: {
            "faces": split.counts, "edition": split.edition._asdict(),
            "sha256": digest(split.pixels, split.labels)} for split in splits},
        "versions": {name: importlib.metadata.version(name) for name in packages} | {
            "python": platform.python_version(),
            "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"},
    }
    return json.loads(json.dumps(about))  # as it will be read again: lists for tuples


def digest(*arrays):
    """SHA-256 of the concatenated bytes of the arrays, in hexadecimal."""
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()


def find(folder, about):
    """The record of the run in `folder`, None if there is none; UserError if it is another run.

    Runs are the same if their arguments, faces and labels are.
    """
    if not (folder / "run.json").exists():
        return None
    earlier = files.read_json(folder / "run.json")
    changed = changes(earlier.get("arguments", {}), about["arguments"])
    if earlier.get("splits") != about["splits"]:
        changed.append("its faces or labels were others")
    if changed:
        raise UserError(f"{folder} holds another run: {', '.join(changed)}; --fresh starts over, "
                        "--outputs takes another folder")
    return earlier


def changes(before, now):
    """A text for each entry of a dict that was another before."""
    return [f"{name} was {before.get(name)}, now {value}" for name, value in now.items()
            if before.get(name) != value]


class Checkpoint:
    """The state and the results of a training run, written to a folder after every epoch.

    `learner` is the compiled Learner of a Recipe, `about` the record from describe().
    """

    def __init__(self, folder, learner, recipe, about):
        self.folder, self.learner, self.recipe, self.about = folder, learner, recipe, about
        self.saved = network.build_model(filters=recipe.widths(), hidden=recipe.hidden)  # float32
        self.rows, self.weights = [], []  # a dict per epoch; the weights of the best epoch
        learner.optimizer.build(learner.trainable_variables)
        self.variables = learner.variables + learner.optimizer.variables

    @property
    def best(self):
        """The row of the first epoch with the highest validation accuracy."""
        return max(self.rows, key=lambda row: row["val_accuracy"])

    def start(self):
        """Remove an earlier run and write the state before epoch 1."""
        for name in FILES:
            (self.folder / name).unlink(missing_ok=True)
        self.write()
        files.write_json(self.folder / "run.json", self.about | {"finished": False})

    def restore(self):
        """Continue from the checkpoint in the folder."""
        try:
            with np.load(self.folder / FILE) as file:
                for number, variable in enumerate(self.variables):
                    variable.assign(file[f"variable{number}"])
                self.weights = [file[name] for name in file.files if name.startswith("best")]
                self.rows = json.loads(str(file["rows"]))
        except Exception as error:  # NumPy and zipfile raise a dozen kinds
            raise UserError(f"{self.folder / FILE}: {error}; --fresh starts over") from error
        if self.rows:
            self.write_results()

    def add(self, row):
        """Keep the state after an epoch, whose results are `row`."""
        self.rows.append(row)
        if self.best is row:
            self.weights = self.learner.student.get_weights()
        self.write()
        self.write_results()

    def write(self):
        arrays = {f"variable{number}": keras.ops.convert_to_numpy(variable)
                  for number, variable in enumerate(self.variables)}
        arrays |= {f"best{number}": array for number, array in enumerate(self.weights)}
        with files.replacing(self.folder / FILE) as path:
            np.savez(path, **arrays, rows=json.dumps(self.rows))

    def write_results(self):
        """Write model.keras, history.csv and run.json; a finished run needs no checkpoint."""
        self.saved.set_weights(self.weights)
        with files.replacing(self.folder / "model.keras") as path:
            self.saved.save(path)
        files.write_csv(self.folder / "history.csv", self.rows)
        finished = len(self.rows) == self.recipe.epochs
        files.write_json(self.folder / "run.json", self.about | {
            "best_epoch": self.best["epoch"], "best_val_accuracy": self.best["val_accuracy"],
            "last_weights_sha256": digest(*self.learner.student.get_weights()),
            "finished": finished})
        if finished:
            (self.folder / FILE).unlink()
