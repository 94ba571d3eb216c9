"""Remake every table, figure and number that README, docs/, the model card and benchmarks/ show.

    python -m benchmarks.all --data data --list      # what is there, and what is stale
    python -m benchmarks.all --data data             # make what is stale: hours on two cores
    python -m benchmarks.all --data data --only faithfulness sanity

A step is stale if this command never made it, or made it with another included model;
benchmarks/made.json keeps the model's digest, the machine and the seconds of each step. An
interrupted run continues where it stopped, because the tables grow face by face. What a step
prints is put into its page, between the marks <!-- made: STEP --> and <!-- end -->.

Not among the steps: benchmarks/recipe.csv, whose rows are training runs of up to two hours each
(python -m benchmarks.recipe).
"""
import pathlib
import re
import shutil
import subprocess
import sys
import time
from typing import NamedTuple

import pandas

from base import command_line, files
from base.errors import UserError
from benchmarks.results import AVATARS_MODEL, HERE, WORK, machine, version
from fer2013 import bundled

ROOT = HERE.parent
MADE = HERE / "made.json"


class Step(NamedTuple):
    """A command, and what of it is shown where."""
    command: tuple  # words after python; {data}, {model} and {work} stand for paths
    page: str = ""  # the Markdown page that shows what it prints
    copies: tuple = ()  # of the files that it writes into {work}: (name, path in the repository)
    table: str = ""  # the CSV in benchmarks/ that it continues
    shows: tuple = ()  # further files that it writes itself, as paths in the repository
    folder: str = ""  # name of the step whose {work} it shares, if it has not its own
    of_avatars: bool = False  # whether the table is about the model of the demonstration


def to(folder, *names):
    return tuple((name, f"{folder}/{name}") for name in names)


def own(name, *options, **fields):
    """The step of a benchmark whose tables are about the included model and its own page."""
    command = ("-m", f"benchmarks.{name}", "--data", "{data}", "--model", "{model}", *options)
    return Step(command, page=f"benchmarks/{name}.md", table=f"{name}.csv", **fields)


COMPOSITES = ("--data", "data/composites", "--model", "{model}", "--outputs", "{work}")
AVERAGES = ("explain.py", "--data", "{data}", "--split", "validation", "--model", "{model}",
            "--count", "100", "--samples", "500", "--precision", "bfloat16", "--pairs",
            "--outputs", "{work}")  # as the atlas explains them, whose explanations it finds
SHAREABLE = ("angry", "fear", "happy", "sad", "surprise", "neutral")  # 32 faces or more to average
STEPS = {
    "composites": Step(
        ("-m", "data.composites.make", "--data", "{data}", "--model", "{model}"),
        shows=("data/composites/members.csv", "data/composites/contact_sheet.png")),
    "evaluation": Step(
        ("evaluate.py", "--data", "{data}", "--model", "{model}", "--split", "validation",
         "--tta", "--outputs", "{work}"),
        copies=to("pretrained", "evaluation.json", "confusion_matrix.png", "reliability.png",
                  "curves.png")),
    "card_tables": Step(("-m", "benchmarks.card"), page="pretrained/README.md"),
    "explanations": Step(("explain.py", *COMPOSITES),
                         copies=to("pretrained", "explanations.png", "explanations.json")),
    "comparison": Step(("explain.py", "--label", "happy", "--compare", *COMPOSITES),
                       copies=to("docs", "happy_compare.png")),
    "pairs": Step(("explain.py", "--label", "happy", "--pairs", *COMPOSITES),
                  copies=to("docs", "happy_pairs.png")),
    "atlas": Step(("-m", "benchmarks.atlas", "--data", "{data}", "--model", "{model}",
                   "--outputs", "{work}"), page="docs/atlas.md",
                  shows=("docs/atlas.csv", "docs/atlas.png", "docs/atlas_mistakes.png")),
    "averages": Step(AVERAGES, folder="atlas",
                     copies=to("docs", "emotions_average.csv", "pairs_average.csv",
                               "pairs_average.png")),
    "averages_figure": Step((*AVERAGES, "--label", *SHAREABLE), folder="atlas",
                            copies=to("docs", "emotions_average.png")),
    "photograph": Step(
        ("explain.py", "--image", "examples/eileen_collins.jpg", "--model", "{model}",
         "--outputs", "{work}"),
        copies=(("eileen_collins.png", "examples/eileen_collins_explained.png"),)),
    "dataset": Step(("dataset.py", "--data", "data/avatars", "--outputs", "{work}"),
                    copies=to("docs", "dataset.png")),
    "intuition": Step(("-m", "benchmarks.lime_intuition"), shows=("docs/lime_intuition.png",)),
    "demonstration": Step(("train.py", "--data", "data/avatars", "--outputs", "{work}")),
    "demonstration_evaluation": Step(
        ("evaluate.py", "--data", "data/avatars", "--split", "test", "--outputs", "{work}"),
        folder="demonstration",
        copies=(("evaluation.json", "benchmarks/demonstration.json"),)),
    "faithfulness": own("faithfulness", shows=("benchmarks/faithfulness.png",)),
    "mean_face": Step(("-m", "data.composites.mean_face", "--data", "{data}"),
                      shows=("data/composites/mean_face.png",)),
    "lime_choices": own("lime_choices"),
    "hiding": own("hiding"),
    "lime_stability": own("lime_stability"),
    "surrogate": own("surrogate"),
    "ground_truth": Step(
        ("-m", "benchmarks.ground_truth", "--faces", "5", "--model",
         str(AVATARS_MODEL.relative_to(ROOT))),
        page="benchmarks/ground_truth.md", table="ground_truth.csv", of_avatars=True),
    "action_units": Step(
        ("-m", "benchmarks.action_units", "--data", "{data}", "--model", "{model}",
         "--avatars-model", str(AVATARS_MODEL)), page="benchmarks/action_units.md"),
    "sanity": Step(("-m", "benchmarks.sanity", "--faces", "5"), page="benchmarks/sanity.md",
                   table="sanity.csv", shows=("benchmarks/sanity.png",)),
    "planted_cue": Step(("-m", "benchmarks.planted_cue", "--faces", "40"),
                        page="benchmarks/planted_cue.md"),
    "photographs": Step(("-m", "benchmarks.photographs", "--data", "{data}"),
                        shows=("benchmarks/photographs.md",)),
    "data_speed": Step(("-m", "benchmarks.data_speed", "--data", "{data}"),
                       shows=("benchmarks/data_speed.md",)),
    "lime_speed": Step(("-m", "benchmarks.lime_speed"), page="benchmarks/lime_speed.md"),
    "precision": Step(("-m", "benchmarks.precision"), page="benchmarks/lime_speed.md"),
    "start_up": Step(("-m", "benchmarks.start_up"), page="benchmarks/lime_speed.md"),
    "training_speed": Step(("-m", "benchmarks.training_speed"),
                           page="benchmarks/training_speed.md"),
    "interruption": Step(("-m", "benchmarks.interruption"), shows=("benchmarks/interruption.md",)),
    "bad_input": Step(("-m", "benchmarks.bad_input"), shows=("benchmarks/bad_input.md",)),
    "screenshots": Step(("-m", "benchmarks.screenshots"),
                        shows=("docs/report.png", "examples/app.png")),
}


def main():
    args = parse_arguments()
    model = version(args.model)
    made = files.read_json(MADE, "-m benchmarks.all") if MADE.is_file() else {}
    for name in args.only or STEPS:
        state = state_of(name, made, model)
        print(f"{name:<15} {state}", flush=True)
        if args.list or state == "made" and not args.only:
            continue
        seconds = make(name, args, model)
        made[name] = {"model": model, "machine": machine(), "seconds": round(seconds)}
        files.write_json(MADE, made)


def parse_arguments():
    parser = command_line.parser(__doc__)
    parser.add_argument("--data", default=ROOT / "data", type=pathlib.Path,
                        help="FER2013 in any form")
    parser.add_argument("--model", default=bundled.PRETRAINED, type=pathlib.Path,
                        help="a .keras file")
    parser.add_argument("--only", nargs="+", choices=STEPS, default=[], metavar="STEP",
                        help=f"make these, stale or not, of {', '.join(STEPS)}; all that are "
                             "stale if none is given")
    parser.add_argument("--list", action="store_true", help="say what is stale and make nothing")
    return parser.parse_args()


def state_of(name, made, model):
    """"made", or why it is not."""
    step = STEPS[name]
    shown = [path for _, path in step.copies] + list(step.shows) + [step.page] * bool(step.page)
    missing = [path for path in shown if not (ROOT / path).is_file()]
    if missing:
        return f"missing: {', '.join(missing)}"
    if name not in made:
        return "never made by this command"
    return "made" if made[name]["model"] == model else f"stale: of model {made[name]['model']}"


def make(name, args, model):
    """Run a step, copy and publish what it made; returns the seconds that it took."""
    step, started = STEPS[name], time.perf_counter()
    work = WORK / (step.folder or name)
    work.mkdir(parents=True, exist_ok=True)
    drop_old_rows(step, model)
    places = {"data": inside(args.data), "model": inside(args.model), "work": inside(work)}
    command = [word.format(**places) for word in step.command]
    result = subprocess.run([sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE,
                            text=True, encoding="utf-8", check=False)
    if result.returncode:
        raise UserError(f"{name}: python {' '.join(command)} ended with status {result.returncode}")
    for written, place in step.copies:
        shutil.copyfile(work / written, ROOT / place)
    if step.page:
        publish(ROOT / step.page, name, result.stdout)
    return time.perf_counter() - started


def inside(path):
    """A path relative to the repository if it lies there: figures keep the command in them."""
    path = path.resolve()
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def drop_old_rows(step, model):
    """Delete the table of an earlier model, whose rows cannot be continued."""
    path = HERE / step.table
    if not step.table or not path.is_file():
        return
    expected = version(AVATARS_MODEL) if step.of_avatars else model
    if (pandas.read_csv(path, dtype={"model": str}).model != expected).any():
        path.unlink()


def publish(page, name, text):
    """Put text between the marks of a step in a Markdown page."""
    before = page.read_text(encoding="utf-8")
    marks = re.compile(rf"(<!-- made: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    if len(marks.findall(before)) != 1:
        raise UserError(f"{page}: expected <!-- made: {name} --> and <!-- end --> once")
    after = marks.sub(lambda mark: f"{mark[1]}\n{text.strip()}\n\n{mark[2]}", before)
    with files.replacing(page) as path:
        path.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    command_line.run(main)
