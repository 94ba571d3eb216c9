"""Evaluate a trained model, and draw its training curves and its errors.

    python evaluate.py --data data
    python evaluate.py --data data --split validation --tta
    python evaluate.py --data data --model theirs.h5 --scale unit

Evaluates on the test split (PrivateTest) if the data has one, else on validation (PublicTest), and
says which. Writes

    outputs/evaluation.json         accuracy, balanced accuracy, macro F1 and calibration error;
                                    precision, recall and F1 of each emotion; confusion matrix
    outputs/predictions.csv         a row for each face: its name, label and prediction, and whether
                                    it is also in the training split
    outputs/confusion_matrix.png    counts and shares of true against predicted emotions
    outputs/reliability.png         accuracy against confidence
    outputs/curves.png              accuracy and loss by epoch, if history.csv is beside the model
"""
import pathlib

import numpy as np

from base import files, options
from fer2013 import EMOTIONS, SPLITS, DataOptions, by_emotion, included
from networks import choice


def main():
    args = parse_arguments()
    model_path = choice.choose(args.model, args.outputs)
    data = included.open_for_training(options.settings(args, DataOptions))
    print(choice.in_words(model_path), f"faces: {data.in_words}", sep="\n", flush=True)
    with options.quiet_stderr():
        from figures import style
        from networks.network import open_network
        from training import metrics
    folder = files.make_folder(args.outputs)
    split = data.split(data.held_out if args.split == "auto" else args.split)
    print(*data.describe(split.name), sep="\n")
    network = open_network(model_path, data, args.scale, args.labels)
    probabilities = network.predict(split.pixels)  # (n, 7)
    seen = data.seen_in_training(split.pixels)
    if seen is None:
        print(f"{data.path} has no training split, so it is unknown which of these faces were seen "
              "in training")
    evaluation = {"model": str(model_path), "trained_on": choice.trained_on(model_path),
                  "fed": network.caption, "data": data.name if data.included else data.path,
                  "split": split.name, "measured_on": data.title(split.name),
                  "edition": split.edition._asdict(), "command": options.command()}
    evaluation |= metrics.measure(split.labels, probabilities, seen)
    if args.tta:
        mirrored = network.predict_mirrored(split.pixels)  # (n, 7)
        evaluation["tta"] = metrics.measure(split.labels, mirrored, seen)
    files.write_json(folder / "evaluation.json", evaluation)
    files.write_csv(folder / "predictions.csv", table(split, probabilities, seen))
    for name, figure in draw(evaluation, split.labels, probabilities).items():
        style.save(figure, folder / f"{name}.{args.format}", evaluation)
    print(as_text(evaluation))
    print(f"open {folder / 'confusion_matrix'}.{args.format}")


def parse_arguments():
    parser = options.parser(__doc__)
    for kind in (DataOptions, choice.ModelOptions, options.OutputOptions, options.FigureOptions):
        options.add_options(parser, kind)
    parser.add_argument("--split", default="auto", choices=("auto", *SPLITS),
                        help="split to evaluate on; auto: test if the data has it, else validation")
    parser.add_argument("--tta", action="store_true", help="also evaluate with test-time "
                        "augmentation, the mean prediction for a face and its mirror image")
    return parser.parse_args()


def table(split, probabilities, seen):
    """A row of predictions.csv for each face of a Split; what is unknown of it is left empty."""
    known = [""] * len(split) if seen is None else seen.tolist()
    return [{"name": name, "label": EMOTIONS[label], "predicted": EMOTIONS[row.argmax()],
             **by_emotion(row), "in_training": in_training}
            for name, label, row, in_training in zip(
                split.names, split.labels, probabilities, known, strict=True)]


def draw(evaluation, labels, probabilities):
    """The figures, {name: Figure}; curves where the training of the model left its history."""
    import pandas

    from figures import numbers
    from training import metrics

    model = pathlib.Path(evaluation["model"])
    source = f"model: {choice.shorten(model)}, trained on {evaluation['trained_on']}"
    measured = f"{len(labels):,} faces of {evaluation['measured_on']}"
    *bins, error = metrics.calibration(labels, probabilities)
    figures = {
        "confusion_matrix": numbers.confusion_matrix(
            np.array(evaluation["confusion"]), EMOTIONS,
            f"Accuracy {100 * evaluation['accuracy']:.1f} % on {measured}", source),
        "reliability": numbers.reliability(
            *bins, f"Expected calibration error {error:.3f} on {measured}", source)}
    path = model.with_name("history.csv")
    if path.is_file() and path.read_bytes().startswith(b"epoch,accuracy,loss,val_accuracy,"):
        history = pandas.read_csv(path)
        best = f"Validation accuracy {100 * history.val_accuracy.max():.1f} % in the best epoch"
        figures["curves"] = numbers.curves(history, best, source)
    return figures


def as_text(evaluation):
    """The measures as tables for the terminal: over all faces, and for each emotion."""
    import pandas

    names = ["accuracy", "accuracy_not_in_train", "balanced_accuracy", "macro_f1",
             "expected_calibration_error"]
    ways = {"one forward pass": evaluation, "with mirror image": evaluation.get("tta", {})}
    overall = pandas.DataFrame({way: {name: measures.get(name) for name in names}
                                for way, measures in ways.items() if measures}, dtype=float)
    emotions = pandas.DataFrame(evaluation["emotions"]).T.astype({"faces": int})
    return (f"{evaluation['split']}, {evaluation['faces']:,} faces\n"
            f"{overall.to_string(na_rep='none', float_format='{:.4f}'.format)}\n\n"
            f"{emotions.to_string(float_format='{:.3f}'.format)}")


if __name__ == "__main__":
    options.run(main)
