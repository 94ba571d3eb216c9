"""The faces and the model that the repository ships, for use without FER2013 or a trained model.

The scripts print each choice in one line, so that nobody mistakes the demonstration for a result.
"""
import dataclasses
import logging
import os
import pathlib

import numpy as np

from base import files
from base.errors import UserError
from fer2013.names import EMOTIONS, NUMBERINGS, USAGES, Data, read_as
from fer2013.sources import find, lying_at, search
from fer2013.splits import COUNTS
from fer2013.splits import describe as describe_split

log = logging.getLogger("fer2013")
HERE = pathlib.Path(__file__).resolve().parent.parent  # the repository
DATA = "data"  # the default of --data
AVATARS = HERE / "data" / "avatars"
COMPOSITES = HERE / "data" / "composites"
MEAN_FACE = COMPOSITES / "mean_face.png"  # uint8 (48, 48), of the 28,709 training faces
PRETRAINED = HERE / "pretrained" / "emotion_cnn.keras"
NAMES = {AVATARS: "the bundled avatars", COMPOSITES: "the bundled composite faces"}
USE_FER2013 = "to use FER2013, put it into data/ (data/README.md) or name it with --data"


def add_data_options(parser):
    """--data and how it is read, for every program that reads FER2013."""
    parser.add_argument("--data", default=DATA,
                        help="path of FER2013: a CSV, a .zip, folders of images, or a directory "
                             "that contains one of them")
    parser.add_argument("--classes", default="", metavar="NAMES",
                        help=f"what the numbers of classes mean: {', '.join(NUMBERINGS)}, or names "
                             "for the numbers from 0 on, with commas between them; FER2013's if "
                             "none are given")
    parser.add_argument("--ignore-classes", nargs="+", default=[], metavar="NAME",
                        help="classes that are left out, such as contempt")
    parser.add_argument("--fer-plus", default="", metavar="CSV",
                        help="FER+'s fer2013new.csv: its majority labels replace those of "
                             "fer2013.csv")


def data_of(args):
    """The Data that the options of add_data_options() name."""
    data = read_as(args.data, args.classes, args.ignore_classes, args.fer_plus)
    if args.fer_plus and find(own_data(data)).form != "CSV":
        raise UserError(f"--fer-plus: {args.data} is no CSV; expected fer2013.csv, in whose order "
                        "the votes are")
    return data


def choose_training_data(path):
    """The user's data, or the avatars if `path` is the default and contains no FER2013."""
    return own_data(path) if has_own(path) else at(AVATARS, path)


def choose_faces(path, model_path):
    """`path`, or bundled faces if it is the default and contains no FER2013.

    For a model trained on the avatars these are the avatars, for any other the composites.
    """
    if has_own(path):
        return own_data(path)
    return at(AVATARS if trained_on(model_path) == NAMES[AVATARS] else COMPOSITES, path)


def has_own(path):
    """Whether the user has data: another path than the default, or FER2013 in data/."""
    if str(path) != DATA or search(at(HERE / DATA, path)) is not None:
        return True
    lying = lying_at(HERE / DATA)
    if lying:
        log.info("%s: no FER2013 in it, but %s", DATA, lying)
    return False


def own_data(path):
    """`path`, or the constant of bundled faces there; the default is data/ of the repository,
    whichever folder the program runs in.
    """
    real = pathlib.Path(os.path.realpath(path))  # resolve() raises where links form a circle
    if real in NAMES:
        return at(real, path)
    here = pathlib.Path(DATA).resolve() == (HERE / DATA).resolve()
    return path if str(path) != DATA or here else at(HERE / DATA, path)


def at(place, data):
    """Another place, whose classes are read as those of `data`, a path or Data."""
    moved = dataclasses.replace(Data.of(data), path=place)
    return place if moved == Data(place) else moved


def name_at(data):
    """The name of the bundled faces that own_data() gave; None for other data."""
    return NAMES.get(pathlib.Path(data))


def choose_photograph_model(path, folder):
    """Like choose_model(), but photographs get a model of rendered faces only if it is named.

    The network of the avatars predicts fear for a smiling astronaut.
    """
    chosen = choose_model(path, folder)
    if path or trained_on(chosen) != NAMES[AVATARS]:
        return chosen
    print(f"{chosen} was trained on {NAMES[AVATARS]}, which are rendered; photographs are "
          f"explained with {shorten(PRETRAINED)}, or with the model that --model names")
    return PRETRAINED


def choose_model(path, folder):
    """The model to use: `path` if given, else model.keras in `folder`, else the pretrained model.

    Raises:
        UserError: `path` is given and there is no such file, or `folder` holds a training run
            without its model.
    """
    in_folder = pathlib.Path(folder) / "model.keras"
    candidates = [pathlib.Path(path)] if path else [in_folder, PRETRAINED]
    for candidate in candidates:
        if candidate.exists():
            return candidate
        if (candidate.parent / "run.json").is_file():
            raise UserError(f"{candidate}: gone, but a training run's run.json is there; python "
                            "train.py writes the model, and --model names another")
    raise UserError(f"{candidates[0]}: no such file; python train.py writes a model")


def model_line(model_path):
    """The model and what it was trained on, in words."""
    return f"model: {shorten(model_path)}, trained on {trained_on(model_path)}"


def in_use(path, model_path):
    """The line on the model and the faces in use; for bundled faces, also on how to use FER2013."""
    line = f"{model_line(model_path)}; faces: {name_at(path) or path}"
    return f"{line}; {USE_FER2013}" if name_at(path) else line


def trained_on(model_path):
    """The name of a model's training data, read from the run.json beside it."""
    path = model_path.parent / "run.json"
    record = files.read_json(path) if path.is_file() else {}
    return record.get("trained_on", "unknown data (no run.json beside it says)")


def name_of(path, counts):
    """The name of training data in run.json and in the scripts' output.

    Args:
        path: where the data is.
        counts: training faces per emotion, seven numbers, by which FER2013 is recognised.
    """
    if tuple(counts) == COUNTS["train"]:
        return "FER2013"
    return NAMES.get(pathlib.Path(path).resolve(), str(path))


def describe(path, split, labels):
    """fer2013.describe(), which need not say of bundled faces that they are not FER2013's."""
    lines = describe_split(path, split, labels)
    return lines[:1] if pathlib.Path(path).resolve() in NAMES else lines


def split_name(path, split, labels):
    """What people call the faces: "FER2013's PublicTest", or the data and its split.

    Args:
        path: of the data.
        split: "train", "validation" or "test".
        labels: uint8 (n,) of that split.
    """
    counts = tuple(np.bincount(labels, minlength=len(EMOTIONS)).tolist())
    if counts == COUNTS[split]:
        return f"FER2013's {next(usage for usage, name in USAGES.items() if name == split)}"
    path = pathlib.Path(path)
    return f"{NAMES.get(path.resolve(), shorten(path))}, {split} split"


def shorten(path):
    """A path inside the repository relative to it, any other path as it is."""
    return path.relative_to(HERE) if path.is_relative_to(HERE) else path
