"""Explain with LIME which parts of a face the network uses to predict an emotion.

    python explain.py --label happy               # one face, chosen by the seed
    python explain.py --image me.jpg              # the faces in your own picture
    python explain.py --label happy --count 200   # the mean over many faces

Without options, a face of each emotion is explained: one that is classified
correctly, or without FER2013 an included average face. Figures show the face,
the superpixels that contribute to the label, their boundaries, and those that
contribute against it. Writes outputs/happy.png and so on, explanations.png with
all of them, and explanations.json with their scores.
"""
import dataclasses
import functools
import sys

from tqdm.auto import tqdm

import fer2013
from base import files, options
from base.errors import UserError
from base.jobs import Jobs
from explaining.settings import LimeSettings
from fer2013 import EMOTIONS, DataOptions, included
from networks import PRECISIONS, choice

COMMON = ("data", "model", "samples", "seed")  # options of other modules that everybody needs


def main():
    args = parse_arguments()
    choose = choice.choose_for_photographs if args.image else choice.choose
    model = choose(args.model, args.outputs)
    print(choice.in_words(model), flush=True)
    data, faces, title = open_faces(args, model)
    print(f"faces: {title}", flush=True)
    if sys.stderr.isatty():
        print("Loading TensorFlow ...", end="\r", file=sys.stderr)
    with options.quiet_stderr():
        from base.store import Store
        from explaining.engine import Engine
        from explaining.face_set import FaceSet
        from explaining.output import Output
        from explaining.samples import FIRST
        from explaining.table import Table
        from networks.network import open_network

    table = Table(args.table) if args.table else None
    network = open_network(model, data, args.scale, args.labels, args.precision)
    if args.count and args.samples == "auto":
        args.samples = FIRST  # the average over faces removes the noise of few samples
    settings = options.settings(args, LimeSettings)
    output = Output(files.make_folder(args.outputs), args.format, {
        "command": options.command(), "model": str(choice.shorten(model)), "fed": network.caption,
        "faces": title, "settings": dataclasses.asdict(settings)})
    kept = Store(output.folder / "explained.sqlite") if args.count or args.table else None
    engine = Engine(network.predict, settings, network.identity(), kept,
                    options.settings(args, Jobs))
    with options.advice("the same command resumes after the last explained face" if kept else ""):
        if args.image:
            figure, problems = explain_pictures(args, engine, output, table)
        else:
            typical = data.name == included.INCLUDED[included.COMPOSITES]
            face_set = FaceSet(faces, engine, typical, table)
            figure, problems = explain_faces(args, face_set, network, output), []
    if table:
        print(table.write(hide=settings.hide, precision=network.precision))
    if figure:
        print(f"open {output.folder / figure}")
    if problems:
        raise UserError("; ".join(problems))


def open_faces(args, model):
    """The Dataset, its Split, and what they are called; for pictures, the user's own or None."""
    chosen = options.settings(args, DataOptions)
    if args.image:
        more = f" and {len(args.image) - 1} more" * (len(args.image) > 1)
        return included.open_own(chosen), None, f"{args.image[0]}{more}"
    data = included.open_for_explaining(chosen, choice.trained_on(model))
    faces = data.split(data.held_out if args.split == "auto" else args.split)
    use = "; to use FER2013: data/README.md" if data.included else f", {len(faces):,}"
    return data, faces, data.title(faces.name) + use


def explain_faces(args, face_set, network, output):
    """One face, one for each label, or many; returns the name of the figure to look at."""
    from explaining import faces_explained

    index = choose_index(args, face_set.faces.names)
    labels = labels_of(args) or (face_set.present if index is None else [*range(len(EMOTIONS))])
    count = None if "all" in (args.count, args.mistakes) else args.count or args.mistakes
    if args.mistakes:
        return faces_explained.explain_mistakes(labels, face_set, count, output)
    if args.count:
        return faces_explained.explain_many(labels, face_set, count, output)
    rows, figure = faces_explained.explain_each(labels, index, face_set, output)
    if args.pairs:
        faces_explained.draw_pairs(rows, output)
    if args.compare:
        faces_explained.draw_comparisons(rows, network, output)
    return figure


def explain_pictures(args, engine, output, table):
    """A figure for each picture; returns the name of the last, and what is wrong with others."""
    from explaining import wording
    from explaining.photographs_explained import explain_photographs, name_figures
    from photographs.finding import find, list_pictures, read, shrink

    paths, others = list_pictures(args.image, output.folder)
    if others:
        print(f"skipped {others:,} files that are no pictures")
    find_all = functools.partial(engine.workers.map, functools.partial(find, cropped=args.cropped))
    explained = tqdm(explain_photographs(paths, find_all, labels_of(args), engine), "picture",
                     len(paths), leave=False, disable=None)
    figure, problems = "", []
    for each, name in zip(explained, name_figures(paths, output.folder), strict=True):
        if table:
            table.add_photograph(each)
        if each.problem:
            problems.append(each.problem)
            continue
        drawn = each.figure(*shrink(read(each.path)))
        figure = output.save(name, drawn, each.rows, faces=each.path.name)
        print(f"{each.summary}; {figure}", *map(wording.one_line, each.rows), sep="\n")
    return figure, problems


def labels_of(args):
    """The labels that --label names, each once; [] if none is given."""
    return list(dict.fromkeys(map(EMOTIONS.index, EMOTIONS if "all" in args.label else args.label)))


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
    which = parser.add_argument_group("which faces").add_mutually_exclusive_group()
    which.add_argument("--index", type=int, metavar="N",
                       help="the face at this position in the split, from 0")
    which.add_argument("--name", help="the face with this file name or CSV row, as 'row 7'")
    which.add_argument("--count", type=options.or_positive_integer("all"), metavar="N",
                       help="the mean over N correct faces per emotion, or all; with "
                            "500 samples")
    which.add_argument("--mistakes", type=options.or_positive_integer("all"), metavar="N",
                       nargs="?", const=5, help="the N most confident wrong predictions (default: "
                                                "5), or all: why not the true emotion")
    which.add_argument("--image", nargs="+", default=(), metavar="FILE",
                       help="the faces in pictures, or in folders of them")
    common = parser.add_argument_group("what is explained and written")
    common.add_argument("--label", nargs="+", default=(), choices=("all", *EMOTIONS),
                        metavar="EMOTION", help=f"{', '.join(EMOTIONS)}, or all (default: all; "
                                                "with --image the predicted one)")
    common.add_argument("--split", default="auto", choices=("auto", *fer2013.SPLITS),
                        metavar="SPLIT", help=f"{', '.join(fer2013.SPLITS)}, or auto: test, if "
                                              "missing validation (default: auto)")
    common.add_argument("--compare", action="store_true",
                        help="also draw LIME beside other methods, with their scores")
    common.add_argument("--pairs", action="store_true",
                        help="also draw which superpixels act together")
    common.add_argument("--table", metavar="FILE", default="",
                        help="also write a .csv of all explanations, and an .npz")
    rare = parser.add_argument_group("rarely needed")
    for kind in (DataOptions, choice.ModelOptions, LimeSettings):
        names = {field.name for field in dataclasses.fields(kind)}
        options.add_options(common, kind, leave_out=names - {*COMMON})
        options.add_options(rare, kind, leave_out=COMMON)
    options.add_options(common, options.OutputOptions)
    rare.add_argument("--precision", default="float32", choices=tuple(PRECISIONS),
                      help="of the network; bfloat16 can be faster (default: float32)")
    rare.add_argument("--cropped", action="store_true",
                      help="pictures of --image are faces, forehead to chin")
    options.add_options(rare.add_mutually_exclusive_group(), Jobs)
    options.add_options(rare, options.FigureOptions)
    args = parser.parse_args()
    if args.image and (args.data != DataOptions.data or args.split != "auto"):
        parser.error("--image: not allowed with --data or --split, which choose faces of FER2013")
    if args.cropped and not args.image:
        parser.error("--cropped: expected with --image")
    if (args.compare or args.pairs) and (args.count or args.mistakes or args.image):
        parser.error("--compare, --pairs: expected without --count, --mistakes and --image")
    return args


if __name__ == "__main__":
    options.run(main)
