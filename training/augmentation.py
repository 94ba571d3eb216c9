"""Random views of the training faces: mirrored, shifted, turned, scaled, with changed contrast.

The layers do nothing at inference, and the saved model does not contain them.
"""
import math

import keras
from keras import ops


class FaceAugmentation(keras.layers.Layer):
    """Random views of (n, 48, 48, 1) pixels, each face resampled once or not at all.

    Keras's RandomRotation, RandomTranslation and RandomZoom in a row resample a face three times,
    which blurs it: sharp validation faces then had twice the variance that batch normalisation had
    learned, and estimating that again gained 0.8 and 0.9 points of PublicTest accuracy. Therefore
    all moves are one transformation, shifts are by whole pixels, and a share of the faces is
    neither turned nor scaled.

    Args:
        turn: largest angle in degrees.
        zoom: largest relative change of scale.
        shift: largest shift in pixels.
        contrast: largest relative change of contrast.
        sharp: share of the faces that are not resampled.
        seed: seed of every random choice.
    """

    def __init__(self, turn=12, zoom=0.12, shift=4, contrast=0.2, sharp=0.5, seed=0):
        super().__init__(name="augmentation", dtype="float32")  # bfloat16 merges neighbouring greys
        self.turn, self.zoom, self.shift = turn, zoom, shift
        self.contrast, self.sharp = contrast, sharp
        self.random = keras.random.SeedGenerator(seed)

    def call(self, pixels, training=False):
        if not training:
            return pixels
        count = ops.shape(pixels)[0]
        transforms = self.transforms(count, pixels.shape[1])
        moved = ops.image.affine_transform(pixels, transforms, fill_mode="nearest")
        mean = ops.mean(moved, axis=(1, 2, 3), keepdims=True)  # (n, 1, 1, 1)
        factor = self.uniform(count, 1 - self.contrast, 1 + self.contrast)
        return ops.clip(mean + ops.reshape(factor, (-1, 1, 1, 1)) * (moved - mean), 0, 255)

    def transforms(self, count, size):
        """(n, 8) projective transforms from output to input pixels around the centre of a face."""
        resampled = ops.cast(self.uniform(count, 0, 1) >= self.sharp, "float32")  # (n,)
        angle = resampled * self.uniform(count, -self.turn, self.turn) * math.pi / 180
        scale = 1 + resampled * self.uniform(count, -self.zoom, self.zoom)
        mirror = ops.where(self.uniform(count, 0, 1) < 0.5, -1.0, 1.0)
        right, down = (ops.round(self.uniform(count, -self.shift, self.shift)) for _ in range(2))
        # yx: coefficient of the output's x in the input's y
        xx, xy = mirror * scale * ops.cos(angle), -scale * ops.sin(angle)
        yx, yy = mirror * scale * ops.sin(angle), scale * ops.cos(angle)
        centre, zero = (size - 1) / 2, ops.zeros_like(angle)
        to_x = centre + right - (xx + xy) * centre
        to_y = centre + down - (yx + yy) * centre
        return ops.stack([xx, xy, to_x, yx, yy, to_y, zero, zero], axis=1)

    def uniform(self, count, low, high):
        return keras.random.uniform((count,), low, high, seed=self.random)
