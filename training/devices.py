"""Several devices that train one network: each computes an equal part of every batch."""
import keras

from base.errors import UserError


def share_batches(count, batch_size, arrays):
    """Have `count` devices share every batch from now on in this process.

    Args:
        count: at least 2; batch_size: of training.
        arrays: of the training faces, with one row for each.

    Returns:
        The arrays without the at most count - 1 last rows that cannot be shared evenly.

    Raises:
        UserError: another backend than JAX, too few devices, or a batch that cannot be shared evenly.
    """
    if keras.backend.backend() != "jax":
        raise UserError(f"--devices {count}: Keras shares batches with KERAS_BACKEND=jax alone, "
                        f"this is {keras.backend.backend()}")
    found = keras.distribution.list_devices()
    if count > len(found):
        raise UserError(f"--devices {count}: found {len(found)} ({', '.join(found)})")
    if batch_size % count:
        raise UserError(f"--devices {count}: expected a --batch-size that they can share evenly, found {batch_size}")
    keras.distribution.set_distribution(SharedTraining(devices=found[:count]))
    return [array[:len(array) // count * count] for array in arrays]


class SharedTraining(keras.distribution.DataParallel):
    """DataParallel, but batches of an indivisible size, validation's, are computed whole by every device.

    Keras takes the layout of a whole epoch from its first batch, and a last batch that does not fit it is an error. The
    faces of validation must all count once, so they cannot be cut or filled up to a number that fits.
    """

    def get_data_layout(self, data_shape):
        if data_shape[0] % self.num_model_replicas == 0:
            return super().get_data_layout(data_shape)
        return keras.distribution.TensorLayout([None] * len(data_shape), self.device_mesh)
