"""What independent teachers know together: PublicTest accuracy of each, and of their mean answer.

    python -m benchmarks.teachers --data data --models first/model.keras second/model.keras ...

Writes benchmarks/teachers.csv: a row for each model, in the given order, with its accuracy and that
of the mean of the probabilities of all models so far, each asked once about each face.
"""
import pathlib

import pandas
from sklearn.metrics import accuracy_score

import fer2013
import model as network
from base import command_line
from benchmarks.results import HERE

TABLE = HERE / "teachers.csv"


def main():
    parser = command_line.parser(__doc__)
    parser.add_argument("--data", default="data", help="FER2013 in any form")
    parser.add_argument("--models", nargs="+", required=True, help="models that train.py wrote")
    args = parser.parse_args()
    pixels, labels, _ = fer2013.load(args.data, "validation")
    models = [network.load_model(path) for path in args.models]
    answers = [network.predict(model, pixels) for model in models]  # (n, 7) each
    table = pandas.DataFrame([
        {"model": pathlib.Path(path).parent.name, "parameters": model.count_params(),
         "PublicTest accuracy": accuracy_score(labels, answer.argmax(axis=1)),
         "of the mean of the models so far":
             accuracy_score(labels, sum(answers[:count]).argmax(axis=1))}
        for count, (path, model, answer) in enumerate(
            zip(args.models, models, answers, strict=True), start=1)])
    table.to_csv(TABLE, index=False, float_format="%.4f")
    print(table.to_string(index=False))


if __name__ == "__main__":
    command_line.run(main)
