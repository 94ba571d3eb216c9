"""Several devices that train one network: each computes an equal part of every batch."""
import keras

from base.errors import UserError


def share_batches(count, batch_size, arrays):
    """Share every batch between `count` devices from now on in this process.

    Args:
        count: number of devices, at least 2.
        batch_size: faces per training step.
        arrays: arrays with one row for each training face.

    Returns:
        The arrays without the last rows, at most count - 1, that cannot be shared evenly.

    Raises:
        UserError: the backend is not JAX, there are too few devices, or a batch cannot be shared
            evenly.
    """
    if keras.backend.backend() != "jax":
        raise UserError(f"--devices {count}: Keras shares batches only with KERAS_BACKEND=jax, "
                        f"found {keras.backend.backend()}")
    devices = keras.distribution.list_devices()
    if count > len(devices):
        raise UserError(f"--devices {count}: found {len(devices)} ({', '.join(devices)})")
    if batch_size % count:
        raise UserError(f"--devices {count}: expected a --batch-size that they can share evenly, "
                        f"found {batch_size}")
    keras.distribution.set_distribution(SharedTraining(devices=devices[:count]))
    return [array[:len(array) // count * count] for array in arrays]


class SharedTraining(keras.distribution.DataParallel):
    """DataParallel, except that every device computes a whole batch if it cannot be shared evenly.

    Keras takes the layout of an epoch from its first batch and fails if the last batch does not fit
    it. Every validation face must count once, so validation batches cannot be cut or padded; they
    have a size that no number of devices divides (learner.py).
    """

    def get_data_layout(self, data_shape):
        if data_shape[0] % self.num_model_replicas == 0:
            return super().get_data_layout(data_shape)
        return keras.distribution.TensorLayout([None] * len(data_shape), self.device_mesh)
