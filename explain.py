"""Explain with LIME which parts of a face the network uses to predict an emotion.

    python explain.py --label happy                 # one face, chosen by the seed
    python explain.py --image me.jpg                # the faces in your own picture
    python explain.py --label happy --count 200     # the mean over many faces

Without options, a face of each emotion is explained: one that the model classifies correctly, or
without FER2013 an included average face. Figures show the face, the superpixels that contribute to
the label, their boundaries, and the boundaries of those that contribute against it. Writes

    outputs/happy.png, explanations.png     one emotion; all that were explained
    outputs/emotions.png                    with --index or --name: all emotions of that face
    outputs/emotions_average.png and .csv, happy_average.png      with --count
    outputs/mistakes.png, happy_pairs.png, happy_compare.png      with the options of these names
    outputs/explanations.json               settings and scores of each explanation
    outputs/explained.sqlite                with --count or --table: what is done, to resume from
"""
import contextlib
import dataclasses
import functools
import sys

from tqdm.auto import tqdm

import fer2013
from base import files, options
from base.errors import UserError
from base.jobs import Jobs
from base.options import option
from explaining.settings import LimeSettings
from fer2013 import EMOTIONS, DataOptions, included
from fer2013.dataset import included_name
from networks import PRECISIONS, choice

RARE = ("classes", "scale", "labels", "hide")


@dataclasses.dataclass(frozen=True)
class Which:
    """Which faces are explained."""
    index: int | None = option(None, "the face at this position in the split, counted from 0",
                               type=int)
    name: str | None = option(None, "the face with this file name or CSV row (such as 'row 7')")
    count: int | str | None = option(
        None, "average the explanations of this many correctly classified faces of each emotion, "
        "or of all; --samples auto is 500 then", type=options.or_positive_integer("all"),
        metavar="FACES")
    mistakes: int | str | None = option(
        None, "the most confident wrong predictions (5 if no number is given), or all: what "
        "contributes to the predicted emotion rather than to the true one", nargs="?", const=5,
        type=options.or_positive_integer("all"), metavar="FACES")
    image: tuple = option((), "the faces in these pictures, or folders of them with their "
                              "subfolders", nargs="+", metavar="PICTURE")


@dataclasses.dataclass(frozen=True)
class What:
    """What is explained and written."""
    label: tuple = option(
        (), f"emotions to explain: {', '.join(EMOTIONS)}, or all; by default all, and with --image "
        "the predicted one", nargs="+", choices=("all", *EMOTIONS), metavar="EMOTION")
    split: str = option("auto", "split of the faces; auto: test if there is one, else validation",
                        choices=("auto", *fer2013.SPLITS))
    compare: bool = option(False, "also draw LIME beside other methods, with their scores")
    pairs: bool = option(False, "also draw which superpixels add more or less together than their "
                                "sum")
    table: str = option("", "also write a row for each explanation into this .csv or .parquet "
                            "file, and its arrays into an .npz file beside it", metavar="FILE")


@dataclasses.dataclass(frozen=True)
class Rare:
    """What few people need."""
    precision: str = option("float32", "the network's arithmetic; bfloat16 takes about two thirds "
                                       "of the time on processors with AVX-512 BF16 or AMX",
                            choices=tuple(PRECISIONS))
    cropped: bool = option(False, "with --image: take each picture as one face from forehead to "
                                  "chin, without face detection")
    no_figures: bool = option(False, "write only the table, with --table")


def main():
    args = parse_arguments()
    choose = choice.choose_for_photographs if args.image else choice.choose
    model = choose(args.model, args.outputs)
    print(choice.in_words(model), flush=True)
    chosen = options.settings(args, DataOptions)
    if args.image:
        return explain_pictures(args, model, included.open_own(chosen))
    data = included.open_for_explaining(chosen, choice.trained_on(model))
    faces = data.split(data.held_out if args.split == "auto" else args.split)
    print(f"faces: {data.in_words}", *data.describe(faces.name), sep="\n", flush=True)
    index, title = choose_index(args, faces.names), data.title(faces.name)
    with start(args, model, data, faces=title, split=faces.name) as (
            network, engine, output, table):
        from explaining.face_set import FaceSet

        typical = included_name(data.path) == included.NAMES[included.COMPOSITES]
        face_set = FaceSet(faces, engine, typical, network.caption,
                           f"{choice.in_words(model)}; faces: {title}", table)
        labels = labels_of(args) or (face_set.present if index is None else range(len(EMOTIONS)))
        figure = explain_faces(args, labels, index, face_set, network, output)
    if figure:
        print(f"open {output.folder / figure}")


def explain_faces(args, labels, index, face_set, network, output):
    """One face, one for each label, or many; returns the name of the figure to look at."""
    from explaining import faces_explained, methods

    count, mistakes = (None if each == "all" else each for each in (args.count, args.mistakes))
    if args.mistakes:
        return faces_explained.explain_mistakes(labels, face_set, mistakes, output)
    if args.count:
        return faces_explained.explain_many(labels, face_set, count, output)
    rows, figure = faces_explained.explain_each(labels, index, face_set, output)
    for row in rows if args.pairs else ():
        faces_explained.draw_pairs(row, output)
    if args.compare:
        for name, reason in methods.left_out(network).items():
            print(f"{name} is left out: {reason}")
        for row in tqdm(rows, "comparison", leave=False, disable=None):
            faces_explained.draw_comparison(row, network, output)
    return figure


def explain_pictures(args, model, data):
    """A figure for each picture of --image; a problem of one does not stop the others."""
    print(f"faces: {', '.join(args.image)}", flush=True)
    figure, problems = "", []
    with start(args, model, data) as (network, engine, output, table):
        from explaining import wording
        from explaining.photographs_explained import explain_photographs, name_figures
        from photographs.finding import find, list_pictures, read, shrink

        paths, others = list_pictures(args.image, output.folder)
        if others:
            print(f"skipped {others:,} files that are no pictures")
        find_all = functools.partial(engine.workers.map,
                                     functools.partial(find, cropped=args.cropped))
        explained = tqdm(explain_photographs(
            paths, find_all, labels_of(args), engine, fed=network.caption,
            source=choice.in_words(model)), "picture", len(paths), leave=False, disable=None)
        for each, name in zip(explained, name_figures(paths, output.folder), strict=True):
            if table:
                table.add_photograph(each)
            if each.problem:
                problems.append(each.problem)
                continue
            figure = output.save(name.stem, each.rows, each.figure, *shrink(read(each.path)),
                                 faces=each.path.name)
            print(f"{each.summary}; {figure}")
            for row in each.rows:
                print(wording.one_line(row))
    if figure:
        print(f"open {output.folder / figure}")
    if problems:
        raise UserError("; ".join(problems))


@contextlib.contextmanager
def start(args, model, data, **source):
    """Yield a Network, Engine, Output, and Table or None, which is written at the end."""
    if sys.stderr.isatty():
        print("Loading TensorFlow ...", end="\r", file=sys.stderr)
    with options.quiet_stderr():
        from base.store import Store
        from explaining.engine import Engine
        from explaining.output import Output
        from explaining.samples import FIRST
        from explaining.table import Table
        from networks.network import open_network

    table = Table(args.table) if args.table else None
    network = open_network(model, data, args.scale, args.labels, args.precision)
    settings = options.settings(args, LimeSettings)
    if settings.samples == "auto" and args.count:
        # the average over faces removes the noise of few samples
        settings = dataclasses.replace(settings, samples=FIRST)
    source |= {"model": str(choice.shorten(model)), "fed": network.caption,
               "command": options.command(), "settings": dataclasses.asdict(settings)}
    output = Output(files.make_folder(args.outputs), "" if args.no_figures else args.format,
                    source)
    with contextlib.ExitStack() as stack:
        kept = None
        if args.count or args.table:
            kept = Store(output.folder / "explained.sqlite")
            stack.callback(kept.close)
            stack.enter_context(options.advice(
                "the same command resumes after the last explained face"))
        yield network, Engine(network.predict, settings, network.identity(), kept,
                              options.settings(args, Jobs)), output, table
        if table:
            print(table.write(network.precision))


def labels_of(args):
    """The labels that --label names; [] if none is given."""
    return ([*range(len(EMOTIONS))] if "all" in args.label else
            [EMOTIONS.index(emotion) for emotion in args.label])


def choose_index(args, names):
    """The index of the face that --index or --name choose; None if neither is given."""
    if args.index is not None and not 0 <= args.index < len(names):
        raise UserError(f"--index {args.index}: expected 0 to {len(names) - 1}")
    if args.name is not None and args.name not in names:
        raise UserError(f"--name {args.name}: no such face; "
                        f"expected a file name or row of the split, such as {names[0]!r}")
    return args.index if args.name is None else names.index(args.name)


def parse_arguments():
    parser = options.parser(__doc__)
    which = parser.add_argument_group("which faces")
    options.add_options(which.add_mutually_exclusive_group(), Which)
    common = parser.add_argument_group("what is explained and written")
    rare = parser.add_argument_group("rarely needed")
    options.add_options(common, What)
    for kind in (DataOptions, choice.ModelOptions, LimeSettings):
        names = {field.name for field in dataclasses.fields(kind)}
        options.add_options(common, kind, leave_out=RARE)
        options.add_options(rare, kind, leave_out=names - {*RARE})
    options.add_options(common, options.OutputOptions)
    options.add_options(rare, Rare)
    options.add_options(rare.add_mutually_exclusive_group(), Jobs)
    options.add_options(rare, options.FigureOptions)
    args = parser.parse_args()
    check(parser, args)
    return args


def check(parser, args):
    """End with an error if an option would be ignored."""
    if args.image and (args.data != DataOptions.data or args.split != "auto"):
        parser.error("argument --image: not allowed with --data or --split, "
                     "which choose faces of FER2013")
    if "" in args.image:  # it would stand for the folder in which the program runs
        parser.error("argument --image: expected pictures or folders, found an empty name")
    if args.cropped and not args.image:
        parser.error("argument --cropped: expected with --image")
    if args.no_figures and (args.compare or args.pairs or not args.table):
        parser.error("--no-figures: expected with --table and without --compare and --pairs")
    for name in ("compare", "pairs"):
        if getattr(args, name) and (args.count or args.mistakes or args.image):
            parser.error(f"--{name}: expected without --count, --mistakes and --image")


if __name__ == "__main__":
    options.run(main)
