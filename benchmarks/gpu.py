"""Training on one GPU in PyTorch, for gpu_recipe.py: faces, views, the optimiser, epochs.

The views are those of training/augmentation.py, and the optimiser is that of training/muon.py.
"""
import math

import numpy as np
import torch
from torch.nn import functional

torch.backends.cudnn.benchmark = True


class Faces:
    """Training and PublicTest on the device: pixels uint8 (n, 1, 48, 48), labels int64 (n,)."""

    def __init__(self, folder, most=None):
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        with np.load(folder / "faces.npz") as arrays:
            self.pixels, self.test_pixels = (
                torch.tensor(arrays[name][:most, None], device=self.device)
                for name in ("pixels", "test_pixels"))
            self.labels, self.test_labels = (
                torch.tensor(arrays[name][:most].astype(np.int64), device=self.device)
                for name in ("labels", "test_labels"))
            self.votes = torch.tensor(arrays["votes"][:most], device=self.device)


def uniform(like, low, high):
    """One number for each face: float (n,)."""
    return torch.rand(len(like), device=like.device) * (high - low) + low


def augment(pixels, erase=0.0, turn=12, zoom=0.12, contrast=0.2, shift=4, sharp=0.5):
    """Random views, each resampled once or not at all: float32 (n, 1, 48, 48), 0 to 255."""
    resampled = (uniform(pixels, 0, 1) >= sharp).float()
    angle = resampled * uniform(pixels, -turn, turn) * math.pi / 180
    scale = 1 + resampled * uniform(pixels, -zoom, zoom)
    mirror = torch.where(uniform(pixels, 0, 1) < 0.5, -1.0, 1.0)
    right, down = (torch.round(uniform(pixels, -shift, shift)) for _ in range(2))
    offsets = torch.arange(48, device=pixels.device) - 23.5
    columns, rows = offsets[None, None, :], offsets[None, :, None]
    x, y = (a[:, None, None] * columns + b[:, None, None] * rows + c[:, None, None] for a, b, c in (
        (mirror * scale * angle.cos(), -scale * angle.sin(), right),
        (mirror * scale * angle.sin(), scale * angle.cos(), down)))
    places = torch.stack([x, y], dim=-1) / 23.5  # (n, 48, 48, 2), from -1 to 1
    views = functional.grid_sample(pixels.float(), places, padding_mode="border",
                                   align_corners=True)
    mean = views.mean((1, 2, 3), keepdim=True)
    factor = uniform(pixels, 1 - contrast, 1 + contrast)[:, None, None, None]
    return erased((mean + factor * (views - mean)).clamp(0, 255), erase)


def erased(views, share):
    """The views, in a share of which a rectangle of up to a third of the face is grey."""
    area, ratio = uniform(views, 0.02, 0.33) * 48**2, torch.exp(uniform(views, -1.2, 1.2))
    height, width = ((area * ratio).sqrt().clamp(1, 48).round(),
                     (area / ratio).sqrt().clamp(1, 48).round())
    top, left = uniform(views, 0, 1) * (48 - height), uniform(views, 0, 1) * (48 - width)
    line = torch.arange(48, device=views.device)
    rows, columns = ((line >= first.floor()[:, None]) & (line < (first.floor() + size)[:, None])
                     for first, size in ((top, height), (left, width)))
    hit = rows[:, :, None] & columns[:, None, :] & (uniform(views, 0, 1) < share)[:, None, None]
    return torch.where(hit[:, None], 128.0, views)


def equalised(pixels):
    """Each face with its histogram equalised: float (n, 1, 48, 48), 0 to 255."""
    greys = pixels.round().clamp(0, 255).long().flatten(1)
    counts = torch.zeros(len(greys), 256, device=pixels.device)
    counts.scatter_add_(1, greys, torch.ones_like(greys, dtype=torch.float32))
    shares = counts.cumsum(dim=1) / greys.shape[1]
    return (255 * shares.gather(1, greys)).view_as(pixels)


def standardised(pixels):
    """Each face with the mean and the contrast of FER2013's average face."""
    mean, deviation = (part((1, 2, 3), keepdim=True) for part in (pixels.mean, pixels.std))
    return 129 + 54 * (pixels - mean) / (deviation + 4)


def make_view(faces, mixed):
    """A uint8 view of every training face, and its labels, float (n, 7); mixed: mixup of two."""
    labels = functional.one_hot(faces.labels, 7).float()
    view = augment(faces.pixels, 0.0 if mixed else 0.25, turn=15, zoom=0.15, contrast=0.3)
    if mixed:
        other = torch.randperm(len(labels), device=faces.device)
        share = uniform(labels, 0.5, 1)
        view = torch.lerp(augment(faces.pixels[other]), view, share[:, None, None, None])
        labels = torch.lerp(labels[other], labels, share[:, None])
    return view.round().to(torch.uint8), labels


class Optimiser:
    """Muon for kernels of more than one input channel, AdamW for the rest, along a cosine."""

    def __init__(self, network, rate, steps, warmup, decay=0.05):
        self.highest, self.steps, self.warmup, self.decay = rate, steps, warmup, decay
        self.done, parameters = 0, list(network.parameters())
        self.kernels = [each for each in parameters if each.ndim == 4 and each.shape[1] > 1]
        self.means = [torch.zeros_like(each) for each in self.kernels]
        kernels = set(map(id, self.kernels))
        others = [each for each in parameters if id(each) not in kernels]
        self.adam = torch.optim.AdamW([
            {"params": [each for each in others if each.ndim > 1], "weight_decay": decay},
            {"params": [each for each in others if each.ndim == 1], "weight_decay": 0.0}])

    def rate(self):
        if self.done < self.warmup:
            return self.highest * (self.done + 1) / self.warmup
        share = (self.done - self.warmup) / max(1, self.steps - self.warmup)
        return self.highest * (1 + math.cos(math.pi * min(1, share))) / 2

    @torch.no_grad()
    def step(self):
        rate = self.rate()
        for kernel, mean in zip(self.kernels, self.means, strict=True):
            mean.lerp_(kernel.grad, 0.05)
            ahead = torch.lerp(mean, kernel.grad, 0.05).flatten(1)
            size = 0.2 * max(ahead.shape)**0.5
            kernel.mul_(1 - rate * self.decay)
            kernel.sub_(orthogonal(ahead).view_as(kernel), alpha=rate * size)
            kernel.grad = None
        for group in self.adam.param_groups:
            group["lr"] = rate
        self.adam.step()
        self.adam.zero_grad()
        self.done += 1

    def state(self):
        return {"done": self.done, "means": self.means, "adam": self.adam.state_dict()}

    def load(self, state):
        self.done = state["done"]
        self.adam.load_state_dict(state["adam"])
        for mean, kept in zip(self.means, state["means"], strict=True):
            mean.copy_(kept)


def orthogonal(matrix):
    """Approximately the nearest matrix whose singular values are all 1; see training/muon.py."""
    x = matrix / (matrix.norm() + 1e-7)
    x = x.bfloat16() if x.is_cuda else x
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    for _ in range(5):
        square = x @ x.T
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * (square @ square)) @ x
    return (x.T if tall else x).float()


def half(device):
    """bfloat16 arithmetic on a GPU."""
    return torch.autocast(str(device).split(":")[0], torch.bfloat16,
                          enabled=str(device).startswith("cuda"))


def cross_entropy(logits, targets):
    return -(targets * functional.log_softmax(logits, dim=1)).sum(dim=1).mean()


def smoothed_labels(faces, chosen):
    """One-hot labels of which a tenth is spread over all classes: float (m, 7)."""
    return functional.one_hot(faces.labels[chosen], 7) * 0.9 + 0.1 / 7


def smoothed(network, views, faces, chosen):
    """The loss of smoothed_labels()."""
    return cross_entropy(network(views), smoothed_labels(faces, chosen))


def loss_with_votes(share):
    """A loss like smoothed(), plus that of FER+'s votes with this weight."""
    def loss(network, views, faces, chosen):
        logits, votes = network(views)
        return (cross_entropy(logits, smoothed_labels(faces, chosen))
                + share * cross_entropy(votes, faces.votes[chosen]))
    return loss


def fit(network, faces, epochs, batch, rate, seed, loss, **views):
    """Train on augmented faces; `loss` takes the network, views, faces and their indices."""
    torch.manual_seed(seed)
    network.to(faces.device, memory_format=torch.channels_last)
    steps = math.ceil(len(faces.pixels) / batch)
    optimiser = Optimiser(network, rate, steps * epochs, steps)
    for _ in range(epochs):
        network.train()
        for chosen in torch.randperm(len(faces.pixels), device=faces.device).split(batch):
            seen = augment(faces.pixels[chosen], **views)
            with half(faces.device):
                value = loss(network, seen, faces, chosen)
            value.backward()
            optimiser.step()


def study_epoch(student, optimiser, view, targets):
    """One epoch on a view, uint8 (n, 1, 48, 48), and its targets, float16 (n, 7)."""
    student.train()
    for chosen in torch.randperm(len(view), device=view.device).split(256):
        pixels = view[chosen].float()
        turned = torch.rand(len(chosen), device=view.device) < 0.5
        pixels = torch.where(turned[:, None, None, None], pixels.flip(3), pixels)
        with half(view.device):
            value = cross_entropy(student(pixels), targets[chosen].float())
        value.backward()
        optimiser.step()


@torch.no_grad()
def predict(network, pixels, mirrored=False, exact=False):
    """Probabilities, float (n, 7), of uint8 faces; exact: in float32."""
    network.eval()
    found = []
    for batch in pixels.split(2048):
        views = [batch.float()] + [batch.float().flip(3)] * mirrored
        with half("cpu" if exact else pixels.device):
            logits = [network(view) for view in views]
        logits = [each[0] if isinstance(each, tuple) else each for each in logits]
        found.append(sum(each.softmax(dim=1) for each in logits) / len(logits))
    return torch.cat(found)


def accuracy(probabilities, labels):
    return float((probabilities.argmax(dim=1) == labels).float().mean())
