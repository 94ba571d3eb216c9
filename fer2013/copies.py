"""Finds faces that occur more than once: identical, mirrored, or named as a copy."""
import itertools
import re

import numpy as np

PICTURE = re.compile(r"\.(jpe?g|png|bmp|tiff?|webp|gif|ppm)", re.IGNORECASE)
AUGMENTED = re.compile(r"[-_ .(]+(aug|copy|flip|mirror|rot|shift|crop|zoom|noise|blur)\w*\)?$",
                       re.IGNORECASE)
PARTS = re.compile(r"(?=[-_ .(])")


def seen_in(pixels, reference):
    """Whether each face is pixel-identical to one of the reference faces.

    Args:
        pixels: uint8 (n, 48, 48).
        reference: uint8 (m, 48, 48).

    Returns:
        bool (n,).
    """
    known = {face.tobytes() for face in reference}
    return np.array([face.tobytes() in known for face in pixels], bool)


def looks(pixels):
    """What a face and its mirror image have in common: a list of bytes for uint8 (n, 48, 48)."""
    return [min(face.tobytes(), face[:, ::-1].tobytes()) for face in pixels]


def families(split):
    """The number of the family of each face of a Split: int (n,).

    A family are faces that are identical or mirror images, or that have one label and are named
    as copies, as x.jpg, x.jpg0.jpg, x_aug1.jpg and x (1).jpg are. Pictures that were saved anew
    with a loss are not found.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    first, pairs = {}, []
    for index, keys in enumerate(zip(looks(split.pixels), originals(split), strict=True)):
        pairs += [(index, first.setdefault(key, index)) for key in keys]
    graph = coo_array((np.ones(len(pairs)), np.transpose(pairs)), (len(split), len(split)))
    return connected_components(graph, directed=False)[1]


def originals(split):
    """(label, name of the face of which it may be a copy by its own name) of each face."""
    faces = [(label, AUGMENTED.sub("", PICTURE.split(name)[0]))
             for label, name in zip(split.labels.tolist(), split.names, strict=True)]
    known = set(faces)
    for label, stem in faces:
        beginnings = itertools.accumulate(PARTS.split(stem))
        yield label, next(each for each in beginnings if (label, each) in known)
