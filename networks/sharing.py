"""Pictures that show the same thing in many places, as those of an explanation do.

    fast = sharing(model)               # None where the network does not begin as it must
    fast.predict(pictures)              # as model.predict_on_batch

LIME shows a thousand pictures of one face, each with other superpixels hidden. Up to its first
pooling, a network looks at windows of a few pixels, which show only a few different things at one
place: of 250 pictures, 6 % of all windows. So they are computed once and copied. That part is
half of our network's arithmetic.
"""
import keras
import numpy as np
import pandas
from keras import tree

from networks.trace import trace

FEWEST = 100  # pictures for which it pays
BATCH = 2048  # windows at once: one size, because each is compiled
REPEATED = 0.25  # the most windows that may be different ones, as a share of all
# what computes each place of a picture by itself
POINTWISE = (keras.layers.Rescaling, keras.layers.Identity, keras.layers.Activation,
             keras.layers.ReLU, keras.layers.LeakyReLU, keras.layers.ELU, keras.layers.Dropout,
             keras.layers.BatchNormalization)


class Sharing:
    """A network in two parts: its start, which looks at windows, and the rest.

    Attributes:
        start: keras.Model from float32 (n, side, side, channels + 1) windows, the last channel 1
            inside of the picture and 0 beyond its border, to (n, 1, 1, filters).
        rest: keras.Model from the start's (n, rows, columns, filters) to the network's answers.
        whole: the same network in one.
        step: distance of two windows in pixels; margin: how far they go beyond the border.
    """

    def __init__(self, start, rest, whole, step, margin):
        self.start, self.rest, self.whole, self.step = start, rest, whole, step
        self.side, self.margin = start.input_shape[1], margin
        self.rows, self.columns = rest.input_shape[1:3]  # of windows in a picture

    def predict(self, pictures):
        """The answers, (n, classes), to float32 (n, height, width, channels) pictures."""
        if len(pictures) < FEWEST:
            return self.whole.predict_on_batch(pictures)
        padded = self.pad(pictures)
        which, one = different(self.project(padded))
        if len(one) > REPEATED * which.size:
            return self.whole.predict_on_batch(pictures)
        size = -(-len(one) // BATCH) * BATCH
        windows = np.zeros((size, self.side, self.side, padded.shape[3]), np.float32)
        windows[:len(one)] = self.windows(padded, one)
        found = np.concatenate([self.start.predict_on_batch(windows[start:start + BATCH])
                                for start in range(0, size, BATCH)])[:, 0, 0]  # (size, filters)
        return self.rest.predict_on_batch(found[which])

    def pad(self, pictures):
        """With a channel that tells the picture from what is beyond its border."""
        inside = np.ones((*pictures.shape[:3], 1), np.float32)
        beyond = self.margin, self.margin
        return np.pad(np.concatenate([pictures, inside], axis=3), ((0, 0), beyond, beyond, (0, 0)))

    def project(self, padded):
        """A number for each window, float64 (n, rows, columns), alike only for alike windows.

        A random projection, which confuses two windows with a probability of about 1e-15.
        """
        random = np.random.default_rng(0)
        keys = padded @ random.normal(size=padded.shape[3])  # (n, height, width)
        last = self.step * (self.rows - 1) + 1, self.step * (self.columns - 1) + 1
        keys = sum(weight * keys[:, start:start + last[0]:self.step]
                   for start, weight in enumerate(random.normal(size=self.side)))
        return sum(weight * keys[:, :, start:start + last[1]:self.step]
                   for start, weight in enumerate(random.normal(size=self.side)))

    def windows(self, padded, one):
        """The windows with these numbers, float32 (k, side, side, channels + 1)."""
        views = np.lib.stride_tricks.sliding_window_view(padded, (self.side,) * 2, axis=(1, 2))
        views = views[:, ::self.step, ::self.step]  # (n, rows, columns, channels + 1, side, side)
        places = np.unravel_index(one, (len(padded), self.rows, self.columns))
        return np.moveaxis(views[places], 1, -1)


def different(keys):
    """Which different number each is, int as `keys`, and where each of them is, int (k,)."""
    which = pandas.factorize(keys.ravel(), use_na_sentinel=False)[0]
    one = np.empty(which.max() + 1, int)
    one[which] = np.arange(keys.size)
    return which.reshape(keys.shape), one


def sharing(model):
    """The Sharing of a keras.Model; None where its start is no chain of which that is certain.

    That is two convolutions or more (one of grey pictures costs less than looking for what they
    have in common), what computes each place by itself, and then a MaxPooling2D.
    """
    traced = trace(model)
    if not traced.divisible:
        return None
    before = [id(tensor) for _, given, _ in traced.layers for tensor in tree.flatten(given)]
    chain, tensor = [], traced.inputs
    for layer, given, output in traced.layers:
        if (given is not tensor or before.count(id(tensor)) != 1 or layer in chain
                or not fits(layer)):
            return None
        chain.append(layer)
        tensor = output
        if isinstance(layer, keras.layers.MaxPooling2D):
            break
    else:
        return None
    if sum(cut(layer) > 0 for layer in chain) < 2:
        return None
    pool, margin = chain[-1], sum(cut(layer) for layer in chain if pads(layer))
    side = pool.pool_size[0] + 2 * sum(map(cut, chain))
    start = start_of(chain, side, traced.inputs.shape[-1])
    rest = keras.Model(tensor, traced.layers[-1][2])
    start.jit_compile = rest.jit_compile = model.jit_compile
    return Sharing(start, rest, model, pool.strides[0], margin)


def fits(layer):
    """Whether a layer can be one of a start."""
    if type(layer) is keras.layers.Conv2D:
        size = layer.kernel_size
        return (layer.padding in ("same", "valid") and size[0] == size[1] and size[0] % 2 == 1
                and {*layer.strides, *layer.dilation_rate} == {1}
                and layer.data_format == "channels_last")
    if type(layer) is keras.layers.MaxPooling2D:
        return (layer.padding == "valid" and len({*layer.pool_size}) == len({*layer.strides}) == 1
                and layer.data_format == "channels_last")
    return type(layer) in POINTWISE and getattr(layer, "axis", -1) in (-1, 3)


def start_of(chain, side, channels):
    """The chain from windows, with zeros beyond the border before each convolution that pads."""
    inputs = keras.Input((side, side, channels + 1))
    x, inside = inputs[..., :channels], inputs[..., channels:]
    for layer in chain:
        if isinstance(layer, keras.layers.Conv2D):
            valid = keras.layers.Conv2D.from_config(
                layer.get_config() | {"padding": "valid", "name": f"{layer.name}_valid"})
            x = valid(x * keras.ops.cast(inside, x.dtype))
            valid.set_weights(layer.get_weights())
            end = inside.shape[1] - cut(layer)
            inside = (inside[:, cut(layer):end, cut(layer):end] if pads(layer) else
                      1 - keras.ops.max_pool(1 - inside, layer.kernel_size, 1, "valid"))
        else:
            x = layer(x)
    return keras.Model(inputs, x)


def pads(layer):
    """Whether it is a convolution that takes zeros beyond the border, and keeps the size."""
    return isinstance(layer, keras.layers.Conv2D) and layer.padding == "same"


def cut(layer):
    """How many pixels a convolution looks at beyond a place, in each direction."""
    return layer.kernel_size[0] // 2 if isinstance(layer, keras.layers.Conv2D) else 0
