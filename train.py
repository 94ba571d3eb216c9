"""Train the network on FER2013 and keep its best epoch.

    python train.py --data data
    python train.py --data data --epochs 40 --precision bfloat16 --outputs outputs/long
    python train.py --data data --teachers outputs/long/model.keras --outputs outputs/student

Trains on the Training faces, selects the epoch with the best accuracy on PublicTest (the validation
split) and never uses PrivateTest. Writes these files after every epoch, each completely or not at
all:

    outputs/model.keras       the network at its best epoch: raw pixels in, probabilities out
    outputs/history.csv       one row per epoch: accuracy and loss of both splits, learning rate
    outputs/run.json          arguments, versions, dataset, best epoch, seconds
    outputs/checkpoint.npz    the state from which to resume, until the run is finished

The same command resumes an interrupted run after its last complete epoch. On a CPU, with the same
package versions, the final weights are the same to the last bit.
"""
import dataclasses

from base import files, options
from fer2013 import DataOptions, check_validation, included
from training.recipe import DEMONSTRATION_EPOCHS, EPOCHS, Recipe

COMMON = ("epochs", "batch_size", "seed", "precision", "start_from")  # fields of Recipe


def main():
    args = parse_arguments()
    data = included.open_for_training(options.settings(args, DataOptions))
    print(f"{'a demonstration on' if data.included else 'faces:'} {data.in_words}")
    for name in ("train", "validation"):
        print(*data.describe(name), sep="\n")
    train(make_recipe(args, data), data, args.outputs, args.fresh)


def parse_arguments():
    parser = options.parser(__doc__)
    rare = tuple(field.name for field in dataclasses.fields(Recipe) if field.name not in COMMON)
    options.add_options(parser, DataOptions)
    options.add_options(parser, options.OutputOptions)
    parser.add_argument("--fresh", action="store_true",
                        help="start over, even if --outputs holds a run")
    options.add_options(parser, Recipe, leave_out=rare)
    options.add_options(parser.add_argument_group("experiments with the recipe"), Recipe,
                        leave_out=COMMON)
    parser.set_defaults(epochs=None)
    return parser.parse_args()


def make_recipe(args, data):
    """The Recipe of the options, in which the number of epochs is decided."""
    epochs = args.epochs or (DEMONSTRATION_EPOCHS if data.included else EPOCHS)
    return dataclasses.replace(options.settings(args, Recipe), epochs=epochs)


def train(recipe, data, folder, fresh=False):
    """Train to the last epoch, or resume the same run where the folder holds it.

    Args:
        recipe: a Recipe.
        data: the Dataset.
        folder: to write to.
        fresh: whether to start over, even if the folder holds a run.

    Raises:
        UserError: the folder holds another run, or the data cannot be trained on.
    """
    check_validation(data)
    folder = files.make_folder(folder)
    with options.quiet_stderr():
        from training import checkpoint
    about = checkpoint.describe(recipe, data)
    with files.locked(folder):
        earlier = None if fresh else checkpoint.find(folder, about)
        if earlier and earlier.get("finished"):
            print(f"{folder} holds this run already, finished: epoch {earlier['best_epoch']} is "
                  f"best, with {earlier['best_val_accuracy']:.2%} on validation; "
                  "--fresh starts over")
            return
        with options.advice("the same command resumes after the last complete epoch"):
            best = run(recipe, data, folder, about, earlier)
    print(f"best: epoch {best['epoch']} with {best['val_accuracy']:.2%} on validation; "
          f"wrote model.keras, history.csv and run.json in {folder}")


def run(recipe, data, folder, about, earlier):
    """Train to the last epoch and return the row of the history of the best one.

    `about` is the record of this run, `earlier` that of an interrupted one to resume, or None.
    """
    from training import checkpoint, learner

    start_from = "" if earlier else recipe.start_from
    network = learner.build(recipe, len(data.split("train")), start_from, data)
    kept = checkpoint.Checkpoint(folder, network, learner.plain_network(recipe), about)
    if earlier is None:
        kept.start()  # it shows whether the disk has room, before the training
    else:
        kept.restore()
        done = len(kept.rows)
        print(f"Resuming after epoch {done} of {recipe.epochs}." if done else "Starting over.",
              *checkpoint.changed_versions(earlier, about), sep="\n", flush=True)
    learner.fit(network, recipe, data.split("train"), data.split("validation"), kept)
    kept.finish()
    return kept.best


if __name__ == "__main__":
    options.run(main)
