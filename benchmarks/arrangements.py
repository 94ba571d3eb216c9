"""Where the network of model.py could have its parameters, and how it could be trained.

1,228 arrangements of widths have exactly 3,332,679 trainable and 1,024 other parameters.
"""
import math
from typing import NamedTuple

BRANCHES = {  # sizes of the kernels that are added; () for the plain convolution
    "plain": (), "normalised": ((3, 3),), "parallel": ((3, 3), (1, 3), (3, 1), (1, 1))}


class Arrangement(NamedTuple):
    """Where the 3,332,679 parameters are."""
    filters: tuple  # first and second convolution of each block; the second ones sum to 512
    hidden: int
    side: int  # of the last block's output: 2 with pooling as in model.py, 3 with 2x2 pooling
    cost: int  # million multiplications a face


ARRANGEMENTS = {
    "equal": Arrangement(((64, 64), (64, 64), (128, 128), (256, 256)), 2048, 2, 177),
    "wide-late": Arrangement(((64, 64), (64, 64), (256, 128), (512, 256)), 976, 2, 225),
    "narrow-first": Arrangement(((64, 32), (128, 64), (256, 160), (448, 256)), 976, 2, 208),
    "small-dense": Arrangement(((32, 32), (64, 64), (288, 192), (576, 224)), 220, 3, 228),
    "wider-late": Arrangement(((64, 64), (96, 64), (256, 128), (576, 256)), 324, 3, 287),
    "wide": Arrangement(((128, 32), (160, 96), (288, 128), (576, 256)), 232, 3, 350),
    "widest": Arrangement(((128, 48), (192, 80), (384, 160), (512, 224)), 224, 3, 442),
}


def multiplications(arrangement):
    """Million multiplications of the convolutions and the dense part for one face."""
    sides = (48, 23, 11, 5) if arrangement.side == 2 else (48, 24, 12, 6)
    inputs, total = 1, arrangement.side**2 * arrangement.filters[-1][1] * arrangement.hidden
    for side, (first, second) in zip(sides, arrangement.filters, strict=True):
        total += side**2 * 9 * (inputs * first + first * second)
        inputs = second
    return math.ceil(total / 1e6)
