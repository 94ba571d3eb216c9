"""What a training run writes about itself, run.json and history.csv, and how it is read again."""
import dataclasses
import hashlib
import importlib.metadata
import json
import os
import platform

import numpy as np
import pandas

from base import files
from base.errors import UserError

HISTORY = ("epoch", "accuracy", "loss", "val_accuracy", "val_loss", "learning_rate")
# not compared between runs: the faces themselves are, and their labels
PLACES = ("data", "classes", "ignore_classes", "fer_plus", "outputs")
START_OVER = "--fresh starts over, --outputs takes another folder"


def describe(recipe, data):
    """The record of a run before its results: arguments, dataset, versions and machine.

    Args:
        recipe: the Recipe of the run.
        data: the Dataset.
    """
    import keras

    packages = ("keras", keras.backend.backend(), "numpy")
    splits = [data.split(name) for name in ("train", "validation")]
    places = {name: value for name, value in dataclasses.asdict(data.options).items() if value}
    return {
        "trained_on": data.name,
        "arguments": json.loads(json.dumps(places | dataclasses.asdict(recipe))),  # tuples to lists
        "dataset": {"form": data.form, "root": data.path,
                    "faces": {split.name: list(split.counts) for split in splits},
                    "edition": {split.name: split.edition._asdict() for split in splits},
                    "sha256": {split.name: digest(split.pixels, split.labels)
                               for split in splits}},
        "versions": {name: importlib.metadata.version(name) for name in packages}
                    | {"python": platform.python_version()},
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }


def write(folder, about, rows, weights, finished):
    """Write history.csv and run.json.

    Args:
        folder: pathlib.Path.
        about: dict that describes the run.
        rows: the history, a dict per epoch.
        weights: list of arrays, the weights after the last of these epochs.
        finished: whether the run is.
    """
    history = folder / "history.csv"
    files.write_csv(history, [{name: row[name] for name in HISTORY} for row in rows])
    files.write_json(folder / "run.json", about | {
        "best_epoch": best(rows)["epoch"],
        "best_val_accuracy": best(rows)["val_accuracy"],
        "seconds": [round(row["seconds"], 1) for row in rows],
        "history_sha256": digest(history.read_bytes()),
        "last_weights_sha256": digest(*weights),
        "finished": finished,
    })


def best(rows):
    """The row of the first epoch with the highest validation accuracy."""
    return max(rows, key=lambda row: row["val_accuracy"])


def digest(*arrays):
    """SHA-256 of the concatenated bytes of the arrays, in hexadecimal."""
    sha256 = hashlib.sha256()
    for array in arrays:
        sha256.update(np.ascontiguousarray(array))
    return sha256.hexdigest()


def check_same_run(folder, earlier, now):
    """Raise a UserError if two records are not of the same arguments and faces."""
    earlier, now = compared(earlier), compared(now)
    changed = [f"{name} was {earlier.get(name)}, now {now.get(name)}"
               for name in earlier | now if earlier.get(name) != now.get(name)]
    if changed:
        raise UserError(f"{folder} holds another run: {'; '.join(changed)}; {START_OVER}")


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


def read_history(path):
    """The DataFrame of a history.csv; None if there is none.

    Raises:
        UserError: it is not the history of the run.json beside it.
    """
    if not path.is_file():
        return None
    try:
        history = pandas.read_csv(path)
        record = files.read_json(path.parent / "run.json")
        known = digest(path.read_bytes()) == record.get("history_sha256", digest(path.read_bytes()))
        epochs = list(range(1, len(record["seconds"]) + 1))
        if not (known and tuple(history) == HISTORY and list(history["epoch"]) == epochs):
            raise ValueError(f"expected {len(epochs)} epochs, as run.json beside it says")
        return history.astype(float)
    except (OSError, ValueError, LookupError) as error:
        raise UserError(f"{path}: not the history that python train.py wrote ({error}); "
                        "remove it to draw no curves") from error
