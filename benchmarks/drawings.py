"""The figures of benchmarks, drawn from arrays: each function returns a matplotlib Figure."""
import numpy as np
from matplotlib.figure import Figure

from figures.style import AGAINST, FOR, NEUTRAL, relative_map


def auc_intervals(panels, title):
    """Draw deletion and insertion AUC of several methods, one panel for each way of measuring.

    Args:
        panels: {title of the panel: {method: ((mean, low, high) of deletion, (mean, low, high) of
            insertion)}}, drawn in two rows.
        title: text above the figure.
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
    return figure


def sanity(face, maps, lines, title):
    """Draw how maps change while the network is randomised layer by layer.

    Above are the maps of one face by layer, below the mean correlation with the original maps.

    Args:
        face: uint8 (48, 48).
        maps: {layer: {method: float (48, 48)}}, the first of the whole network.
        lines: {method: [(mean, low, high) for each layer but the first]}, at most three methods.
        title: text above the curves.
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
    return figure


def intuition(axis, answers, local, samples, sample_answers, similarity):
    """Draw LIME in two dimensions: a curved boundary, samples by similarity, and the local line.

    Args:
        axis: float (m,), both coordinates of the grid.
        answers: float (m, m), the network's probability on the grid.
        local: float (m, m), the local model's probability on the grid.
        samples: float (n, 2), the explained instance first.
        sample_answers: float (n,) from 0 to 1, the network's probability of each sample.
        similarity: float (n,) from 0 to 1, of each sample to the explained instance.
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
    return figure
