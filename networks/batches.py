"""Many pictures through a function that takes batches of few sizes only."""
import numpy as np


def in_batches(answer, pictures, sizes):
    """The answers to all pictures, each batch filled up with zeros to the smallest size that fits.

    Another batch shape would cost another compilation, or another allocation.

    Args:
        answer: function from an array (size, ...) to an array (size, classes).
        pictures: (n, ...), n at least 1.
        sizes: of the batches, in ascending order.

    Returns:
        float32 (n, classes).
    """
    answers = []
    for start in range(0, len(pictures), sizes[-1]):
        batch = pictures[start:start + sizes[-1]]
        size = next(size for size in sizes if size >= len(batch))
        filled = np.zeros((size, *batch.shape[1:]), batch.dtype)
        filled[:len(batch)] = batch
        answers.append(np.asarray(answer(filled))[:len(batch)])
    return np.concatenate(answers).astype(np.float32)


def caller(answer, sizes, channels_first):
    """RawNetwork.call: from float32 (n, height, width, channels) to float32 (n, classes).

    Args:
        answer: function from a batch as the network takes it to its answers.
        sizes: of the batches, in ascending order.
        channels_first: whether the network takes (n, channels, height, width).
    """
    def call(pictures):
        taken = np.moveaxis(pictures, -1, 1) if channels_first else pictures
        return in_batches(answer, taken, sizes)
    return call
