"""The regions of an upright face framed as in FER2013, and what a superpixel is called by them.

    region_shares(segments)         # float (superpixels, 5): how much of each lies where
    part_names(segments)[12]        # "left corner of the mouth"; left and right of the picture

Rows and columns are read off the mean of the 28,709 training faces.
"""
import collections

import numpy as np

REGIONS = {  # no two overlap
    "brows": (slice(9, 15), slice(7, 41)),
    "eyes": (slice(15, 21), slice(7, 41)),
    "nose": (slice(21, 33), slice(17, 31)),
    "mouth": (slice(33, 44), slice(12, 36)),
}
PLACES = (*REGIONS, "rest")
PARTS = {  # rows: {part: the first column beyond it}
    (0, 9): {"forehead": 48},
    (9, 15): {"left temple": 7, "left brow": 19, "space between the brows": 29, "right brow": 41,
              "right temple": 48},
    (15, 21): {"left temple": 7, "left eye": 19, "bridge of the nose": 29, "right eye": 41,
               "right temple": 48},
    (21, 33): {"left cheek": 17, "nose": 31, "right cheek": 48},
    (33, 44): {"left cheek": 12, "left corner of the mouth": 20, "middle of the mouth": 28,
               "right corner of the mouth": 36, "right cheek": 48},
    (44, 48): {"chin": 48},
}
REST = ("forehead", "left temple", "right temple", "left cheek", "right cheek", "chin")
NEAR = 0.25  # share in a region from which on a part of the rest is said to be by it


def region_shares(segments):
    """The share of each superpixel in each of PLACES: float64 (superpixels, 5)."""
    sizes = np.bincount(segments.ravel())  # (superpixels,)
    inside = [np.bincount(segments[place].ravel(), minlength=len(sizes)) / sizes
              for place in REGIONS.values()]
    return np.stack([*inside, 1 - sum(inside)], axis=1)


def part_names(segments):
    """What each superpixel is called, by most of its pixels: a list of str, some of them equal."""
    names, parts = [], part_of_pixel()
    for number, inside in enumerate(region_shares(segments)[:, :-1]):
        [(part, _)] = collections.Counter(parts[segments == number]).most_common(1)
        near = part in REST and inside.max() >= NEAR
        names.append(f"{part} by the {PLACES[inside.argmax()]}" if near else part)
    return names


def part_of_pixel():
    """A name in PARTS for each pixel: str objects, (48, 48)."""
    parts = np.empty((48, 48), object)
    for (first, last), ends in PARTS.items():
        for part, end in reversed(ends.items()):
            parts[first:last, :end] = part
    return parts
