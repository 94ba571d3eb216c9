"""Time for an explanation, compared with the network alone, the lime package and captum.

    python -m benchmarks.lime_speed

Explains a bundled composite face with 1,000 samples in several ways, in turn, several times. Prints
the median seconds of each way, the table of benchmarks/lime_speed.md. captum (Kokhlikyan et al.
2020, arXiv 2009.07896) is timed if it and PyTorch are installed, on the same network with the same
weights.
"""
import importlib.util
import pathlib
import sys
import time

import numpy as np
from lime.lime_image import LimeImageExplainer

import fer2013
import model as network
from base import command_line
from explaining import face_lime, superpixels
from fer2013 import bundled

HERE = pathlib.Path(__file__).resolve().parent

SAMPLES = 1000


def main():
    args = parse_arguments()
    face = fer2013.load(bundled.COMPOSITES, "test")[0][0]  # (48, 48)
    model = network.load_model(bundled.PRETRAINED)
    label = int(network.predict(model, face[None]).argmax())
    ways = {
        "the network alone": bare(face, model),
        "explain_face, one label": ours(face, model, [label]),
        "explain_face, seven labels": ours(face, model, range(network.CLASSES)),
        "lime as it comes, same superpixels": stock(face, model, label),
    }
    if importlib.util.find_spec("torch") and importlib.util.find_spec("captum"):
        torch_model = in_torch(model)
        ways |= {f"captum, {batch} at a time": captum(face, torch_model, label, batch)
                 for batch in (1, 250)}
    else:
        print("captum or PyTorch is not installed, so captum is not timed", file=sys.stderr)
    seconds = measure(ways, args.repeats)
    print(f"| way, {SAMPLES:,} samples | median, s | times the network alone |")
    print("|---|---:|---:|")
    medians = {way: np.median(values) for way, values in seconds.items()}
    for way, median in medians.items():
        print(f"| {way} | {median:.2f} | {median / medians['the network alone']:.2f} |")


def parse_arguments():
    parser = command_line.parser(__doc__)
    parser.add_argument("--repeats", type=command_line.positive_integer, default=7,
                        help="number of timed runs of each way")
    return parser.parse_args()


def measure(ways, repeats):
    """{way: list of the seconds of each round}; a first round, which compiles, does not count.

    Args:
        ways: {way: function without arguments}.
        repeats: number of rounds that count.
    """
    seconds = {way: [] for way in ways}
    for _ in range(repeats + 1):
        for way, run in ways.items():
            started = time.perf_counter()
            run()
            seconds[way].append(time.perf_counter() - started)
    return {way: values[1:] for way, values in seconds.items()}


def bare(face, model):
    """A function that predicts as many faces as an explanation has samples."""
    faces = np.repeat(face[None], SAMPLES, axis=0)  # (SAMPLES, 48, 48)
    return lambda: network.predict(model, faces)


def ours(face, model, labels):
    """A function that explains labels as explain.py does."""
    asked = network.as_network(model)
    return lambda: face_lime.explain_face(face, asked.predict, labels, superpixels.segment(face),
                                          samples=SAMPLES)


def stock(face, model, label):
    """A function that runs lime with its defaults: batches of 10 pictures, grey as RGB."""
    def predict(pictures):
        return model.predict(pictures[..., :1], verbose=0)
    return lambda: LimeImageExplainer(random_state=0).explain_instance(
        face, predict, labels=[label], top_labels=None, num_samples=SAMPLES,
        segmentation_fn=lambda picture: superpixels.segment(face))


def captum(face, torch_model, label, batch):
    """A function that runs captum's Lime with its default similarity and linear model."""
    import torch
    from captum.attr import Lime
    segments = torch.tensor(superpixels.segment(face))[None, None]  # (1, 1, 48, 48)
    pixels = torch.tensor(face, dtype=torch.float32)[None, None]  # (1, 1, 48, 48)
    explainer = Lime(torch_model)
    return lambda: explainer.attribute(pixels, target=label, feature_mask=segments,
                                       n_samples=SAMPLES, perturbations_per_eval=batch)


def in_torch(model):
    """The same network as a torch.nn.Sequential.

    It maps float32 (n, 1, 48, 48) pixels to float32 (n, 7) probabilities.
    """
    import torch
    from torch import nn
    makers = {"Rescaling": rescaling, "Conv2D": convolution, "BatchNormalization": normalization,
              "Dense": dense, "Flatten": flatten, "InputLayer": lambda layer: [],
              "ReLU": lambda layer: [nn.ReLU()],
              "MaxPooling2D": lambda layer: [nn.MaxPool2d(3, 2)],
              "Softmax": lambda layer: [nn.Softmax(dim=1)],
              "Dropout": lambda layer: [nn.Dropout(layer.rate)]}
    modules = [module for layer in model.layers for module in makers[type(layer).__name__](layer)]
    torch_model = nn.Sequential(*modules).eval().to(memory_format=torch.channels_last)
    check_same(torch_model, model)
    return torch_model


def check_same(torch_model, model):
    """Assert that both networks predict the same probabilities for four faces of noise."""
    import torch
    pixels = np.random.default_rng(0).integers(0, 256, (4, 48, 48)).astype(np.uint8)
    with torch.inference_mode():
        probabilities = torch_model(torch.tensor(pixels[:, None], dtype=torch.float32)).numpy()
    np.testing.assert_allclose(probabilities, network.predict(model, pixels), atol=1e-4)


def rescaling(layer):
    from torch import nn

    class Rescale(nn.Module):
        def forward(self, pixels):
            return pixels * layer.scale + layer.offset
    return [Rescale()]


def convolution(layer):
    from torch import nn
    kernel, bias = layer.get_weights()  # (3, 3, in, out), (out,)
    weight = kernel.transpose(3, 2, 0, 1)  # (out, in, 3, 3)
    return [filled(nn.Conv2d(*kernel.shape[2:], 3, padding=1), weight=weight, bias=bias)]


def normalization(layer):
    from torch import nn
    gamma, beta, mean, variance = layer.get_weights()  # each (filters,)
    return [filled(nn.BatchNorm2d(len(gamma), eps=layer.epsilon), weight=gamma, bias=beta,
                   running_mean=mean, running_var=variance)]


def flatten(layer):
    """Keras flattens (rows, columns, filters), so the filters become the last axis first."""
    from torch import nn

    class Flatten(nn.Module):
        def forward(self, x):
            return x.permute(0, 2, 3, 1).flatten(1)
    return [Flatten()]


def dense(layer):
    from torch import nn
    kernel, bias = layer.get_weights()  # (in, out), (out,)
    activation = [nn.ReLU()] if layer.activation.__name__ == "relu" else []
    return [filled(nn.Linear(*kernel.shape), weight=kernel.T, bias=bias), *activation]


def filled(module, **arrays):
    """The module, with its parameters and running statistics replaced by `arrays`."""
    import torch
    with torch.no_grad():
        for name, array in arrays.items():
            getattr(module, name).copy_(torch.tensor(array))
    return module


if __name__ == "__main__":
    command_line.run(main)
