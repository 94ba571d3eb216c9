"""Batches for TensorFlow without its tuning of the input, which can hold up the end of training for a minute."""
import tensorflow


def untuned(generate):
    """The batches of a generator function as a tf.data.Dataset that TensorFlow does not tune.

    Keras's own dataset around a generator is tuned by a thread that wakes up at 10 ms, 20 ms and so on to one minute.
    In every second run or so of TensorFlow 2.21 it misses that training has ended, and fit() waits until it wakes up
    again: 55 s after 12 epochs on the bundled avatars, which take 270 s. Two batches in advance are enough: making one
    takes less than a hundredth of a step.

    Args:
        generate: called without arguments, yields tuples of arrays (m, ...), with the same types and the same shapes
            but for m; called once more, for the first batch alone.
    """
    signature = tuple(tensorflow.TensorSpec((None, *array.shape[1:]), array.dtype) for array in next(generate()))
    options = tensorflow.data.Options()
    options.autotune.enabled = False
    dataset = tensorflow.data.Dataset.from_generator(generate, output_signature=signature)
    return dataset.prefetch(2).with_options(options)
