"""What the repository ships, and when it stands in: faces where data/ holds no FER2013, a model where none was trained.

The scripts tell each choice in one line, so that nobody takes the demonstration for a result.
"""
import pathlib

from base import files
from base.errors import UserError
from fer2013.sources import search
from fer2013.splits import COUNTS

HERE = pathlib.Path(__file__).resolve().parent.parent  # the repository
DATA = "data"  # the default of --data
AVATARS = HERE / "data" / "avatars"
COMPOSITES = HERE / "data" / "composites"
PRETRAINED = HERE / "pretrained" / "emotion_cnn.keras"
NAMES = {AVATARS: "the bundled avatars", COMPOSITES: "the bundled composite faces"}
USE_FER2013 = "to use FER2013, lay it into data/ (data/README.md) or name it with --data"


def choose_training_data(path):
    """`path`, or the avatars where it is the default and holds no FER2013."""
    return path if has_own(path) else AVATARS


def choose_faces(path, model_path):
    """`path`, or bundled faces of the kind that the model was trained on, where it is the default and holds none."""
    if has_own(path):
        return path
    return AVATARS if trained_on(model_path) == NAMES[AVATARS] else COMPOSITES


def has_own(path):
    return str(path) != DATA or search(HERE / DATA) is not None


def choose_model(path, folder):
    """The model to use: `path` if given, else the training run's in `folder`, else the pretrained one."""
    candidates = [pathlib.Path(path)] if path else [pathlib.Path(folder) / "model.keras", PRETRAINED]
    for candidate in candidates:
        if candidate.exists():
            return candidate
    raise UserError(f"{candidates[0]}: no such file; python train.py writes a model")


def in_use(faces, model_path):
    """The line that says which model and which faces are in use, and how to use FER2013 where it is not."""
    line = f"model: {shorten(model_path)}, trained on {trained_on(model_path)}; faces: {NAMES.get(faces, faces)}"
    return f"{line}; {USE_FER2013}" if faces in NAMES else line


def trained_on(model_path):
    """What run.json beside a model says of its training data."""
    path = model_path.parent / "run.json"
    record = files.read_json(path) if path.is_file() else {}
    return record.get("trained_on", "unknown data (no run.json beside it says)")


def name_of(path, counts):
    """How run.json and the scripts call the data of a training run; counts: training faces per emotion."""
    return "FER2013" if tuple(counts) == COUNTS["train"] else NAMES.get(pathlib.Path(path).resolve(), str(path))


def shorten(path):
    """A path relative to the repository, where it lies in it."""
    return path.relative_to(HERE) if path.is_relative_to(HERE) else path
