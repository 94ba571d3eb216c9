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

VERSION = 2  # higher where the same face, network and settings get another explanation
KEPT = Explanation._fields[2:]  # all but the face and its superpixels, which the labels share


class Engine(NamedTuple):
    """How faces are explained, and where the explanations are kept."""
    predict: Callable  # function from uint8 (n, 48, 48) to float32 (n, 7) probabilities
    settings: LimeSettings
    identity: dict = {}  # Network.identity(), so that those of other networks are not taken
    store: Store | None = None  # None to keep nothing
    workers: Jobs = Jobs()  # where they are computed; others than this process open a Network's

    def explain(self, asked):
        """Yield {label: Explanation} for each (face, labels) of a list, in this order."""
        keys = [self.key(*each) if self.store else "" for each in asked]
        return kept_or_computed(self.store, keys, asked, self.compute, pack, unpack)

    def compute(self, asked):
        return self.workers.map(functools.partial(explain_one, self.predict, self.settings), asked)

    def key(self, face, labels):
        """Of everything that the explanations of a face depend on."""
        about = {"labels": [np.array(label).tolist() for label in labels],  # pairs too
                 "version": VERSION, "packages": packages()}
        return make_key(dataclasses.asdict(self.settings) | self.identity | about, face.tobytes())


def explain_one(predict, settings, asked):
    """{label: Explanation} of one (face, labels)."""
    face, labels = asked
    with threadpool_limits(1):  # their number decides the last bits
        return lime.explain_face(face, predict, labels, settings)


def pack(found):
    """{label: Explanation} of a face as {name: array}, without the face."""
    arrays = {f"{number} {name}": np.asarray(getattr(explanation, name))
              for number, explanation in enumerate(found.values()) for name in KEPT}
    return arrays | {"segments": next(iter(found.values())).segments}


def unpack(arrays, asked):
    """The {label: Explanation} that pack() was given, for the same (face, labels)."""
    (face, labels), found = asked, {}
    for number, label in enumerate(labels):
        values = [arrays[f"{number} {name}"] for name in KEPT]
        explanation = Explanation(face, arrays["segments"], *(
            each if each.ndim else each.item() for each in values))
        kinds = zip(Without.__annotations__.values(), explanation.without, strict=True)
        found[label] = explanation._replace(without=Without(*(kind(each) for kind, each in kinds)))
    return found
