"""All layers of a network, also those of networks inside of it, as one graph from its input."""
from typing import Any, NamedTuple

import keras

from base.errors import UserError


class Traced(NamedTuple):
    """A network taken apart; the tensors are Keras's symbolic ones, of one graph."""
    inputs: Any
    layers: list  # (layer, its input, its output), in the order in which they were called
    logits: Any  # what goes into the final softmax or sigmoid

    @property
    def divisible(self):
        """Whether Keras builds a model of a part: the names of its layers must be unique.

        Those of models inside of a model need not be.
        """
        names = {id(layer): layer.name for layer, *_ in self.layers}
        return len(set(names.values())) == len(names)


def trace(model):
    """Call the layers of a keras.Model once more, those of models inside of it too: a Traced."""
    called = []

    def call(layer, *arguments, **options):
        if isinstance(layer, keras.Sequential):
            x = arguments[0]
            for inner in layer.layers:
                x = call(inner, x)
            return x
        if isinstance(layer, keras.Model):
            x = arguments[0]
            tensors = [x] if isinstance(layer.input, list) else x
            return keras.models.clone_model(layer, input_tensors=tensors, call_function=call,
                                            clone_function=lambda same: same).outputs[0]
        output = layer(*arguments, **options)
        called.append((layer, arguments[0], output))
        return output

    inputs = keras.Input(model.inputs[0].shape[1:])
    outputs = call(model, inputs)
    return Traced(inputs, called, logits_of(called, outputs))


def logits_of(called, outputs):
    """What goes into the final softmax or sigmoid; the outputs themselves where there is none."""
    layer, before = called[-1][:2]
    ends = (keras.activations.softmax, keras.activations.sigmoid)
    if isinstance(layer, keras.layers.Softmax) or (
            isinstance(layer, keras.layers.Activation) and layer.activation in ends):
        return before
    if isinstance(layer, keras.layers.Dense) and layer.activation in ends:
        logits = keras.ops.matmul(before, layer.kernel)
        return logits + layer.bias if layer.use_bias else logits
    return outputs


def last_activations(traced, name):
    """The last output as large as the last convolution's: what follows it up to the pooling.

    Raises:
        UserError: there is no convolution; `name` is what the message calls the network.
    """
    kinds = keras.layers.Conv2D, keras.layers.SeparableConv2D, keras.layers.DepthwiseConv2D
    shapes = [output.shape for layer, _, output in traced.layers if isinstance(layer, kinds)]
    if not shapes:
        raise UserError(f"{name} has no convolution, whose channels Grad-CAM needs")
    return [output for *_, output in traced.layers
            if getattr(output, "shape", None) == shapes[-1]][-1]
