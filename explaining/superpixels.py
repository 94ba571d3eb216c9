"""Superpixels of 48x48 grey faces: the regions that LIME shows and hides.

    segments = segment(face)        # int (48, 48), 30 to 60 regions, numbered from 0
"""
import numpy as np
import skimage  # imports its submodules when they are first used

FEWEST, MOST = 30, 60  # superpixels of a face: fewer are too coarse, more need more samples
COMPACTNESS = 0.2, 0.3, 1  # tried in this order
GRID = np.add.outer(np.arange(48) // 7 * 7, np.arange(48) // 7)  # 49 squares, of 7x7 pixels or less


def segment(face):
    """Divide a face into 30 to 60 superpixels by SLIC (Achanta et al. 2012).

    They depend only on the face, not on a seed, so that explanations of one face can be compared.
    Where SLIC finds fewer or more, as on a black face, they are the squares of a grid.

    Args:
        face: uint8 (48, 48).

    Returns:
        int (48, 48), superpixels numbered from 0 without gaps.
    """
    for compactness in COMPACTNESS:
        segments = skimage.segmentation.slic(face, n_segments=50, compactness=compactness,
                                             channel_axis=None, start_label=0)
        if FEWEST <= segments.max() + 1 <= MOST:
            return segments
    return GRID
