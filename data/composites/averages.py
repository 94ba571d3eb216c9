"""The arithmetic of the composites: from a training face to the mean of the faces most like it.

Faces are rows of float32 (n, 2304) of mean 0 and length 1, so that the dot product of two rows is
their correlation.
"""
import numpy as np

from fer2013 import SIZE

MEMBERS = 32            # faces in a composite
ROUNDS = 2              # of neighbours and their mean; with a third, composites are more alike
SAME_PICTURE = 0.85     # pixel correlation from which two faces of an emotion count as one picture
DETAIL = 7.0            # pixels: standard deviation of the blur that find_details() subtracts
MARGIN = 12             # pixels of repeated border, so that the blur does not wrap around
FACE_CENTRE, FACE_RADIUS = (25.0, 23.5), (17.0, 15.0)  # pixels, down and right, of FER2013's faces
CLIPPED = 0.5           # per cent of the pixels that stretch() clips at each end of the grey scale


def standardise(images):
    """float32 (n, 2304) rows of mean 0 and length 1 for (n, 48, 48) or (n, 2304) images."""
    flat = np.asarray(images, np.float32).reshape(len(images), SIZE * SIZE)
    flat = flat - flat.mean(axis=1, keepdims=True)
    return flat / np.linalg.norm(flat, axis=1, keepdims=True)


def mirror(flat):
    """The mirror images of float32 (n, 2304) faces."""
    return np.ascontiguousarray(flat.reshape(-1, SIZE, SIZE)[:, :, ::-1]).reshape(flat.shape)


def find_different(flat, block=1000):
    """bool (n,): whether each float32 (n, 2304) face repeats no earlier one, mirrored or not."""
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
    """float (n,): correlation of the details of float32 (n, 2304) faces with the mean face's.

    The mean of all faces and their mirror images is a centred, upright face that looks straight at
    the camera.
    """
    blocks = range(0, len(flat), 1000)  # the spectra of all faces at once would take gigabytes
    details = np.concatenate([find_details(flat[start:start + 1000]) for start in blocks])
    mean = details.mean(axis=0, keepdims=True)  # (1, 2304)
    return (details @ standardise(mean + mirror(mean)).T)[:, 0]


# From a face to the mean of faces like it


def make_candidates(pool, flat, seeds):
    """Candidates for composites, one from each seed.

    Args:
        pool: int (p,), indices of the faces that may become members.
        flat: float32 (n, 2304), all training faces, standardised.
        seeds: int (c,), positions in the pool of the faces that start a search.

    Returns:
        A dict of arrays with one entry per candidate.
        "members": int (c, MEMBERS), indices into `flat`.
        "pixels": uint8 (c, 48, 48).
        "details": float32 (c, 2304), of the pixels.
        "agreement": float (c,), mean correlation of the members' details with their mean.
        "correlation": float (c,), mean correlation of the members' pixels with their mean.
        "nearest_member", "nearest_other": float (c,), see nearest_faces().
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
    """The features by which neighbours are found: the fine structure in the middle of the face.

    The plain correlation of pixels finds faces with the same light and background, and their mean
    is blurred. High-pass filtered, and under a window that falls off towards the corners, it finds
    faces whose eyes, nose and mouth have the same position and shape, and their mean is sharp.

    Args:
        flat: float32 (n, 2304), standardised.

    Returns:
        float32 (n, 2304), standardised.
    """
    images = flat.reshape(-1, SIZE, SIZE)
    padded = np.pad(images, ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)), "edge")
    spectrum = np.fft.rfft2(padded) * high_pass(padded.shape[-1])
    fine = np.fft.irfft2(spectrum, s=padded.shape[-2:])[:, MARGIN:-MARGIN, MARGIN:-MARGIN]
    return standardise(standardise(fine).reshape(images.shape) * face_window())


def high_pass(size):
    """float32 (size, size // 2 + 1): one minus the frequency response of a Gaussian blur."""
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size))
    return (1 - np.exp(-2 * (np.pi * DETAIL * frequency) ** 2)).astype(np.float32)


def face_window():
    """float32 (48, 48): 1 in the middle of the face, with a soft edge, near 0 at the corners."""
    down, right = (((np.arange(SIZE) - centre) / radius) ** 2
                   for centre, radius in zip(FACE_CENTRE, FACE_RADIUS, strict=True))
    return np.exp(-(down[:, None] + right) ** 2).astype(np.float32)


def find_neighbours(query, details):
    """The rows of `details` that correlate most with each query, each face at most once.

    Args:
        query: float32 (c, 2304).
        details: float32 (2p, 2304), those of p faces, then those of their mirror images.

    Returns:
        int (c, MEMBERS), indices into `details`.
    """
    correlation = (query @ details.T).reshape(len(query), 2, -1)  # (c, 2, p)
    side = correlation.argmax(axis=1)  # (c, p)
    order = np.argsort(-correlation.max(axis=1), axis=1, kind="stable")  # (c, p)
    nearest = order[:, :MEMBERS]
    return nearest + np.take_along_axis(side, nearest, axis=1) * correlation.shape[2]


def mean_correlation(mean, members):
    """float (c,): mean correlation of (c, MEMBERS, 2304) members with (c, 2304) means."""
    return np.einsum("cp,cmp->cm", mean, members).mean(axis=1)


def stretch(mean):
    """uint8 (c, 48, 48): the greys of each (c, 2304) mean, scaled linearly to fill 0 to 255."""
    low, high = np.percentile(mean, [CLIPPED, 100 - CLIPPED], axis=1, keepdims=True)  # (c, 1)
    scaled = (mean - low) / (high - low) * 255
    return np.clip(scaled.round(), 0, 255).astype(np.uint8).reshape(-1, SIZE, SIZE)


def nearest_faces(composites, members, flat):
    """The highest correlation of each composite with a training face, mirrored or not.

    All emotions count. It is given for the members and for all other faces. If the two are equal,
    the composite has none of its members' personal traits.

    Args:
        composites: float32 (c, 2304), standardised.
        members: int (c, MEMBERS), indices into `flat`.
        flat: float32 (n, 2304), all training faces, standardised.

    Returns:
        {"nearest_member": float (c,), "nearest_other": float (c,)}.
    """
    correlation = np.maximum(composites @ flat.T, composites @ mirror(flat).T)  # (c, n)
    of_members = np.take_along_axis(correlation, members, axis=1)
    np.put_along_axis(correlation, members, -1, axis=1)
    return {"nearest_member": of_members.max(axis=1), "nearest_other": correlation.max(axis=1)}
