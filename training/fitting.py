"""The training loop, in which the order of the faces follows from the seed and the epoch alone."""
import time

import numpy as np
from tqdm.auto import tqdm

import model as network
from base.errors import UserError

VALIDATION_BATCH = 512


def fit(learner, recipe, train, validation, checkpoint):
    """Train from the checkpoint's epoch to the recipe's last one, with a line about each.

    Not with Keras's fit(), which waits at its end for a thread that tunes TensorFlow's dataset and
    may sleep for a minute: 55 s after a training of 270 s.

    Args:
        learner: a compiled learner.Learner.
        recipe: its Recipe.
        train, validation: the Splits.
        checkpoint: a checkpoint.Checkpoint.
    """
    done, faces = len(checkpoint.rows), len(train) + len(validation)
    with tqdm(total=faces * recipe.epochs, initial=faces * done, unit="face", leave=False,
              disable=None) as bar:
        for epoch in range(done, recipe.epochs):
            started = time.perf_counter()
            order = np.random.default_rng([recipe.seed, epoch]).permutation(len(train))  # (n,)
            loss, accuracy = mean(learner.train_on_batch,
                                  batches(train, order, recipe.batch_size), bar)
            val_loss, val_accuracy = mean(
                learner.test_on_batch,
                batches(validation, np.arange(len(validation)), VALIDATION_BATCH), bar)
            checkpoint.add({
                "epoch": epoch + 1, "accuracy": accuracy, "loss": loss,
                "val_accuracy": val_accuracy, "val_loss": val_loss,
                "learning_rate": float(learner.optimizer.learning_rate),
                "seconds": time.perf_counter() - started})
            with bar.external_write_mode():
                print(in_words(checkpoint.rows[-1], recipe.epochs), flush=True)


def batches(split, order, size):
    """Yield uint8 (m, 48, 48, 1) pixels and float32 (m, 7) one-hot labels, m = size or the rest."""
    for start in range(0, len(order), size):
        indices = order[start:start + size]  # (m,)
        labels = np.eye(network.CLASSES, dtype="float32")[split.labels[indices]]
        yield split.pixels[indices, ..., None], labels


def mean(step, batches, bar):
    """The mean loss and accuracy over all faces of `step`, train_on_batch() or test_on_batch()."""
    total, count = np.zeros(2), 0
    for pixels, labels in batches:
        total += len(labels) * np.array(step(pixels, labels), float)
        if not np.isfinite(total).all():
            raise UserError("the loss is no longer finite; the last complete epoch is kept, and a "
                            "lower --learning-rate may help")
        count += len(labels)
        bar.update(len(labels))
    return (total / count).tolist()


def in_words(row, epochs):
    """The line about an epoch, with the time left of the whole run."""
    left = (epochs - row["epoch"]) * row["seconds"]
    return (f"epoch {row['epoch']}/{epochs}: accuracy {row['accuracy']:.2%}, validation "
            f"{row['val_accuracy']:.2%}, {duration(row['seconds'])} an epoch, "
            f"{duration(left)} left")


def duration(seconds):
    """45 s, 3 min or 1 h 20 min."""
    minutes = round(seconds / 60)
    if minutes < 2:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
