"""Explain with LIME which parts of a face the network uses to predict an emotion.

    python explain.py --label happy
    python explain.py                     # all seven emotions

Explains a face that the model classifies correctly, chosen by the seed. Without FER2013 it explains
the included average face with the highest probability of the emotion. --index or --name choose
another face. Writes

    outputs/happy.png           face | superpixels that speak for the label | their boundaries |
                                boundaries of those that speak against it
    outputs/explanations.png    all seven emotions, one per row, if no --label is given
    outputs/happy_pairs.png     with --pairs: which superpixels act together
    outputs/happy_compare.png   with --compare: LIME and other methods on the same face, with scores
    outputs/explanations.json   settings and scores of each

    python explain.py --label happy --count 200
    python explain.py --count 200         # all seven emotions

Averages the explanations of many faces that the model classifies correctly; `--count all` of every
such face. If it was interrupted, it continues. Writes

    outputs/happy_average.png       mean face | mean map of weights | positive weight by region
    outputs/emotions_average.png    several emotions on the same colour scale
    outputs/emotions_average.csv    the shares of the regions, in a table
    outputs/pairs_average.png, .csv with --pairs: what regions of the face do together
    outputs/explained.sqlite        each finished explanation, for a run that continues

    python explain.py --mistakes

Explains the most confident wrong predictions: what speaks for the predicted emotion rather than for
the true one. Writes outputs/mistakes.png.

    python explain.py --image me.jpg

Explains the faces in your own pictures. Writes outputs/me.png: the photograph, and for each face
the probabilities and the panels.

    python explain.py --count all --table faces.csv

Writes, with every way of choosing faces, a row for each explanation into faces.csv, and its
superpixels, weights and pairs into faces.npz (docs/long_runs.md).
"""
import contextlib
import dataclasses
import functools
import sys

import fer2013
from base import files, options, parallel, streams
from base.errors import UserError
from base.parallel import Workers
from base.store import Store
from explaining.settings import LimeSettings, add_lime_options
from fer2013 import DataOptions, included
from networks import choice
from networks.precision import PRECISIONS


def main():
    args = parse_arguments()
    with options.quiet_stderr():
        from explaining import many_faces, methods, single_faces
        from explaining.face_set import FaceSet
        from explaining.samples import FIRST
        from explaining.table import Table
        from networks.network import open_network

    table = Table(args.table) if args.table else None
    chosen = options.settings(args, DataOptions)

    def read_network(path, data):
        return open_network(path, data, args.scale, args.labels, args.outputs, args.precision)

    choose = choice.choose_for_photographs if args.image else choice.choose
    model_path = choose(args.model, args.outputs)
    asked = [fer2013.EMOTIONS.index(emotion) for emotion in args.label]
    settings = options.settings(args, LimeSettings)
    if args.image:
        print(f"{choice.in_words(model_path)}; faces: {', '.join(args.image)}")
        network = read_network(model_path, included.open_own(chosen))
        folder = files.make_folder(args.outputs)
        with open_engine(args, folder, network, settings) as engine:
            explain_pictures(args, asked, engine, folder, table, fed=network.caption,
                             source=choice.in_words(model_path))
        return
    data = included.open_for_explaining(chosen, choice.trained_on(model_path))
    print(f"{choice.in_words(model_path)}; faces: {data.in_words}")
    split = data.held_out if args.split == "auto" else args.split
    faces = data.split(split)
    pixels, labels, names = faces.pixels, faces.labels, faces.names
    print(*data.describe(split), sep="\n")
    index = choose_index(args, names)
    if settings.samples == "auto" and args.count:
        # the average over faces removes the noise of few samples
        settings = dataclasses.replace(settings, samples=FIRST)
    network = read_network(model_path, data)
    folder = files.make_folder(args.outputs)
    source = {"model": str(choice.shorten(model_path)), "fed": network.caption, "split": split,
              "faces": data.title(split), "command": options.command()}
    with open_engine(args, folder, network, settings) as engine:
        typical = data.name == included.NAMES[included.COMPOSITES]
        face_set = FaceSet(pixels, labels, names, engine, typical=typical,
                           fed=network.caption, split=split, table=table,
                           source=f"{choice.in_words(model_path)}; faces: {source['faces']}")
        everything = face_set.present if index is None else range(len(fer2013.EMOTIONS))
        asked = asked or list(everything)
        if args.count:
            many_faces.explain_many(asked, face_set, limit(args.count), folder, args.format,
                                    source, args.pairs)
        elif args.mistakes:
            many_faces.explain_mistakes(asked, face_set, limit(args.mistakes), folder, args.format,
                                        source)
        else:
            rows = single_faces.explain_each(asked, index, face_set, folder, args.format, source)
            if args.format:
                with files.locked(folder, ["explanations.json"], wait=60):
                    single_faces.write_scores(rows, folder, args.format, source)
            if args.pairs:
                single_faces.pairs_each(rows, folder, args.format, source)
            if args.compare:
                for name, reason in methods.left_out(network).items():
                    print(f"{name} is left out: {reason}")
                single_faces.compare_each(rows, network, folder, args.format, source)
    if table:
        print(table.write())


def explain_pictures(args, labels, engine, folder, table, **about):
    """Explain the faces in pictures; a problem of one does not stop the others."""
    from explaining import wording
    from explaining.photographs_explained import explain_photographs, name_figures
    from figures import style
    from photographs.finding import find_all, read, shrink
    from photographs.listing import list_pictures

    paths, skipped = list_pictures(args.image, leave_out=folder)
    print(skipped, end="\n" * bool(skipped))
    find = functools.partial(find_all, cropped=args.cropped, store=engine.store,
                             workers=engine.workers)
    explained, problems = explain_photographs(paths, find, labels, engine, **about), []
    for each, target in zip(streams.progress(explained, "picture", len(paths)),
                            name_figures(paths, folder, args.format), strict=True):
        if each.problem:
            problems.append(each.problem)
        else:
            print(each.summary, *(f"  {wording.one_line(row)}" for row in each.rows), sep="\n")
        if table:
            table.add_photograph(each)
        if args.format and not each.problem:
            figure, record = each.figure(*shrink(read(each.path)))
            style.save(figure, target, record)
            print(f"wrote {target}")
    if table:
        print(table.write())
    if problems:
        print(*problems[:-1], sep="\n", end="\n" * (len(problems) > 1), file=sys.stderr)
        raise UserError(problems[-1])


@contextlib.contextmanager
def open_engine(args, folder, network, settings):
    """The Engine that explains, which keeps what it finds with --count and --table."""
    import matplotlib

    from explaining.engine import Engine

    with contextlib.ExitStack() as stack:
        stack.enter_context(matplotlib.rc_context({"savefig.dpi": args.dpi}))
        kept = None
        if args.count or args.table:
            kept = stack.enter_context(contextlib.closing(Store(folder / "explained.sqlite")))
            stack.enter_context(options.advice(
                "the same command goes on after the last explained face"))
        yield Engine(network.predict, settings, network.identity(), kept,
                     Workers(args.jobs, args.cluster), network.source)


def limit(count):
    return None if count == "all" else count


def parse_arguments():
    parser = options.parser(__doc__)
    add_face_options(parser.add_argument_group("which faces"))
    options.add_options(parser, choice.ModelOptions)
    parser.add_argument("--precision", choices=PRECISIONS, default="float32",
                        help="the network's arithmetic; bfloat16 takes about half of the time on "
                             "processors with AVX-512 BF16 or AMX, and saves none on others")
    add_lime_options(parser)
    parser.add_argument("--compare", action="store_true",
                        help="also draw LIME beside other methods, with their scores")
    parser.add_argument("--pairs", action="store_true",
                        help="also draw which superpixels add more or less together than their sum")
    options.add_options(parser, options.OutputOptions)
    parser.add_argument("--table", metavar="FILE",
                        help="also write a row for each explanation into this .csv or .parquet "
                             "file, and its arrays into an .npz file beside it")
    parser.add_argument("--no-figures", action="store_true",
                        help="write only the table, with --table")
    parallel.add_options(parser)
    options.add_options(parser, options.FigureOptions)
    args = parser.parse_args()
    if args.image and (args.data != DataOptions.data or args.split != "auto"):
        parser.error("argument --image: not allowed with --data or --split, "
                     "which choose faces of FER2013")
    if "" in args.image:  # it would stand for the folder in which the program runs
        parser.error("argument --image: expected pictures or folders of them, found an empty name")
    if args.cropped and not args.image:
        parser.error("argument --cropped: expected with --image")
    if args.no_figures and (args.compare or args.pairs or not args.table):
        parser.error("--no-figures: expected with --table and without --compare and --pairs")
    if args.no_figures:
        args.format = ""
    if args.compare and (args.count or args.mistakes or args.image):
        parser.error("--compare: expected without --count, --mistakes and --image")
    if args.pairs and (args.mistakes or args.image):
        parser.error("--pairs: expected without --mistakes and --image")
    return args


def add_face_options(group):
    group.add_argument("--label", nargs="+", choices=fer2013.EMOTIONS, default=[],
                       metavar="EMOTION",
                       help=f"emotions to explain, of {', '.join(fer2013.EMOTIONS)}; "
                            "all seven if none is given")
    options.add_options(group, DataOptions)
    group.add_argument("--split", choices=("auto", *fer2013.SPLITS), default="auto",
                       help="split whose faces are explained; auto: test if there is one, else "
                            "validation")
    which = group.add_mutually_exclusive_group()
    which.add_argument("--index", type=int,
                       help="explain the face at this position in the split, counted from 0")
    which.add_argument("--name",
                       help="explain the face with this file name or CSV row (such as 'row 7')")
    which.add_argument("--count", type=options.all_or_positive_integer, metavar="FACES",
                       help="average the explanations of this many correctly classified faces of "
                            "each emotion, or of all")
    which.add_argument("--mistakes", type=options.all_or_positive_integer, nargs="?", const=5,
                       metavar="FACES",
                       help="explain this many of the most confident wrong predictions (5 if no "
                            "number is given), or all: why the predicted emotion, not the true one")
    which.add_argument("--image", nargs="+", default=[], metavar="PICTURE",
                       help="explain the faces in these pictures, or folders of them with their "
                            "subfolders, for the emotions of --label or for the predicted one")
    group.add_argument("--cropped", action="store_true",
                       help="with --image: take each picture as one face from forehead to chin, "
                            "without face detection")


def choose_index(args, names):
    """The index of the face that --index or --name choose; None if neither is given."""
    if args.index is not None and not 0 <= args.index < len(names):
        raise UserError(f"--index {args.index}: expected 0 to {len(names) - 1}")
    if args.name is not None and args.name not in names:
        raise UserError(f"--name {args.name}: no such face; "
                        f"expected a file name or row of the split, such as {names[0]!r}")
    return args.index if args.name is None else names.index(args.name)


if __name__ == "__main__":
    options.run(main)
