"""Measure a trained model, and draw its training curves and its errors.

    python evaluate.py --data data

Measures on the test split (PrivateTest) if the data has one, else on validation (PublicTest), and
says which. Writes

    outputs/evaluation.json         accuracy, balanced accuracy, macro F1 and calibration error;
                                    precision, recall and F1 of each emotion; confusion matrix
    outputs/predictions.csv         a row for each face: its name and label, what is predicted, and
                                    whether a training face is pixel-identical
    outputs/confusion_matrix.png    counts and shares of true against predicted emotions
    outputs/reliability.png         accuracy against confidence
    outputs/curves.png              accuracy and loss by epoch, from the training run's history.csv

Of faces without labels, as the contest's test.csv has them, it writes predictions.csv alone.
"""
import pathlib

import fer2013
from base import files, options
from fer2013 import DataOptions, included
from networks import choice


def main():
    args = parse_arguments()
    with options.quiet_stderr():
        from figures import style
        from networks.network import open_network
        from training import checkpoint, metrics

    model_path = choice.choose(args.model, args.outputs)
    history = checkpoint.read_history(model_path.parent / "history.csv")
    data = included.open_for_training(options.settings(args, DataOptions))
    print(f"{choice.in_words(model_path)}; faces: {data.in_words}")
    if data.unlabelled:
        network = open_network(model_path, None, args.scale, args.labels, args.outputs)
        return write_predictions(network, data.unlabelled, files.make_folder(args.outputs))
    split = data.held_out if args.split == "auto" else args.split
    faces = data.split(split)
    pixels, labels, names = faces.pixels, faces.labels, faces.names
    print(*data.describe(split), sep="\n")
    network = open_network(model_path, data, args.scale, args.labels, args.outputs)
    probabilities = network.predict(pixels)  # (n, 7)
    seen = data.seen_in_training(pixels)
    if seen is None:
        print(f"{data.path}: no training split, so it is unknown which of these faces were seen in "
              "training")
    source = {"model": str(model_path), "trained_on": choice.trained_on(model_path),
              "fed": network.caption, "data": data.name if data.included else data.path,
              "split": split,
              "measured_on": data.title(split),
              "command": options.command()}
    evaluation = source | metrics.measure(labels, probabilities, seen)
    if args.tta:
        mirrored = network.predict_mirrored(pixels)  # (n, 7)
        evaluation["tta"] = metrics.measure(labels, mirrored, seen)
    folder = files.make_folder(args.outputs)
    files.write_json(folder / "evaluation.json", evaluation)
    files.write_csv(folder / "predictions.csv",
                    predictions(names, labels, probabilities, seen))
    figures = draw(evaluation, labels, probabilities, history)
    for name, figure in figures.items():
        style.save(figure, folder / f"{name}.{args.format}", evaluation, args.dpi)
    print(as_text(evaluation))


def parse_arguments():
    parser = options.parser(__doc__)
    options.add_options(parser, DataOptions)
    options.add_options(parser, choice.ModelOptions)
    parser.add_argument("--split", choices=("auto", *fer2013.SPLITS), default="auto",
                        help="split to measure on; auto: test if the data has it, else validation")
    parser.add_argument("--tta", action="store_true",
                        help="also measure with test-time augmentation, the mean prediction for a "
                             "face and its mirror image")
    options.add_options(parser, options.OutputOptions)
    options.add_options(parser, options.FigureOptions)
    return parser.parse_args()


def write_predictions(network, faces, folder):
    """predictions.csv of a Split without labels."""
    rows = [{"name": name, "predicted": fer2013.EMOTIONS[answer.argmax()],
             **fer2013.by_emotion(answer)}
            for name, answer in zip(faces.names, network.predict(faces.pixels), strict=True)]
    files.write_csv(folder / "predictions.csv", rows)
    print(f"{len(rows):,} faces without labels, predicted and not measured; "
          f"wrote {folder / 'predictions.csv'}")


def predictions(names, labels, probabilities, seen):
    """A row for each face: name, label, predicted label, seven probabilities, in_training.

    Args:
        names: n file names or rows.
        labels: uint8 (n,).
        probabilities: float (n, 7).
        seen: bool (n,), whether a training face is pixel-identical; None if it is unknown.
    """
    seen = [""] * len(names) if seen is None else seen.tolist()
    return [{"name": name, "label": fer2013.EMOTIONS[label],
             "predicted": fer2013.EMOTIONS[answer.argmax()],
             **fer2013.by_emotion(answer), "in_training": known}
            for name, label, answer, known
            in zip(names, labels, probabilities, seen, strict=True)]


def draw(evaluation, labels, probabilities, history):
    """The figures, {name: Figure}; curves only if the training run's history is there.

    Args:
        evaluation: the content of evaluation.json.
        labels: uint8 (n,).
        probabilities: float (n, 7).
        history: a DataFrame of the training run's history.csv; None if there is none.
    """
    import numpy as np

    from figures import numbers
    from training import metrics

    model = pathlib.Path(evaluation["model"])
    source = f"model: {choice.shorten(model)}, trained on {evaluation['trained_on']}"
    measured = f"{len(labels):,} faces of {evaluation['measured_on']}"
    figures = {"confusion_matrix": numbers.confusion_matrix(
        metrics.confusion(labels, probabilities), fer2013.EMOTIONS,
        f"accuracy {evaluation['accuracy']:.1%} on {measured}\n{source}")}
    confidence, accuracy, count, error = metrics.calibration(labels, probabilities)
    figures["reliability"] = numbers.reliability(
        confidence, accuracy, np.array(metrics.wilson(accuracy, count)), count,
        f"expected calibration error {error:.3f}\n{measured}\n{source}")
    if history is None:
        print(f"no curves: there is no {model.parent / 'history.csv'}; python train.py writes it")
    else:
        figures["curves"] = numbers.curves(history, source)
    return figures


def as_text(evaluation):
    """The measures as a text of several lines for the terminal."""
    lines = [f"{evaluation['split']}, {evaluation['faces']:,} faces", *overall(evaluation)]
    if "tta" in evaluation:
        lines += ["mean prediction for each face and its mirror image",
                  *overall(evaluation["tta"])]
    lines.append(f"{'by emotion, one forward pass':<29} precision  recall      f1   faces")
    for emotion, scores in evaluation["emotions"].items():
        lines.append(f"  {emotion:<27} {scores['precision']:9.3f} {scores['recall']:7.3f} "
                     f"{scores['f1']:7.3f} {scores['faces']:7.0f}")
    return "\n".join(lines)


def overall(measures):
    """The lines of the measures over all faces."""
    names = ("accuracy", "balanced_accuracy", "macro_f1", "accuracy_not_in_train",
             "expected_calibration_error")
    none = "unknown" if measures["faces_not_in_train"] is None else "no such face"
    values = {name: none if measures[name] is None else f"{measures[name]:.4f}" for name in names}
    return [f"  {name.replace('_', ' '):<27} {value}" for name, value in values.items()]


if __name__ == "__main__":
    options.run(main)
