"""Games on faces: what a network predicts for each mask of a face's superpixels, and exact values.

    games = load("benchmarks/games.npz")
    games[0].ask(masks)                     # float64 (n,) for bool (n, superpixels)
    games[0].exact()["shapley"]             # float64 (superpixels,)

The row of a mask is its number: bit i says whether superpixel i is shown. So the complement of the
mask in row r is in row -1 - r.
"""
import dataclasses
import functools
import pathlib

import numpy as np
from scipy.special import comb

GAMES = pathlib.Path(__file__).resolve().parent / "games.npz"
WIDTH = 0.25  # of LIME's kernel on cosine distances, as in the lime package


@dataclasses.dataclass(frozen=True, eq=False)
class Game:
    """A face as a game."""
    network: str
    face: str
    label: int  # that the network predicts for the whole face
    segments: np.ndarray  # int8 (48, 48), numbered from 0
    values: np.ndarray  # float64 (2 ** superpixels,), the probability of the label

    @property
    def parts(self):
        return int(self.segments.max()) + 1

    @property
    def masks(self):
        return all_masks(self.parts)

    def ask(self, masks):
        """The values of any masks, bool (n, superpixels): float64 (n,)."""
        return self.values[np.atleast_2d(masks).astype(bool) @ (1 << np.arange(self.parts))]

    def known(self, rows):
        """The masks of rows, int (n, superpixels), and their values."""
        return self.masks[rows].astype(int), self.values[rows]

    def pairs(self, calls, seed, alike=False):
        """Different random rows, each followed by its complement's; the first is the whole face.

        If `alike`, masks of all sizes are alike in number, as Shapley values weigh them.
        """
        sizes = self.masks[1:len(self.values) // 2].sum(axis=1)
        waits = np.random.default_rng(seed).exponential(size=len(sizes))
        drawn = 1 + np.argsort(waits * comb(self.parts, sizes) if alike else waits)
        first = np.append(0, drawn[:calls // 2 - 1])
        return np.stack([len(self.values) - 1 - first, first], axis=1).ravel()

    def exact(self, values=None):
        """{name: float64 (superpixels,)}, see targets(), of the game or of predicted values."""
        values = self.values if values is None else values
        return {name: matrix @ values for name, matrix in targets(self.parts).items()}

    def together(self):
        """Banzhaf interaction index of each two superpixels: float64 (superpixels, superpixels)."""
        signs = 2.0 * self.masks - 1
        found = 4 * (signs * self.values[:, None]).T @ signs / len(signs)
        np.fill_diagonal(found, 0)
        return found


@functools.cache
def all_masks(parts):
    """Bool (2 ** parts, parts), in the order of their numbers."""
    return (np.arange(2 ** parts)[:, None] >> np.arange(parts) & 1).astype(bool)


@functools.cache
def targets(parts):
    """{name: float64 (parts, 2 ** parts)}, which times a game's values gives what to estimate.

    "lime" is LIME's weighted regression on all masks, without its ridge, whose part vanishes as
    masks become more; "banzhaf" is the same without weights (Hammer & Holzman 1992).
    """
    masks = all_masks(parts)
    sizes = masks.sum(axis=1)
    distances = 1 - np.sqrt(sizes / parts)  # of cosines to the whole face
    joining, staying = (1 / (comb(parts, sizes) * np.maximum(number, 1))[:, None]
                        for number in (sizes, parts - sizes))
    return {"lime": regression(masks, np.sqrt(np.exp(-(distances / WIDTH) ** 2))),
            "banzhaf": regression(masks, np.ones(len(masks))),
            "shapley": np.where(masks, joining, -staying).T}


def regression(masks, weights):
    """The slopes of a weighted linear regression on masks: float64 (superpixels, masks)."""
    columns = np.insert(masks.astype(float), 0, 1, axis=1)  # the intercept first
    weighted = columns.T * weights
    return np.linalg.solve(weighted @ columns, weighted)[1:]


def load(path=GAMES):
    """The games of a file that benchmarks/games.py wrote, a list; those of a face are together."""
    with np.load(path) as file:
        columns = [file[field.name] for field in dataclasses.fields(Game)]
    faces = list(dict.fromkeys(columns[1]))  # a network may have been added later
    games = [Game(str(network), str(face), int(label), segments, values.astype(float))
             for network, face, label, segments, values in zip(*columns, strict=True)]
    return sorted(games, key=lambda game: faces.index(game.face))
