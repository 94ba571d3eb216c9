"""The mean explanation of many faces of an emotion, and the share of the weight in each region.

    columns = collect(indices, explain, "outputs/happy_average.npz", settings)
    share_by_region(columns["spread"])["mouth"].mean()

Maps are averaged pixel by pixel, and regions are boxes. This is possible because the challenge
registered the faces of FER2013: each is about in the middle and about the same size. Other faces
are not.
"""
import hashlib
import json
import pathlib
import zipfile

import numpy as np

from base import files

# rows and columns of a 48x48 face, read off the mean of the 28,709 training faces; no two overlap
REGIONS = {
    "brows": (slice(9, 15), slice(7, 41)),
    "eyes": (slice(15, 21), slice(7, 41)),
    "nose": (slice(21, 33), slice(17, 31)),
    "mouth": (slice(33, 44), slice(12, 36)),
}
COLUMNS = ("index", "r2", "stability", "map", "spread")


def collect(indices, explain, path, settings, progress=iter):
    """Explain many faces, continuing an earlier, interrupted call with the same settings.

    Args:
        indices: list of int, the faces to explain.
        explain: function from an index to a face_lime.Explanation.
        path: the .npz file that keeps the results; it is written after every face.
        settings: dict of strings and numbers, everything that the explanations depend on.
        progress: wraps the iteration over the indices, as tqdm does.

    Returns:
        dict of arrays with one row per face: "index", int (n,); "r2" and "stability", float (n,);
        "map", float32 (n, 48, 48), the weight of each pixel's superpixel; "spread", float32
        (n, 48, 48), the positive weights only, each divided evenly among the pixels of its
        superpixel, so that the sum over a face is its positive weight.
    """
    columns = read_kept(path, settings)
    for index in progress(indices):
        if index not in columns["index"]:
            row = make_row(index, explain)
            columns = {name: [*columns[name], value]
                       for name, value in zip(COLUMNS, row, strict=True)}
            with files.replacing(path) as temporary:
                np.savez(temporary, settings=json.dumps(settings), **columns)
    positions = [list(columns["index"]).index(index) for index in indices]
    return {name: np.array(values)[positions] for name, values in columns.items()}


def read_kept(path, settings):
    """The columns kept by an earlier call with the same settings; empty if there are none."""
    empty = {name: [] for name in COLUMNS}
    if not pathlib.Path(path).exists():
        return empty
    try:
        with np.load(path) as kept:
            same = kept["settings"].item() == json.dumps(settings)
            return {name: list(kept[name]) for name in COLUMNS} if same else empty
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return empty  # another kind of file, or a damaged one: its content can be computed again


def make_row(index, explain):
    """The values of one face, in the order of COLUMNS."""
    explanation = explain(index)
    segments = explanation.segments  # (48, 48)
    sizes = np.bincount(segments.ravel())  # (superpixels,)
    spread = (np.maximum(explanation.weights, 0) / sizes)[segments]  # (48, 48)
    return (index, explanation.r2, explanation.stability,
            explanation.weight_map().astype(np.float32), spread.astype(np.float32))


def share_by_region(spread):
    """The share of the positive weight in each region and in the rest of the face.

    Args:
        spread: float (n, 48, 48), as collect() returns it.

    Returns:
        {region: float (n,)}, NaN for a face without positive weight.
    """
    total = spread.sum(axis=(1, 2))  # (n,)
    total = np.where(total > 0, total, np.nan)
    shares = {region: spread[:, rows, columns].sum(axis=(1, 2)) / total
              for region, (rows, columns) in REGIONS.items()}
    return shares | {"rest": 1 - sum(shares.values())}


def mean_shares(spread):
    """The mean of share_by_region() over the faces that have positive weight: {region: float}."""
    shares = share_by_region(spread)
    return {region: float(np.nanmean(values)) for region, values in shares.items()}


AREAS = mean_shares(np.ones((1, 48, 48)))  # shares of the face's area: the chance level


def settings(face_set, identity):
    """The `settings` of collect(): everything that the explanations of a FaceSet depend on.

    Args:
        face_set: a FaceSet.
        identity: Network.identity() of the network that is loaded; its file may have changed since.
    """
    options = face_set.settings
    return {"faces": digest(face_set.pixels.tobytes()), **identity,
            "superpixels": options.superpixels, "hide": options.hide, "samples": options.samples,
            "seed": options.seed}


def digest(content):
    return hashlib.sha256(content).hexdigest()[:16]
