"""In a process of its own (apart.py): a TensorFlow Lite or ONNX network that answers pictures.

    python -m networks.answer theirs.onnx

Prints what the network takes and gives, then reads batches of float32 pictures from stdin and
writes the answers to stdout, both as bytes.
"""
import hashlib
import os
import pathlib
import sys

import numpy as np

from networks import apart, limits


def load(path):
    """The network in a file, tried on a batch of black pictures.

    Returns:
        The function from a batch to its answers, and {"form", "shape": of a picture as the network
        takes it, "batch": how many it takes at once, "classes", "digest"}.
    """
    content = pathlib.Path(path).read_bytes()
    if content[4:8] == b"TFL3":
        from networks.tflite import load as load_kind
    else:
        from networks.onnx_files import load as load_kind
    apart.limit(limits.SECONDS)  # from here on: importing takes time of its own
    answer, form, shape, batch = load_kind(content)
    classes = answer(np.zeros((batch, *shape), np.float32)).shape[1]
    return answer, {"form": form, "shape": shape, "batch": batch, "classes": classes,
                    "digest": hashlib.sha256(content).hexdigest()}


def serve(answer, shape, batch, answers):
    """Answer batches until stdin ends."""
    size = 4 * batch * int(np.prod(shape))
    while len(question := sys.stdin.buffer.read(size)) == size:
        apart.limit(limits.SECONDS_OF_A_BATCH)
        pictures = np.frombuffer(question, np.float32).reshape(batch, *shape)
        answers.write(np.ascontiguousarray(answer(pictures), np.float32).tobytes())
        answers.flush()


def main():
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    loaded = []

    def read(path):
        answer, found = load(path)
        loaded.append(answer)
        return found
    found = apart.tell(answers, read, sys.argv[1])
    if loaded:
        serve(loaded[0], found["shape"], found["batch"], answers)


if __name__ == "__main__":
    main()
