"""Exact resumption: everything that changes while a network learns, in one file, whole after every epoch.

    outputs/checkpoint.npz    every variable of the learner and of its optimizer, among them the statistics of batch
                              normalisation and the states of augmentation and dropout; the weights of the best epoch;
                              the run's record and the rows of its history

The order of the training faces follows from the seed and the epoch (train.py), so nothing else is needed. The other
files are made from what the checkpoint holds, and after it: wherever a run is killed, the next one finds a whole
checkpoint and writes the others again. A finished run deletes it.
"""
import hashlib
import json
import math
import sys
import time
import zipfile

import keras
import numpy as np

import model as network
from base import files
from base.errors import UserError

FILE = "checkpoint.npz"
FILES = (FILE, "model.keras", "history.csv", "run.json")
HISTORY = ("epoch", "accuracy", "loss", "val_accuracy", "val_loss", "learning_rate")
PLACES = ("--data", "--outputs")  # where files lie makes no other run; the faces themselves are compared
START_OVER = "--fresh starts over, --outputs takes another folder"


def find(folder, record):
    """The record of the run that `folder` holds and `record` describes again; None where there is no run.

    Raises:
        UserError: the run there had other arguments or other faces, or it was interrupted and has no checkpoint.
    """
    if (folder / FILE).exists():
        found = read(folder / FILE)["record"]
    elif (folder / "run.json").exists():
        found = files.read_json(folder / "run.json")
    else:
        return None
    before, now = what_counts(found), what_counts(record)
    changed = [f"{name} was {before.get(name)}, now {now.get(name)}"
               for name in {**before, **now} if before.get(name) != now.get(name)]
    if changed:
        raise UserError(f"{folder} holds another run: {'; '.join(changed)}; {START_OVER}")
    if not (folder / FILE).exists() and not found.get("finished"):
        raise UserError(f"{folder} holds a run that did not finish, without its {FILE}; {START_OVER}")
    return found


def what_counts(record):
    """{name: value} of what makes two runs the same: the arguments and the faces."""
    arguments = {f"--{name.replace('_', '-')}": value for name, value in record.get("arguments", {}).items()}
    dataset = record.get("dataset", {})
    faces = {f"the {split} split": f"{sum(counts):,} faces ({str(dataset.get('sha256', {}).get(split))[:12]})"
             for split, counts in dataset.get("faces", {}).items()}
    return {name: value for name, value in (arguments | faces).items() if name not in PLACES}


def read(path, arrays=False):
    """What Keeper.write wrote: {"record", "rows"} and, if asked for, {"variables", "best"} (lists of arrays)."""
    try:
        with np.load(path, allow_pickle=False) as file:
            state = json.loads(str(file["state"]))
            if arrays:
                for kind in ("variables", "best"):
                    state[kind] = [file[f"{kind}{index}"] for index in range(state[kind])]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise UserError(f"{path}: not readable as a checkpoint ({error}); {START_OVER}") from error
    return state


class Keeper:
    """Keeps what a run has reached; callbacks of Keras's fit().

    Args:
        folder: pathlib.Path to write to.
        trained: the network; learner: the compiled model that trains it.
        record: what made the run, as run.json tells it; epochs: how many are planned.
    """

    def __init__(self, folder, trained, learner, record, epochs):
        self.folder, self.trained, self.learner, self.record, self.epochs = folder, trained, learner, record, epochs
        filters = [layer.filters for layer in trained.layers if isinstance(layer, keras.layers.Conv2D)][::2]
        self.saved = network.build_model(filters=filters)  # float32 whatever the precision of training
        self.rows, self.best = [], []  # a dict per epoch; the weights of the best epoch
        learner.optimizer.build(learner.trainable_variables)

    def variables(self):
        return self.learner.variables + self.learner.optimizer.variables

    def write(self):
        """The checkpoint, from which everything else follows."""
        variables = [keras.ops.convert_to_numpy(variable) for variable in self.variables()]
        state = {"record": self.record, "rows": self.rows, "variables": len(variables), "best": len(self.best)}
        arrays = {f"variables{index}": array for index, array in enumerate(variables)}
        arrays |= {f"best{index}": array for index, array in enumerate(self.best)}
        with files.replacing(self.folder / FILE) as path:
            np.savez(path, state=json.dumps(state), **arrays)

    def restore(self):
        """Take up what the checkpoint holds; UserError where it belongs to another network."""
        state = read(self.folder / FILE, arrays=True)
        variables = self.variables()
        if [array.shape for array in state["variables"]] != [tuple(variable.shape) for variable in variables]:
            raise UserError(f"{self.folder / FILE}: weights of another network; {START_OVER}")
        for variable, array in zip(variables, state["variables"], strict=True):
            variable.assign(array)
        self.rows, self.best = state["rows"], state["best"]
        if self.rows:
            self.write_model()
            self.write_history()

    def begin(self, epoch, logs=None):
        self.started = time.perf_counter()

    def step(self, step, logs):
        """After every step: a loss that is no number cannot become one again."""
        if not math.isfinite(logs["loss"]):
            last = f"what epoch {len(self.rows)} reached is kept" if self.rows else "no epoch had ended"
            raise UserError(f"the loss became {logs['loss']} in epoch {len(self.rows) + 1}, training stopped; {last}; "
                            "a lower --learning-rate may help")

    def end(self, epoch, logs):
        for name in ("loss", "val_loss"):
            self.step(epoch, {"loss": logs[name]})
        rate = float(self.learner.optimizer.learning_rate)
        self.rows.append({"epoch": epoch + 1, **logs, "learning_rate": rate,
                          "seconds": time.perf_counter() - self.started})
        improved = self.best_row() is self.rows[-1]
        if improved:
            self.best = self.trained.get_weights()
        self.write()
        if improved:
            self.write_model()
        self.write_history()
        if not sys.stdout.isatty():
            print(f"epoch {epoch + 1}/{self.epochs}: accuracy {logs['accuracy']:.4f}, validation "
                  f"{logs['val_accuracy']:.4f}, {self.rows[-1]['seconds']:.0f} s", flush=True)

    def best_row(self):
        """The first epoch with the highest validation accuracy."""
        return max(self.rows, key=lambda row: row["val_accuracy"])

    def write_model(self):
        self.saved.set_weights(self.best)
        with files.replacing(self.folder / "model.keras") as path:
            self.saved.save(path)

    def write_history(self, finished=False):
        lines = [",".join(HISTORY)] + [",".join(f"{row[name]:.6g}" for name in HISTORY) for row in self.rows]
        with files.replacing(self.folder / "history.csv") as path:
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        best = self.best_row()
        files.write_json(self.folder / "run.json", self.record | {
            "best_epoch": best["epoch"],
            "best_val_accuracy": best["val_accuracy"],
            "seconds": [round(row["seconds"], 1) for row in self.rows],
            "last_weights_sha256": digest(*self.trained.get_weights()),
            "finished": finished,
        })

    def finish(self):
        self.write_history(finished=True)
        (self.folder / FILE).unlink()


def digest(*arrays):
    """SHA-256 of the arrays' bytes, one after the other."""
    found = hashlib.sha256()
    for array in arrays:
        found.update(np.ascontiguousarray(array))
    return found.hexdigest()
