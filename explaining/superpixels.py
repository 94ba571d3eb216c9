"""Superpixels of 48x48 grey faces: the regions that LIME shows and hides.

    segments = segment(face, "slic")             # int (48, 48), 30 to 60 regions, numbered from 0
"""
import numpy as np
import skimage  # imports its submodules when they are first used

FEWEST, MOST = 30, 60  # superpixels of a face: fewer are too coarse, more need more samples
SEGMENTATIONS = {  # name: (function of a face and one parameter, values to try in this order)
    "slic": (lambda face, compactness: skimage.segmentation.slic(
        face, n_segments=50, compactness=compactness, channel_axis=None, start_label=0),
        (0.2, 0.3, 1)),
    "quickshift": (lambda face, distance: skimage.segmentation.quickshift(
        skimage.color.gray2rgb(face), kernel_size=1, max_dist=distance, ratio=0.2),
        (5, 6, 8, 4, 3)),
    "felzenszwalb": (lambda face, smallest: skimage.segmentation.felzenszwalb(
        face / 255, scale=10, sigma=0.5, min_size=smallest, channel_axis=None),
        (15, 18, 12, 8, 4)),
    "grid": (lambda face, side: np.add.outer(
        np.arange(48) // side * -(-48 // side), np.arange(48) // side), (7,)),
}


def segment(face, method="slic"):
    """Divide a face into 30 to 60 superpixels.

    They depend only on the face, not on a seed, so that explanations of one face can be compared.
    If no parameter value of the method gives 30 to 60 superpixels, as on a black face, the grid is
    used instead.

    Args:
        face: uint8 (48, 48).
        method: "slic" (Achanta et al. 2012), "quickshift" (Vedaldi & Soatto 2008; the choice of
            the lime package, whose default parameters give 1 to 5 superpixels on a face of this
            size), "felzenszwalb" (Felzenszwalb & Huttenlocher 2004) or "grid" (49 squares of 7x7
            pixels; those at the right and lower border are 6 pixels wide or high).

    Returns:
        int (48, 48), superpixels numbered from 0 without gaps.
    """
    divide, parameters = SEGMENTATIONS[method]
    for parameter in parameters:
        numbers = np.unique(divide(face, parameter), return_inverse=True)[1]  # without gaps
        segments = numbers.reshape(face.shape)  # (48, 48)
        if FEWEST <= segments.max() + 1 <= MOST:
            return segments
    return segment(face, "grid")
