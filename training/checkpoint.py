"""Checkpoints, from which an interrupted training run continues exactly.

    outputs/checkpoint.npz    all variables of the learner and its optimizer, among them the
                              statistics of batch normalisation and the random states of
                              augmentation and dropout; the weights of the best epoch; the run's
                              record and the rows of its history

The seed and the epoch decide the order of the training faces (batches.py), so nothing else is
needed. Each file replaces its old version in one step, the checkpoint first, and the other files
are made from it. So a run can be killed at any time: the next one finds a complete checkpoint and
writes the others again. A finished run deletes its checkpoint.
"""
import contextlib
import hashlib
import io
import json
import math
import sys
import time
import zipfile

import keras
import numpy as np
import pandas

import model as network
from base import files
from base.errors import UserError

FILE = "checkpoint.npz"
FILES = (FILE, "model.keras", "history.csv", "run.json")
HISTORY = ("epoch", "accuracy", "loss", "val_accuracy", "val_loss", "learning_rate")
# not compared between runs: the faces themselves are, and their labels
PLACES = ("--data", "--classes", "--ignore-classes", "--fer-plus", "--outputs")
START_OVER = "--fresh starts over, --outputs takes another folder"


def find(folder, record):
    """The stored record of the run that `record` describes, or None if `folder` holds no run.

    Raises:
        UserError: the run in `folder` had other arguments or other faces, or it was interrupted and
            has no checkpoint.
    """
    if (folder / FILE).exists():
        with as_written(folder / FILE):
            earlier = read(folder / FILE)["record"]
    elif (folder / "run.json").exists():
        earlier = files.read_json(folder / "run.json")
    else:
        return None
    with as_written(folder):
        before, now = compared(earlier), compared(record)
    changed = [f"{name} was {before.get(name)}, now {now.get(name)}"
               for name in {**before, **now} if before.get(name) != now.get(name)]
    if changed:
        raise UserError(f"{folder} holds another run: {'; '.join(changed)}; {START_OVER}")
    if not (folder / FILE).exists() and not earlier.get("finished"):
        raise UserError(
            f"{folder} holds a run that did not finish, without its {FILE}; {START_OVER}")
    if earlier.get("finished"):
        check_model(folder, earlier)
    return earlier


@contextlib.contextmanager
def as_written(path):
    """Turn what a record of another structure raises in the block into a UserError about `path`."""
    try:
        yield
    except UserError:
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise UserError(f"{path}: holds a run that is not as this version writes it ({error!r}); "
                        f"{START_OVER}") from error


def check_model(folder, record):
    """Raise a UserError if the model of a finished run is gone or is not the one it wrote."""
    path = folder / "model.keras"
    if not path.is_file():
        raise UserError(f"{folder} holds a finished run, but its model.keras is gone; {START_OVER}")
    known = record.get("model_sha256")
    if known and hashlib.sha256(path.read_bytes()).hexdigest() != known:
        raise UserError(f"{folder} holds a finished run, but its model.keras is damaged or of "
                        f"another run; {START_OVER}")


def compared(record):
    """{name: value} of the arguments and the faces, which are equal in records of the same run."""
    arguments = {f"--{name.replace('_', '-')}": value
                 for name, value in record.get("arguments", {}).items()}
    dataset = record.get("dataset", {})
    digests = dataset.get("sha256", {})
    faces = {f"the {split} split": f"{sum(counts):,} faces ({str(digests.get(split))[:12]})"
             for split, counts in dataset.get("faces", {}).items()}
    return {name: value for name, value in (arguments | faces).items() if name not in PLACES}


def read_history(path):
    """The DataFrame of a history.csv; None if there is none, UserError if it is not as written."""
    if not path.is_file():
        return None
    try:
        history = pandas.read_csv(io.StringIO(files.read_lines(path)))
        if list(history.columns) != list(HISTORY) or history.empty:
            raise ValueError(f"expected the columns {', '.join(HISTORY)}, and a row for each epoch")
        history.astype(float)  # a ValueError where a cell is no number
        return history
    except (OSError, ValueError) as error:  # pandas' and UTF-8's errors are ValueErrors
        raise UserError(f"{path}: not a history as python train.py writes it "
                        f"({str(error).splitlines()[0]}); remove it to draw no curves") from error


def read(path, arrays=False):
    """The state that Keeper.write saved.

    Args:
        path: of the checkpoint.
        arrays: whether to read the lists of arrays too.

    Returns:
        {"record": dict, "rows": list of dicts, "variables", "best"}; the last two are lists of
        arrays, or only their lengths if `arrays` is false.

    Raises:
        UserError: the file is not readable as a checkpoint.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            state = json.loads(str(file["state"]))
            if arrays:
                for kind in ("variables", "best"):
                    state[kind] = [file[f"{kind}{index}"] for index in range(state[kind])]
    except files.UNREADABLE as error:
        raise UserError(f"{path}: not readable as a checkpoint ({error}); {START_OVER}") from error
    return state


class Keeper:
    """Saves the state and the results of a training run; its methods are callbacks of fit().

    Args:
        folder: pathlib.Path to write to.
        trained: the network.
        learner: the compiled model that trains it.
        record: dict that describes the run, the content of run.json before the results.
        epochs: number of epochs planned.
    """

    def __init__(self, folder, trained, learner, record, epochs):
        self.folder, self.trained, self.learner = folder, trained, learner
        self.record, self.epochs = record, epochs
        convolutions = [layer for layer in trained.layers if isinstance(layer, keras.layers.Conv2D)]
        filters = [layer.filters for layer in convolutions[::2]]  # two convolutions in each block
        hidden = trained.get_layer("hidden").units
        # float32 at any precision of training
        self.saved = network.build_model(filters=filters, hidden=hidden)
        self.rows, self.best = [], []  # a dict per epoch; the weights of the best epoch
        learner.optimizer.build(learner.trainable_variables)

    def variables(self):
        return self.learner.variables + self.learner.optimizer.variables

    def write(self):
        """Write the checkpoint, from which the other files can be made."""
        variables = [keras.ops.convert_to_numpy(variable) for variable in self.variables()]
        state = {"record": self.record, "rows": self.rows,
                 "variables": len(variables), "best": len(self.best)}
        arrays = {f"variables{index}": array for index, array in enumerate(variables)}
        arrays |= {f"best{index}": array for index, array in enumerate(self.best)}
        with files.replacing(self.folder / FILE) as path:
            np.savez(path, state=json.dumps(state), **arrays)

    def restore(self):
        """Continue from the checkpoint; UserError if it is of another network."""
        state = read(self.folder / FILE, arrays=True)
        variables = self.variables()
        shapes = [tuple(variable.shape) for variable in variables]
        if [array.shape for array in state["variables"]] != shapes:
            raise UserError(f"{self.folder / FILE}: weights of another network; {START_OVER}")
        for variable, array in zip(variables, state["variables"], strict=True):
            variable.assign(array)
        with as_written(self.folder / FILE):
            self.rows, self.best = state["rows"], state["best"]
            if self.rows:
                self.write_model()
                self.write_history()

    def begin_epoch(self, epoch, logs=None):
        self.started = time.perf_counter()

    def check_loss(self, step, logs):
        """Raise a UserError at a non-finite loss, which no later step can repair."""
        if not math.isfinite(logs["loss"]):
            epochs = len(self.rows)
            kept = f"the state after epoch {epochs} is kept" if epochs else "no epoch was complete"
            raise UserError(f"the loss became {logs['loss']} in epoch {epochs + 1}, training "
                            f"stopped; {kept}; a lower --learning-rate may help")

    def end_epoch(self, epoch, logs):
        """Add the epoch to the history and write all files."""
        for name in ("loss", "val_loss"):
            self.check_loss(epoch, {"loss": logs[name]})
        rate = float(self.learner.optimizer.learning_rate)
        seconds = time.perf_counter() - self.started
        self.rows.append({"epoch": epoch + 1, **logs, "learning_rate": rate, "seconds": seconds})
        improved = self.best_row() is self.rows[-1]
        if improved:
            self.best = self.finite_weights()
        self.write()
        if improved:
            self.write_model()
        self.try_to_write_history()
        if not sys.stdout.isatty():
            print(f"epoch {epoch + 1}/{self.epochs}: accuracy {logs['accuracy']:.4f}, validation "
                  f"{logs['val_accuracy']:.4f}, {seconds:.0f} s", flush=True)

    def finite_weights(self):
        """The network's weights; a UserError if one is not finite, as after an exploding step."""
        weights = self.trained.get_weights()
        if not all(np.isfinite(array).all() for array in weights):
            epochs = len(self.rows) - 1
            kept = f"the state after epoch {epochs} is kept" if epochs else "no epoch was complete"
            raise UserError(f"a weight became non-finite in epoch {epochs + 1}, training "
                            f"stopped; {kept}; a lower --learning-rate may help")
        return weights

    def try_to_write_history(self):
        """Write the history, or warn: the checkpoint has it, and the last epoch writes it again."""
        try:
            self.write_history()
        except UserError as error:
            print(f"warning: {error}; training goes on and writes it again later", file=sys.stderr,
                  flush=True)

    def best_row(self):
        """The row of the first epoch with the highest validation accuracy."""
        return max(self.rows, key=lambda row: row["val_accuracy"])

    def write_model(self):
        self.saved.set_weights(self.best)
        with files.replacing(self.folder / "model.keras") as path:
            self.saved.save(path)
            take_dates_out(path)

    def write_history(self, finished=False):
        """Write history.csv and run.json."""
        lines = [",".join(HISTORY)]
        lines += [",".join(f"{row[name]:.6g}" for name in HISTORY) for row in self.rows]
        with files.replacing(self.folder / "history.csv") as path:
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        best = self.best_row()
        files.write_json(self.folder / "run.json", self.record | {
            "best_epoch": best["epoch"],
            "best_val_accuracy": best["val_accuracy"],
            "seconds": [round(row["seconds"], 1) for row in self.rows],
            "last_weights_sha256": digest(*self.trained.get_weights()),
            "finished": finished,
        } | ({"model_sha256": self.model_digest()} if finished else {}))

    def model_digest(self):
        return hashlib.sha256((self.folder / "model.keras").read_bytes()).hexdigest()

    def finish(self):
        """Mark the run as finished and delete its checkpoint."""
        self.write_history(finished=True)
        (self.folder / FILE).unlink()


def digest(*arrays):
    """SHA-256 of the concatenated bytes of the arrays, in hexadecimal."""
    sha256 = hashlib.sha256()
    for array in arrays:
        sha256.update(np.ascontiguousarray(array))
    return sha256.hexdigest()


def take_dates_out(path):
    """Write a .keras file again without any date: the same weights give the same bytes."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    metadata = json.loads(members["metadata.json"])
    del metadata["date_saved"]
    members["metadata.json"] = json.dumps(metadata).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)  # dated 1980, as zip begins
