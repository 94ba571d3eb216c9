"""All layers of a network, also those of networks inside of it, as one graph from its input."""
from typing import Any, NamedTuple

import keras

from base.errors import UserError

FINAL = (keras.activations.softmax, keras.activations.sigmoid)
CONVOLUTIONS = (keras.layers.Conv2D, keras.layers.SeparableConv2D, keras.layers.DepthwiseConv2D)


class Traced(NamedTuple):
    """A network taken apart; the tensors are Keras's symbolic ones, of one graph."""
    inputs: Any
    layers: list  # (layer, its input, its output), in the order in which they were called
    logits: Any  # what goes into the final softmax or sigmoid


def divisible(model):
    """Whether a keras.Model can be traced: the names of all of its layers must be unique."""
    layers = {*layers_of(model)}
    return len({layer.name for layer in layers}) == len(layers)


def layers_of(model):
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from layers_of(layer)
        elif not isinstance(layer, keras.layers.InputLayer):
            yield layer


def trace(model):
    """Call the layers of a divisible keras.Model once more, those of models inside of it too."""
    called = []

    def call(layer, *arguments, **options):
        if isinstance(layer, keras.Model):
            plain = keras.Model(layer.inputs[0], layer.outputs[0])  # whatever it took as its input
            keras.models.clone_model(plain, input_tensors=arguments[0], call_function=call,
                                     clone_function=lambda same: same)
            return called[-1][2]  # the only output comes last; the clone's own is of a copied graph
        output = layer(*arguments, **options)
        called.append((layer, arguments[0], output))
        return output

    inputs = keras.Input(model.inputs[0].shape[1:])
    outputs = call(model, inputs)
    return Traced(inputs, called, logits_of(*called[-1][:2], outputs))


def logits_of(layer, before, outputs):
    """What goes into the last layer's softmax or sigmoid; `outputs` where it has none."""
    if isinstance(layer, keras.layers.Softmax):
        return before
    if getattr(layer, "activation", None) not in FINAL:
        return outputs
    if isinstance(layer, keras.layers.Dense):
        logits = keras.ops.matmul(before, layer.kernel)
        return logits + layer.bias if layer.use_bias else logits
    return before if isinstance(layer, keras.layers.Activation) else outputs


def last_activations(traced, name):
    """The last output as large as the last convolution's; UserError if the network has none."""
    shapes = [output.shape for layer, _, output in traced.layers if isinstance(layer, CONVOLUTIONS)]
    if not shapes:
        raise UserError(f"{name} has no convolution, whose channels Grad-CAM needs")
    return [output for *_, output in traced.layers
            if getattr(output, "shape", None) == shapes[-1]][-1]
