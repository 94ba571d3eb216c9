"""Train the network on FER2013 and keep its best epoch.

    python train.py --data data

Learns from the Training faces, selects the epoch with the best accuracy on PublicTest (the validation split) and
never looks at PrivateTest. Writes, after every epoch, whole or not at all:

    outputs/model.keras     the network at its best epoch: raw pixels in, probabilities out, no augmentation
    outputs/history.csv     one row per epoch: accuracy and loss of both splits, learning rate, seconds
    outputs/run.json        arguments, package versions, the dataset's form and counts, the best epoch
"""
import argparse
import importlib.metadata
import math
import os
import platform
import sys
import time

import lazy_loader
import numpy as np

import bundled
import command_line
import fer2013
import model as network
import outputs

augmentation = lazy_loader.load("augmentation")  # at first use: importing Keras takes seconds, --help needs none
keras = lazy_loader.load("keras")

OPTIMIZERS = {
    "adamw": lambda rate, decay: keras.optimizers.AdamW(rate, weight_decay=decay),
    "sgd": lambda rate, decay: keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, weight_decay=decay),
}
SCHEDULES = {
    "cosine": lambda rate, steps, warmup: keras.optimizers.schedules.CosineDecay(
        0.0, max(steps - warmup, 1), warmup_target=rate, warmup_steps=warmup),
    "constant": lambda rate, steps, warmup: rate,
}
CLASS_WEIGHTS = {
    "none": lambda labels: np.ones(network.CLASSES),
    "square-root": lambda labels: np.sqrt(inverse_frequency(labels)),
    "balanced": lambda labels: inverse_frequency(labels),
}
PRECISIONS = {"float32": "float32", "bfloat16": "mixed_bfloat16"}
EPOCHS, DEMONSTRATION_EPOCHS = 25, 12
HISTORY = ("epoch", "accuracy", "loss", "val_accuracy", "val_loss", "learning_rate", "seconds")


def main():
    args = parse_arguments()
    data = bundled.choose_training_data(args.data)
    if data == bundled.AVATARS:
        print(f"demonstration on {bundled.NAMES[data]}, which are rendered, not on FER2013; {bundled.USE_FER2013}")
    if args.epochs == "auto":
        args.epochs = DEMONSTRATION_EPOCHS if data == bundled.AVATARS else EPOCHS
    train = load(data, "train")
    validation = load(data, "validation")
    folder = outputs.make_folder(args.outputs)
    network.start_backend()
    keras.utils.set_random_seed(args.seed)  # initial weights, shuffling, augmentation and dropout
    trained = network.build_model(args.block_dropout, args.dense_dropout, dtype=PRECISIONS[args.precision])
    if args.start_from:
        trained.set_weights(network.load_model(args.start_from).get_weights())
    learner = keras.Sequential([augmentation.FaceAugmentation(sharp=args.sharp, seed=args.seed), trained])
    compile_learner(learner, args, len(train[1]))
    record = describe_run(args, data, train[1], validation[1])
    keeper = Keeper(folder, trained, learner, record, args.epochs)
    learner.fit(
        *as_batches(*train), batch_size=args.batch_size, epochs=args.epochs,
        validation_data=as_batches(*validation), validation_batch_size=512,
        class_weight=dict(enumerate(CLASS_WEIGHTS[args.class_weight](train[1]))),
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_begin=keeper.begin, on_epoch_end=keeper.end)],
        verbose=1 if sys.stdout.isatty() else 0)
    print(f"best: epoch {record['best_epoch']} with {record['best_val_accuracy']:.2%} on validation; "
          f"wrote model.keras, history.csv and run.json in {folder}")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=command_line.HelpFormatter)
    parser.add_argument("--data", default=bundled.DATA, help="FER2013: a CSV, folders, a .zip, or a directory with one")
    parser.add_argument("--epochs", type=command_line.automatic_or_positive_integer, default="auto",
                        help=f"passes over the faces; auto: {EPOCHS}, or {DEMONSTRATION_EPOCHS} on the bundled avatars")
    parser.add_argument("--batch-size", type=command_line.positive_integer, default=64, help="faces per step")
    parser.add_argument("--optimizer", choices=OPTIMIZERS, default="adamw", help="how the weights are updated")
    parser.add_argument("--learning-rate", type=command_line.positive_number, default=1e-3, help="at its highest")
    parser.add_argument("--schedule", choices=SCHEDULES, default="cosine", help="of the learning rate")
    parser.add_argument("--weight-decay", type=command_line.positive_number, default=0.05,
                        help="share by which each step shrinks the weights, times the learning rate")
    parser.add_argument("--label-smoothing", type=command_line.share, default=0.1,
                        help="share of each target that is spread over all classes")
    parser.add_argument("--class-weight", choices=CLASS_WEIGHTS, default="none", help="weight of rare emotions")
    parser.add_argument("--block-dropout", type=command_line.share, default=0.1, help="after each block")
    parser.add_argument("--dense-dropout", type=command_line.share, default=0.5, help="after the hidden dense layer")
    parser.add_argument("--sharp", type=command_line.closed_share, default=0.5,
                        help="share of the faces that augmentation neither turns nor scales")
    parser.add_argument("--precision", choices=PRECISIONS, default="float32",
                        help="of the arithmetic; bfloat16 is about 1.5 times as fast on processors that have it")
    parser.add_argument("--start-from", default="", metavar="MODEL",
                        help="a .keras file to go on from with a new schedule; empty: new weights")
    parser.add_argument("--seed", type=command_line.seed_number, default=0, help="of everything random")
    parser.add_argument("--outputs", default="outputs", help="folder to write to")
    return parser.parse_args()


def load(path, split):
    """One split, announced."""
    pixels, labels, _ = fer2013.load(path, split)
    print(*fer2013.describe(path, split, labels), sep="\n")
    return pixels, labels


def as_batches(pixels, labels):
    """What Keras trains on: uint8 (n, 48, 48, 1) pixels and one-hot float32 (n, 7) labels."""
    return pixels[..., None], keras.utils.to_categorical(labels, network.CLASSES).astype("float32")


def compile_learner(learner, args, faces):
    steps_per_epoch = math.ceil(faces / args.batch_size)
    steps = steps_per_epoch * args.epochs
    schedule = SCHEDULES[args.schedule](args.learning_rate, steps, warmup=min(steps_per_epoch, math.ceil(steps / 2)))
    optimizer = OPTIMIZERS[args.optimizer](schedule, args.weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])  # shrinking these regularises nothing
    learner.compile(
        optimizer=optimizer,
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=args.label_smoothing),
        metrics=["accuracy"],
        jit_compile=network.jit_compile())


def inverse_frequency(labels):
    """float64 (7,) weights with which every emotion weighs the same and the mean face weighs 1; 0 where none is."""
    counts = np.bincount(labels, minlength=network.CLASSES)
    return np.divide(len(labels), network.CLASSES * counts, out=np.zeros(network.CLASSES), where=counts > 0)


def describe_run(args, data, train_labels, validation_labels):
    """run.json: what made the model, for whoever finds it later."""
    versions = {name: importlib.metadata.version(name) for name in ("keras", keras.backend.backend(), "numpy")}
    counts = {split: np.bincount(labels, minlength=network.CLASSES).tolist()
              for split, labels in (("train", train_labels), ("validation", validation_labels))}
    source = fer2013.find(data)
    return {
        "trained_on": bundled.name_of(data, counts["train"]),
        "arguments": vars(args),
        "dataset": {"form": source.form, "root": source.root, "faces": counts},
        "versions": versions | {"python": platform.python_version()},
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }


class Keeper:
    """Writes the best model so far, the history and run.json at the end of each epoch."""

    def __init__(self, folder, trained, learner, record, epochs):
        self.folder, self.trained, self.learner, self.record, self.epochs = folder, trained, learner, record, epochs
        self.saved = network.build_model()  # float32 whatever the precision of training
        self.rows = []

    def begin(self, epoch, logs=None):
        self.started = time.perf_counter()

    def end(self, epoch, logs):
        rate = float(self.learner.optimizer.learning_rate)
        row = {"epoch": epoch + 1, **logs, "learning_rate": rate, "seconds": time.perf_counter() - self.started}
        if not self.rows or row["val_accuracy"] > self.record["best_val_accuracy"]:
            self.record |= {"best_epoch": epoch + 1, "best_val_accuracy": row["val_accuracy"]}
            self.write_model()
        self.rows.append(row)
        self.write_history()
        outputs.write_json(self.folder / "run.json", self.record)
        if not sys.stdout.isatty():
            print(f"epoch {epoch + 1}/{self.epochs}: accuracy {row['accuracy']:.4f}, validation "
                  f"{row['val_accuracy']:.4f}, {row['seconds']:.0f} s", flush=True)

    def write_model(self):
        self.saved.set_weights(self.trained.get_weights())
        with outputs.replacing(self.folder / "model.keras") as path:
            self.saved.save(path)

    def write_history(self):
        lines = [",".join(HISTORY)] + [",".join(f"{row[name]:.6g}" for name in HISTORY) for row in self.rows]
        with outputs.replacing(self.folder / "history.csv") as path:
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    command_line.run(main)
