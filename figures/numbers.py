"""Figures of numbers, drawn from arrays: each function writes one file."""
import numpy as np
from matplotlib.figure import Figure

from figures.style import AGAINST, FOR, NEUTRAL, relative_map, save


def dataset(counts, examples, names, caption, path, record=None):
    """Draw the faces per emotion and split as bars, and below each emotion some of its faces.

    Args:
        counts: {split: int (emotions,)} for at most three splits.
        examples: uint8 (k, 48, 48) for each emotion; k may differ and may be 0.
        names: names of the emotions.
        caption: text below the examples, which says which faces they are.
        path: file to write; its suffix determines the format.
        record: what made the figure; see style.save().
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
    save(figure, path, record)


def column(pixels, rows, gap=4):
    """Faces one below the other: uint8 (rows * (48 + gap), 48), masked where there is no face."""
    picture = np.ma.masked_all((rows, 48 + gap, 48), np.uint8)
    picture[:len(pixels), :48] = pixels
    return picture.reshape(-1, 48)


def curves(history, title, path, record=None):
    """Draw accuracy and loss of both splits by epoch, with the best epoch marked.

    Args:
        history: a DataFrame of history.csv.
        title: text above the figure.
        path: file to write; its suffix determines the format.
        record: what made the figure; see style.save().
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
    save(figure, path, record)


def confusion_matrix(matrix, names, title, path, record=None):
    """Draw a confusion matrix with counts and shares of the true class; the shade is the share.

    Args:
        matrix: int (n, n), true classes in rows and predicted classes in columns.
        names: names of the n classes.
        title: text above the figure.
        path: file to write; its suffix determines the format.
        record: what made the figure; see style.save().
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
    save(figure, path, record)


def reliability(confidence, accuracy, interval, count, title, path, record=None):
    """Draw accuracy against confidence by bin with its interval, and the faces in each bin.

    Args:
        confidence: float (bins,), mean confidence in each bin; NaN in empty bins.
        accuracy: float (bins,), accuracy in each bin; NaN in empty bins.
        interval: float (2, bins), lower and upper end of the accuracy's 95 % interval; NaN in
            empty bins.
        count: int (bins,), faces in each bin.
        title: text above the figure.
        path: file to write; its suffix determines the format.
        record: what made the figure; see style.save().
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
    save(figure, path, record)


def auc_intervals(panels, title, path):
    """Draw deletion and insertion AUC of several methods, one panel for each way of measuring.

    Args:
        panels: {title of the panel: {method: ((mean, low, high) of deletion, (mean, low, high) of
            insertion)}}, drawn in two rows.
        title: text above the figure.
        path: file to write; its suffix determines the format.
    """
    columns = -(-len(panels) // 2)
    figure = Figure(figsize=(3.4 * columns + 1, 6), layout="constrained")
    figure.suptitle(title, fontsize=12)
    grid = figure.subplots(2, columns, sharex=True, sharey=True, squeeze=False)
    for axes, (name, methods) in zip(grid.flat, panels.items(), strict=False):
        for row, intervals in enumerate(methods.values()):
            for (mean, low, high), colour, marker in zip(intervals, (AGAINST, FOR), "vo",
                                                         strict=True):
                axes.errorbar(mean, row, xerr=[[mean - low], [high - mean]], color=colour,
                              marker=marker, capsize=3)
        axes.set(title=name, yticks=range(len(methods)), yticklabels=methods, xlim=(0, 1))
        axes.grid(axis="x", alpha=0.3)
    grid[0, 0].invert_yaxis()  # all panels share it: the first method is at the top
    figure.legend(
        grid[0, 0].containers[:2],
        ("deletion AUC: the smaller, the better", "insertion AUC: the larger, the better"),
        loc="outside lower center", ncols=2)
    save(figure, path)


def sanity(face, maps, lines, title, path):
    """Draw how maps change while the network is randomised layer by layer.

    Above are the maps of one face by layer, below the mean correlation with the original maps.

    Args:
        face: uint8 (48, 48).
        maps: {layer: {method: float (48, 48)}}, the first of the whole network.
        lines: {method: [(mean, low, high) for each layer but the first]}, at most three methods.
        title: text above the curves.
        path: file to write; its suffix determines the format.
    """
    figure = Figure(figsize=(1.25 * len(maps) + 1, 1.3 * len(lines) + 3.6), layout="constrained")
    upper, lower = figure.subfigures(2, 1, height_ratios=(1.35 * len(lines), 3.2))
    grid = upper.subplots(len(lines), len(maps))
    for row, (method, panels) in enumerate(zip(lines, grid, strict=True)):
        for axes, (layer, by_method) in zip(panels, maps.items(), strict=True):
            image = relative_map(axes, face, by_method[method])
            name = layer.replace("none", "trained").replace("_", "\n")
            axes.set_title("" if row else name, fontsize=9)
        panels[0].set_ylabel(method.replace(" ", "\n"), fontsize=9)
    bar = upper.colorbar(image, ax=upper.axes, shrink=0.7, ticks=(-1, 0, 1))
    bar.ax.set_yticklabels(("against", "0", "for"))
    axes, layers = lower.subplots(), list(maps)[1:]
    for (method, intervals), colour, marker in zip(lines.items(), (FOR, AGAINST, NEUTRAL), "osv",
                                                   strict=False):
        mean, low, high = np.array(intervals).T  # each (layers,)
        axes.plot(layers, mean, color=colour, marker=marker, label=method)
        axes.fill_between(layers, low, high, color=colour, alpha=0.15, linewidth=0)
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set(ylim=(-1, 1), ylabel="correlation",
             xlabel="randomised from the top down to this layer")
    axes.set_title(title, fontsize=10)
    axes.legend(fontsize=8)
    save(figure, path)


def intuition(axis, answers, local, samples, sample_answers, similarity, path):
    """Draw LIME in two dimensions: a curved boundary, samples by similarity, and the local line.

    Args:
        axis: float (m,), both coordinates of the grid.
        answers: float (m, m), the network's probability on the grid.
        local: float (m, m), the local model's probability on the grid.
        samples: float (n, 2), the explained instance first.
        sample_answers: float (n,) from 0 to 1, the network's probability of each sample.
        similarity: float (n,) from 0 to 1, of each sample to the explained instance.
        path: file to write; its suffix determines the format.
    """
    figure = Figure(figsize=(6.4, 4.6), layout="constrained")
    axes = figure.subplots()
    axes.contourf(axis, axis, answers, levels=(0, 0.5, 1), colors=("#F8DCC8", "#CFE3F1"))
    axes.contour(axis, axis, answers, levels=(0.5,), colors=NEUTRAL)
    axes.contour(axis, axis, local, levels=(0.5,), colors="black", linestyles="dashed")
    for positive, marker, colour, name in ((True, "P", FOR, "happy"),
                                           (False, "o", AGAINST, "another label")):
        chosen = (sample_answers > 0.5) == positive
        axes.scatter(*samples[chosen].T, s=4 + 90 * similarity[chosen], marker=marker, color=colour,
                     edgecolor="white", linewidth=0.5,
                     label=f"sample for which the network predicts {name}")
    axes.scatter(*samples[0], s=260, marker="*", color="black", edgecolor="white",
                 label="the explained face", zorder=3)
    axes.plot([], [], color=NEUTRAL, label="the network's boundary, curved")
    axes.plot([], [], color="black", linestyle="dashed", label="the local model's, a line")
    axes.set(xticks=[], yticks=[], xlim=(axis[0], axis[-1]), ylim=(axis[0], axis[-1]),
             xlabel="one superpixel", ylabel="another superpixel", aspect="equal")
    figure.legend(loc="outside lower center", ncols=2, fontsize=8, markerscale=0.6, frameon=False)
    save(figure, path)
