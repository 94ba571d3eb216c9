"""The faces that a benchmark explains, the network that it asks, and tables that grow by faces."""
import itertools
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

import fer2013
import model as network
from base import command_line
from benchmarks.results import HERE, append, begin, version
from explaining import face_lime
from fer2013 import EMOTIONS, bundled
from networks.network import Network
from networks.precision import PRECISIONS, in_precision


class Faces(NamedTuple):
    """What a benchmark is about.

    Attributes:
        pixels: uint8 (n, 48, 48).
        labels: uint8 (n,).
        names: of all n faces.
        indices: of the faces that it explains.
        asked: the Network that it explains.
        common: {column: what all rows of its table share}, "model" at least.
    """
    pixels: np.ndarray
    labels: np.ndarray
    names: list
    indices: list
    asked: Network
    common: dict


def face_arguments(description, faces):
    """A parser with the options of a benchmark on FER2013's faces."""
    parser = command_line.parser(description)
    parser.add_argument("--data", default=HERE.parent / "data", help="FER2013 in any form")
    parser.add_argument("--model", default=bundled.PRETRAINED, help="a .keras file")
    parser.add_argument("--faces", type=command_line.positive_integer, default=faces,
                        help="how many faces of each emotion")
    parser.add_argument("--precision", choices=PRECISIONS, default="float32",
                        help="precision of the network's arithmetic; bfloat16 takes about 0.6 "
                             "times as long")
    return parser


def chosen(args):
    """The Faces that the options of face_arguments() name, of the validation split.

    The same faces in every precision: those that the network classifies correctly in float32.
    """
    pixels, labels, names = fer2013.load(args.data, "validation")
    asked = network.as_network(network.load_model(args.model))
    indices = choose_faces(pixels, labels, asked.predict, args.faces)
    return Faces(pixels, labels, names, indices, in_precision(asked, args.precision),
                 {"model": version(args.model), "precision": args.precision})


def choose_faces(pixels, labels, predict, count):
    """Choose faces that the network classifies correctly, with seed 0.

    Args:
        pixels: uint8 (n, 48, 48).
        labels: uint8 (n,).
        predict: function from uint8 (n, 48, 48) to float (n, 7) probabilities.
        count: largest number of faces of each emotion.

    Returns:
        A list of indices, of the emotions in turn.
    """
    correct = np.flatnonzero(predict(pixels).argmax(axis=1) == labels)
    random = np.random.default_rng(0)
    by_label = [random.permutation(correct[labels[correct] == label])[:count]
                for label in range(len(EMOTIONS))]
    return [int(index) for group in itertools.zip_longest(*by_label) for index in group
            if index is not None]


def complete(path, columns, faces, column, values, measure):
    """Measure and append the rows that a table lacks, face by face, in random order.

    So a table is completed when a method is added, and an unfinished one is of all emotions.

    Args:
        path, columns: of the CSV.
        faces: the Faces.
        column: of the table, as "method".
        values: what a complete face has in that column.
        measure: function from a face's index and the set of missing values to rows.
    """
    rows = begin(path, columns, faces.common["model"])
    there = rows.groupby("face")[column].agg(set).to_dict()
    missing = [(index, set(values) - there.get(faces.names[index], set()))
               for index in np.random.default_rng(0).permutation(faces.indices)]
    for index, lacking in tqdm([each for each in missing if each[1]], unit="face"):
        append(path, measure(index, lacking), columns, face=faces.names[index],
               label=faces.labels[index], emotion=EMOTIONS[faces.labels[index]], **faces.common)


def precisions(rows):
    """In words how many faces of a table were measured in each precision."""
    counts = rows.drop_duplicates(["face", "precision"]).precision.value_counts()
    return ", ".join(f"{count} in {precision}" for precision, count in counts.items())


def jaccard(first, second):
    """Jaccard overlap of the five superpixels with the largest absolute weight, from 0 to 1."""
    first, second = (set(np.argsort(-np.abs(weights))[:face_lime.SHOWN])
                     for weights in (first, second))
    return len(first & second) / len(first | second)
