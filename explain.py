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
import argparse
import functools

import lazy_loader
from tqdm import tqdm

import baselines
import bundled
import command_line
import explain_photographs
import fer2013
import many_faces
import model as network
import outputs
import superpixels
from command_line import UserError
from faces import Faces

attribution = lazy_loader.load("attribution")  # at first use: importing these takes seconds, and --help needs none
face_lime = lazy_loader.load("face_lime")
faithfulness = lazy_loader.load("faithfulness")
figures = lazy_loader.load("figures")


def main():
    args = parse_arguments()
    model_path = bundled.choose_model(args.model, args.outputs)
    if args.image:
        explain_photographs.explain_all(args, model_path)
        return
    data = bundled.choose_faces(args.data, model_path)
    print(bundled.in_use(data, model_path))
    split = fer2013.held_out_split(data) if args.split == "auto" else args.split
    pixels, labels, names = fer2013.load(data, split)
    print(*fer2013.describe(data, split, labels), sep="\n")
    chosen = named_face(args, names)
    if args.samples == "auto" and args.count:
        args.samples = face_lime.FIRST  # the mean over faces evens out what the samples leave open
    model = network.load_model(model_path)
    if args.compare:
        attribution.require_gradients()  # before anything is written
    predict = functools.partial(network.predict, model)
    faces = Faces(pixels, labels, names, predict, args, typical=data == bundled.COMPOSITES)
    asked = [fer2013.EMOTIONS.index(emotion) for emotion in args.label or fer2013.EMOTIONS]
    folder = outputs.make_folder(args.outputs)
    figures.set_resolution(args.dpi)
    if args.count:
        many_faces.explain_many(asked, faces, args.count, model_path, folder)
    elif args.mistakes:
        many_faces.explain_mistakes(asked, faces, args.mistakes, folder)
    else:
        rows = explain_each(asked, chosen, faces, folder)
        write_scores(rows, folder, args, {"model": str(bundled.shorten(model_path)), "split": split,
                                          "faces": bundled.NAMES.get(data, str(data))})
        if args.compare:
            compare_each(rows, model, faces, folder)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=command_line.HelpFormatter)
    parser.add_argument("--label", nargs="+", choices=fer2013.EMOTIONS, default=[], metavar="EMOTION",
                        help=f"emotions to explain, of {', '.join(fer2013.EMOTIONS)}; all seven if none is given")
    parser.add_argument("--data", default=bundled.DATA, help="FER2013: a CSV, folders, a .zip, or a directory with one")
    parser.add_argument("--split", choices=("auto", *fer2013.SPLITS), default="auto",
                        help="whose faces; auto: test where it is there, else validation")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--index", type=int, help="explain this face of the split, counted from 0")
    which.add_argument("--name", help="explain the face of this file name or CSV row (as in 'row 7')")
    which.add_argument("--count", type=command_line.positive_integer, metavar="FACES",
                       help="explain this many faces of each emotion that the model reads rightly, and average")
    which.add_argument("--mistakes", type=command_line.positive_integer, nargs="?", const=5, metavar="FACES",
                       help="explain this many of the most confident wrong predictions (5 if no number is given), for "
                            "the predicted and for the true emotion")
    which.add_argument("--image", nargs="+", default=[], metavar="PICTURE",
                       help="explain the faces of these JPEG, PNG or WebP pictures, or folders of them, for --label or "
                            "the predicted emotion")
    parser.add_argument("--cropped", action="store_true",
                        help="with --image: each picture is a face from forehead to chin; look for none")
    parser.add_argument("--model", default="",
                        help="a .keras file; empty: model.keras in --outputs, else the pretrained one")
    parser.add_argument("--superpixels", choices=superpixels.SEGMENTATIONS, default="slic",
                        help="how the face is divided")
    parser.add_argument("--hide", choices=baselines.HIDING, default="blurred", help="what a hidden superpixel shows")
    parser.add_argument("--samples", type=command_line.automatic_or_positive_integer, default="auto",
                        help="perturbed faces per face; auto: doubled from 500 on until both halves of them agree on "
                             "the five strongest superpixels, at most to 4,000; with --count 500, because the average "
                             "is over faces")
    parser.add_argument("--seed", type=command_line.seed_number, default=0,
                        help="of the samples and of the choice of faces")
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


def explain_each(asked, chosen, faces, folder):
    """A figure for each emotion, and one of all where none was asked for."""
    rows = []
    for label in tqdm(asked, disable=None if len(asked) > 1 else True, unit="face", leave=False):
        rows.append(explain_one(label, chosen, faces))
        figures.explanations(rows[-1:], folder / f"{fer2013.EMOTIONS[label]}.{faces.options.format}")
    if len(asked) == len(fer2013.EMOTIONS):
        figures.explanations(rows, folder / f"explanations.{faces.options.format}")
    print(*(f"{heading}; {caption}".replace("\n", "; ") for _, heading, caption in rows), sep="\n")
    return rows


def explain_one(label, chosen, faces):
    """The row of a figure: Explanation, heading, caption. Of the chosen face, else of one that choose_face() takes."""
    index, note = choose_face(label, faces) if chosen is None else (chosen, "")
    found = faces.explain(index, [label])[label]
    notes = [faces.describe(found), faces.names[index], note, *found.cautions()]
    return found, faces.headline(index, found.probabilities), "\n".join(filter(None, notes))


def choose_face(label, faces):
    """The index of a face of this label that the model gets right, and a note where there is none.

    Drawn by the seed, so that it stands for others; of the composites, which show what an emotion looks like, the one
    that the model reads most surely.
    """
    index = next(faces.right(label), None)
    note = "" if index is not None else f"no {fer2013.EMOTIONS[label]} face is classified correctly"
    return (faces.likeliest(label) if note or faces.typical else index), note


def compare_each(rows, model, faces, folder):
    """For each explanation, LIME beside the other methods on the same face, each with the AUC of its order."""
    for explanation, heading, caption in tqdm(rows, disable=None if len(rows) > 1 else True, unit="face", leave=False):
        maps = attribution.compare(explanation, model)
        found = faithfulness.score_maps(maps, explanation.segments, explanation.face, explanation.label, faces.predict,
                                        seed=explanation.seed)
        scores = {name: f"deletion {score['superpixels'].deletion_auc:.2f}\n"
                        f"insertion {score['superpixels'].insertion_auc:.2f}" for name, score in found.items()}
        figures.comparison(explanation.face, maps, scores, heading, caption,
                           folder / f"{fer2013.EMOTIONS[explanation.label]}_compare.{faces.options.format}")


def write_scores(rows, folder, options, source):
    """explanations.json: by emotion, the scores of the figures of now; those of earlier figures stay.

    Args:
        rows: those of explain_each(), whose captions end in lines of notes: the name of the face, and cautions.
        folder: where the figures are.
        options: superpixels, hide and format.
        source: dict with the model, the faces and the split.
    """
    path = folder / "explanations.json"
    scores = outputs.read_json(path, "explain.py") if path.is_file() else {}
    for found, heading, caption in rows:
        emotion = fer2013.EMOTIONS[found.label]
        scores[emotion] = {
            "file": f"{emotion}.{options.format}", "heading": heading, "probability": found.probability,
            "r2": float(found.r2), "stability": float(found.stability), "superpixels": len(found.weights),
            "division": options.superpixels, "hidden": options.hide, "samples": found.samples, "seed": found.seed,
            "notes": caption.split("\n")[1:], **source}
    outputs.write_json(path, scores)


if __name__ == "__main__":
    command_line.run(main)
