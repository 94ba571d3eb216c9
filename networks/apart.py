"""Processes of their own, in which files from strangers are read: a crash there is one line here.

A damaged file can make the C libraries that read HDF5, TensorFlow Lite and ONNX crash, run for
ever, or fill the memory. There the operating system bounds memory and time (limits.py).
"""
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import threading
import weakref

from base.errors import Refused
from networks import limits

ROOT = pathlib.Path(__file__).resolve().parents[1]
DIED = (f"reading it crashed, or took more than {limits.SECONDS} s or "
        f"{limits.MEMORY / 1e9:.2f} GB; it is damaged or no ordinary model")


class Process:
    """A module of this room as a process, whose first line is a JSON object with what it found."""

    def __init__(self, module, *paths):
        """Start `python -m networks.MODULE PATHS`; Refused with the reason that it gives."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", f"networks.{module}", *map(os.path.abspath, paths)], cwd=ROOT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"})
        self.stop = weakref.finalize(self, stop, self.process)  # at the latest when Python ends
        self.lock = threading.Lock()
        line = self.process.stdout.readline()
        self.found = json.loads(line) if line.endswith(b"\n") else {"refused": DIED}
        if "refused" in self.found:
            self.stop()
            raise Refused(self.found["refused"])

    def exchange(self, question, size):
        """Send bytes and return `size` bytes of its answer; Refused if it ends instead."""
        with self.lock:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.write(question)
                self.process.stdin.flush()
            answer = self.process.stdout.read(size)
        if len(answer) < size:
            raise Refused(DIED)
        return answer


def stop(process):
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def limit(seconds):
    """In such a process: end it when it takes more memory, or `seconds` more of the processor."""
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + seconds + 1
    for kind, most in ((resource.RLIMIT_DATA, limits.MEMORY), (resource.RLIMIT_CPU, until)):
        with contextlib.suppress(ValueError, OSError):  # macOS knows some of them alone
            resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))


def tell(stream, read, *arguments):
    """In such a process: write what read(*arguments) found, or why the file is refused."""
    try:
        found = read(*arguments)
    except Refused as error:
        found = {"refused": str(error)}
    except MemoryError:
        found = {"refused": DIED}
    except Exception as error:  # what damaged bytes make readers raise
        reason = str(error).strip().split("\n")[0][:200]
        found = {"refused": f"not a readable model ({reason or type(error).__name__})"}
    stream.write(json.dumps(found).encode() + b"\n")
    stream.flush()
    return found
