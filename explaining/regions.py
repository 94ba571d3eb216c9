"""The regions of an upright face framed as in FER2013, and what a superpixel is called by them.

    region_shares(segments)         # float (superpixels, 5): how much of each lies where
    part_names(segments)[12]        # "left corner of the mouth"; left and right of the picture
"""
import numpy as np
import scipy

# rows and columns, read off the mean of the 28,709 training faces; no two overlap
REGIONS = {
    "brows": (slice(9, 15), slice(7, 41)),
    "eyes": (slice(15, 21), slice(7, 41)),
    "nose": (slice(21, 33), slice(17, 31)),
    "mouth": (slice(33, 44), slice(12, 36)),
}
PLACES = (*REGIONS, "rest")
CALLED = {  # by the column of the centre: left, middle, right
    "brows": ("left brow", "middle of the brows", "right brow"),
    "eyes": ("left eye", "middle of the eyes", "right eye"), "nose": ("nose",) * 3,
    "mouth": ("left corner of the mouth", "middle of the mouth", "right corner of the mouth")}
REST = {  # of the face, by the row of the centre: the first row below
    9: ("forehead", "forehead", "forehead"), 21: ("left temple", "nose", "right temple"),
    42: ("left cheek", "nose", "right cheek"), 48: ("chin", "chin", "chin")}
MIDDLE = 20, 28  # columns
NEAR = 0.25  # share in a region from which on a part of the rest is said to be by it


def region_shares(segments):
    """The share of each superpixel in each of PLACES: float64 (superpixels, 5)."""
    sizes = np.bincount(segments.ravel())  # (superpixels,)
    inside = [np.bincount(segments[place].ravel(), minlength=len(sizes)) / sizes
              for place in REGIONS.values()]
    return np.stack([*inside, 1 - sum(inside)], axis=1)


def centres(segments):
    """The mean row and column of each superpixel: float64 (superpixels, 2)."""
    numbers = np.arange(segments.max() + 1)
    return np.array(scipy.ndimage.center_of_mass(np.ones_like(segments), segments, numbers))


def part_names(segments):
    """What each superpixel is called, a list of str; several may be called the same."""
    names, shares = [], region_shares(segments)
    for inside, (row, column) in zip(shares, centres(segments), strict=True):
        side, region = int(np.searchsorted(MIDDLE, column)), PLACES[inside.argmax()]
        near = PLACES[inside[:-1].argmax()]
        if region in CALLED:
            names.append(CALLED[region][side])
        else:
            place = next(REST[end] for end in REST if row < end)[side]
            names.append(f"{place} by the {near}" if inside[:-1].max() >= NEAR else place)
    return names
