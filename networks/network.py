"""Anybody's network behind one small interface: faces in, probabilities of seven emotions out.

    network = open_network("theirs.h5", data=fer2013.open("data"), folder="outputs")
    network.predict(pixels)     # uint8 (n, 48, 48) -> float32 (n, 7), in FER2013's order
    network.describe()          # "theirs.h5: pixels / 255, labels in alphabetical order (57 % ..."
"""
import dataclasses
import functools
import logging
import pathlib
import threading
from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from base import files
from base.errors import UserError
from fer2013 import EMOTIONS, SIZE
from networks import feeding, ours, search, ways
from networks.feeding import ANSWERS, Feeding
from networks.files import read
from networks.precision import in_precision
from networks.raw import RawNetwork

notes = logging.getLogger("fer2013")

KEPT = "feeding.json"  # in the folder of outputs: {digest of a model: its Feeding}
ENTRY = ("model", "own_faces", "scale", "labels", "answers", "evidence")  # what is kept of each
OURS = Feeding("as-is", EMOTIONS, "probabilities", "as train.py writes it")


@dataclasses.dataclass(frozen=True)
class Network:
    """A network and how it is fed.

    Attributes:
        raw: what was read.
        feeding: a feeding.Feeding.
        precision: of its arithmetic, a name in precision.PRECISIONS.
    """
    raw: RawNetwork
    feeding: Feeding
    precision: str = "float32"

    @property
    def name(self):
        return pathlib.Path(self.raw.path).name

    @property
    def keras_model(self):
        """The keras.Model, for methods that need gradients; None for formats that have none."""
        return self.raw.keras_model

    @property
    def source(self):
        path = str(pathlib.Path(self.raw.path).resolve())
        return Source(path, self.raw.digest, self.feeding, self.precision)

    def describe(self):
        """How it is fed, and how that is known, in a line."""
        return f"{self.name}: {self.feeding.words()}"

    @property
    def caption(self):
        """What a figure says of it: describe(), but not for a network of train.py; the precision.

        Empty for a network of train.py in float32.
        """
        words = [] if self.feeding is OURS else [self.describe()]
        words += [f"computed in {self.precision}"] * (self.precision != "float32")
        return "; ".join(words)

    def identity(self):
        """All of it that an explanation depends on, for JSON: another dict, another explanation."""
        fed = self.feeding
        found = {"model": self.raw.digest[:16], "scale": fed.scale, "labels": list(fed.labels),
                 "answers": fed.answers}
        return found if self.precision == "float32" else found | {"arithmetic": self.precision}

    def predict(self, pixels):
        """Probabilities of every emotion: float32 (n, 7) for uint8 (n, 48, 48) pixels.

        Raises:
            UserError: an answer is not finite, or gives no class a probability.
        """
        answers = feeding.ask(self.raw, pixels, self.feeding.scale)  # (n, classes)
        probabilities = feeding.read_answers(answers, self.feeding)
        probabilities = ops.convert_to_numpy(probabilities).astype(np.float32)
        if not np.allclose(probabilities.sum(axis=1), 1, atol=1e-3):  # false for NaN too
            raise UserError(f"{self.raw.path}: gives answers that are no probabilities "
                            "(not finite, or all 0)")
        return probabilities

    def predict_mirrored(self, pixels):
        """The mean of the probabilities of each face and of its mirror image: float32 (n, 7).

        Test-time augmentation. It took the pretrained model from 70.5 to 70.7 % of PublicTest, and
        shifts by up to two pixels besides, 18 answers in all, to 71.0 %. Ten crops of 44x44 pixels,
        enlarged, made an earlier model worse.
        """
        return (self.predict(pixels) + self.predict(pixels[:, :, ::-1])) / 2

    def feed(self, faces):
        """What its keras_model takes of float (n, 48, 48) faces, differentiable."""
        pictures = feeding.feed(faces, self.raw, self.feeding.scale)
        return ops.transpose(pictures, (0, 3, 1, 2)) if self.raw.channels_first else pictures

    def probabilities(self, faces):
        """predict() for a tensor of float (n, 48, 48) faces, differentiable; through
        keras_model."""
        answers = self.keras_model(self.feed(faces), training=False)
        return feeding.read_answers(answers, self.feeding)

    def output_of(self, label):
        """Which of its own outputs stands for a label; UserError if none does."""
        if EMOTIONS[label] not in self.feeding.labels:
            raise UserError(f"{self.name}: has no output for {EMOTIONS[label]}")
        return self.feeding.labels.index(EMOTIONS[label])


class Source(NamedTuple):
    """What another process needs to open the same network."""
    path: str
    digest: str
    feeding: Feeding
    precision: str = "float32"

    def open(self):
        """The Network, read once in each process.

        Raises:
            UserError: there is no such file, or it holds other weights.
        """
        with OPENING:
            return reopen(self)


OPENING = threading.Lock()


@functools.lru_cache(maxsize=2)  # a worker that stays sees many networks
def reopen(source):
    raw = read(source.path)
    if raw.digest != source.digest:
        raise UserError(f"{source.path}: holds other weights than where the run was started")
    return in_precision(Network(raw, source.feeding), source.precision)


def open_network(path, data=None, scale=ways.AUTO, labels=ways.AUTO, folder=None):
    """Read a network, find out how it is fed where that is not known, and say so in a line.

    Args:
        path: see files.read().
        data: a Dataset, to find it out on its training split; None for the included
            composites.
        scale, labels: how it is fed, where the user says so: a name in ways.SCALES; a name in
            ways.LABELS, or a tuple of the outputs' names.
        folder: where what was found is kept, and looked for first; None to keep nothing.

    Raises:
        UserError: see files.read(); no way to feed it is better than chance, or two cannot be told
            apart.
    """
    scale, labels = (None if value == ways.AUTO else value for value in (scale, labels))
    raw = read(path)
    check_labels(raw, labels)
    if is_ours(raw) and not (scale or labels):
        return Network(raw, OURS)
    own = search.has_own(data)
    found = None if scale or labels or folder is None else kept(folder, raw, own)
    if found is None:
        found = said(search.find(raw, search.labelled_faces(data), scale, labels), scale, labels)
        if folder is not None:
            keep(folder, raw, found, own or bool(scale and labels))
    notes.info(Network(raw, found).describe())
    return Network(raw, found)


def check_labels(raw, labels):
    """UserError where the user names more or fewer outputs than there are."""
    names = () if labels is None else ways.names_of(labels, raw.classes)
    if labels is not None and len(names) != raw.classes:
        raise UserError(f"--labels: {len(names)} names; {raw.path} has {raw.classes} outputs")


def is_ours(raw):
    """Whether train.py wrote it: by the network's name and the scaling that is its first layer."""
    layers = getattr(raw.keras_model, "layers", ())
    rescale = next((layer for layer in layers if layer.name == "rescale"), None)
    return (isinstance(rescale, keras.layers.Rescaling) and raw.keras_model.name == ours.NAME
            and (rescale.scale, rescale.offset) == ours.RESCALE
            and (raw.input_shape, raw.classes) == ((SIZE, SIZE, 1), len(EMOTIONS)))


def said(found, scale, labels):
    """The same Feeding, with the options that decided it in its evidence."""
    options = [option for option, value in (("--scale", scale), ("--labels", labels)) if value]
    if not options:
        return found
    words = f", as {' and '.join(options)} {'say' if len(options) > 1 else 'says'}"
    return dataclasses.replace(found, evidence=found.evidence + words)


def kept(folder, raw, own):
    """The Feeding that an earlier run kept for these weights; None where there is none.

    What an earlier version kept, or what was found on the included faces where now there are more
    (`own`), is looked for again.
    """
    path = pathlib.Path(folder, KEPT)
    entry = files.read_json(path, "explain.py").get(raw.digest) if path.is_file() else None
    if not isinstance(entry, dict) or set(entry) != set(ENTRY) or own and not entry["own_faces"]:
        return None
    try:
        found = Feeding(*(entry[name] for name in ENTRY[2:]))
        found = dataclasses.replace(found, labels=tuple(found.labels))
        fits = (found.scale in ways.SCALES and found.answers in ANSWERS
                and len(found.labels) == raw.classes and set(found.labels) & set(EMOTIONS)
                and all(isinstance(label, str) for label in found.labels))
    except TypeError:
        fits = False
    if not fits:
        raise UserError(f"{path}: not as this version writes it; remove it")
    return found


def keep(folder, raw, found, own):
    path = files.make_folder(folder) / KEPT
    before = files.read_json(path, "explain.py") if path.is_file() else {}
    entry = {"model": pathlib.Path(raw.path).name, "own_faces": own} | dataclasses.asdict(found)
    files.write_json(path, before | {raw.digest: entry})
