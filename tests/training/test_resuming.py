"""A training run that is killed at any moment ends with the weights of an undisturbed one."""
import json
import os
import subprocess
import sys

import numpy as np
import pandas
import pytest

from networks.network import open_network
from tests.support import ENVIRONMENT, ROOT, make_dataset

# One run after the other, each in a child of this process, which has imported Keras. An argument is
# a folder and the moment at which its run is killed.
CHILDREN = """
import collections, os, pathlib, signal, sys

import keras
import tensorflow
import train
from training import fitting

def reach(moment):
    reached[moment] += 1
    if f"{moment} {reached[moment]}" == last:
        os.kill(os.getpid(), signal.SIGKILL)

def replace(source, target):
    reach(f"before {pathlib.Path(target).name}")
    system_replace(source, target)
    reach(f"after {pathlib.Path(target).name}")

tensorflow.config.run_functions_eagerly(True)  # tracing takes longer than these few steps
system_replace, os.replace = os.replace, replace

def counted(*arguments):
    for batch in batches(*arguments):
        reach("batch")
        yield batch

batches, fitting.batches = fitting.batches, counted
runs, options = eval(sys.argv[1])
for folder, last in runs:
    child = os.fork()
    if not child:
        reached = collections.Counter()
        sys.argv = ["train.py", "--outputs", folder, *options]
        train.main()
        sys.stdout.flush()
        os._exit(0)
    print(last, "killed" if os.WIFSIGNALED(os.waitpid(child, 0)[1]) else "ended", flush=True)
"""
MOMENTS = ("before checkpoint.npz 1", "before run.json 1", "batch 2", "after checkpoint.npz 1",
           "before run.json 1", "batch 3", "after model.keras 2", "the end")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork()")
def test_a_run_killed_at_any_moment_ends_with_the_weights_of_an_undisturbed_run(tmp_path):
    data = make_dataset(tmp_path / "data", {"train": 6, "validation": 1})  # two steps an epoch
    options = ["--data", str(data), "--erase", "0.5", "--epochs", "3", "--batch-size", "21",
               "--filters", "2", "2", "2", "2", "--hidden", "4", "--optimizer", "adamw"]
    folders = [tmp_path / "killed", tmp_path / "undisturbed"]
    runs = [(str(folders[0]), moment) for moment in MOMENTS] + [(str(folders[1]), "the end")]
    result = subprocess.run([sys.executable, "-c", CHILDREN, repr((runs, options))], cwd=ROOT,
                            env=ENVIRONMENT, capture_output=True, text=True)
    assert result.returncode == 0 and "Traceback" not in result.stderr, result.stderr
    said = [line for line in result.stdout.splitlines()
            if line.startswith(("Resuming", "Starting")) or line.endswith((" killed", " ended"))]
    assert said == [
        "before checkpoint.npz 1 killed", "before run.json 1 killed", "batch 2 killed",
        "Starting over.", "after checkpoint.npz 1 killed",
        "before run.json 1 killed",
        "Resuming after epoch 1 of 3.", "batch 3 killed",
        "Resuming after epoch 1 of 3.", "after model.keras 2 killed",
        "Resuming after epoch 2 of 3.", "the end ended", "the end ended"]
    files = {"model.keras", "history.csv", "run.json"}  # beside unfinished ones
    assert all({path.name for path in folder.glob("[!.]*")} == files for folder in folders)
    ended = [json.loads((folder / "run.json").read_text())["last_weights_sha256"]
             for folder in folders]
    assert ended[0] == ended[1]
    best = [open_network(folder / "model.keras").keras_model.get_weights() for folder in folders]
    assert all(map(np.array_equal, *best))
    histories = [pandas.read_csv(folder / "history.csv").drop(columns="seconds")
                 for folder in folders]
    assert histories[0].equals(histories[1])
