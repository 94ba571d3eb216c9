"""Finds faces that occur more than once: identical, mirrored, or saved anew with a loss."""
import itertools
import re

import numpy as np

COARSE = 6  # a face is compared as 6x6 means first
NEAR = 6.0  # grey levels by which two copies may differ on average; a JPEG's loss is 2
PICTURE = re.compile(r"\.(jpe?g|png|bmp|tiff?|webp|gif|ppm)", re.IGNORECASE)
AUGMENTED = re.compile(r"[-_ .(]*(aug|copy|flip|mirror|rot|shift|crop|zoom|noise|bright|blur)\w*"
                       r"[-_ .(]*\d{0,2}\)?$|[ _-]*\(\d+\)$", re.IGNORECASE)


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


def near_pairs(pixels, reference):
    """The pairs of a face and a reference face that are copies, or mirrored ones: int (pairs, 2).

    Two faces are copies if their pixels differ by less than NEAR grey levels on average. Faces are
    compared whose 6x6 means are near, found in a k-d tree.
    """
    from scipy.spatial import cKDTree  # here, because its import takes a tenth of a second

    tree, pairs = cKDTree(coarse(reference)), []
    for turned in (pixels, pixels[:, :, ::-1]):
        # a loss has no bias, so that the means of 64 pixels differ less than single pixels do
        for index, found in enumerate(tree.query_ball_point(coarse(turned), NEAR * COARSE / 2)):
            differences = np.abs(reference[found].astype(np.int16) - turned[index])
            near = differences.mean(axis=(1, 2)) < NEAR
            pairs += [(index, other) for other in itertools.compress(found, near)]
    return np.array(pairs, int).reshape(-1, 2)


def coarse(pixels):
    """The means of 6x6 squares: float32 (n, 36) for uint8 (n, 48, 48)."""
    size = pixels.shape[1] // COARSE
    return pixels.reshape(-1, COARSE, size, COARSE, size).mean(
        axis=(2, 4), dtype=np.float32).reshape(len(pixels), -1)


def near_in(pixels, reference):
    """Whether each face is a copy of a reference face, mirrored or saved anew: bool (n,)."""
    found = np.zeros(len(pixels), bool)
    found[near_pairs(pixels, reference)[:, 0]] = True
    return found


def families(split):
    """The number of the family of each face of a Split: int (n,).

    A family are faces that are copies of each other by their pixels, or by their names, as
    x.jpg, x.jpg0.jpg, x_aug1.jpg and x (1).jpg are.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    first = {}
    by_name = [(index, first.setdefault(root, index)) for index, root in enumerate(roots(split))]
    pairs = np.concatenate([np.array(by_name, int), near_pairs(split.pixels, split.pixels)])
    graph = coo_array((np.ones(len(pairs)), pairs.T), (len(split), len(split)))
    return connected_components(graph, directed=False)[1]


def named_as_copies(split, reference):
    """Whether each face is named as a copy of a reference face, or the reverse: bool (n,)."""
    known, both = {}, roots(split, reference)
    for root, name in zip(both[len(split):], reference.names, strict=True):
        known.setdefault(root, set()).add(PICTURE.sub("", name))
    return np.array([bool(known.get(root, set()) - {PICTURE.sub("", name)})
                     for root, name in zip(both, split.names, strict=False)], bool)


def roots(*splits):
    """[(label, name of the face of which it may be a copy by its own name)] of all faces."""
    faces = [(label, stem(name)) for split in splits
             for label, name in zip(split.labels.tolist(), split.names, strict=True)]
    known = set(faces)
    return [(label, original(label, name, known)) for label, name in faces]


def stem(name):
    """A file's name without its ending and what marks it as an augmented copy."""
    name = PICTURE.split(name)[0]
    return AUGMENTED.sub("", name) or name


def original(label, name, known):
    """The shortest name of a face of the same label that this one is with something behind it."""
    above = re.sub(r"[-_ .(][^-_ .(]*$", "", name)
    return original(label, above, known) if above != name and (label, above) in known else name
