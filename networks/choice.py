"""The model that a program uses, and what it was trained on."""
import dataclasses
import pathlib

from base import files
from base.errors import UserError
from base.options import option
from fer2013.dataset import shorten
from fer2013.included import AVATARS, HERE, INCLUDED
from networks.preprocessing import AUTO, ORDERS, SCALES, order_of_labels

PRETRAINED = HERE / "pretrained" / "emotion_cnn.keras"


@dataclasses.dataclass(frozen=True)
class ModelOptions:
    """Which model is used, and the preprocessing of one from elsewhere."""
    model: str = option("", "a model file (default: model.keras in --outputs if there is one, else "
                            "the included model)", metavar="FILE")
    scale: str = option(AUTO, f"how the model's pixels are scaled: {', '.join(SCALES)}; {AUTO}: "
                              "found out on labelled faces", choices=(AUTO, *SCALES), metavar="WAY")
    labels: str = option(AUTO, f"order of the model's outputs: {', '.join(ORDERS)}, or names "
                               "with commas between",
                         type=order_of_labels, metavar="ORDER")


def choose(path, folder):
    """The model to use: `path` if given, else model.keras in `folder`, else the included model.

    Raises:
        UserError: `folder` holds a training run without its model.
    """
    trained = pathlib.Path(folder, "model.keras")
    if path or trained.exists():
        return pathlib.Path(path or trained)
    if any((trained.parent / name).is_file() for name in ("run.json", "checkpoint.npz")):
        raise UserError(f"{trained.parent} holds a training run without its model.keras; python "
                        "train.py with the same options writes it, and --model names another")
    return PRETRAINED


def choose_for_photographs(path, folder):
    """Like choose(), but photographs get a model of rendered faces only if it is named."""
    chosen = choose(path, folder)
    if path or trained_on(chosen) != INCLUDED[AVATARS]:
        return chosen
    print(f"{chosen} was trained on {INCLUDED[AVATARS]}, which are rendered; photographs are "
          f"explained with {shorten(PRETRAINED)}, or with the model that --model names")
    return PRETRAINED


def record_of(path):
    """The run.json beside a model; {} if there is none."""
    path = path.parent / "run.json"
    return files.read_json(path) if path.is_file() else {}


def trained_on(path):
    """The name of a model's training data, read from the run.json beside it."""
    return record_of(path).get("trained_on", "unknown data (no run.json beside it says)")


def in_words(path):
    """The model and what it was trained on, in words, and whether its training is not finished."""
    unfinished = " in a run that is not finished" * (not record_of(path).get("finished", True))
    return f"model: {shorten(path)}, trained on {trained_on(path)}{unfinished}"
