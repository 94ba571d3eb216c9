"""Faithfulness of LIME, of other methods and of a random order: deletion, insertion, stability.

    python -m benchmarks.faithfulness --data data

Explains --faces PublicTest faces of each emotion that the model classifies correctly, chosen with
seed 0, and prints the table of docs/trust.md: means with 95 % bootstrap intervals. Deletion and
insertion AUC are those of explaining/faithfulness.py, by superpixels. Stability is the overlap
(Jaccard) of the five superpixels with the largest absolute relevance between the seeds 0 and 1; it
is 1 for methods that draw nothing at random. A face takes about 20 s on two CPU cores.
"""
import fer2013
from base import options
from benchmarks.common import cell, choose_faces, complete, jaccard, machine, markdown, parser
from explaining import faithfulness, methods, superpixels
from explaining.hiding import HIDING
from networks.network import open_network

HEADER = ("method", "deletion, blurred", "insertion, blurred", "deletion, grey", "insertion, grey",
          "deletion, black", "insertion, black", "stability")
SCORES = [f"{curve} {baseline}" for baseline in HIDING for curve in ("deletion", "insertion")]


def main():
    args = parser(__doc__, faces=6).parse_args()
    split = fer2013.open(args.data).split("validation")
    network = open_network(args.model)
    rows = complete("faithfulness", network, split, choose_faces(split, network, args.faces),
                    lambda index: measure(split.pixels[index], int(split.labels[index]), network))
    scores = rows.groupby("method", sort=False)[[*SCORES, "stability"]]
    print(markdown(HEADER, [(name, *(cell(own[score]) for score in own)) for name, own in scores]))
    print(f"\n{rows.face.nunique()} PublicTest faces, {machine()}.")


def measure(face, label, network):
    """Yield a row of scores for each method.

    Args:
        face: uint8 (48, 48).
        label: int.
        network: a networks.network.Network.
    """
    segments = superpixels.segment(face)
    maps, again = ({name: methods.METHODS[name](face, label, network, seed) for name in names}
                   for seed, names in ((0, methods.METHODS), (1, methods.SEEDED)))
    scores = {baseline: faithfulness.score_maps(maps, segments, face, label, network.predict,
                                                baseline) for baseline in HIDING}
    for name, relevance in maps.items():
        means = [faithfulness.superpixel_means(each, segments)
                 for each in (relevance, again.get(name, relevance))]
        row = {"method": name, "stability": jaccard(*means)}
        for baseline, by_method in scores.items():
            row[f"deletion {baseline}"], row[f"insertion {baseline}"] = by_method[name]
        yield row


if __name__ == "__main__":
    options.run(main)
