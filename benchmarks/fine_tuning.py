"""A network that knows faces with hidden superpixels, which F-Fidelity asks in its place.

    tuned = fine_tuned(model, bundled.AVATARS, "blurred", path)

The network is trained on with its own training faces, of which random superpixels are hidden, up to
BETA of them: no explanation decides which (the explanation-agnostic fine-tuning of Zheng et al.
2024, arXiv 2410.02970). They use all training data; here, FACES random faces are enough to see
every superpixel hidden many times. A CPU takes minutes, so the result is kept.
"""
import functools

import keras
import numpy as np

import fer2013
import model as network
from base import files
from benchmarks.measures import BETA
from explaining.hiding import HIDING
from explaining.superpixels import segment

FACES = 5000
EPOCHS = 3
BATCH = 64
LEARNING_RATE = 1e-4  # of Adam; a tenth of its default, because the network has been trained


def fine_tuned(model, data, rule, path):
    """The keras.Model fine-tuned for a rule of hiding, from the file `path` if it is there.

    Args:
        model: a keras.Model of train.py, which stays as it is.
        data: its training faces, FER2013 in any form.
        rule: what hidden superpixels show, a name in HIDING.
        path: pathlib.Path of a .keras file.
    """
    if path.exists():
        return network.load_model(path)
    keras.utils.set_random_seed(0)  # of dropout
    tuned = keras.models.clone_model(model)
    tuned.set_weights(model.get_weights())
    tuned.compile(keras.optimizers.Adam(LEARNING_RATE), "sparse_categorical_crossentropy",
                  jit_compile=network.jit_compile())
    faces, segments, labels = training_faces(data)
    random = np.random.default_rng(0)
    for _ in range(EPOCHS):
        order = random.permutation(len(faces))
        pictures = np.stack([hide_some(faces[index], segments[index], rule, random)
                             for index in order])
        tuned.fit(pictures[..., None], labels[order], BATCH, shuffle=False, verbose=0)
    files.make_folder(path.parent)
    tuned.save(path)
    return tuned


@functools.cache
def training_faces(data):
    """At most FACES training faces, uint8 (n, 48, 48), their superpixels and labels."""
    pixels, labels, _ = fer2013.load(data, "train")
    chosen = np.random.default_rng(0).permutation(len(pixels))[:FACES]
    return pixels[chosen], list(map(segment, pixels[chosen])), labels[chosen]


def hide_some(face, segments, rule, random):
    """The face with none to BETA of its superpixels hidden, all numbers equally likely."""
    count = segments.max() + 1
    number = random.integers(0, int(BETA * count) + 1)
    hidden = np.isin(segments, random.choice(count, number, replace=False))
    return np.where(hidden, HIDING[rule](face, segments), face)
