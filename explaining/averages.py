"""The mean explanation of many faces of an emotion, and the share of the weight in each region.

    average = Average("happy")
    average.add(explanation)
    average.mean_map(), average.row()["mouth"]

Maps are averaged pixel by pixel, which is possible because the challenge registered the faces of
FER2013: each is about in the middle and about the same size. Other faces are not.
"""
import numpy as np

from explaining.regions import PLACES, region_shares

# {region: its share of the face's area}, the chance level
AREAS = dict(zip(PLACES, region_shares(np.zeros((48, 48), int))[0].tolist(), strict=True))


class Average:
    """Sums over explanations of an emotion: ten thousand take no more memory than one."""

    def __init__(self, emotion=""):
        self.emotion = emotion
        self.face, self.map = np.zeros((48, 48)), np.zeros((48, 48))
        self.rows, self.without = [], []

    @property
    def title(self):
        """"happy, 200 faces"."""
        return f"{self.emotion}, {len(self.rows)} faces"

    def add(self, explanation):
        self.face += explanation.face
        self.map += explanation.weight_map()
        self.rows.append({**share_by_region(explanation), "r2": explanation.r2,
                          "stability": explanation.stability})
        self.without.append(explanation.without)

    def mean_face(self):
        """The mean of the faces: float64 (48, 48), from 0 to 255."""
        return self.face / len(self.rows)

    def mean_map(self):
        """The mean weight of each pixel's superpixel: float64 (48, 48)."""
        return self.map / len(self.rows)

    def shares(self):
        """{region: mean share of the positive weight, over the faces that have any}."""
        return {region: self.row()[region] for region in AREAS}

    def row(self):
        """The shares and the mean scores, for a table."""
        means = {name: float(np.nanmean([row[name] for row in self.rows])) for name in self.rows[0]}
        return {"emotion": self.emotion, "faces": len(self.rows), **means}


def share_by_region(explanation):
    """{region: its share of the positive weight}, NaN for a face without positive weight.

    The weight of a superpixel is divided evenly among its pixels.
    """
    positive = np.maximum(explanation.weights, 0)  # (superpixels,)
    shares = positive @ region_shares(explanation.segments) / (positive.sum() or np.nan)
    return dict(zip(PLACES, shares.tolist(), strict=True))
