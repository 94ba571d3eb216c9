"""Train the network on FER2013 and keep its best epoch.

    python train.py --data data

Learns from the Training faces, selects the epoch with the best accuracy on PublicTest (the validation split) and
never looks at PrivateTest. Writes, after every epoch, whole or not at all:

    outputs/model.keras       the network at its best epoch: raw pixels in, probabilities out, no augmentation
    outputs/history.csv       one row per epoch: accuracy and loss of both splits, learning rate
    outputs/run.json          arguments, package versions, the dataset's form and counts, the best epoch, seconds
    outputs/checkpoint.npz    until the run is finished: all that it needs to go on

The same command goes on with an interrupted run after its last whole epoch, as if nothing had happened; --fresh
starts over. On a CPU, with the same package versions, the weights are the same to the last bit.
"""
import argparse
import functools
import importlib
import importlib.metadata
import itertools
import math
import os
import platform
import sys

import lazy_loader
import numpy as np

import bundled
import checkpoint
import command_line
import fer2013
import model as network
import outputs
from command_line import UserError

keras = lazy_loader.load("keras")  # at first use: importing it takes seconds, and --help does not need it

OPTIMIZERS = {
    "adamw": lambda rate, decay: keras.optimizers.AdamW(rate, weight_decay=decay),
    "sgd": lambda rate, decay: keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, weight_decay=decay),
    "muon": lambda rate, decay: importlib.import_module("muon").Muon(rate, decay),  # only now: it needs Keras
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
VALIDATION_BATCH = 509  # prime, so that no number of devices shares it: devices.py says why


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
    with outputs.locked(folder, checkpoint.FILES):
        network.start_backend()
        train = use_devices(args, train)
        record = describe_run(args, data, train, validation)
        before = None if args.fresh else checkpoint.find(folder, record)
        if before and before.get("finished"):
            print(f"{folder} holds this run already, finished: epoch {before['best_epoch']} is best, with "
                  f"{before['best_val_accuracy']:.2%} on validation; --fresh starts over")
            return
        train = (*train, make_targets(args, *train))
        trained, learner = build_learner(args, len(train[1]), "" if before else args.start_from)
        keeper = checkpoint.Keeper(folder, trained, learner, record, args.epochs)
        try:
            start_or_go_on(keeper, before)
            learn(learner, args, train, validation, keeper)
            keeper.finish()
        except BaseException as error:
            if command_line.was_interrupted(error):
                raise KeyboardInterrupt("the same command goes on after the last whole epoch") from None
            raise
    best = keeper.best_row()
    print(f"best: epoch {best['epoch']} with {best['val_accuracy']:.2%} on validation; "
          f"wrote model.keras, history.csv and run.json in {folder}")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=command_line.HelpFormatter)
    parser.add_argument("--data", default=bundled.DATA, help="FER2013: a CSV, folders, a .zip, or a directory with one")
    parser.add_argument("--epochs", type=command_line.automatic_or_positive_integer, default="auto",
                        help=f"passes over the faces; auto: {EPOCHS}, or {DEMONSTRATION_EPOCHS} on the bundled avatars")
    parser.add_argument("--batch-size", type=command_line.positive_integer, default=64, help="faces per step")
    parser.add_argument("--optimizer", choices=OPTIMIZERS, default="muon", help="how the weights are updated")
    parser.add_argument("--learning-rate", type=command_line.positive_number, default=1e-3, help="at its highest")
    parser.add_argument("--schedule", choices=SCHEDULES, default="cosine", help="of the learning rate")
    parser.add_argument("--weight-decay", type=command_line.positive_number, default=0.05,
                        help="share by which each step shrinks the weights, times the learning rate")
    parser.add_argument("--label-smoothing", type=command_line.share, default=0.1,
                        help="share of each target that is spread over all classes")
    parser.add_argument("--class-weight", choices=CLASS_WEIGHTS, default="none", help="weight of rare emotions")
    parser.add_argument("--teachers", nargs="+", default=[], metavar="MODEL",
                        help=".keras files whose mean answer to a face is learned, too: distillation; the "
                             "training accuracy then counts agreement with the mixture")
    parser.add_argument("--teachers-share", type=command_line.closed_share, default=0.7,
                        help="of the teachers in the targets; the label has the rest")
    parser.add_argument("--filters", nargs=len(network.FILTERS), type=command_line.positive_integer, metavar="N",
                        default=list(network.FILTERS), help="of the blocks; more than these make a larger teacher")
    parser.add_argument("--block-dropout", type=command_line.share, default=0.1, help="after each block")
    parser.add_argument("--dense-dropout", type=command_line.share, default=0.5, help="after the hidden dense layer")
    parser.add_argument("--sharp", type=command_line.closed_share, default=0.5,
                        help="share of the faces that augmentation neither turns nor scales")
    parser.add_argument("--erase", type=command_line.closed_share, default=0.0,
                        help="share of the faces of which a random rectangle is grey")
    parser.add_argument("--precision", choices=PRECISIONS, default="float32",
                        help="of the arithmetic; bfloat16 is about 1.5 times as fast on processors that have it")
    parser.add_argument("--devices", type=command_line.positive_integer, default=1,
                        help="that share every batch; more than one with KERAS_BACKEND=jax alone")
    parser.add_argument("--start-from", default="", metavar="MODEL",
                        help="a .keras file to go on from with a new schedule; empty: new weights")
    parser.add_argument("--seed", type=command_line.seed_number, default=0, help="of everything random")
    parser.add_argument("--outputs", default="outputs", help="folder to write to")
    parser.add_argument("--fresh", action="store_true", help="start over, whatever run --outputs holds")
    return parser.parse_args()


def load(path, split):
    """One split, announced."""
    pixels, labels, _ = fer2013.load(path, split)
    print(*fer2013.describe(path, split, labels), sep="\n")
    return pixels, labels


def use_devices(args, train):
    """Have --devices devices share every batch; returns the training faces that they can share evenly."""
    if args.devices == 1:
        return train
    import devices  # only now, and not lazily, as augmentation below

    return devices.share_batches(args.devices, args.batch_size, train)


def build_learner(args, faces, start_from):
    """The network with new weights or those of a file, and the compiled model that trains it, augmentation in front."""
    import augmentation  # only now, and not lazily: it needs Keras, and importing torch looks into every lazy module

    keras.utils.set_random_seed(args.seed)  # initial weights
    trained = network.build_model(args.block_dropout, args.dense_dropout, PRECISIONS[args.precision], args.seed,
                                  args.filters)
    if start_from:
        copy_weights(start_from, trained)
    learner = keras.Sequential([keras.Input(network.INPUT_SHAPE),
                                *augmentation.layers(args.sharp, args.erase, args.seed), trained])
    compile_learner(learner, args, faces)
    return trained, learner


def copy_weights(path, trained):
    weights = network.load_model(path).get_weights()
    if [array.shape for array in weights] != [array.shape for array in trained.get_weights()]:
        raise UserError(f"{path}: its weights do not fit this network; expected a model that train.py wrote")
    trained.set_weights(weights)


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


def start_or_go_on(keeper, before):
    """Take up the run `before`, or write a first checkpoint: a disk without room for it shows itself now."""
    if before is None:
        keeper.write()
        return
    keeper.restore()
    print(f"goes on with this run after epoch {len(keeper.rows)} of {keeper.epochs}; --fresh starts over", flush=True)
    now, then = ({"the machine": record["machine"]} | record["versions"] for record in (keeper.record, before))
    for name, version in now.items():
        if then.get(name) != version:
            print(f"{name} was {then.get(name)}, now {version}: the run goes on, but not bit for bit")


def make_targets(args, pixels, labels):
    """What is learned of each face: its label, mixed with the mean answer of the --teachers. float32 (n, 7).

    Distillation after Hinton et al. 2015 (arXiv 1503.02531), section 2, at temperature 1: networks that learned with
    label smoothing and dropout are soft enough. A teacher of FER2013 doubts the labels that are wrong.
    """
    targets = one_hot(labels)
    if not args.teachers:
        return targets
    teachers = [network.load_model(path) for path in args.teachers]
    print(f"asks {len(teachers)} teachers about {len(labels):,} faces", flush=True)
    answers = np.mean([network.predict_mirrored(teacher, pixels) for teacher in teachers], axis=0)  # (n, 7)
    return (1 - args.teachers_share) * targets + np.float32(args.teachers_share) * answers


def learn(learner, args, train, validation, keeper):
    learner.fit(
        feed(*train, args, first_epoch=len(keeper.rows)), steps_per_epoch=math.ceil(len(train[1]) / args.batch_size),
        initial_epoch=len(keeper.rows), epochs=args.epochs, shuffle=False,
        validation_data=(validation[0][..., None], one_hot(validation[1])), validation_batch_size=VALIDATION_BATCH,
        callbacks=[keras.callbacks.LambdaCallback(
            on_epoch_begin=keeper.begin, on_train_batch_end=keeper.step, on_epoch_end=keeper.end)],
        verbose=1 if sys.stdout.isatty() else 0)


def feed(*arguments, **options):
    """The batches in the form in which fit() takes them best: tensorflow_batches.py says why."""
    generate = functools.partial(batches, *arguments, **options)
    if keras.backend.backend() == "tensorflow":
        return importlib.import_module("tensorflow_batches").untuned(generate)
    return generate()


def batches(pixels, labels, targets, args, first_epoch):
    """Yield what Keras trains on, epoch after epoch, in an order that follows from the seed and the epoch alone.

    Args:
        pixels: uint8 (n, 48, 48); labels: uint8 (n,); targets: float32 (n, 7); first_epoch: counted from 0.

    Yields:
        uint8 (m, 48, 48, 1) pixels, float32 (m, 7) targets, float32 (m,) weights; m is the batch size or, at
        the end of an epoch, what is left.
    """
    weights = CLASS_WEIGHTS[args.class_weight](labels)[labels].astype("float32")  # (n,)
    for epoch in itertools.count(first_epoch):
        order = np.random.default_rng([args.seed, epoch]).permutation(len(labels))  # (n,)
        for start in range(0, len(order), args.batch_size):
            chosen = order[start:start + args.batch_size]  # (m,)
            yield pixels[chosen, ..., None], targets[chosen], weights[chosen]


def one_hot(labels):
    return np.eye(network.CLASSES, dtype="float32")[labels]


def inverse_frequency(labels):
    """float64 (7,) weights with which every emotion weighs the same and the mean face weighs 1; 0 where none is."""
    counts = np.bincount(labels, minlength=network.CLASSES)
    return np.divide(len(labels), network.CLASSES * counts, out=np.zeros(network.CLASSES), where=counts > 0)


def describe_run(args, data, train, validation):
    """run.json: what made the model, for whoever finds it later and for the run that goes on with it."""
    versions = {name: importlib.metadata.version(name) for name in ("keras", keras.backend.backend(), "numpy")}
    splits = {"train": train, "validation": validation}
    counts = {split: np.bincount(labels, minlength=network.CLASSES).tolist() for split, (_, labels) in splits.items()}
    source = fer2013.find(data)
    return {
        "trained_on": bundled.name_of(data, counts["train"]),
        "arguments": {name: value for name, value in vars(args).items() if name != "fresh"},
        "dataset": {"form": source.form, "root": source.root, "faces": counts,
                    "sha256": {split: checkpoint.digest(*arrays) for split, arrays in splits.items()}},
        "versions": versions | {"python": platform.python_version()},
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }


if __name__ == "__main__":
    command_line.run(main)
