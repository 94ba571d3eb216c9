"""Count the faces of the data, and the identical faces, conflicting labels and blank faces in it.

    python dataset.py --data data          print these counts
    python dataset.py --download           first download FER2013 from Kaggle (no account needed)

Writes outputs/dataset.png: the number of faces per emotion and split, and examples of each emotion.
"""
from base import command_line, files
from base.errors import UserError
from fer2013 import bundled
from fer2013.download import ON_KAGGLE


def main():
    args = parse_arguments()
    import numpy as np

    import fer2013
    from fer2013 import download, glance
    from figures import numbers, style

    data = bundled.data_of(args)
    if args.download:
        download.download(bundled.own_data(data))
    data = bundled.choose_training_data(data)
    if bundled.name_at(data) == bundled.NAMES[bundled.AVATARS]:
        print(f"no FER2013 in {args.data}; these are {bundled.name_at(data)}, which are rendered; "
              f"{bundled.USE_FER2013}")
    by_split = {split: fer2013.load(data, split) for split in fer2013.splits(data)}
    if not by_split:
        raise UserError(f"{data}: no face in any split")
    for split, (_, labels, _) in by_split.items():
        print(*bundled.describe(data, split, labels), sep="\n")
    print(glance.summary(by_split))
    counts = {split: np.bincount(labels, minlength=len(fer2013.EMOTIONS))
              for split, (_, labels, _) in by_split.items()}
    first_split, (pixels, labels, _) = next(iter(by_split.items()))
    examples = glance.choose_examples(pixels, labels, args.seed)
    path = files.make_folder(args.outputs) / f"dataset.{args.format}"
    figure = numbers.dataset(counts, examples, fer2013.EMOTIONS,
                             f"faces of {first_split}, drawn at random with seed {args.seed}")
    style.save(figure, path, {"command": command_line.command(),
                              "faces": bundled.name_at(data) or str(data)}, args.dpi)
    print(f"wrote {path}")


def parse_arguments():
    parser = command_line.parser(__doc__)
    bundled.add_data_options(parser)
    parser.add_argument("--download", action="store_true",
                        help=f"first download {ON_KAGGLE} from Kaggle into --data, unless FER2013 "
                             "is there (needs kagglehub)")
    parser.add_argument("--seed", type=command_line.seed_number, default=0,
                        help="seed of the random choice of examples")
    parser.add_argument("--outputs", default="outputs", help="folder to write to")
    command_line.add_figure_options(parser)
    return parser.parse_args()


if __name__ == "__main__":
    command_line.run(main)
