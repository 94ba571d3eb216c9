"""The picture over many faces: the mean explanation of an emotion, and where on the face its weight lies.

    found = collect(faces, explain, "outputs/happy_average.npz", settings)
    share_by_region(found["spread"])["mouth"].mean()

The challenge registered FER2013's faces, so that each is about in the middle and of about one size: that is what lets
maps be averaged pixel by pixel, and regions be boxes. On other faces neither holds.
"""
import hashlib
import json
import pathlib
import zipfile

import numpy as np

from base import files

REGIONS = {  # rows, columns of a 48x48 face, read off the mean of the 28,709 training faces; no two overlap
    "brows": (slice(9, 15), slice(7, 41)),
    "eyes": (slice(15, 21), slice(7, 41)),
    "nose": (slice(21, 33), slice(17, 31)),
    "mouth": (slice(33, 44), slice(12, 36)),
}
COLUMNS = ("index", "r2", "stability", "map", "spread")


def collect(faces, explain, path, settings, progress=iter):
    """Explain many faces, and go on where an earlier, interrupted call with the same settings stopped.

    Args:
        faces: list of indices of the faces.
        explain: function from an index to a face_lime.Explanation.
        path: the .npz file that keeps what was found, written after every face.
        settings: dict of strings and numbers: all that the explanations depend on.
        progress: wraps the iteration over faces, as tqdm does.

    Returns:
        dict of arrays, a row per face: "index" int (n,), "r2" and "stability" float (n,), "map" float32 (n, 48, 48),
        each pixel with its superpixel's weight, and "spread" float32 (n, 48, 48), positive weights alone, spread evenly
        over the superpixel's pixels, so that its sum is the face's positive weight.
    """
    found = recall(path, settings)
    for index in progress(faces):
        if index not in found["index"]:
            found = {name: [*found[name], value] for name, value in zip(COLUMNS, row(index, explain), strict=True)}
            with files.replacing(path) as temporary:
                np.savez(temporary, settings=json.dumps(settings), **found)
    chosen = [list(found["index"]).index(index) for index in faces]
    return {name: np.array(values)[chosen] for name, values in found.items()}


def recall(path, settings):
    """What an earlier call with the same settings kept; empty columns where there is nothing of the kind."""
    empty = {name: [] for name in COLUMNS}
    if not pathlib.Path(path).exists():
        return empty
    try:
        with np.load(path) as kept:
            same = kept["settings"].item() == json.dumps(settings)
            return {name: list(kept[name]) for name in COLUMNS} if same else empty
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):  # not ours, or damaged: it is only kept work
        return empty


def row(index, explain):
    """The columns of one face."""
    found = explain(index)
    sizes = np.bincount(found.segments.ravel())  # (superpixels,)
    spread = (np.maximum(found.weights, 0) / sizes)[found.segments]  # (48, 48)
    return index, found.r2, found.stability, found.weight_map().astype(np.float32), spread.astype(np.float32)


def share_by_region(spread):
    """Share of the positive weight in each region and in the rest: {region: float (n,)}, NaN where there is none.

    Args:
        spread: float (n, 48, 48), as collect() gives it.
    """
    total = spread.sum(axis=(1, 2))  # (n,)
    total = np.where(total > 0, total, np.nan)
    shares = {region: spread[:, rows, columns].sum(axis=(1, 2)) / total
              for region, (rows, columns) in REGIONS.items()}
    return shares | {"rest": 1 - sum(shares.values())}


def mean_shares(spread):
    """The mean over faces of share_by_region(), of the faces that have positive weight: {region: float}."""
    return {region: float(np.nanmean(shares)) for region, shares in share_by_region(spread).items()}


AREAS = mean_shares(np.ones((1, 48, 48)))  # each region's share of the face: where weight would lie by chance


def settings(faces, identity):
    """All that the explanations of a FaceSet depend on: where one differs, kept explanations are of no use.

    Args:
        identity: Network.identity() of the network that was loaded; its file may hold another one by now.
    """
    options = faces.settings
    return {"faces": digest(faces.pixels.tobytes()), **identity,
            "superpixels": options.superpixels, "hide": options.hide, "samples": options.samples, "seed": options.seed}


def digest(content):
    return hashlib.sha256(content).hexdigest()[:16]
