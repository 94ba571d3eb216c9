"""Measure a trained model and draw how it learned and where it errs.

    python evaluate.py --data data

Measures on the test split (PrivateTest) where it is there, else on validation (PublicTest), and says which. Writes

    outputs/evaluation.json         accuracy, balanced accuracy, macro F1, calibration; precision, recall, F1 by emotion
    outputs/confusion_matrix.png    counts and shares of true against predicted emotions
    outputs/reliability.png         is the model right as often as it is confident?
    outputs/curves.png              accuracy and loss by epoch, from the training run's history.csv
"""
import fer2013
from base import command_line, files
from fer2013 import bundled
from networks.ways import add_feeding_options


def main():
    args = parse_arguments()
    with command_line.quiet_stderr():
        from figures import style
        from networks.network import open_network
        from training import metrics

    model_path = bundled.choose_model(args.model, args.outputs)
    data = bundled.choose_training_data(args.data)
    print(bundled.in_use(data, model_path))
    split = fer2013.held_out_split(data) if args.split == "auto" else args.split
    pixels, labels, _ = fer2013.load(data, split)
    print(*fer2013.describe(data, split, labels), sep="\n")
    network = open_network(model_path, data, args.scale, args.labels, args.outputs)
    probabilities = network.predict(pixels)  # (n, 7)
    unseen = ~fer2013.seen_in(pixels, fer2013.load(data, "train")[0])  # (n,)
    evaluation = {"model": str(model_path), "fed": network.caption, "data": str(data), "split": split}
    evaluation |= metrics.measure(labels, probabilities, unseen)
    if args.tta:
        evaluation["tta"] = metrics.measure(labels, network.predict_mirrored(pixels), unseen)
    folder = files.make_folder(args.outputs)
    files.write_json(folder / "evaluation.json", evaluation)
    style.set_resolution(args.dpi)
    draw(evaluation, labels, probabilities, model_path.parent / "history.csv", folder, args.format)
    print(as_text(evaluation))


def parse_arguments():
    parser = command_line.parser(__doc__)
    parser.add_argument("--data", default=bundled.DATA, help="FER2013: a CSV, folders, a .zip, or a directory with one")
    command_line.add_model_option(parser)
    add_feeding_options(parser)
    parser.add_argument("--split", choices=("auto", *fer2013.SPLITS), default="auto",
                        help="the split to measure on; auto: test where it is there, else validation")
    parser.add_argument("--tta", action="store_true",
                        help="test-time augmentation: measure the mean answer to a face and its mirror image too")
    parser.add_argument("--outputs", default="outputs", help="folder to write to")
    command_line.add_figure_options(parser)
    return parser.parse_args()


def draw(evaluation, labels, probabilities, history_path, folder, suffix):
    """The figures; curves.png only where the training run left its history beside the model."""
    import pandas

    from figures import numbers
    from training import metrics

    title = f"{evaluation['split']}: accuracy {evaluation['accuracy']:.1%} on {len(labels):,} faces"
    matrix = metrics.confusion(labels, probabilities)
    numbers.confusion_matrix(matrix, fer2013.EMOTIONS, title, folder / f"confusion_matrix.{suffix}")
    confidence, accuracy, count, gap = metrics.calibration(labels, probabilities)
    numbers.reliability(confidence, accuracy, count, f"{evaluation['split']}: expected calibration error {gap:.3f}",
                        folder / f"reliability.{suffix}")
    if history_path.is_file():
        numbers.curves(pandas.read_csv(history_path), folder / f"curves.{suffix}")
    else:
        print(f"no curves: there is no {history_path}; python train.py writes it")


def as_text(evaluation):
    """The numbers as the terminal shows them."""
    lines = [f"{evaluation['split']}, {evaluation['faces']:,} faces"]
    lines += overall(evaluation)
    if "tta" in evaluation:
        lines += ["mean answer to each face and its mirror image", *overall(evaluation["tta"])]
    lines.append(f"{'by emotion, one answer each':<29} precision  recall      f1   faces")
    for emotion, numbers in evaluation["emotions"].items():
        lines.append(f"  {emotion:<27} {numbers['precision']:9.3f} {numbers['recall']:7.3f} {numbers['f1']:7.3f} "
                     f"{numbers['faces']:7.0f}")
    return "\n".join(lines)


def overall(numbers):
    """The lines of the measures over all faces."""
    names = ("accuracy", "balanced_accuracy", "macro_f1", "accuracy_not_in_train", "expected_calibration_error")
    values = {name: "no such face" if numbers[name] is None else f"{numbers[name]:.4f}" for name in names}
    return [f"  {name.replace('_', ' '):<27} {value}" for name, value in values.items()]


if __name__ == "__main__":
    command_line.run(main)
