"""What a network's first batch normalisation remembers of the pictures that it learned from."""
import keras
import numpy as np

from networks import feeding
from networks.trace import trace

FACES = 140  # of which the statistics are taken
FLOOR = 1e-6  # of a variance: a channel that is always 0 tells nothing


def divergences(raw, pixels, scales):
    """How far each scaling's statistics are from those that the network remembers.

    Batch normalisation keeps running means of its input's mean and variance (Ioffe & Szegedy 2015,
    arXiv 1502.03167, section 3.1), so the scaling of training gives about the same ones again, and
    half the contrast a quarter of the variance, however well the network reads either.

    Args:
        raw: a raw.RawNetwork; pixels: uint8 (n, 48, 48) faces.
        scales: names in ways.SCALES.

    Returns:
        {scale: the median over channels of the Kullback-Leibler divergence of the two normal
        distributions}; empty where the network has no batch normalisation.
    """
    if raw.keras_model is None:
        return {}
    normalised = remembered(raw.keras_model)
    if normalised is None:
        return {}
    front, layer = normalised
    kept = [keras.ops.convert_to_numpy(part)
            for part in (layer.moving_mean, layer.moving_variance)]  # (channels,) each
    return {scale: divergence(statistics(front, layer, raw, pixels[:FACES], scale), kept)
            for scale in scales}


def remembered(model):
    """The network up to its first batch normalisation, and that layer.

    None where there is none, or where it cannot be taken apart.
    """
    traced = trace(model)
    if not traced.divisible:
        return None
    return next(((keras.Model(traced.inputs, before), layer) for layer, before, _ in traced.layers
                 if isinstance(layer, keras.layers.BatchNormalization)), None)


def statistics(front, layer, raw, pixels, scale):
    """Mean and variance of each channel of what goes into the layer, float (channels,) each."""
    step = max(1, feeding.AT_ONCE // raw.input_shape[0] ** 2)
    values = []
    for start in range(0, len(pixels), step):
        pictures = feeding.feed(pixels[start:start + step].astype(np.float32), raw, scale)
        pictures = keras.ops.transpose(pictures, (0, 3, 1, 2)) if raw.channels_first else pictures
        found = keras.ops.convert_to_numpy(front(pictures, training=False))
        found = np.moveaxis(found, layer.axis, -1).astype(np.float64)
        found = found.reshape(len(found), -1, found.shape[-1])  # (step, places, channels)
        values.append((found.mean(axis=1), (found ** 2).mean(axis=1)))  # (step, channels) each
    mean, square = (np.concatenate(parts).mean(axis=0) for parts in zip(*values, strict=True))
    return mean, square - mean ** 2


def divergence(found, kept):
    """The median over channels of KL(N(found) || N(kept)), each a pair of means and variances."""
    (mean, variance), (kept_mean, kept_variance) = found, kept
    variance, kept_variance = np.maximum(variance, FLOOR), np.maximum(kept_variance, FLOOR)
    ratio = variance / kept_variance
    shift = (mean - kept_mean) ** 2 / kept_variance
    return float(np.median((ratio - 1 - np.log(ratio) + shift) / 2))
