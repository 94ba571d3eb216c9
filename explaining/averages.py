"""The mean explanation of many faces of an emotion, and the share of the weight in each region.

    average = Average()
    average.add(explanation)
    average.mean_map(), average.shares()["mouth"]

Maps are averaged pixel by pixel, and regions are boxes. This is possible because the challenge
registered the faces of FER2013: each is about in the middle and about the same size. Other faces
are not.
"""
import numpy as np

from explaining.regions import PLACES, REGIONS, region_shares


class Average:
    """Sums over explanations of an emotion: ten thousand take no more memory than one."""

    def __init__(self, emotion=""):
        self.emotion = emotion
        self.face, self.map, self.rows = np.zeros((48, 48)), np.zeros((48, 48)), []
        self.together, self.without = [], []

    @property
    def title(self):
        """"happy, 200 faces"."""
        return f"{self.emotion}, {len(self.rows)} faces"

    def add(self, explanation):
        self.face += explanation.face
        self.map += explanation.weight_map()
        self.rows.append({**share_by_region(explanation), "r2": explanation.r2,
                          "stability": explanation.stability})
        self.together.append(together_by_region(explanation))
        self.without.append(explanation.without)

    def mean_face(self):
        """The mean of the faces: float64 (48, 48), from 0 to 255."""
        return self.face / len(self.rows)

    def mean_map(self):
        """The mean weight of each pixel's superpixel: float64 (48, 48)."""
        return self.map / len(self.rows)

    def mean(self, name):
        """The mean of a region's share, over the faces with positive weight, of r2 or stability."""
        return float(np.nanmean([row[name] for row in self.rows]))

    def shares(self):
        """{region: mean share of the positive weight}."""
        return {region: self.mean(region) for region in AREAS}

    def row(self):
        """The shares and the mean scores, for a table."""
        return {"emotion": self.emotion, "faces": len(self.rows), **self.shares(),
                "r2": self.mean("r2"), "stability": self.mean("stability")}

    def pairs(self):
        """What the superpixels of two regions add together, a row for each pair of regions."""
        means, errors = self.mean_together()  # (5, 5) each
        return [{"emotion": self.emotion, "faces": len(self.rows),
                 "region": PLACES[first], "other": PLACES[second],
                 "together": float(means[first, second]),
                 "standard_error": float(errors[first, second])}
                for first, second in zip(*np.tril_indices(len(PLACES)), strict=True)]

    def mean_together(self):
        """The mean of together_by_region() and its standard error: float64 (2, 5, 5)."""
        found = np.array(self.together)  # (faces, 5, 5)
        error = found.std(axis=0, ddof=1) / len(found)**0.5 if len(found) > 1 else found[0] * np.nan
        return np.stack([found.mean(axis=0), error])


def share_by_region(explanation):
    """The share of the positive weight in each region and in the rest of the face.

    The weight of a superpixel is divided evenly among its pixels.

    Returns:
        {region: float}, NaN for a face without positive weight.
    """
    segments = explanation.segments  # (48, 48)
    spread = (np.maximum(explanation.weights, 0) / np.bincount(segments.ravel()))[segments]
    return divide(spread)


def together_by_region(explanation):
    """What superpixels add together beyond their sum, by the regions in which the two lie.

    A superpixel in several regions counts in each by the share of its pixels.

    Returns:
        float64 (5, 5) in the order of regions.PLACES, symmetric: the sum over the pairs of a
        superpixel in the one and a superpixel in the other, on the diagonal over those inside.
    """
    shares = region_shares(explanation.segments)  # (superpixels, 5)
    found = shares.T @ explanation.together @ shares
    found[np.diag_indices(len(PLACES))] /= 2  # each pair was counted twice there
    return found


def strongest_pairs(rows, count=3):
    """The rows of Average.pairs() with the largest changes, the largest first."""
    return sorted(rows, key=lambda row: -abs(row["together"]))[:count]


def divide(spread):
    """The share of each region in the sum of a map, float (48, 48); NaN if the sum is 0."""
    total = spread.sum() or np.nan
    shares = {region: float(spread[box].sum() / total) for region, box in REGIONS.items()}
    return shares | {"rest": 1 - sum(shares.values())}


AREAS = divide(np.ones((48, 48)))  # shares of the face's area: the chance level
