"""Figures of numbers, drawn from arrays: each function returns one."""
import numpy as np
from matplotlib.figure import Figure

from figures.style import AGAINST, FOR, NEUTRAL


def dataset(counts, examples, names, caption):
    """Draw the faces per emotion and split as bars, and below each emotion some of its faces.

    Args:
        counts: {split: int (emotions,)} for at most three splits.
        examples: uint8 (k, 48, 48) for each emotion; k may differ and may be 0.
        names: names of the emotions.
        caption: text below the examples, which says which faces they are.
    """
    rows = max(map(len, examples))
    colours = dict(zip(counts, (NEUTRAL, FOR, AGAINST), strict=False))
    figure = Figure(figsize=(11, 3.2 + 1.6 * rows), layout="constrained")
    bars, columns = figure.subplots(  # each (emotions,)
        2, len(names), height_ratios=(2.6, 1.6 * rows), sharey="row")
    for emotion, name in enumerate(names):
        bars[emotion].set_title(name, fontsize=12)
        for place, (split, colour) in enumerate(colours.items()):
            bar = bars[emotion].bar(place, counts[split][emotion], width=0.85, color=colour,
                                    label=split)
            bars[emotion].bar_label(bar, fmt="{:,.0f}", fontsize=8, padding=2)
        bars[emotion].set(xticks=[], xlim=(-0.7, len(colours) - 0.3))
        bars[emotion].spines[["top", "right"]].set_visible(False)
        columns[emotion].imshow(column(examples[emotion], rows), cmap="gray", vmin=0, vmax=255,
                                interpolation="nearest")
        columns[emotion].set_axis_off()
    bars[0].set_ylabel("faces")
    bars[0].margins(y=0.12)  # room for the numbers
    figure.supxlabel(caption, fontsize=9, color=NEUTRAL)
    figure.legend(*bars[0].get_legend_handles_labels(), loc="outside upper right",
                  ncols=len(colours), frameon=False)
    return figure


def column(pixels, rows, gap=4):
    """Faces one below the other: uint8 (rows * (48 + gap), 48), masked where there is no face."""
    picture = np.ma.masked_all((rows, 48 + gap, 48), np.uint8)
    picture[:len(pixels), :48] = pixels
    return picture.reshape(-1, 48)


def curves(history, title):
    """Draw accuracy and loss of both splits by epoch, with the best epoch marked.

    Args:
        history: a DataFrame of history.csv.
        title: text above the figure.
    """
    figure = Figure(figsize=(9, 4), layout="constrained")
    figure.suptitle(title, fontsize=10)
    best = history.epoch[history.val_accuracy.idxmax()]
    for axes, quantity in zip(figure.subplots(1, 2), ("accuracy", "loss"), strict=True):
        axes.plot(history.epoch, history[quantity], color=NEUTRAL, marker=".",
                  label="train, augmented, dropout on")
        axes.plot(history.epoch, history[f"val_{quantity}"], color=FOR, marker=".",
                  label="validation")
        axes.axvline(best, color=AGAINST, linestyle=":", label=f"best epoch, {best:.0f}")
        axes.set(xlabel="epoch", ylabel=quantity, title=quantity)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=9, frameon=False)
    return figure


def confusion_matrix(matrix, names, title):
    """Draw a confusion matrix with counts and shares of the true class; the shade is the share.

    Args:
        matrix: int (n, n), true classes in rows and predicted classes in columns.
        names: names of the n classes.
        title: text above the figure.
    """
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)  # (n, n)
    figure = Figure(figsize=(7.2, 6.4), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        axes.text(column, row, f"{matrix[row, column]}\n{share:.0%}", ha="center", va="center",
                  fontsize=9, color="white" if share > 0.5 else "black")
    axes.set(xticks=range(len(names)), yticks=range(len(names)), xlabel="predicted", ylabel="true",
             title=title)
    axes.set_xticklabels(names, rotation=45, ha="right")
    axes.set_yticklabels(names)
    axes.title.set_fontsize(10)
    figure.colorbar(image, ax=axes, shrink=0.8, label="share of the true class")
    return figure


def reliability(confidence, accuracy, interval, count, title):
    """Draw accuracy against confidence by bin with its interval, and the faces in each bin.

    Args:
        confidence: float (bins,), mean confidence in each bin; NaN in empty bins.
        accuracy: float (bins,), accuracy in each bin; NaN in empty bins.
        interval: float (2, bins), lower and upper end of the accuracy's 95 % interval; NaN in
            empty bins.
        count: int (bins,), faces in each bin.
        title: text above the figure.
    """
    figure = Figure(figsize=(5, 5.6), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    edges = np.linspace(0, 1, len(count) + 1)[:-1]
    upper.plot([0, 1], [0, 1], color=NEUTRAL, linestyle="--", label="as accurate as confident")
    upper.errorbar(confidence, accuracy, yerr=np.abs(interval - accuracy), color=FOR, marker="o",
                   capsize=2, linewidth=1, label="this model, 95 % interval",
                   clip_on=False)  # markers at 0 and 1 stay whole
    upper.set(ylabel="accuracy", xlim=(0, 1), ylim=(0, 1))
    upper.set_title(title, fontsize=10)
    upper.legend(loc="lower right")
    lower.bar(edges, count, width=1 / len(count), align="edge", color=NEUTRAL, edgecolor="white")
    lower.set(xlabel="confidence (probability of the predicted emotion)", ylabel="faces")
    return figure
