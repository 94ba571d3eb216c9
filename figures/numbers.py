"""Figures of numbers: the dataset, training curves, confusion matrix and reliability."""
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from figures.style import FOR, NEUTRAL, PALE, percent, stacked

SHARES = LinearSegmentedColormap.from_list("shares", ("white", FOR))  # from 0 to 1


def dataset(counts, examples, names, title, note=""):
    """Draw the faces per emotion and split as bars, and below each emotion some of its faces.

    Args:
        counts: {split: int (emotions,)} for at most three splits.
        examples: uint8 (k, 48, 48) for each emotion; k may differ and may be 0.
        names: of the emotions.
    """
    rows, width = max(map(len, examples)), 0.9 / len(counts)
    figure, [part] = stacked(9, [(title, note, 2.8 + 1.25 * rows)])
    bars, faces = part.subplots(2, 1, sharex=True, height_ratios=(2.5, 1.25 * rows))
    for place, (split, colour) in enumerate(zip(counts, (NEUTRAL, PALE, FOR), strict=False)):
        where = np.arange(len(names)) + (place + 0.5) * width - 0.45
        drawn = bars.bar(where, counts[split], 0.9 * width, color=colour, label=split)
        bars.bar_label(drawn, fmt="{:,.0f}", fontsize=8, padding=2)
    bars.set(ylabel="faces", yticks=[], xlim=(-0.5, len(names) - 0.5))
    bars.set_xticks(range(len(names)), names)
    bars.tick_params(length=0, labelbottom=True, labelsize=11)
    bars.margins(y=0.25)  # room for the numbers and the legend
    bars.legend(loc="upper right", ncols=len(counts), frameon=False)
    bars.spines[["top", "right"]].set_visible(False)
    faces.imshow(mosaic(examples, rows), cmap="gray", vmin=0, vmax=255, interpolation="nearest",
                 extent=(-0.5, len(names) - 0.5, rows - 0.5, -0.5))
    faces.set_axis_off()
    return figure


def mosaic(columns, rows, gap=2):
    """Columns of faces as one picture, masked where there is none, with a margin around each."""
    side = 48 + 2 * gap
    picture = np.ma.masked_all((rows, side, len(columns), side), np.uint8)
    for place, faces in enumerate(columns):
        picture[:len(faces), gap:-gap, place, gap:-gap] = faces
    return picture.reshape(rows * side, len(columns) * side)


def curves(history, title, note=""):
    """Draw accuracy and loss of both splits by epoch, from a DataFrame of history.csv."""
    figure, [part] = stacked(9, [(title, note, 3.4)])
    best = history.epoch[history.val_accuracy.idxmax()]
    for axes, quantity in zip(part.subplots(1, 2), ("accuracy", "loss"), strict=True):
        axes.plot(history.epoch, history[quantity], color=NEUTRAL, marker=".",
                  label="train, augmented,\ndropout on")
        axes.plot(history.epoch, history[f"val_{quantity}"], color=FOR, marker=".",
                  label="validation")
        axes.axvline(best, color="black", linestyle=":", label=f"best epoch, {best:.0f}")
        axes.set(xlabel="epoch", ylabel=quantity)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
    part.legend(*axes.get_legend_handles_labels(), loc="outside right center", frameon=False)
    return figure


def confusion_matrix(matrix, names, title, note=""):
    """Draw a confusion matrix with counts and shares of the true class; the shade is the share.

    Args:
        matrix: int (n, n), true classes in rows and predicted classes in columns.
        names: of the n classes.
    """
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)  # (n, n)
    figure, [part] = stacked(7, [(title, note, 5.6)])
    axes = part.subplots()
    image = axes.imshow(shares, cmap=SHARES, vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        axes.text(column, row, f"{matrix[row, column]}\n{percent(share)}", ha="center", va="center",
                  fontsize=9, color="white" if share > 0.7 else "black")
    axes.set(xlabel="predicted", ylabel="true")
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right")
    axes.set_yticks(range(len(names)), names)
    part.colorbar(image, ax=axes, shrink=0.8, label="share of the true class")
    return figure


def reliability(confidence, accuracy, interval, count, title, note=""):
    """Draw accuracy against confidence by bin with its interval, and the faces in each bin.

    Args:
        confidence, accuracy: float (bins,), means of each bin; NaN in empty bins.
        interval: float (2, bins), lower and upper end of the accuracy's 95 % interval, or NaN.
        count: int (bins,), faces in each bin.
    """
    figure, [part] = stacked(7, [(title, note, 5.4)])
    upper, lower = part.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    edges = np.linspace(0, 1, len(count) + 1)[:-1]
    upper.plot([0, 1], [0, 1], color=NEUTRAL, linestyle="--", label="as accurate as confident")
    upper.errorbar(confidence, accuracy, yerr=np.abs(interval - accuracy), color=FOR, marker="o",
                   capsize=2, linewidth=1, label="this model, 95 % interval",
                   clip_on=False)  # markers at 0 and 1 stay whole
    upper.set(ylabel="accuracy", xlim=(0, 1), ylim=(0, 1))
    upper.legend(loc="lower right")
    lower.bar(edges, count, width=1 / len(count), align="edge", color=NEUTRAL, edgecolor="white")
    lower.set(xlabel="confidence (probability of the predicted emotion)", ylabel="faces")
    return figure
