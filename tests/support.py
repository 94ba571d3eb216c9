"""Shared by several test files: the repository's path, a way to run programs, a tiny dataset."""
import contextlib
import os
import pathlib
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import fer2013
from explaining.explanation import Explanation
from explaining.verdict import Without

ROOT = pathlib.Path(__file__).resolve().parent.parent
ENVIRONMENT = os.environ | {"KERAS_BACKEND": "tensorflow"}


def run(script, *options, check=True):
    """Run a program as a user would; with `check`, it must end with exit status 0."""
    result = subprocess.run([sys.executable, ROOT / script, *map(str, options)],
                            capture_output=True, text=True, cwd=ROOT, env=ENVIRONMENT)
    if check:
        assert result.returncode == 0, result.stderr
    return result


def main_of(module, monkeypatch, *options):
    """The main() of a program in this process, as its command line would call it."""
    monkeypatch.setattr(sys, "argv", [module.__name__, *map(str, options)])
    module.main()


def train_options(data, outputs):
    """Options with which train.py takes seconds."""
    return [*map(str, ("--data", data, "--outputs", outputs, "--erase", 0.5, "--epochs", 2,
                       "--batch-size", 14, "--filters", 8, 8, 8, 8, "--hidden", 16))]


@contextlib.contextmanager
def no_room(size=1_000_000):
    """As on a full disk, no file of this process can grow beyond `size` bytes."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def make_dataset(folder, per_emotion):
    """Folders of pictures of noise with a bright bar, at another height for each emotion.

    Args:
        folder: pathlib.Path to write to.
        per_emotion: {split: number of pictures of each emotion}.
    """
    random = np.random.default_rng(0)
    for split, count in per_emotion.items():
        for label, emotion in enumerate(fer2013.EMOTIONS):
            (folder / split / emotion).mkdir(parents=True)
            for number in range(count):
                face = random.integers(0, 80, (48, 48), np.uint8)
                face[label * 6:label * 6 + 8] += 150
                name = f"{split}_{emotion}_{number}.png"
                Image.fromarray(face).save(folder / split / emotion / name)
    return folder


def explanation(segments, weights, label=3, face=None, **other):
    """An Explanation with these weights.

    No pairs, and R squared, stability and the rest unless given.
    """
    face = np.zeros((48, 48), np.uint8) if face is None else face
    values = {"intercept": 0.1, "r2": 0.6, "r2_pairs": 0.8,
              "stability": 1.0, "seed": 0, "samples": 100, "probabilities": np.eye(7)[label],
              "together": np.zeros((len(weights),) * 2),
              "without": Without(0.9, 0.3, 0.7, 0.8, 0.1, 5, 6, 0.5, 5, 0.3)}
    return Explanation(face, segments, weights, label=label, **values | other)
