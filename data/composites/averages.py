"""The arithmetic of the composites: from a training face to the mean of the faces that are most like it.

Faces are rows of float32 (n, 2304) of mean 0 and length 1, so that a product of two rows is their correlation.
"""
import numpy as np

from fer2013 import SIZE

MEMBERS = 32            # faces in a composite
ROUNDS = 2              # of mean and neighbours; a third makes the composites of an emotion more alike
SAME_PICTURE = 0.85     # pixel correlation from which two faces of an emotion count as one picture
DETAIL = 7.0            # pixels: standard deviation of the blur that find_details() takes away
MARGIN = 12             # pixels of repeated border, so that the blur does not wrap around
FACE_CENTRE, FACE_RADIUS = (25.0, 23.5), (17.0, 15.0)  # pixels, down and right: where FER2013 has the face
CLIPPED = 0.5           # per cent of the pixels at each end of the grey scale that the contrast may clip


def standardise(images):
    """float32 (n, 2304) of mean 0 and length 1, so that a product of two is their correlation."""
    flat = np.asarray(images, np.float32).reshape(len(images), SIZE * SIZE)
    flat = flat - flat.mean(axis=1, keepdims=True)
    return flat / np.linalg.norm(flat, axis=1, keepdims=True)


def mirror(flat):
    """The mirrored faces of float32 (n, 2304)."""
    return np.ascontiguousarray(flat.reshape(-1, SIZE, SIZE)[:, :, ::-1]).reshape(flat.shape)


def find_different(flat, block=1000):
    """bool (n,): the faces that do not repeat an earlier one, mirrored or not, of float32 (n, 2304)."""
    kept = np.ones(len(flat), bool)
    mirrored = mirror(flat)
    for start in range(0, len(flat), block):
        rows = flat[start:start + block]
        same = np.maximum(rows @ flat.T, rows @ mirrored.T) >= SAME_PICTURE  # (block, n)
        for index, repeats in enumerate(same, start=start):
            if kept[index]:
                kept[index + 1:] &= ~repeats[index + 1:]
    return kept


def frontality(flat):
    """float (n,): how well the details of float32 (n, 2304) faces correlate with those of the mean face.

    The mean of all faces and their mirrored ones looks straight at the camera, upright and in the middle.
    """
    blocks = range(0, len(flat), 1000)  # of all faces at once, the spectra would take gigabytes
    details = np.concatenate([find_details(flat[start:start + 1000]) for start in blocks])
    mean = details.mean(axis=0, keepdims=True)  # (1, 2304)
    return (details @ standardise(mean + mirror(mean)).T)[:, 0]


# From a face to the mean of faces like it


def make_candidates(pool, flat, seeds):
    """Composites, one from each seed, as a dict of arrays with one entry per candidate.

    Args:
        pool: int (p,), indices of the faces that may become members.
        flat: float32 (n, 2304), all training faces, standardised.
        seeds: int (c,), positions in the pool of the faces that start a search.

    Returns:
        members (c, MEMBERS) indices, pixels uint8 (c, 48, 48), agreement (c,) mean correlation of the
        members' details with their mean, correlation (c,) the same of pixels, nearest_member and
        nearest_other (c,) correlation with the nearest of all training faces, details (c, 2304).
    """
    both = np.concatenate([flat[pool], mirror(flat[pool])])  # (2p, 2304)
    details = find_details(both)
    query = details[seeds]  # (c, 2304)
    for _ in range(ROUNDS):
        chosen = find_neighbours(query, details)  # (c, MEMBERS)
        query = standardise(details[chosen].mean(axis=1))
    members = pool[chosen % len(pool)]
    mean = both[chosen].mean(axis=1)  # (c, 2304), every member with the same weight
    pixels = stretch(mean)
    return {
        "members": members, "pixels": pixels, "details": find_details(standardise(pixels)),
        "agreement": mean_correlation(query, details[chosen]),
        "correlation": mean_correlation(standardise(mean), both[chosen]),
        **nearest_faces(standardise(pixels), members, flat),
    }


def find_details(flat):
    """What neighbours are compared by: the fine structure of the face's middle, standardised.

    A plain correlation finds faces with the same light and background, and their mean is a blur. Without the
    coarse shades, and under a window that fades out towards the corners, it finds faces whose eyes, nose and
    mouth lie at the same place and have the same shape, and their mean is sharp.
    """
    images = flat.reshape(-1, SIZE, SIZE)
    padded = np.pad(images, ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)), "edge")
    spectrum = np.fft.rfft2(padded) * high_pass(padded.shape[-1])
    fine = np.fft.irfft2(spectrum, s=padded.shape[-2:])[:, MARGIN:-MARGIN, MARGIN:-MARGIN]
    return standardise(standardise(fine).reshape(images.shape) * face_window())


def high_pass(size):
    """float32 (size, size // 2 + 1): 1 minus the frequency response of a Gaussian blur."""
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size))
    return (1 - np.exp(-2 * (np.pi * DETAIL * frequency) ** 2)).astype(np.float32)


def face_window():
    """float32 (48, 48): 1 at the middle of the face, with a soft edge, near 0 at the corners."""
    down, right = (((np.arange(SIZE) - centre) / radius) ** 2
                   for centre, radius in zip(FACE_CENTRE, FACE_RADIUS, strict=True))
    return np.exp(-(down[:, None] + right) ** 2).astype(np.float32)


def find_neighbours(query, details):
    """int (c, MEMBERS): of details (2p, 2304), p faces and then their mirrored ones, each face at most once."""
    correlation = (query @ details.T).reshape(len(query), 2, -1)  # (c, 2, p)
    side = correlation.argmax(axis=1)  # (c, p)
    nearest = np.argsort(-correlation.max(axis=1), axis=1, kind="stable")[:, :MEMBERS]  # (c, MEMBERS)
    return nearest + np.take_along_axis(side, nearest, axis=1) * correlation.shape[2]


def mean_correlation(mean, members):
    """float (c,) for standardised (c, 2304) and (c, MEMBERS, 2304)."""
    return np.einsum("cp,cmp->cm", mean, members).mean(axis=1)


def stretch(mean):
    """uint8 (c, 48, 48): each mean's greys, mapped by a straight line so that they fill 0 to 255."""
    low, high = np.percentile(mean, [CLIPPED, 100 - CLIPPED], axis=1, keepdims=True)  # (c, 1)
    scaled = (mean - low) / (high - low) * 255
    return np.clip(scaled.round(), 0, 255).astype(np.uint8).reshape(-1, SIZE, SIZE)


def nearest_faces(composites, members, flat):
    """Highest correlation of (c, 2304) with any training face of any emotion, mirrored or not.

    Members and all others apart: where the two are alike, the composite has none of its members' own traits.
    """
    correlation = np.maximum(composites @ flat.T, composites @ mirror(flat).T)  # (c, n)
    of_members = np.take_along_axis(correlation, members, axis=1)
    np.put_along_axis(correlation, members, -1, axis=1)
    return {"nearest_member": of_members.max(axis=1), "nearest_other": correlation.max(axis=1)}
