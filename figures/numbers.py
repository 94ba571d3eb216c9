"""Figures of numbers: the dataset, training curves, confusion matrix and reliability."""
import numpy as np

from figures.style import AGAINST, FOR, NEUTRAL, PALE, percent, stacked


def dataset(counts, examples, names, title, note=""):
    """Draw the faces per emotion and split as bars, and below each emotion some of its faces.

    Args:
        counts: {split: int (emotions,)} for at most three splits.
        examples: uint8 (k, 48, 48) for each emotion; k may differ and may be 0.
        names: names of the emotions.
        title, note: a sentence above, and small print below.
    """
    rows = max(map(len, examples))
    colours = dict(zip(counts, (NEUTRAL, PALE, FOR), strict=False))
    figure, [part] = stacked(11, [(title, note, 3.0 + 1.6 * rows)])
    bars, columns = part.subplots(  # each (emotions,)
        2, len(names), height_ratios=(2.6, 1.6 * rows), sharey="row")
    for emotion, name in enumerate(names):
        bars[emotion].set_title(name, fontsize=12)
        for place, (split, colour) in enumerate(colours.items()):
            bar = bars[emotion].bar(place, counts[split][emotion], width=0.85, color=colour,
                                    label=split)
            bars[emotion].bar_label(bar, fmt="{:,.0f}", fontsize=9, padding=2)
        bars[emotion].set(xticks=[], xlim=(-0.7, len(colours) - 0.3))
        bars[emotion].spines[["top", "right"]].set_visible(False)
        columns[emotion].imshow(column(examples[emotion], rows), cmap="gray", vmin=0, vmax=255,
                                interpolation="nearest")
        columns[emotion].set_axis_off()
    bars[0].set_ylabel("faces")
    bars[0].margins(y=0.12)  # room for the numbers
    part.legend(*bars[0].get_legend_handles_labels(), loc="outside upper right",
                ncols=len(colours), frameon=False)
    return figure


def column(pixels, rows, gap=4):
    """Faces one below the other: uint8 (rows * (48 + gap), 48), masked where there is no face."""
    picture = np.ma.masked_all((rows, 48 + gap, 48), np.uint8)
    picture[:len(pixels), :48] = pixels
    return picture.reshape(-1, 48)


def curves(history, title, note=""):
    """Draw accuracy and loss of both splits by epoch, with the best epoch marked.

    Args:
        history: a DataFrame of history.csv.
        title, note: a sentence above, and small print below.
    """
    figure, [part] = stacked(9, [(title, note, 3.8)])
    best = history.epoch[history.val_accuracy.idxmax()]
    for axes, quantity in zip(part.subplots(1, 2), ("accuracy", "loss"), strict=True):
        axes.plot(history.epoch, history[quantity], color=NEUTRAL, marker=".",
                  label="train, augmented, dropout on")
        axes.plot(history.epoch, history[f"val_{quantity}"], color=FOR, marker=".",
                  label="validation")
        axes.axvline(best, color=AGAINST, linestyle=":", label=f"best epoch, {best:.0f}")
        axes.set(xlabel="epoch", ylabel=quantity)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
    axes.legend(fontsize=9)
    return figure


def confusion_matrix(matrix, names, title, note=""):
    """Draw a confusion matrix with counts and shares of the true class; the shade is the share.

    Args:
        matrix: int (n, n), true classes in rows and predicted classes in columns.
        names: names of the n classes.
        title, note: a sentence above, and small print below.
    """
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)  # (n, n)
    figure, [part] = stacked(7.2, [(title, note, 6)])
    axes = part.subplots()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        axes.text(column, row, f"{matrix[row, column]}\n{percent(share)}", ha="center", va="center",
                  fontsize=9, color="white" if share > 0.5 else "black")
    axes.set(xticks=range(len(names)), yticks=range(len(names)), xlabel="predicted", ylabel="true")
    axes.set_xticklabels(names, rotation=45, ha="right")
    axes.set_yticklabels(names)
    part.colorbar(image, ax=axes, shrink=0.8, label="share of the true class")
    return figure


def reliability(confidence, accuracy, interval, count, title, note=""):
    """Draw accuracy against confidence by bin with its interval, and the faces in each bin.

    Args:
        confidence: float (bins,), mean confidence in each bin; NaN in empty bins.
        accuracy: float (bins,), accuracy in each bin; NaN in empty bins.
        interval: float (2, bins), lower and upper end of the accuracy's 95 % interval; NaN in
            empty bins.
        count: int (bins,), faces in each bin.
        title, note: a sentence above, and small print below.
    """
    figure, [part] = stacked(6, [(title, note, 5.4)])
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
