"""Kill train.py many times and compare its final results with those of an undisturbed run.

    python -m benchmarks.interruption --rounds 3 --kills 15

One small run is not disturbed. In each round the same command is killed (SIGKILL) --kills times:
in turn at a random moment of its start, at a random moment of the training, and while it writes a
file. Then it may finish. Weights and history must have the same bytes as those of the undisturbed
run, and a kill may cost at most the epoch that was running. Writes benchmarks/interruption.md;
stops with an error at the first difference.
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
WAIT = 300  # seconds to wait for a moment before its absence is an error


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
            outputs = folder / f"round{number}"
            unfinished += disturb(data, outputs, args.kills, usual_start, choose, killed)
            assert results(outputs) == expected, f"round {number} ended with other results"
            print(f"round {number}: {args.kills} kills, same results", flush=True)
    write_page(args, killed, unfinished, expected)


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="number of interrupted runs")
    parser.add_argument("--kills", type=int, default=15, help="number of kills of each run")
    parser.add_argument("--seed", type=int, default=0,
                        help="seed of the moments of the kills and of the faces")
    return parser.parse_args()


def make_faces(path, seed):
    """Write a CSV of 42 training and 14 validation faces of noise and return its path."""
    random_state = np.random.default_rng(seed)
    with path.open("w") as file:
        file.write("emotion,pixels,Usage\n")
        for number in range(56):
            pixels = " ".join(map(str, random_state.integers(0, 256, 2304)))
            usage = "Training" if number < 42 else "PublicTest"
            file.write(f"{number % 7},{pixels},{usage}\n")
    return path


def start(data, outputs):
    """Start train.py as a new process and return it; its output goes to a file beside `outputs`."""
    command = [sys.executable, HERE.parent / "train.py", "--data", data, "--outputs", outputs,
               "--epochs", str(EPOCHS), "--batch-size", "14"]
    with open(f"{outputs}.log", "ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log,
                                env=os.environ | {"PYTHONUNBUFFERED": "1"})


def disturb(data, outputs, kills, usual_start, choose, killed):
    """Kill one run `kills` times, then let it finish.

    Args:
        data: path of the CSV.
        outputs: folder of the run.
        kills: number of kills.
        usual_start: seconds that an undisturbed run needs until it has a checkpoint.
        choose: random.Random for the moments.
        killed: collections.Counter of the kills at each moment, which is updated.

    Returns:
        The number of kills that left an incomplete file.
    """
    unfinished, log = 0, pathlib.Path(f"{outputs}.log")
    for kill in range(kills):
        moment = MOMENTS[kill % len(MOMENTS)]
        size = len(log.read_text()) if (outputs / "checkpoint.npz").exists() else None
        run = start(data, outputs)
        seconds = choose.uniform(0, usual_start) if moment == "starting" else WAIT
        wait_for_learning(run, outputs, log, size, seconds)
        wait_for(moment, run, outputs, choose)
        assert run.poll() is None, (f"the run ended before kill {kill}; more epochs are needed: "
                                    f"{log.read_text()[-500:]}")
        run.send_signal(signal.SIGKILL)
        run.wait()
        killed[moment] += 1
        unfinished += any(outputs.glob(".writing-*"))
    assert start(data, outputs).wait() == 0, log.read_text()
    check_progress(log.read_text())
    return unfinished


def wait_for_learning(run, outputs, log, size, seconds):
    """Return when a run has begun to train, or after `seconds`.

    Args:
        run: the process.
        outputs: folder of the run.
        log: path of its output.
        size: characters in the log before this start; None before the first checkpoint.
        seconds: longest time to wait.
    """
    end = time.monotonic() + seconds
    if size is None:
        wait_until(lambda: (outputs / "checkpoint.npz").exists() or time.monotonic() > end, run)
    else:
        wait_until(lambda: "goes on" in log.read_text()[size:] or time.monotonic() > end, run)


def wait_for(moment, run, outputs, choose):
    """Return at a random instant while a run trains or writes a file."""
    if moment == "learning":
        time.sleep(choose.uniform(0, 3))
    if moment == "writing":
        for _ in range(choose.randint(1, 8)):  # an epoch writes three or four files
            wait_until(lambda: not any(outputs.glob(".writing-*")), run)
            wait_until(lambda: any(outputs.glob(".writing-*")), run)
        time.sleep(choose.uniform(0, 0.03))


def wait_until(condition, run):
    end = time.monotonic() + WAIT
    while not condition():
        assert run.poll() is None and time.monotonic() < end, (
            "the run ended, or the condition was not met in time")
        time.sleep(0.001)


def check_progress(text):
    """Assert that every start continued from the last epoch reported before it, or a later one."""
    reached = 0
    for line in text.splitlines():
        if match := re.match(r"(goes on with this run after epoch|epoch) (\d+)", line):
            epoch = int(match[2])
            assert epoch >= reached, f"{line!r}, but epoch {reached} was complete"
            reached = epoch


def results(outputs):
    """The results that must be equal in all runs.

    Returns:
        The bytes of the best weights and of the history, the SHA-256 of the last weights, and the
        number of the best epoch.
    """
    record = json.loads((outputs / "run.json").read_text())
    assert record["finished"] and not any(outputs.glob(".writing-*"))
    assert not (outputs / "checkpoint.npz").exists()
    with zipfile.ZipFile(outputs / "model.keras") as archive:
        weights = archive.read("model.weights.h5")
    history = (outputs / "history.csv").read_bytes()
    return weights, history, record["last_weights_sha256"], record["best_epoch"]


def write_page(args, killed, unfinished, expected):
    """Write benchmarks/interruption.md."""
    weights, history, last_weights, best_epoch = expected
    command = (f"python -m benchmarks.interruption --rounds {args.rounds} --kills {args.kills} "
               f"--seed {args.seed}")
    lines = [
        "# Interrupted training: what was measured", "",
        f"`{command}` on {platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}: a run of {EPOCHS} epochs over 42 faces of noise.", "",
        f"{args.rounds} runs, each killed (SIGKILL) {args.kills} times in a row and then left to "
        "finish. All ended with the same bytes as an undisturbed run:", "",
        "| compared | size |", "|---|---:|",
        f"| weights of the best epoch, {best_epoch} | {len(weights):,} bytes |",
        f"| history.csv | {len(history):,} bytes |",
        f"| SHA-256 of the last epoch's weights | {last_weights[:16]}… |", "",
        "| killed | times |", "|---|---:|",
        *(f"| while {moment} | {killed[moment]} |" for moment in MOMENTS), "",
        f"{unfinished} of the kills left an incomplete file, in a temporary folder; the next run "
        "removed it. No kill cost more than the epoch that was running.",
    ]
    (HERE / "interruption.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
