"""Anybody's network behind one small interface: faces in, probabilities of seven emotions out.

    network = open_network("theirs.h5", fer2013.open("data"))
    network.predict(pixels)     # uint8 (n, 48, 48) -> float32 (n, 7), in FER2013's order
    network.caption             # "theirs.h5: pixels / 255, labels in alphabetical order (57 % ..."
"""
import dataclasses
import pathlib
import textwrap

import keras
import numpy as np

from base.errors import UserError
from base.options import notes
from fer2013 import EMOTIONS
from networks import NAME, PRECISIONS, RESCALE, preprocessing, search
from networks.files import read
from networks.preprocessing import AUTO, Preprocessing
from networks.raw import RawNetwork
from networks.sharing import call_of

OURS = Preprocessing("as-is", EMOTIONS, "probabilities", "as train.py writes it")


@dataclasses.dataclass(frozen=True)
class Network:
    """A network and its preprocessing; neither it nor what it holds ever changes."""
    raw: RawNetwork
    preprocessing: Preprocessing
    precision: str = "float32"  # of its arithmetic, a name in PRECISIONS

    def __reduce__(self):  # where it is unpickled, the file is read again
        path = str(pathlib.Path(self.raw.path).resolve())
        return reopen, (path, self.raw.digest, self.preprocessing, self.precision)

    @property
    def name(self):
        return pathlib.Path(self.raw.path).name

    @property
    def keras_model(self):
        """The keras.Model, for methods that need gradients; None for formats that have none."""
        return self.raw.keras_model

    @property
    def caption(self):
        """Its preprocessing, and how that is known; empty for a network of train.py in float32."""
        words = [f"{self.name}: {self.preprocessing.words()}"] * (self.preprocessing != OURS)
        words += [f"computed in {self.precision}"] * (self.precision != "float32")
        return "; ".join(words)

    def identity(self):
        """All of it that an explanation depends on, for JSON: another dict, another explanation."""
        ways = self.preprocessing
        return {"model": self.raw.digest[:16], "scale": ways.scale, "labels": list(ways.labels),
                "outputs": ways.outputs, "precision": self.precision}

    def predict(self, pixels):
        """Probabilities of every emotion: float32 (n, 7) for uint8 (n, 48, 48) pixels.

        UserError if a prediction is not finite, or gives no class a probability.
        """
        outputs = preprocessing.outputs_of(self.raw, pixels, self.preprocessing.scale)
        probabilities = preprocessing.read_outputs(outputs, self.preprocessing)
        probabilities = keras.ops.convert_to_numpy(probabilities).astype(np.float32)
        if not np.allclose(probabilities.sum(axis=1), 1, atol=1e-3):  # false for NaN too
            raise UserError(f"{self.raw.path}: gives predictions that are no probabilities "
                            "(not finite, or all 0)")
        return probabilities

    def predict_mirrored(self, pixels):
        """The mean of the probabilities of each face and of its mirror image: float32 (n, 7).

        This is test-time augmentation.
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
        """The same network in another precision, a name in PRECISIONS; UserError if it has none."""
        if precision == self.precision:
            return self
        if self.keras_model is None:
            raise UserError(f"--precision {precision}: {self.name} is {self.raw.form}; expected "
                            "a model of Keras 3")
        model = with_policy(self.keras_model, PRECISIONS[precision])
        raw = dataclasses.replace(self.raw, keras_model=model, call=call_of(model))
        return dataclasses.replace(self, raw=raw, precision=precision)


def with_policy(model, policy):
    """A copy of a keras.Model with this dtype policy in all layers but the last."""
    def copy(layer):
        own = "float32" if layer is model.layers[-1] else policy
        return type(layer).from_config(layer.get_config() | {"dtype": own})
    cloned = keras.models.clone_model(model, clone_function=copy, recursive=True)
    cloned.set_weights(model.get_weights())
    cloned.jit_compile = model.jit_compile
    return cloned


def reopen(path, digest, preprocessing, precision):
    """The Network of another process; UserError if the file holds other weights than there."""
    raw = read(path)
    if raw.digest != digest:
        raise UserError(f"{path}: holds other weights than where the run was started")
    return Network(raw, preprocessing).in_precision(precision)


def open_network(path, data=None, scale=AUTO, labels=AUTO, precision="float32"):
    """Read a network, find out its preprocessing where that is not known, and say what was found.

    Args:
        path: see files.read().
        data: a fer2013.Dataset, to find it out on its training split; None for the included
            composites.
        scale, labels: its preprocessing, where the user says so; see search.find().
        precision: of the arithmetic, a name in PRECISIONS.

    Raises:
        UserError: see files.read(), search.find() and Network.in_precision().
    """
    raw = read(path)
    if is_ours(raw) and (scale, labels) == (AUTO, AUTO):
        return Network(raw, OURS).in_precision(precision)
    network = Network(raw, search.find(raw, search.labelled_faces(data), scale, labels))
    notes.info(textwrap.fill(network.caption, 80, subsequent_indent="  "))
    return network.in_precision(precision)


def is_ours(raw):
    """Whether train.py wrote it: by the network's name and the scaling that is its first layer."""
    if raw.keras_model is None or raw.keras_model.name != NAME:
        return False
    first = raw.keras_model.layers[1]  # after the input
    return isinstance(first, keras.layers.Rescaling) and (first.scale, first.offset) == RESCALE
