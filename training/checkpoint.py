"""The checkpoint, from which an interrupted training run resumes exactly.

    outputs/checkpoint.npz    all variables of the learner and its optimizer, among them the
                              statistics of batch normalisation and the random states of
                              augmentation and dropout; the weights of the best epoch; the run's
                              record and the rows of its history

The order of the training faces follows from the seed and the epoch (batches.py), so nothing else is
needed. The checkpoint is replaced in one step, and the other files are made from it, so a run can
be killed at any moment. Keras's callbacks do not allow that: BackupAndRestore writes the weights
before the number of their epoch, and ModelCheckpoint overwrites the model in place.
"""
import json
import time
import zipfile

import keras
import numpy as np

from base import files
from base.errors import UserError
from training import record

FILE = "checkpoint.npz"
FILES = (FILE, "run.json", "model.keras", "history.csv")


def find(folder, about):
    """The stored record of the run that `about` describes, or None if `folder` holds no run.

    Raises:
        UserError: the run in `folder` had other arguments or other faces, or lacks a file.
    """
    if (folder / FILE).exists():
        earlier = read(folder / FILE)[0]["record"]
    elif (folder / "run.json").exists():
        earlier = files.read_json(folder / "run.json")
    else:
        return None
    record.check_same_run(folder, earlier, about)
    needed = "model.keras" if earlier.get("finished") else FILE
    if not (folder / needed).exists():
        raise UserError(f"{folder} holds a run without its {needed}; {record.START_OVER}")
    return earlier


def read(path):
    """The state in a checkpoint, {"record": dict, "rows": list of dicts}, and its arrays.

    Raises:
        UserError: the file is damaged or no checkpoint.
    """
    try:
        with np.load(path) as file:
            arrays = [file[f"arr_{index}"] for index in range(len(file.files) - 1)]
            return json.loads(str(file["state"])), arrays
    except (OSError, ValueError, LookupError, EOFError, RuntimeError,
            zipfile.BadZipFile) as error:
        raise UserError(f"{path}: not readable as a checkpoint ({error}); "
                        f"{record.START_OVER}") from error


class Checkpoint(keras.callbacks.Callback):
    """Saves the state and the results of a training run after every epoch of fit().

    Args:
        folder: pathlib.Path to write to.
        learner: the compiled learner.Learner.
        saved: a network that takes the student's weights, to be written as model.keras.
        about: dict that describes the run, the content of run.json before the results.
    """

    def __init__(self, folder, learner, saved, about):
        super().__init__()
        self.folder, self.learner, self.saved, self.about = folder, learner, saved, about
        self.rows, self.best = [], []  # a dict per epoch; the weights of the best epoch
        learner.optimizer.build(learner.trainable_variables)
        self.variables = learner.variables + learner.optimizer.variables

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
        self.rows, self.best = state["rows"], arrays[count:]
        if self.rows:
            self.write_results()

    def write(self):
        arrays = [keras.ops.convert_to_numpy(variable) for variable in self.variables]
        state = json.dumps({"record": self.about, "rows": self.rows})
        with files.replacing(self.folder / FILE) as path:
            np.savez(path, *arrays, *self.best, state=state)

    def write_results(self, finished=False):
        """Write model.keras, history.csv and run.json."""
        self.saved.set_weights(self.best)
        with files.replacing(self.folder / "model.keras") as path:
            self.saved.save(path)
        weights = self.learner.student.get_weights()
        record.write(self.folder, self.about, self.rows, weights, finished)

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
        if record.best(self.rows) is self.rows[-1]:
            self.best = weights
        self.write()
        self.write_results()

    def check(self, *values):
        """Raise a UserError at a value that is not finite, which no later step can repair."""
        if not all(np.isfinite(value).all() for value in values):
            done = len(self.rows)
            raise UserError(f"the loss or a weight is no longer finite in epoch {done + 1}; the "
                            f"state after epoch {done} is kept; a lower --learning-rate may help")
