"""Predictions for pictures that show the same thing in many places, as those of an explanation do.

    call_of(model)(pictures)            # as model.predict(pictures)

LIME shows a thousand pictures of one face, each with other superpixels hidden. Up to its first
pooling, 38 % of our network's arithmetic, a network looks at windows of a few pixels, of which only
6 % differ in 250 pictures. So each is computed once, and copied.
"""
import functools

import keras
import numpy as np
from keras import layers, tree
from numpy.lib.stride_tricks import sliding_window_view

from networks.raw import batch_sizes, in_batches
from networks.trace import divisible, trace

FEWEST = 100  # pictures for which it pays
BATCH = 2048  # windows at once: one size, because each is compiled
REPEATED = 0.25  # the most windows that may be different ones, as a share of all
# what computes each place of a picture by itself
POINTWISE = (layers.Rescaling, layers.Identity, layers.Activation, layers.ReLU, layers.LeakyReLU,
             layers.ELU, layers.Dropout, layers.BatchNormalization)


def call_of(model):
    """The RawNetwork.call of a keras.Model, whose weights must not change after its first call.

    What it needs is built at that call: a teacher in training needs none.
    """
    @functools.cache
    def predict():
        shared = sharing(model) if on_cpu() else None  # a GPU computes faster than this looks
        return shared.predict if shared else model.predict_on_batch
    return lambda pictures: in_batches(predict(), pictures, batch_sizes(pictures.shape[1]))


def on_cpu():
    """Whether Keras's backend is known to compute on nothing but the processor."""
    return (keras.backend.backend() in ("tensorflow", "jax")  # whose devices Keras can list
            and all("CPU" in device.upper() for device in keras.distribution.list_devices()))


def sharing(model):
    """The Sharing of a keras.Model; None where its start is no chain of which that is certain.

    That is two convolutions or more that keep the size (one of grey pictures costs less than
    looking for what they have in common), what computes each place by itself, and a MaxPooling2D.
    """
    traced = trace(model) if divisible(model) else None
    chain = start_of(traced) if traced else []
    return Sharing(model, traced, chain) if sum(reach(layer) > 0 for layer in chain) > 1 else None


class Sharing:
    """A network in two parts: start takes windows, and rest what start gives for all of them.

    A window is float32 (side, side, channels + 1), the last channel 1 inside of the picture and 0
    beyond its border; start gives (1, 1, filters), rest takes (rows, columns, filters).
    """

    def __init__(self, model, traced, chain):
        self.whole, self.step = model, chain[-1].strides[0]
        self.margin = sum(map(reach, chain))
        self.side = chain[-1].pool_size[0] + 2 * self.margin
        self.start = on_windows(chain, self.side, traced.inputs.shape[-1])
        self.rest = keras.Model(traced.layers[len(chain) - 1][2], traced.layers[-1][2])
        self.start.jit_compile = self.rest.jit_compile = model.jit_compile

    def predict(self, pictures):
        """The predictions, (n, classes), for float32 (n, height, width, channels) pictures."""
        if len(pictures) < FEWEST:
            return self.whole.predict_on_batch(pictures)
        margins = [(each, each) for each in (0, self.margin, self.margin, 0)]
        padded = np.pad(np.insert(pictures, pictures.shape[3], 1, axis=3), margins)
        keys = self.keys(padded)
        _, places, which = np.unique(keys, return_index=True, return_inverse=True)
        if len(places) > REPEATED * keys.size:
            return self.whole.predict_on_batch(pictures)
        views = sliding_window_view(padded, (self.side, self.side), axis=(1, 2))
        views = views[:, ::self.step, ::self.step]  # (n, rows, columns, channels + 1, side, side)
        windows = np.moveaxis(views[np.unravel_index(places, keys.shape)], 1, -1)
        found = in_batches(self.start.predict_on_batch, windows, (BATCH,))[:, 0, 0]
        return self.rest.predict_on_batch(found[which.reshape(keys.shape)])

    def keys(self, padded):
        """A number for each window, float64 (n, rows, columns), alike only for alike windows.

        A random projection, which confuses two windows with a probability of about 1e-15.
        """
        random = np.random.default_rng(0)
        keys = padded @ random.normal(size=padded.shape[3])  # (n, height, width)
        rows = sliding_window_view(keys, self.side, axis=1)[:, ::self.step]
        keys = rows @ random.normal(size=self.side)  # (n, rows, width)
        columns = sliding_window_view(keys, self.side, axis=2)[:, :, ::self.step]
        return columns @ random.normal(size=self.side)


def start_of(traced):
    """The layers up to the first pooling; none unless each takes just what the one before gives."""
    uses = [id(tensor) for _, given, _ in traced.layers for tensor in tree.flatten(given)]
    chain, tensor = [], traced.inputs
    for layer, given, output in traced.layers:
        alone = given is tensor and uses.count(id(tensor)) == 1 and layer not in chain
        if not alone or not fits(layer):
            break
        chain.append(layer)
        tensor = output
        if isinstance(layer, layers.MaxPooling2D):
            return chain
    return []


def fits(layer):
    """Whether a layer can be one of a start."""
    if type(layer) is layers.Conv2D:
        return (layer.padding == "same" and layer.kernel_size in ((1, 1), (3, 3), (5, 5), (7, 7))
                and {*layer.strides, *layer.dilation_rate} == {1})
    if type(layer) is layers.MaxPooling2D:
        return layer.padding == "valid" and len({*layer.pool_size}) == len({*layer.strides}) == 1
    return type(layer) in POINTWISE and getattr(layer, "axis", -1) in (-1, 3)


def on_windows(chain, side, channels):
    """The chain as a keras.Model of windows, with zeros beyond the border before convolutions."""
    inputs = keras.Input((side, side, channels + 1))
    x, inside = inputs[..., :channels], inputs[..., channels:]
    for layer in chain:
        if not isinstance(layer, layers.Conv2D):
            x = layer(x)
            continue
        valid = layers.Conv2D.from_config(
            layer.get_config() | {"padding": "valid", "name": f"{layer.name}_valid"})
        x = valid(x * keras.ops.cast(inside, x.dtype))
        valid.set_weights(layer.get_weights())
        inside = layers.Cropping2D(reach(layer))(inside)
    return keras.Model(inputs, x)


def reach(layer):
    """How many pixels a convolution looks at beyond a place, in each direction."""
    return layer.kernel_size[0] // 2 if isinstance(layer, layers.Conv2D) else 0
