"""Train the network on FER2013 and keep its best epoch.

    python train.py --data data

Trains on the Training faces, selects the epoch with the best accuracy on PublicTest (the validation
split) and never uses PrivateTest. Writes these files after every epoch, each completely or not at
all:

    outputs/model.keras       the network at its best epoch: raw pixels in, probabilities out
    outputs/history.csv       one row per epoch: accuracy and loss of both splits, learning rate
    outputs/run.json          arguments, versions, the dataset's form and counts, the best epoch,
                              seconds
    outputs/checkpoint.npz    the state to continue from, until the run is finished

The same command continues an interrupted run after its last complete epoch; --fresh starts over.
On a CPU, with the same package versions, the final weights are the same to the last bit.
"""
import dataclasses
import importlib.metadata
import os
import platform

import numpy as np

import fer2013
from base import files, options
from fer2013 import DataOptions, included
from networks.precision import PRECISIONS
from training.recipe import (
    CLASS_WEIGHTS,
    DEMONSTRATION_EPOCHS,
    EPOCHS,
    OPTIMIZERS,
    SCHEDULES,
    Recipe,
)


def main():
    args = parse_arguments()
    data = included.open_for_training(options.settings(args, DataOptions))
    if data.included:
        print(f"demonstration on {data.in_words}")
    train, validation = (load(data, split) for split in ("train", "validation"))
    data.check_validation()
    folder = files.make_folder(args.outputs)
    with options.quiet_stderr():
        from training import checkpoint, devices, learner
    recipe = make_recipe(args, data)
    with files.locked(folder, checkpoint.FILES):
        if recipe.devices > 1:
            train = devices.share_batches(recipe.devices, recipe.batch_size, train)
        record = describe_run(recipe, args, data, train, validation)
        before = None if args.fresh else checkpoint.find(folder, record)
        if before and before.get("finished"):
            with checkpoint.as_written(folder):
                print(f"{folder} holds this run already, finished: epoch {before['best_epoch']} is "
                      f"best, with {before['best_val_accuracy']:.2%} on validation; "
                      "--fresh starts over")
            return
        start_from = "" if before else recipe.start_from
        model, compiled = learner.build(recipe, len(train[1]), start_from, data)
        keeper = checkpoint.Keeper(folder, model, compiled, record, recipe.epochs)
        with options.advice("the same command continues after the last complete epoch"):
            start_or_go_on(keeper, before)
            learner.fit(compiled, recipe, train, validation, keeper)
            keeper.finish()
    best = keeper.best_row()
    print(f"best: epoch {best['epoch']} with {best['val_accuracy']:.2%} on validation; "
          f"wrote model.keras, history.csv and run.json in {folder}")


def parse_arguments():
    parser = options.parser(__doc__)
    add_run_options(parser.add_argument_group("the run"))
    add_optimiser_options(parser.add_argument_group("optimiser"))
    add_augmentation_options(parser.add_argument_group("augmentation"))
    add_teacher_options(parser.add_argument_group("teachers"))
    return parser.parse_args()


def add_run_options(group):
    options.add_options(group, DataOptions)
    options.add_options(group, options.OutputOptions)
    group.add_argument("--fresh", action="store_true",
                       help="start over, even if --outputs holds a run")
    group.add_argument("--epochs", type=options.automatic_or_positive_integer, default="auto",
                       help=f"passes over the training faces; auto: {EPOCHS}, or "
                            f"{DEMONSTRATION_EPOCHS} on the included avatars")
    group.add_argument("--batch-size", type=options.positive_integer,
                       default=Recipe.batch_size, help="faces per training step")
    group.add_argument("--precision", choices=PRECISIONS, default=Recipe.precision,
                       help="precision of the arithmetic; bfloat16 is faster on processors that "
                            "support it")
    group.add_argument("--devices", type=options.positive_integer, default=Recipe.devices,
                       help="number of devices that share every batch; more than one only with "
                            "KERAS_BACKEND=jax")
    group.add_argument("--start-from", default=Recipe.start_from, metavar="MODEL",
                       help="a .keras file with the initial weights; new weights if none is given")
    group.add_argument("--seed", type=options.seed_number, default=Recipe.seed,
                       help="seed of every random choice of the run")


def add_optimiser_options(group):
    group.add_argument("--optimizer", choices=OPTIMIZERS, default=Recipe.optimizer,
                       help="method that updates the weights")
    group.add_argument("--learning-rate", type=options.positive_number,
                       default=Recipe.learning_rate, help="highest learning rate of the schedule")
    group.add_argument("--schedule", choices=SCHEDULES, default=Recipe.schedule,
                       help="how the learning rate changes during the run")
    group.add_argument("--weight-decay", type=options.positive_number,
                       default=Recipe.weight_decay,
                       help="share by which each step shrinks the weights, times the learning rate")
    group.add_argument("--label-smoothing", type=options.share, default=Recipe.label_smoothing,
                       help="share of each target that is spread over all classes")
    group.add_argument("--class-weight", choices=CLASS_WEIGHTS, default=Recipe.class_weight,
                       help="how much more the faces of rare emotions count in the loss")
    group.add_argument("--block-dropout", type=options.share, default=Recipe.block_dropout,
                       help="share of activations dropped after each block")
    group.add_argument("--dense-dropout", type=options.share, default=Recipe.dense_dropout,
                       help="share of activations dropped after the hidden dense layer")


def add_augmentation_options(group):
    group.add_argument("--sharp", type=options.closed_share, default=Recipe.sharp,
                       help="share of the faces that are neither turned nor scaled")
    group.add_argument("--erase", type=options.closed_share, default=Recipe.erase,
                       help="share of the faces in which a random rectangle is made grey")


def add_teacher_options(group):
    group.add_argument("--teachers", nargs="+", default=[], metavar="MODEL",
                       help="Keras models whose mean answer to each augmented face is mixed into "
                            "its target (distillation); the training accuracy then measures "
                            "agreement with the mixture")
    group.add_argument("--teachers-share", type=options.closed_share,
                       default=Recipe.teachers_share,
                       help="share of the teachers in the targets; the label has the rest")
    group.add_argument("--filters", nargs=4, type=options.positive_integer, metavar="N",
                       help="number of filters in each of the four blocks, to train a larger "
                            "teacher; those of model.py if none are given")
    group.add_argument("--hidden", type=options.positive_integer, default=Recipe.hidden,
                       metavar="UNITS",
                       help="number of units in the hidden dense layer, for a teacher as well")


def make_recipe(args, data):
    """The Recipe of the options; "auto" and missing values are replaced by numbers."""
    import model as network

    automatic = DEMONSTRATION_EPOCHS if data.included else EPOCHS
    recipe = options.settings(args, Recipe)
    return dataclasses.replace(
        recipe, epochs=automatic if args.epochs == "auto" else args.epochs,
        filters=recipe.filters or network.FILTERS)


def load(data, split):
    """Describe one split and return its uint8 (n, 48, 48) pixels and uint8 (n,) labels."""
    print(*data.describe(split), sep="\n")
    return data.split(split).pixels, data.split(split).labels


def start_or_go_on(keeper, before):
    """Restore the run whose record is `before`, or write a first checkpoint if it is None.

    The first checkpoint shows before the training whether the disk has room for it.
    """
    if before is None:
        keeper.write()
        return
    keeper.restore()
    print(f"goes on with this run after epoch {len(keeper.rows)} of {keeper.epochs}; "
          "--fresh starts over", flush=True)
    from training import checkpoint

    with checkpoint.as_written(checkpoint.FILE):
        now, then = ({"the machine": record["machine"]} | record["versions"]
                     for record in (keeper.record, before))
    for name, version in now.items():
        if then.get(name) != version:
            print(f"{name} was {then.get(name)}, now {version}: the run goes on, "
                  "but not bit for bit")


def describe_run(recipe, args, data, train, validation):
    """The record of the run for run.json: a dict of arguments, dataset, versions and machine."""
    import keras

    from training import checkpoint

    packages = ("keras", keras.backend.backend(), "numpy")
    versions = {name: importlib.metadata.version(name) for name in packages}
    splits = {"train": train, "validation": validation}
    counts = {split: np.bincount(labels, minlength=len(fer2013.EMOTIONS)).tolist()
              for split, (_, labels) in splits.items()}
    digests = {split: checkpoint.digest(*arrays) for split, arrays in splits.items()}
    settings = {name: list(value) if isinstance(value, tuple) else value
                for name, value in dataclasses.asdict(recipe).items()}
    reading = {name: getattr(args, name) for name in ("classes", "ignore_classes", "fer_plus")
               if getattr(args, name)}
    return {
        "trained_on": data.name,
        "arguments": {"data": args.data, **reading, **settings, "outputs": args.outputs},
        "dataset": {"form": data.form, "root": data.path, "faces": counts, "sha256": digests},
        "versions": versions | {"python": platform.python_version()},
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }


if __name__ == "__main__":
    options.run(main)
