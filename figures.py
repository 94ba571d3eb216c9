"""Every figure of the project, drawn from arrays: a function per figure, each writes one file.

Colours are blue for what speaks for a label and vermilion for what speaks against it, which colour-blind readers can
tell apart (Okabe & Ito 2008). No pyplot: a Figure of its own leaves nothing open.
"""
import numpy as np
from matplotlib.figure import Figure
from skimage.color import gray2rgb
from skimage.morphology import dilation
from skimage.segmentation import find_boundaries

import outputs

FOR, AGAINST, NEUTRAL = "#0072B2", "#D55E00", "#666666"
FOR_RGB, AGAINST_RGB = (0.337, 0.706, 0.914), (0.902, 0.450, 0.0)  # their lighter kin, to be seen on dark faces
ZOOM = 12  # drawn pixels per face pixel, so that a boundary does not cover the pixels that it separates
PANELS = ("face", "speaks for it", "boundaries: for", "boundaries: against")


def curves(history, path):
    """Accuracy and loss of both splits by epoch, the best epoch marked; history: a DataFrame of history.csv."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    best = history.epoch[history.val_accuracy.idxmax()]
    for axes, quantity in zip(figure.subplots(1, 2), ("accuracy", "loss"), strict=True):
        axes.plot(history.epoch, history[quantity], color=NEUTRAL, marker=".", label="train, augmented, dropout on")
        axes.plot(history.epoch, history[f"val_{quantity}"], color=FOR, marker=".", label="validation")
        axes.axvline(best, color=AGAINST, linestyle=":", label=f"best epoch, {best:.0f}")
        axes.set(xlabel="epoch", ylabel=quantity, title=quantity)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
    axes.legend()
    save(figure, path)


def confusion_matrix(matrix, names, title, path):
    """Shade: share of each true class, white 0 to dark 1; cells: counts and per cent. matrix: int (n, n)."""
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)  # (n, n)
    figure = Figure(figsize=(7.2, 6.4), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        axes.text(column, row, f"{matrix[row, column]}\n{share:.0%}", ha="center", va="center", fontsize=9,
                  color="white" if share > 0.5 else "black")
    axes.set(xticks=range(len(names)), yticks=range(len(names)), xlabel="predicted", ylabel="true", title=title)
    axes.set_xticklabels(names, rotation=45, ha="right")
    axes.set_yticklabels(names)
    figure.colorbar(image, ax=axes, shrink=0.8, label="share of the true class")
    save(figure, path)


def reliability(confidence, accuracy, count, title, path):
    """Accuracy against confidence by bin (float (bins,), NaN in empty ones), and the faces in each (int (bins,))."""
    figure = Figure(figsize=(5, 5.6), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    edges = np.linspace(0, 1, len(count) + 1)[:-1]
    upper.plot([0, 1], [0, 1], color=NEUTRAL, linestyle="--", label="as accurate as confident")
    upper.plot(confidence, accuracy, color=FOR, marker="o", label="this model")
    upper.set(ylabel="accuracy", title=title, xlim=(0, 1), ylim=(0, 1))
    upper.legend(loc="lower right")
    lower.bar(edges, count, width=1 / len(count), align="edge", color=NEUTRAL, edgecolor="white")
    lower.set(xlabel="confidence (probability of the predicted emotion)", ylabel="faces")
    save(figure, path)


def explanations(rows, path):
    """The four panels of LIME, a row per explanation.

    Args:
        rows: list of (face_lime.Explanation, heading, caption); the texts stand above and below the row.
        path: file to write; its suffix chooses the format.
    """
    figure = Figure(figsize=(10, 3.45 * len(rows)), layout="constrained")
    for part, (explanation, heading, caption) in zip(np.atleast_1d(figure.subfigures(len(rows), 1)), rows, strict=True):
        part.suptitle(heading, fontsize=12)
        part.supxlabel(caption, fontsize=9, color=NEUTRAL)
        for axes, title, picture in zip(part.subplots(1, 4), PANELS, panels(explanation), strict=True):
            axes.imshow(picture, interpolation="nearest")
            axes.set_title(title, fontsize=10)
            axes.set_axis_off()
    save(figure, path)


def panels(explanation):
    """The four pictures of one explanation: float (48 * ZOOM, 48 * ZOOM, 3) from 0 to 1."""
    speaks_for, speaks_against = explanation.strongest(1), explanation.strongest(-1)
    grey = enlarge(gray2rgb(explanation.face / 255))  # (48 * ZOOM, 48 * ZOOM, 3)
    segments = enlarge(explanation.segments)  # (48 * ZOOM, 48 * ZOOM)
    return (
        grey,
        only(grey, np.isin(segments, speaks_for)),
        outlined(grey, segments, speaks_for, FOR_RGB),
        outlined(grey, segments, speaks_against, AGAINST_RGB),
    )


def enlarge(image):
    return image.repeat(ZOOM, axis=0).repeat(ZOOM, axis=1)


def only(grey, shown):
    """The face where `shown`, tinted; the rest faded to near white, so that the panel never goes dark."""
    tinted = 0.75 * grey + 0.25 * np.array(FOR_RGB)
    faded = 0.15 * grey + 0.85
    return np.where(shown[..., None], tinted, faded)


def outlined(grey, segments, chosen, colour):
    """The face with a line around each of the chosen superpixels; unchanged where there is none."""
    areas = np.where(np.isin(segments, chosen), segments + 1, 0)  # 0: not chosen
    lines = find_boundaries(areas, connectivity=2, mode="thick")
    return np.where(dilation(lines)[..., None], colour, grey)


def save(figure, path):
    with outputs.replacing(path) as temporary:
        figure.savefig(temporary, dpi=120)
