"""RISE: the mean of soft random masks, weighted by what the network says of the masked faces."""
import numpy as np
from skimage.transform import resize

from explaining.baselines import BASELINES

CELLS = 7  # of the grid, in each direction, as in the paper
SHOWN = 0.5  # share of the cells that are shown, as in the paper


def rise(face, label, network, seed, baseline="blurred", samples=1000):
    """How much higher the probability is when a pixel is shown, over random soft masks.

    A mask is a random grid, enlarged bilinearly and shifted by a random part of a cell. The masks
    in the paper show black; here they hide like the superpixels of LIME. The mean of the answers is
    taken from each, which takes a constant and noise from the map.

    Source: Petsiuk et al. 2018, "RISE" (arXiv 1806.07421), section 3.
    """
    masks = soft_masks(samples, face.shape[0], np.random.default_rng(seed))
    hidden = BASELINES[baseline](face).astype(np.float32)
    pixels = (hidden + masks * (face - hidden)).round().astype(np.uint8)  # (samples, 48, 48)
    answers = network.predict(pixels)[:, label].astype(np.float64)  # (samples,)
    return np.tensordot(answers - answers.mean(), masks, 1) / (samples * SHOWN)


def soft_masks(samples, side, random):
    """Random masks from 0, hidden, to 1, shown: float32 (samples, side, side)."""
    cell = -(-side // CELLS)  # pixels
    grids = (random.random((samples, CELLS + 1, CELLS + 1)) < SHOWN).astype(np.float32)
    enlarged = resize(grids, (samples, *[(CELLS + 1) * cell] * 2), order=1)
    starts = random.integers(0, cell, (samples, 2))
    return np.stack([mask[row:row + side, column:column + side]
                     for mask, (row, column) in zip(enlarged, starts, strict=True)])
