"""Superpixels of 48x48 grey faces: the regions that an explanation shows and hides.

    segments = segment(face, "slic")             # int (48, 48), 30 to 60 regions, numbered from 0
"""
import numpy as np
import skimage  # imports its parts at their first use

FEWEST, MOST = 30, 60  # superpixels of a face: fewer say too little, of more each needs more samples
SEGMENTATIONS = {  # function of a face and a setting; its settings, the usual one first, the next for unusual faces
    "slic": (lambda face, compactness: skimage.segmentation.slic(
        face, n_segments=50, compactness=compactness, channel_axis=None, start_label=0), (0.2, 0.3, 1)),
    "quickshift": (lambda face, distance: skimage.segmentation.quickshift(
        skimage.color.gray2rgb(face), kernel_size=1, max_dist=distance, ratio=0.2), (5, 6, 8, 4, 3)),
    "felzenszwalb": (lambda face, smallest: skimage.segmentation.felzenszwalb(
        face / 255, scale=10, sigma=0.5, min_size=smallest, channel_axis=None), (15, 18, 12, 8, 4)),
    "grid": (lambda face, side: np.add.outer(np.arange(48) // side * -(-48 // side), np.arange(48) // side), (7,)),
}


def segment(face, method="slic"):
    """The 30 to 60 superpixels of a uint8 (48, 48) face, whatever is on it: int (48, 48), numbered from 0.

    They depend on the face alone, never on the seed, so explanations of one face can be compared. Where no setting of
    the method gives 30 to 60, as on a black face, they are squares.

    Args:
        face: uint8 (48, 48).
        method: "slic" (Achanta et al. 2012), "quickshift" (Vedaldi & Soatto 2008; LIME's own choice, whose defaults
            find 1 to 5 on a face of this size), "felzenszwalb" (Felzenszwalb & Huttenlocher 2004) or "grid", 49
            squares of 7x7 pixels, 6 at two sides.
    """
    divide, settings = SEGMENTATIONS[method]
    for setting in settings:
        segments = np.unique(divide(face, setting), return_inverse=True)[1].reshape(face.shape)  # without gaps
        if FEWEST <= segments.max() + 1 <= MOST:
            return segments
    return segment(face, "grid")
