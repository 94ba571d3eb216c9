"""What independent teachers know together: PublicTest accuracy of each, and of their mean answer.

    python -m benchmarks.teachers --data data --models first/model.keras second/model.keras ...

Writes benchmarks/teachers.csv: a row for each model, in the given order, and one for the mean of
the probabilities of the first 1, 2, 3 ... of them, each asked once about each face.
"""
import argparse
import pathlib

import pandas

import fer2013
import model as network
from benchmarks.results import HERE

TABLE = HERE / "teachers.csv"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="data", help="FER2013 in any form")
    parser.add_argument("--models", nargs="+", required=True, help="models that train.py wrote")
    args = parser.parse_args()
    pixels, labels, _ = fer2013.load(args.data, "validation")
    models = [network.load_model(path) for path in args.models]
    answers = [network.predict(model, pixels) for model in models]  # (n, 7) each
    table = pandas.DataFrame([
        {"model": pathlib.Path(path).parent.name, "parameters": model.count_params(),
         "PublicTest accuracy": accuracy(answer, labels),
         "of the mean of the models so far": accuracy(sum(answers[:count]), labels)}
        for count, (path, model, answer) in enumerate(
            zip(args.models, models, answers, strict=True), start=1)])
    table.to_csv(TABLE, index=False, float_format="%.4f")
    print(table.to_string(index=False))


def accuracy(answers, labels):
    """Share of the faces whose highest answer is their label; answers (n, 7), labels (n,)."""
    return float((answers.argmax(axis=1) == labels).mean())


if __name__ == "__main__":
    main()
