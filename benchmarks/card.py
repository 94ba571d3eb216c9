"""The tables of the model card, from pretrained/evaluation.json.

    python evaluate.py --data data --model pretrained/emotion_cnn.keras --split validation --tta
    python -m benchmarks.card

The first command writes outputs/evaluation.json. benchmarks.all copies that file to pretrained/ and
puts the output of the second command into pretrained/README.md.
"""
from base import command_line, files
from fer2013 import bundled
from training.metrics import wilson

MEASURES = {
    "accuracy": "{:.2%}", "accuracy_not_in_train": "{:.2%}", "balanced_accuracy": "{:.2%}",
    "macro_f1": "{:.3f}", "expected_calibration_error": "{:.3f}",
}
WORDS = {"accuracy_not_in_train": "accuracy on the {faces_not_in_train:,} faces that are not "
                                  "pixel-identical to a training face",
         "expected_calibration_error": "expected calibration error, 15 bins"}


def main():
    command_line.parser(__doc__).parse_args()
    path = bundled.PRETRAINED.parent / "evaluation.json"
    evaluation = files.read_json(path, "evaluate.py")
    print("\n".join([*overall(evaluation), "", *by_emotion(evaluation), "", interval(evaluation)]))


def overall(evaluation):
    """Markdown lines: each measure for one forward pass and with mirror images."""
    yield "| measure | one forward pass | with mirror images (`--tta`) |"
    yield "|---|---:|---:|"
    for name, form in MEASURES.items():
        words = WORDS.get(name, name.replace("_", " ").replace("f1", "F1")).format(**evaluation)
        values = [form.format(measures[name]) for measures in (evaluation, evaluation["tta"])]
        yield f"| {words} | {' | '.join(values)} |"


def by_emotion(evaluation):
    """Markdown lines: precision, recall and F1 of each emotion."""
    yield "| emotion, one forward pass | faces | precision | recall | F1 |"
    yield "|---|---:|---:|---:|---:|"
    for emotion, row in evaluation["emotions"].items():
        scores = " | ".join(f"{row[name]:.3f}" for name in ("precision", "recall", "f1"))
        yield f"| {emotion} | {row['faces']:.0f} | {scores} |"


def interval(evaluation):
    """A sentence with the 95 % interval of the accuracy, from Wilson's method."""
    low, high = wilson(evaluation["accuracy"], evaluation["faces"])
    return (f"{evaluation['faces']:,} faces leave the accuracy between {low:.1%} and {high:.1%} "
            "(95 %, Wilson's interval).")


if __name__ == "__main__":
    command_line.run(main)
