"""Explanations of many faces: those that are kept are taken from the disk, the others computed.

    engine = Engine(network.predict, LimeSettings(), network.identity(), Store(path))
    for by_label in engine.explain([(face, [3]), (other, [3])]):
        by_label[3].weights
"""
import dataclasses
import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from base.jobs import Jobs, packages
from base.store import Store, kept_or_computed, make_key
from explaining import lime
from explaining.explanation import Explanation
from explaining.settings import LimeSettings
from explaining.verdict import Without
from fer2013 import EMOTIONS
from networks.network import Source

VERSION = 1  # higher where the same face, network and settings get another explanation


class Engine(NamedTuple):
    """How faces are explained, and where the explanations are kept.

    Attributes:
        predict: function from uint8 (n, 48, 48) to float32 (n, 7) probabilities.
        settings: a LimeSettings.
        identity: Network.identity(), so that explanations of other networks are not taken.
        store: a Store; None to keep nothing.
        workers: where the explanations are computed.
        source: Network.source, for workers elsewhere.
    """
    predict: Callable
    settings: LimeSettings
    identity: dict = {}
    store: Store | None = None
    workers: Jobs = Jobs()
    source: Source | None = None

    def explain(self, asked):
        """Yield {label: Explanation} for each (face, labels), in this order.

        Args:
            asked: list of (uint8 (48, 48), list of labels).
        """
        keys = [self.key(*each) if self.store else "" for each in asked]
        return kept_or_computed(self.store, keys, asked, self.compute, pack, unpack)

    def compute(self, asked):
        """explain() without what is kept."""
        if self.workers.here:
            return (explain_one(self.predict, self.settings, each) for each in asked)
        task = functools.partial(explain_there, self.source, self.settings)
        return self.workers.map(task, asked)

    def key(self, face, labels):
        labels = [np.array(label).tolist() for label in labels]  # pairs too
        return make_key(self.about() | {"labels": labels}, face.tobytes())

    def about(self):
        """All that an explanation depends on beside its face and labels, for JSON."""
        return dataclasses.asdict(self.settings) | self.identity | {
            "version": VERSION, "packages": packages()}


def explain_there(source, settings, asked):
    """explain_one() in a worker, by the network that a networks.network.Source names."""
    return explain_one(source.open().predict, settings, asked)


def explain_one(predict, settings, asked):
    """{label: Explanation} of one (face, labels).

    The number of threads of linear algebra decides the last bits of its results, so it is always 1.
    """
    face, labels = asked
    with threadpool_limits(1):
        return lime.explain_face(face, predict, labels, settings)


def pack(found):
    """{label: Explanation} of a face as {name: array}, without the face."""
    arrays = {"segments": next(iter(found.values())).segments.astype(np.uint16)}
    return arrays | {f"{number} {name}": np.asarray(value)
                     for number, explanation in enumerate(found.values())
                     for name, value in explanation._asdict().items()
                     if name not in ("face", "segments")}


def unpack(arrays, asked):
    """The {label: Explanation} that pack() was given, for the same (face, labels).

    Raises:
        ValueError: the arrays have other shapes, or are of other labels.
    """
    (face, labels), found = asked, {}
    for name, array in arrays.items():
        number, _, field = name.partition(" ")
        if field:
            found.setdefault(number, {})[field] = array if array.ndim else array.item()
    kinds = Without.__annotations__.values()
    segments = arrays["segments"].astype(int)
    explanations = [Explanation(face=face, segments=segments, **fields | {"without": Without(
                *(kind(value) for kind, value in zip(kinds, fields["without"], strict=True)))})
            for fields in found.values()]
    by_label = {each.explained: each for each in explanations}
    count = segments.max() + 1
    shapes = {(segments.shape, each.weights.shape, each.together.shape, each.probabilities.shape)
              for each in explanations}
    if shapes != {(face.shape, (count,), (count, count), (len(EMOTIONS),))} or list(
            by_label) != list(labels):
        raise ValueError(f"shapes {shapes} for labels {list(by_label)}")
    return by_label
