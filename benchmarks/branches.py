"""Networks for experiments on a GPU, in PyTorch: the network of model.py with more to train.

    student = Student(ARRANGEMENTS["wide-late"], branches="parallel")
    arrays = student.keras_weights()        # for model.build_model(filters=..., hidden=...)

In training, each convolution can be a sum of parallel branches with batch normalisation (Ding et
al. 2019, ACNet, arXiv 1908.03930; Ding et al. 2021, arXiv 2103.13425), which at the end are folded
into its one kernel and bias. The saved network is the plain one and predicts the same.
"""
import torch
from torch import nn
from torch.nn import functional

from benchmarks.arrangements import BRANCHES

WIDTHS = {"vgg": (64, 128, 256, 512), "wide": (96, 192, 320, 512), "residual": (64, 128, 256, 512)}
DEPTHS = {"vgg": (2, 2, 3, 3), "wide": (2, 2, 3, 3), "residual": (2, 2, 2, 2)}


class Convolution(nn.Module):
    """A 3x3 convolution, or the sum of parallel branches that fold into one."""

    def __init__(self, inputs, outputs, sizes):
        super().__init__()
        self.normalised = bool(sizes)
        self.kernels = nn.ModuleList(
            nn.Conv2d(inputs, outputs, size, padding=(size[0] // 2, size[1] // 2),
                      bias=not self.normalised) for size in sizes or ((3, 3),))
        self.norms = nn.ModuleList(norm(nn.BatchNorm2d, outputs) for _ in sizes)
        for kernel in self.kernels:
            nn.init.kaiming_normal_(kernel.weight)
        for each in self.norms:
            nn.init.constant_(each.weight, len(sizes) ** -0.5)

    def forward(self, x):
        if not self.normalised:
            return self.kernels[0](x)
        return sum(each(kernel(x)) for kernel, each in zip(self.kernels, self.norms, strict=True))

    def folded(self):
        """One kernel (outputs, inputs, 3, 3) and bias (outputs,) that compute the same."""
        if not self.normalised:
            return self.kernels[0].weight, self.kernels[0].bias
        kernels, biases = zip(*(fold(kernel, 0, each) for kernel, each
                                in zip(self.kernels, self.norms, strict=True)), strict=True)
        margins = [[(3 - size) // 2 for size in reversed(kernel.shape[2:])] for kernel in kernels]
        return sum(functional.pad(kernel, (x, x, y, y)) for kernel, (x, y)
                   in zip(kernels, margins, strict=True)), sum(biases)


def norm(kind, channels):
    """Batch normalisation as in model.py."""
    return kind(channels, eps=1e-3, momentum=0.03)


def fold(layer, bias, batch_norm):
    """The weight and bias of a layer with the batch normalisation after it: float64."""
    scale = batch_norm.weight.double() / (batch_norm.running_var.double() + batch_norm.eps).sqrt()
    weight = layer.weight.double() * scale.reshape(-1, *[1] * (layer.weight.ndim - 1))
    return weight, (bias - batch_norm.running_mean.double()) * scale + batch_norm.bias.double()


class Student(nn.Module):
    """The network of model.py: float (n, 1, 48, 48) pixels from 0 to 255 to logits (n, 7).

    Args:
        arrangement: an Arrangement.
        branches: a name in BRANCHES; not "plain": the hidden layer is normalised, too.
        block_dropout, dense_dropout: as in model.build_model().
        prepare: function of the pixels that comes first; None for none.
    """

    def __init__(self, arrangement, branches="plain", block_dropout=0.1, dense_dropout=0.5,
                 prepare=None):
        super().__init__()
        sizes, self.prepare = BRANCHES[branches], prepare or (lambda pixels: pixels)
        self.block_dropout, self.dense_dropout = block_dropout, dense_dropout
        self.blocks, inputs = nn.ModuleList(), 1
        for first, second in arrangement.filters:
            self.blocks.append(nn.ModuleList([
                Convolution(inputs, first, sizes),
                Convolution(first, second, sizes if len(sizes) > 1 else ()),
                norm(nn.BatchNorm2d, second)]))
            inputs = second
        self.pool = nn.MaxPool2d(3, 2) if arrangement.side == 2 else nn.MaxPool2d(2)
        self.hidden = nn.Linear(arrangement.side**2 * inputs, arrangement.hidden)
        nn.init.kaiming_normal_(self.hidden.weight)
        self.hidden_norm = norm(nn.BatchNorm1d, arrangement.hidden) if sizes else nn.Identity()
        self.logits = nn.Linear(arrangement.hidden, 7)
        nn.init.normal_(self.logits.weight, std=0.01)

    def forward(self, pixels):
        x = (self.prepare(pixels) / 64 - 2).to(memory_format=torch.channels_last)
        for first, second, batch_norm in self.blocks:
            x = functional.relu(batch_norm(second(functional.relu(first(x)))))
            x = functional.dropout(self.pool(x), self.block_dropout, self.training)
        x = self.hidden_norm(self.hidden(x.permute(0, 2, 3, 1).flatten(1)))
        x = functional.dropout(functional.relu(x), self.dense_dropout, self.training)
        return self.logits(x).float()

    @torch.no_grad()
    def keras_weights(self):
        """Float32 arrays in the order of get_weights() of the same network of model.py."""
        arrays = []
        for first, second, batch_norm in self.blocks:
            for convolution in (first, second):
                kernel, bias = convolution.folded()
                arrays += [kernel.permute(2, 3, 1, 0), bias]
            arrays += [batch_norm.weight, batch_norm.bias, batch_norm.running_mean,
                       batch_norm.running_var]
        weight, bias = self.hidden.weight, self.hidden.bias
        if isinstance(self.hidden_norm, nn.BatchNorm1d):
            weight, bias = fold(self.hidden, bias.double(), self.hidden_norm)
        arrays += [weight.T, bias, self.logits.weight.T, self.logits.bias]
        return [array.float().cpu().numpy() for array in arrays]


class Teacher(nn.Module):
    """A larger network, of plain or of residual convolutions, with a second head for FER+'s votes.

    Args:
        kind: a name in WIDTHS.
        widths: of its stages; those of WIDTHS if None.
    """

    def __init__(self, kind, widths=None):
        super().__init__()
        self.residual, self.stages, inputs = kind == "residual", nn.ModuleList(), 1
        for width, depth in zip(widths or WIDTHS[kind], DEPTHS[kind], strict=True):
            layers = [self.layer(inputs if number == 0 else width, width)
                      for number in range(depth)]
            self.stages.append(nn.ModuleList(layers))
            inputs = width
        self.logits, self.votes = nn.Linear(inputs, 7), nn.Linear(inputs, 8)
        for head in (self.logits, self.votes):
            nn.init.normal_(head.weight, std=0.01)

    def layer(self, inputs, width):
        parts = {"first": unbiased(inputs, width)}
        if self.residual:
            parts["second"] = unbiased(width, width)
            nn.init.constant_(parts["second"][1].weight, 0.2)
            parts["shortcut"] = (nn.Identity() if inputs == width else
                                 nn.Conv2d(inputs, width, 1, bias=False))
        return nn.ModuleDict(parts)

    def forward(self, pixels):
        """Logits (n, 7) of the emotions and (n, 8) of FER+'s classes."""
        x = (pixels / 64 - 2).to(memory_format=torch.channels_last)
        for number, stage in enumerate(self.stages):
            for layer in stage:
                y = layer["first"](x)
                if self.residual:
                    y = layer["second"](functional.relu(y)) + layer["shortcut"](x)
                x = functional.relu(y)
            if number < 3:
                x = functional.dropout(functional.max_pool2d(x, 2), 0.1, self.training)
        x = functional.dropout(x.mean((2, 3)), 0.4, self.training)
        return self.logits(x).float(), self.votes(x).float()


def unbiased(inputs, outputs):
    kernel = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    nn.init.kaiming_normal_(kernel.weight)
    return nn.Sequential(kernel, nn.BatchNorm2d(outputs, momentum=0.05))
