"""The batches as a TensorFlow dataset without autotuning.

Autotuning can delay the end of training by a minute.
"""
import tensorflow


def untuned(generate):
    """The batches of a generator function as a tf.data.Dataset without autotuning.

    TensorFlow tunes the dataset that Keras makes of a generator in a thread that sleeps for 10 ms,
    20 ms and so on, up to one minute. In about every second run of TensorFlow 2.21 this thread does
    not notice the end of training, and fit() waits until it wakes up: 55 s after 12 epochs on the
    bundled avatars, which take 270 s. Two batches in advance are enough, because making a batch
    takes less than a hundredth of a training step.

    Args:
        generate: function without arguments that yields tuples of arrays (m, ...), whose dtypes and
            shapes, except for m, stay the same. It is also called once for its first batch.

    Returns:
        A tf.data.Dataset of the same tuples.
    """
    signature = tuple(tensorflow.TensorSpec((None, *array.shape[1:]), array.dtype)
                      for array in next(generate()))
    options = tensorflow.data.Options()
    options.autotune.enabled = False
    dataset = tensorflow.data.Dataset.from_generator(generate, output_signature=signature)
    return dataset.prefetch(2).with_options(options)
