"""Show what the network looks at: LIME's explanation of an emotion, as a figure of four panels.

    python explain.py --label happy
    python explain.py                     # all seven emotions

Explains a face that the model classifies correctly, chosen by the seed, or the surest of the bundled average faces
where there is no FER2013; --index or --name choose another. Writes

    outputs/happy.png           face | superpixels that speak for the label | their boundaries | those against it
    outputs/explanations.png    all seven emotions, a row each, where no --label was given
    outputs/happy_compare.png   with --compare: LIME beside other methods on the same face, and their scores
    outputs/explanations.json   what each was made of, and its scores; python report.py shows them as a table

    python explain.py --label happy --count 200
    python explain.py --count 200         # all seven emotions

Averages over many faces that the model classifies correctly, and goes on where it was interrupted. Writes

    outputs/happy_average.png       mean face | mean map of weights | where on the face the positive weight lies
    outputs/happy_average.npz       the maps themselves, face by face
    outputs/emotions_average.png    several emotions on one scale, and the table emotions_average.csv

    python explain.py --mistakes

Explains the most confident wrong predictions, for the predicted and for the true emotion: outputs/mistakes.png.

    python explain.py --image me.jpg

Explains the faces of your own pictures: outputs/me.png, the photo, and for each face the probabilities and the panels.
"""
import dataclasses
import functools

import fer2013
from base import command_line, files
from base.errors import UserError
from explaining.settings import LimeSettings, add_lime_options
from fer2013 import bundled
from networks.ways import add_feeding_options


def main():
    args = parse_arguments()
    with command_line.quiet_stderr():
        from explaining import explain_photographs, face_lime, many_faces, methods, single_faces
        from explaining.face_set import FaceSet
        from figures import style
        from networks.network import open_network

    read_network = functools.partial(open_network, scale=args.scale, labels=args.labels, folder=args.outputs)
    model_path = bundled.choose_model(args.model, args.outputs)
    asked = [fer2013.EMOTIONS.index(emotion) for emotion in args.label]
    settings = command_line.settings(args, LimeSettings)
    style.set_resolution(args.dpi)
    if args.image:
        print(bundled.in_use(", ".join(args.image), model_path))
        explain_photographs.explain_all(args.image, asked, settings, read_network(model_path, args.data),
                                        files.make_folder(args.outputs), args.format, args.cropped)
        return
    data = bundled.choose_faces(args.data, model_path)
    print(bundled.in_use(data, model_path))
    split = fer2013.held_out_split(data) if args.split == "auto" else args.split
    pixels, labels, names = fer2013.load(data, split)
    print(*fer2013.describe(data, split, labels), sep="\n")
    chosen = named_face(args, names)
    if settings.samples == "auto" and args.count:
        settings = dataclasses.replace(settings, samples=face_lime.FIRST)  # the mean evens out what they leave open
    network = read_network(model_path, data)
    faces = FaceSet(pixels, labels, names, network.predict, settings, data == bundled.COMPOSITES, network.caption)
    asked = asked or list(range(len(fer2013.EMOTIONS)))
    folder = files.make_folder(args.outputs)
    if args.count:
        many_faces.explain_many(asked, faces, args.count, network.identity(), folder, args.format)
    elif args.mistakes:
        many_faces.explain_mistakes(asked, faces, args.mistakes, folder, args.format)
    else:
        rows = single_faces.explain_each(asked, chosen, faces, folder, args.format)
        single_faces.write_scores(rows, folder, args.format, {
            "model": str(bundled.shorten(model_path)), "fed": network.caption, "split": split,
            "faces": bundled.NAMES.get(data, str(data))})
        if args.compare:
            for name, reason in methods.left_out(network).items():
                print(f"{name} is left out: {reason}")
            single_faces.compare_each(rows, network, folder, args.format)


def parse_arguments():
    parser = command_line.parser(__doc__)
    faces = parser.add_argument_group("which faces")
    faces.add_argument("--label", nargs="+", choices=fer2013.EMOTIONS, default=[], metavar="EMOTION",
                       help=f"emotions to explain, of {', '.join(fer2013.EMOTIONS)}; all seven if none is given")
    faces.add_argument("--data", default=bundled.DATA, help="FER2013: a CSV, folders, a .zip, or a directory with one")
    faces.add_argument("--split", choices=("auto", *fer2013.SPLITS), default="auto",
                       help="the split whose faces are explained; auto: test where it is there, else validation")
    which = faces.add_mutually_exclusive_group()
    which.add_argument("--index", type=int, help="explain this face of the split, counted from 0")
    which.add_argument("--name", help="explain the face of this file name or CSV row (as in 'row 7')")
    which.add_argument("--count", type=command_line.positive_integer, metavar="FACES",
                       help="explain this many faces of each emotion that the model classifies correctly, and average")
    which.add_argument("--mistakes", type=command_line.positive_integer, nargs="?", const=5, metavar="FACES",
                       help="explain this many of the most confident wrong predictions (5 if no number is given), for "
                            "the predicted and for the true emotion")
    which.add_argument("--image", nargs="+", default=[], metavar="PICTURE",
                       help="explain the faces of these JPEG, PNG or WebP pictures, or folders of them, for --label or "
                            "the predicted emotion")
    faces.add_argument("--cropped", action="store_true",
                       help="with --image: each picture is a face from forehead to chin; look for none")
    command_line.add_model_option(parser)
    add_feeding_options(parser)
    add_lime_options(parser)
    parser.add_argument("--compare", action="store_true", help="also draw LIME beside other methods, with their scores")
    parser.add_argument("--outputs", default="outputs", help="folder to write to")
    command_line.add_figure_options(parser)
    args = parser.parse_args()
    if args.image and (args.data != bundled.DATA or args.split != "auto"):
        parser.error("argument --image: not allowed with --data or --split, which choose faces of FER2013")
    if args.cropped and not args.image:
        parser.error("argument --cropped: expected with --image")
    if args.compare and (args.count or args.mistakes or args.image):
        parser.error("--compare: expected without --count, --mistakes and --image")
    return args


def named_face(args, names):
    """The index of the face that --index or --name asks for; None where neither was given."""
    if args.index is not None and not 0 <= args.index < len(names):
        raise UserError(f"--index {args.index}: expected 0 to {len(names) - 1}")
    if args.name is not None and args.name not in names:
        raise UserError(f"--name {args.name}: no such face; expected a file name or row of the split, as {names[0]!r}")
    return args.index if args.name is None else names.index(args.name)


if __name__ == "__main__":
    command_line.run(main)
