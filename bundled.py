"""What the repository ships, and when it stands in: faces where data/ holds no FER2013, a model where none was trained.

Each choice is told in one line, so that nobody takes the demonstration for a result.
"""
import pathlib

import fer2013
import outputs
from command_line import UserError

HERE = pathlib.Path(__file__).resolve().parent
DATA = "data"  # the default of --data
AVATARS = HERE / "data" / "avatars"
COMPOSITES = HERE / "data" / "composites"
PRETRAINED = HERE / "pretrained" / "emotion_cnn.keras"
NAMES = {AVATARS: "the bundled avatars", COMPOSITES: "the bundled composite faces"}
USE_FER2013 = "to use FER2013, lay it into data/ (data/README.md) or name it with --data"


def choose_training_data(path):
    """`path`, or the avatars where it is the default and holds no FER2013."""
    if str(path) != DATA or fer2013.search(HERE / DATA):
        return path
    print(f"demonstration: {NAMES[AVATARS]}, rendered faces, not FER2013; {USE_FER2013}")
    return AVATARS


def choose_faces(path, model_path):
    """`path`, or bundled faces of the kind that the model was trained on, where it is the default and empty."""
    if str(path) != DATA or fer2013.search(HERE / DATA):
        return path
    faces = AVATARS if trained_on(model_path) == NAMES[AVATARS] else COMPOSITES
    print(f"faces: {NAMES[faces]}; {USE_FER2013}")
    return faces


def choose_model(path, folder):
    """The model to use: `path` if given, else the training run's in `folder`, else the pretrained one."""
    candidates = [pathlib.Path(path)] if path else [folder / "model.keras", PRETRAINED]
    for candidate in candidates:
        if candidate.is_file():
            print(f"model: {candidate}, trained on {trained_on(candidate)}")
            return candidate
    raise UserError(f"{candidates[0]}: no such file; python train.py writes a model")


def trained_on(model_path):
    """What run.json beside a model says of its training data."""
    path = model_path.parent / "run.json"
    record = outputs.read_json(path) if path.is_file() else {}
    return record.get("trained_on", "unknown data (no run.json beside it says)")


def name_of(path, train_labels_counts):
    """How run.json and the scripts call the data of a training run."""
    if tuple(train_labels_counts) == fer2013.COUNTS["train"]:
        return "FER2013"
    return NAMES.get(pathlib.Path(path).resolve(), str(path))
