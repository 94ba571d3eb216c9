"""Remake the tables and figures that README, docs/, the model card and benchmarks/ show.

    python -m benchmarks.all --data data                            # about an hour on two CPU cores
    python -m benchmarks.all --data data --only faithfulness atlas

What a command prints is put into its page, between <!-- made: STEP --> and <!-- end -->. Three
steps are made only if they are named: recipe, whose four runs take five minutes each, own_models,
which needs --models, a folder of models from elsewhere, and games, after benchmarks/estimators.py.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import time
from typing import NamedTuple

from base import files, options
from base.errors import UserError
from benchmarks.common import ROOT, WORK, markdown
from networks.choice import PRETRAINED


class Step(NamedTuple):
    """A command, and where its results go."""
    command: str  # after python; {data}, {model}, {models}: the options; {work}: a folder
    page: str = ""  # the Markdown page that shows what it prints
    copies: tuple = ()  # (file that it writes into {work}, path in the repository)


INCLUDED = "explain.py --data data/composites --model {model} --outputs {work}"
STEPS = {
    "composites": Step("-m data.composites.make --data {data} --model {model}"),
    "evaluation": Step(
        "evaluate.py --data {data} --model {model} --split validation --tta --outputs {work}",
        copies=[(name, f"pretrained/{name}") for name in (
            "evaluation.json", "confusion_matrix.png", "reliability.png", "curves.png")]),
    "explanations": Step(INCLUDED, copies=[(name, f"pretrained/{name}") for name in (
        "explanations.png", "explanations.json")]),
    "comparison": Step(f"{INCLUDED} --label happy --compare",
                       copies=[("happy_compare.png", "docs/happy_compare.png")]),
    "pairs": Step(f"{INCLUDED} --label happy --pairs",
                  copies=[("happy_pairs.png", "docs/happy_pairs.png")]),
    "photograph": Step(
        "explain.py --image examples/eileen_collins.jpg --model {model} --outputs {work}",
        copies=[("eileen_collins.png", "examples/eileen_collins_explained.png")]),
    "dataset": Step("dataset.py --data data/avatars --outputs {work}",
                    copies=[("dataset.png", "docs/dataset.png")]),
    "lime_intuition": Step("-m benchmarks.lime_intuition"),
    "demonstration": Step("train.py --data data/avatars --epochs 12 --outputs {work}"),
    "demonstration_evaluation": Step(
        "evaluate.py --data data/avatars --split test --outputs {work} "
        "--model outputs/benchmarks/demonstration/model.keras",
        copies=[("evaluation.json", "benchmarks/demonstration.json")]),
    "known_causes": Step("-m benchmarks.known_causes --model {model}", "docs/trust.md"),
    "faithfulness": Step("-m benchmarks.faithfulness --data {data} --model {model}",
                         "docs/trust.md"),
    "lime_choices": Step("-m benchmarks.lime_choices --data {data} --model {model}",
                         "benchmarks/lime_choices.md"),
    "atlas": Step("-m benchmarks.atlas --data {data} --model {model}", "docs/what_it_looks_at.md"),
    "speed": Step("-m benchmarks.speed", "benchmarks/speed.md"),
    "engines": Step("-m benchmarks.engines", "benchmarks/speed.md"),
    "recipe": Step("-m benchmarks.recipe --data {data}", "benchmarks/recipe.md"),
    "own_models": Step("-m benchmarks.own_models --data {data} --models {models}",
                       "benchmarks/own_models.md"),
    "games": Step("-m benchmarks.games show", "benchmarks/games.md"),
}
IF_NAMED = ("recipe", "own_models", "games")


def main():
    args = parse_arguments()
    for name in args.only or [step for step in STEPS if step not in IF_NAMED]:
        started = time.perf_counter()
        make(name, args)
        print(f"{name}: {time.perf_counter() - started:.0f} s", flush=True)


def parse_arguments():
    parser = options.parser(__doc__)
    parser.add_argument("--data", default=ROOT / "data", type=pathlib.Path,
                        help="FER2013 in any form")
    parser.add_argument("--model", default=PRETRAINED, type=pathlib.Path, help="a .keras file")
    parser.add_argument("--only", nargs="+", choices=STEPS, default=[], metavar="STEP",
                        help=f"of {', '.join(STEPS)}; if none is given, all but the last three")
    parser.add_argument("--models", default=ROOT, type=pathlib.Path,
                        help="folder of models from elsewhere")
    return parser.parse_args()


def make(name, args):
    """Run a step, copy what it wrote and publish what it printed."""
    step, work = STEPS[name], files.make_folder(WORK / name)
    places = {"data": inside(args.data), "model": inside(args.model), "work": inside(work),
              "models": inside(args.models)}
    command = [word.format(**places) for word in step.command.split()]
    result = subprocess.run([sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE,
                            text=True, encoding="utf-8", check=False)
    if result.returncode:
        raise UserError(f"{name}: python {' '.join(command)} ended with {result.returncode}")
    for written, place in step.copies:
        shutil.copyfile(work / written, ROOT / place)
    if step.page:
        publish(ROOT / step.page, name, result.stdout)
    if name == "evaluation":
        evaluation = files.read_json(work / "evaluation.json")
        publish(ROOT / "pretrained/README.md", name, card_tables(evaluation))


def inside(path):
    """A path relative to the repository if it lies there: figures keep the command in them."""
    path = pathlib.Path(path).resolve()
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def publish(page, name, text):
    """Put text between the marks of a step in a Markdown page."""
    before = page.read_text(encoding="utf-8")
    marks = re.compile(rf"(<!-- made: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    if len(marks.findall(before)) != 1:
        raise UserError(f"{page}: expected <!-- made: {name} --> and <!-- end --> once")
    after = marks.sub(lambda mark: f"{mark[1]}\n{text.strip()}\n\n{mark[2]}", before)
    with files.replacing(page) as path:
        path.write_text(after, encoding="utf-8")


def card_tables(evaluation):
    """The tables of the model card, from the content of evaluation.json."""
    measures = {"accuracy": "accuracy", "accuracy_not_in_train": "accuracy without the faces that "
                "are pixel-identical to a training face", "balanced_accuracy": "balanced accuracy"}
    scores = {"macro_f1": "macro F1", "expected_calibration_error": "calibration error, 15 bins"}
    both = evaluation, evaluation["tta"]
    rows = [(words, *(f"{each[name]:.2%}" for each in both)) for name, words in measures.items()]
    rows += [(words, *(f"{each[name]:.3f}" for each in both)) for name, words in scores.items()]
    emotions = [(emotion, f"{row['faces']:.0f}",
                 *(f"{row[name]:.3f}" for name in ("precision", "recall", "f1")))
                for emotion, row in evaluation["emotions"].items()]
    return "\n\n".join([
        markdown(("measure", "one forward pass", "with mirror images (`--tta`)"), rows),
        markdown(("emotion, one forward pass", "faces", "precision", "recall", "F1"), emotions)])


if __name__ == "__main__":
    options.run(main)
