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

    @property
    def divisible(self):
        """Whether Keras builds a model of a part: the names of its layers must be unique."""
        names = {id(layer): layer.name for layer, *_ in self.layers}
        return len(set(names.values())) == len(names)


def trace(model):
    """Call the layers of a keras.Model once more, those of models inside of it too: a Traced."""
    called = []

    def call(layer, *arguments, **options):
        x = arguments[0]
        if isinstance(layer, keras.Sequential):
            for inner in layer.layers:
                x = call(inner, x)
            return x
        if isinstance(layer, keras.Model):
            tensors = [x] if isinstance(layer.input, list) else x
            return keras.models.clone_model(layer, input_tensors=tensors, call_function=call,
                                            clone_function=lambda same: same).outputs[0]
        output = layer(*arguments, **options)
        called.append((layer, x, output))
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
    """The last output as large as the last convolution's: what follows it up to the pooling.

    Raises:
        UserError: there is no convolution; `name` is what the message calls the network.
    """
    shapes = [output.shape for layer, _, output in traced.layers if isinstance(layer, CONVOLUTIONS)]
    if not shapes:
        raise UserError(f"{name} has no convolution, whose channels Grad-CAM needs")
    return [output for *_, output in traced.layers
            if getattr(output, "shape", None) == shapes[-1]][-1]
