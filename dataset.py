"""Count the faces of the data, and the identical faces, conflicting labels and blank faces in it.

    python dataset.py --data data

Writes outputs/dataset.png: the number of faces per emotion and split, and examples of each emotion.
"""
from base import files, options
from base.errors import UserError
from fer2013 import DataOptions, included


def main():
    args = parse_arguments()
    import numpy as np

    import fer2013
    from fer2013 import glance
    from figures import numbers, style

    data = included.open_for_training(options.settings(args, DataOptions))
    print(f"faces: {data.in_words}")
    splits = [data.split(name) for name in data.splits]
    if not splits:
        raise UserError(f"{data.path}: no face in any split")
    for split in splits:
        print(*data.describe(split.name), sep="\n")
    print(glance.summary(splits))
    counts = {split.name: np.array(split.counts) for split in splits}
    examples = glance.choose_examples(splits[0].pixels, splits[0].labels, args.seed)
    path = files.make_folder(args.outputs) / f"dataset.{args.format}"
    figure = numbers.dataset(
        counts, examples, fer2013.EMOTIONS, f"Faces of {data.name}",
        f"the faces shown are of {splits[0].name}, drawn at random with seed {args.seed}")
    style.save(figure, path, {"command": options.command(), "faces": data.name})
    print(f"wrote {path}")


def parse_arguments():
    parser = options.parser(__doc__)
    options.add_options(parser, DataOptions)
    parser.add_argument("--seed", type=options.seed_number, default=0,
                        help="seed of the random choice of examples (default: 0)")
    options.add_options(parser, options.OutputOptions)
    options.add_options(parser, options.FigureOptions)
    return parser.parse_args()


if __name__ == "__main__":
    options.run(main)
