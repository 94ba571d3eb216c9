"""The mean explanation of many faces of an emotion, and the share of the weight in each region.

    average = Average()
    average.add(explanation)
    average.mean_map(), average.shares()["mouth"]

Maps are averaged pixel by pixel, and regions are boxes. This is possible because the challenge
registered the faces of FER2013: each is about in the middle and about the same size. Other faces
are not.
"""
import numpy as np

from explaining.regions import REGIONS


class Average:
    """Sums over explanations, so that ten thousand take no more memory than one."""

    def __init__(self):
        self.map, self.rows = np.zeros((48, 48)), []

    def add(self, explanation):
        self.map += explanation.weight_map()
        self.rows.append({**share_by_region(explanation), "r2": explanation.r2,
                          "stability": explanation.stability})

    def mean_map(self):
        """The mean weight of each pixel's superpixel: float64 (48, 48)."""
        return self.map / len(self.rows)

    def mean(self, name):
        """The mean of a region's share, over the faces with positive weight, of r2 or stability."""
        return float(np.nanmean([row[name] for row in self.rows]))

    def shares(self):
        """{region: mean share of the positive weight}."""
        return {region: self.mean(region) for region in AREAS}


def share_by_region(explanation):
    """The share of the positive weight in each region and in the rest of the face.

    The weight of a superpixel is divided evenly among its pixels.

    Returns:
        {region: float}, NaN for a face without positive weight.
    """
    segments = explanation.segments  # (48, 48)
    spread = (np.maximum(explanation.weights, 0) / np.bincount(segments.ravel()))[segments]
    return divide(spread)


def divide(spread):
    """The share of each region in the sum of a map, float (48, 48); NaN if the sum is 0."""
    total = spread.sum() or np.nan
    shares = {region: float(spread[box].sum() / total) for region, box in REGIONS.items()}
    return shares | {"rest": 1 - sum(shares.values())}


AREAS = divide(np.ones((48, 48)))  # shares of the face's area: the chance level
