"""Kill train.py again and again, and compare what it ends with against a run that nobody touched.

    python -m benchmarks.interruption --rounds 3 --kills 15

One small run goes undisturbed. In each round the same command is killed (SIGKILL) --kills times in a row, in turn at
a random moment of its start, at a random moment while it learns, and while it is writing a file; then it is left to
end. Every byte of the weights and of the history must be those of the undisturbed run, and no kill may cost more than
the running epoch. Writes benchmarks/interruption.md; stops with an error at the first difference.
"""
import argparse
import collections
import json
import os
import pathlib
import platform
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import zipfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
EPOCHS = 60
MOMENTS = ("starting", "learning", "writing")
WAIT = 300  # seconds until a moment that does not come is an error


def main():
    args = parse_arguments()
    choose = random.Random(args.seed)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        data = make_faces(folder / "fer2013.csv", args.seed)
        begun = time.monotonic()
        run = start(data, folder / "undisturbed")
        wait_until(lambda: (folder / "undisturbed" / "checkpoint.npz").exists(), run)
        usual_start = time.monotonic() - begun
        assert run.wait() == 0
        expected = results(folder / "undisturbed")
        killed, unfinished = collections.Counter(), 0
        for number in range(args.rounds):
            unfinished += disturb(data, folder / f"round{number}", args.kills, usual_start, choose, killed)
            assert results(folder / f"round{number}") == expected, f"round {number} ended with other results"
            print(f"round {number}: {args.kills} kills, same results", flush=True)
    write_report(args, killed, unfinished, expected)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="interrupted runs")
    parser.add_argument("--kills", type=int, default=15, help="kills in a row in each of them")
    parser.add_argument("--seed", type=int, default=0, help="of the moments and of the faces")
    return parser.parse_args()


def make_faces(path, seed):
    """A CSV of 42 training and 14 validation faces of noise."""
    noise = np.random.default_rng(seed)
    with path.open("w") as file:
        file.write("emotion,pixels,Usage\n")
        for number in range(56):
            pixels = " ".join(map(str, noise.integers(0, 256, 2304)))
            file.write(f"{number % 7},{pixels},{'Training' if number < 42 else 'PublicTest'}\n")
    return path


def start(data, outputs):
    """train.py in a process of its own; what it prints goes to a file beside its outputs."""
    with open(f"{outputs}.log", "ab") as log:
        return subprocess.Popen(
            [sys.executable, HERE.parent / "train.py", "--data", data, "--outputs", outputs, "--epochs", str(EPOCHS),
             "--batch-size", "14"], stdout=log, stderr=log, env=os.environ | {"PYTHONUNBUFFERED": "1"})


def disturb(data, outputs, kills, usual_start, choose, killed):
    """One run that is killed `kills` times; returns how often a half-written file lay there afterwards."""
    unfinished, log = 0, pathlib.Path(f"{outputs}.log")
    for kill in range(kills):
        moment = MOMENTS[kill % len(MOMENTS)]
        size = len(log.read_text()) if (outputs / "checkpoint.npz").exists() else None
        run = start(data, outputs)
        wait_for_learning(run, outputs, log, size, choose.uniform(0, usual_start) if moment == "starting" else WAIT)
        wait_for(moment, run, outputs, choose)
        assert run.poll() is None, f"the run ended before kill {kill}; more epochs are needed: {log.read_text()[-500:]}"
        run.send_signal(signal.SIGKILL)
        run.wait()
        killed[moment] += 1
        unfinished += any(outputs.glob(".writing-*"))
    assert start(data, outputs).wait() == 0, log.read_text()
    check_progress(log.read_text())
    return unfinished


def wait_for_learning(run, outputs, log, size, seconds):
    """Return when a run learns, or after some seconds; size: of the log before this start, None at the first."""
    end = time.monotonic() + seconds
    if size is None:
        wait_until(lambda: (outputs / "checkpoint.npz").exists() or time.monotonic() > end, run)
    else:
        wait_until(lambda: "goes on" in log.read_text()[size:] or time.monotonic() > end, run)


def wait_for(moment, run, outputs, choose):
    """Return at a random instant while a run learns or writes."""
    if moment == "learning":
        time.sleep(choose.uniform(0, 3))
    if moment == "writing":
        for _ in range(choose.randint(1, 8)):  # three or four files are written in each epoch
            wait_until(lambda: not any(outputs.glob(".writing-*")), run)
            wait_until(lambda: any(outputs.glob(".writing-*")), run)
        time.sleep(choose.uniform(0, 0.03))


def wait_until(condition, run):
    end = time.monotonic() + WAIT
    while not condition():
        assert run.poll() is None and time.monotonic() < end, "the run ended, or what was waited for did not come"
        time.sleep(0.001)


def check_progress(text):
    """Every start must have gone on from the last epoch that was reported before it, or from a later one."""
    reached = 0
    for line in text.splitlines():
        if match := re.match(r"(goes on with this run after epoch|epoch) (\d+)", line):
            epoch = int(match[2])
            assert epoch >= reached, f"{line!r}, but epoch {reached} had ended"
            reached = epoch


def results(outputs):
    """What must not differ: bytes of the best weights and of the history, digest of the last weights, best epoch."""
    record = json.loads((outputs / "run.json").read_text())
    assert record["finished"] and not any(outputs.glob(".writing-*")) and not (outputs / "checkpoint.npz").exists()
    with zipfile.ZipFile(outputs / "model.keras") as archive:
        weights = archive.read("model.weights.h5")
    return weights, (outputs / "history.csv").read_bytes(), record["last_weights_sha256"], record["best_epoch"]


def write_report(args, killed, unfinished, expected):
    weights, history, last_weights, best_epoch = expected
    command = f"python -m benchmarks.interruption --rounds {args.rounds} --kills {args.kills} --seed {args.seed}"
    lines = [
        "# Interrupted training: what was measured", "",
        f"`{command}` on {platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}: a run of {EPOCHS} epochs over 42 faces of noise.", "",
        f"{args.rounds} runs, each killed (SIGKILL) {args.kills} times in a row and then left to end. All ended with "
        "the bytes of the run that nobody touched:", "",
        "| compared | size |", "|---|---:|",
        f"| weights of the best epoch, {best_epoch} | {len(weights):,} bytes |",
        f"| history.csv | {len(history):,} bytes |",
        f"| SHA-256 of the last epoch's weights | {last_weights[:16]}… |", "",
        "| killed | times |", "|---|---:|",
        *(f"| while {moment} | {killed[moment]} |" for moment in MOMENTS), "",
        f"After {unfinished} of the kills a half-written file lay there, in its own folder; the next run removed it. "
        "No kill cost more than the running epoch.",
    ]
    (HERE / "interruption.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
