"""Train the network on FER2013 and keep its best epoch.

    python train.py --data data
    python train.py --data data --epochs 40 --precision bfloat16 --outputs outputs/long
    python train.py --data data --teachers outputs/long/model.keras --outputs outputs/student

Trains on the Training faces, selects the epoch with the best accuracy on PublicTest (the validation
split) and never uses PrivateTest. Writes these files after every epoch, each completely or not at
all:

    outputs/model.keras       the network at its best epoch: raw pixels in, probabilities out
    outputs/history.csv       one row per epoch: accuracy, loss, learning rate, seconds
    outputs/run.json          arguments, versions, dataset, best epoch
    outputs/checkpoint.npz    the state from which to resume, until the run is finished

The same command resumes an interrupted run after its last complete epoch. On a CPU, with the same
package versions, the final weights are the same to the last bit.
"""
import dataclasses

from base import files, options
from fer2013 import DataOptions, check_validation, included
from training.recipe import Recipe


def main():
    args = parse_arguments()
    data = included.open_for_training(options.settings(args, DataOptions))
    print(f"{'a demonstration on' if data.included else 'faces:'} {data.in_words}")
    for name in ("train", "validation"):
        print(*data.describe(name), sep="\n")
    train(options.settings(args, Recipe), data, args.outputs, args.fresh)


def parse_arguments():
    parser = options.parser(__doc__)
    for kind in (DataOptions, options.OutputOptions, Recipe):
        options.add_options(parser, kind)
    parser.add_argument("--fresh", action="store_true",
                        help="start over, even if --outputs holds a run")
    return parser.parse_args()


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
            return print(f"{folder} holds this run already, finished: epoch "
                         f"{earlier['best_epoch']} is best, with "
                         f"{earlier['best_val_accuracy']:.2%} on validation; --fresh starts over")
        with options.advice("the same command resumes after the last complete epoch"):
            best = run(recipe, data, folder, about, earlier)
    print(f"best: epoch {best['epoch']} with {best['val_accuracy']:.2%} on validation; "
          f"wrote model.keras, history.csv and run.json in {folder}")


def run(recipe, data, folder, about, earlier):
    """Train to the last epoch and return the row of the history of the best one.

    `about` is the record of this run, `earlier` that of an interrupted one to resume, or None.
    """
    from training import checkpoint, fitting, learner

    if earlier:  # all weights are in the checkpoint, and the run may have replaced its own start
        recipe = dataclasses.replace(recipe, start_from="")
    training, validation = data.split("train"), data.split("validation")
    network = learner.build(recipe, len(training), data)
    kept = checkpoint.Checkpoint(folder, network, recipe, about)
    if earlier:
        kept.restore()
        done = len(kept.rows)
        print(f"Resuming after epoch {done} of {recipe.epochs}." if done else "Starting over.",
              *checkpoint.changes(earlier["versions"], about["versions"]), sep="\n", flush=True)
    else:
        kept.start()  # it shows whether the disk has room, before the training
    fitting.fit(network, recipe, training, validation, kept)
    return kept.best


if __name__ == "__main__":
    options.run(main)
