"""Anybody's network behind one small interface: faces in, probabilities of seven emotions out.

    network = open_network("theirs.h5", fer2013.open("data"))
    network.predict(pixels)     # uint8 (n, 48, 48) -> float32 (n, 7), in FER2013's order
    network.describe()          # "theirs.h5: pixels / 255, labels in alphabetical order (57 % ..."
"""
import dataclasses
import functools
import pathlib
from typing import NamedTuple

import numpy as np
from keras import layers, ops

from base.errors import UserError
from base.options import notes
from fer2013 import EMOTIONS, SIZE
from networks import NAME, RESCALE, preprocessing, search
from networks.files import read
from networks.precision import PRECISIONS, call_of, with_policy
from networks.preprocessing import AUTO, Preprocessing
from networks.raw import RawNetwork

OURS = Preprocessing("as-is", EMOTIONS, "probabilities", "as train.py writes it")


@dataclasses.dataclass(frozen=True)
class Network:
    """A network and its preprocessing; neither it nor what it holds ever changes.

    Attributes:
        raw: what was read.
        preprocessing: a preprocessing.Preprocessing.
        precision: of its arithmetic, a name in precision.PRECISIONS.
    """
    raw: RawNetwork
    preprocessing: Preprocessing
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
        return Source(path, self.raw.digest, self.preprocessing, self.precision)

    def describe(self):
        """Its preprocessing, and how that is known, in a line."""
        return f"{self.name}: {self.preprocessing.words()}"

    @property
    def caption(self):
        """What a figure says of it; empty for a network of train.py in float32."""
        words = [] if self.preprocessing == OURS else [self.describe()]
        words += [f"computed in {self.precision}"] * (self.precision != "float32")
        return "; ".join(words)

    def identity(self):
        """All of it that an explanation depends on, for JSON: another dict, another explanation."""
        ways = self.preprocessing
        return {"model": self.raw.digest[:16], "scale": ways.scale, "labels": list(ways.labels),
                "outputs": ways.outputs, "precision": self.precision}

    def predict(self, pixels):
        """Probabilities of every emotion: float32 (n, 7) for uint8 (n, 48, 48) pixels.

        Raises:
            UserError: a prediction is not finite, or gives no class a probability.
        """
        outputs = preprocessing.outputs_of(self.raw, pixels, self.preprocessing.scale)
        probabilities = preprocessing.read_outputs(outputs, self.preprocessing)
        probabilities = ops.convert_to_numpy(probabilities).astype(np.float32)
        if not np.allclose(probabilities.sum(axis=1), 1, atol=1e-3):  # false for NaN too
            raise UserError(f"{self.raw.path}: gives predictions that are no probabilities "
                            "(not finite, or all 0)")
        return probabilities

    def predict_mirrored(self, pixels):
        """The mean of the probabilities of each face and of its mirror image: float32 (n, 7).

        This test-time augmentation took the included model from 70.5 to 70.7 % of PublicTest.
        """
        return (self.predict(pixels) + self.predict(pixels[:, :, ::-1])) / 2

    def preprocess(self, faces):
        """What its keras_model takes of float (n, 48, 48) faces, differentiable."""
        return preprocessing.preprocess(faces, self.raw.input_shape, self.preprocessing.scale)

    def probabilities(self, faces):
        """predict() for a tensor of float (n, 48, 48) faces, differentiable."""
        outputs = self.keras_model(self.preprocess(faces), training=False)
        return preprocessing.read_outputs(outputs, self.preprocessing)

    def output_of(self, label):
        """Which of its own outputs stands for a label; UserError if none does."""
        if EMOTIONS[label] not in self.preprocessing.labels:
            raise UserError(f"{self.name}: has no output for {EMOTIONS[label]}")
        return self.preprocessing.labels.index(EMOTIONS[label])

    def in_precision(self, precision):
        """The same network in another precision, a copy; this one stays as it is.

        Args:
            precision: a name in precision.PRECISIONS.

        Raises:
            UserError: the network is no Keras model, and not in this precision.
        """
        if precision == self.precision:
            return self
        if self.keras_model is None:
            raise UserError(f"--precision {precision}: {self.name} is {self.raw.form}; expected "
                            "a model of Keras 3")
        model = with_policy(self.keras_model, PRECISIONS[precision])
        raw = dataclasses.replace(self.raw, keras_model=model, call=call_of(model))
        return dataclasses.replace(self, raw=raw, precision=precision)


class Source(NamedTuple):
    """What another process needs to open the same network."""
    path: str
    digest: str
    preprocessing: Preprocessing
    precision: str = "float32"

    def open(self):
        """The Network, read once in each process; UserError if the file holds other weights."""
        return reopen(self)


@functools.lru_cache(maxsize=2)  # a worker that stays sees many networks
def reopen(source):
    raw = read(source.path)
    if raw.digest != source.digest:
        raise UserError(f"{source.path}: holds other weights than where the run was started")
    return Network(raw, source.preprocessing).in_precision(source.precision)


def open_network(path, data=None, scale=AUTO, labels=AUTO, precision="float32"):
    """Read a network, find out its preprocessing where that is not known, and say so in a line.

    Args:
        path: see files.read().
        data: a fer2013.Dataset, to find it out on its training split; None for the included
            composites.
        scale, labels: its preprocessing, where the user says so: a name in preprocessing.SCALES; a
            name in fer2013.names.ORDERS, or a tuple of the outputs' names.
        precision: of the arithmetic, a name in precision.PRECISIONS.

    Raises:
        UserError: see files.read() and Network.in_precision(); no preprocessing is better than
            chance, or two cannot be told apart.
    """
    scale, labels = (None if value == AUTO else value for value in (scale, labels))
    said = [option for option, value in (("--scale", scale), ("--labels", labels)) if value]
    raw = read(path)
    if labels and len(names := preprocessing.names_of(labels, raw.classes)) != raw.classes:
        raise UserError(f"--labels: {len(names)} names; {path} has {raw.classes} outputs")
    if is_ours(raw) and not said:
        return Network(raw, OURS).in_precision(precision)
    found = search.find(raw, search.labelled_faces(data), scale, labels)
    if said:
        words = f"{found.evidence}, with {' and '.join(said)}"
        found = dataclasses.replace(found, evidence=words)
    network = Network(raw, found)
    notes.info(network.describe())
    return network.in_precision(precision)


def is_ours(raw):
    """Whether train.py wrote it: by the network's name and the scaling that is its first layer."""
    rescale = next((layer for layer in getattr(raw.keras_model, "layers", ())
                    if layer.name == "rescale"), None)
    return (isinstance(rescale, layers.Rescaling) and raw.keras_model.name == NAME
            and (rescale.scale, rescale.offset) == RESCALE
            and (raw.input_shape, raw.classes) == ((SIZE, SIZE, 1), len(EMOTIONS)))
