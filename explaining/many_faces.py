"""explain.py --count and --mistakes: mean explanations, and the most confident mistakes."""
import itertools

import numpy as np

from base import files, streams
from base.errors import UserError
from explaining import sentences, wording
from explaining.averages import AREAS, REGIONS, Average
from explaining.regions import PLACES
from explaining.wording import Explained
from fer2013 import EMOTIONS
from figures import averages, comparisons, style
from figures.pairs import by_region


def explain_many(labels, face_set, count, folder, suffix, source, pairs=False):
    """Write the mean explanation of `count` correctly classified faces of each label.

    Args:
        labels: labels whose faces are explained.
        face_set: a FaceSet.
        count: faces of each label, fewer if fewer are classified correctly; None for all.
        folder, suffix: where to write the figures, and their format; no figure if it is empty.
        source: dict with the command, the model, the faces and the split.
        pairs: whether to write what regions of the face do together, too.

    Raises:
        UserError: there is no face of a label, or none is classified correctly.
    """
    face_set.check(labels)
    columns, table, found = [], [], {}
    for label in labels:
        mean_face, average = average_faces(label, face_set, count)
        title = f"{EMOTIONS[label]}, {len(average.rows)} faces"
        columns.append((title, mean_face, average.mean_map()))
        found[EMOTIONS[label]] = average
        without = wording.mean_without(average.without, label)
        table.append({"emotion": EMOTIONS[label], "faces": len(average.rows), **average.shares(),
                      "r2": average.mean("r2"), "stability": average.mean("stability")})
        print(f"{title}: {without}")
        if suffix:
            figure = averages.average(
                mean_face, average.mean_map(), average.shares(), AREAS, REGIONS,
                f"{title} classified correctly", without)
            style.save(figure, folder / f"{EMOTIONS[label]}_average.{suffix}", source)
    print(shares_as_text(table))
    if len(labels) > 1:
        files.write_csv(folder / "emotions_average.csv", table)
        if suffix:
            figure = averages.averages(
                columns, "mean explanations of faces classified correctly")
            style.save(figure, folder / f"emotions_average.{suffix}", source)
    if pairs:
        write_pairs(found, folder, suffix, source)
    print(f"wrote the averages into {folder}")


def write_pairs(found, folder, suffix, source):
    """Write pairs_average.csv and its figure: what two regions of the face add together.

    Args:
        found: {emotion: Average}.
        folder, suffix, source: see explain_many().
    """
    rows, panels = [], []
    for emotion, average in found.items():
        means, errors = average.mean_together()  # (5, 5) each
        panels.append((f"{emotion}, {len(average.rows)} faces", means))
        pairs = [{"emotion": emotion, "faces": len(average.rows), "region": PLACES[first],
                  "other": PLACES[second], "together": float(means[first, second]),
                  "standard_error": float(errors[first, second])}
                 for first, second in zip(*np.tril_indices(len(PLACES)), strict=True)]
        print(*(sentences.regions(row) for row in
                sorted(pairs, key=lambda row: -abs(row["together"]))[:3]), sep="\n")
        rows += pairs
    files.write_csv(folder / "pairs_average.csv", rows)
    figure = by_region(panels, PLACES, "what two regions add together beyond their sum")
    style.save(figure, folder / f"pairs_average.{suffix}", source)


def average_faces(label, face_set, count):
    """The mean of the faces of a label, float (48, 48), and their Average."""
    emotion = EMOTIONS[label]
    indices = list(itertools.islice(face_set.classified_correctly(label), count))
    if not indices:
        raise UserError(f"no {emotion} face is classified correctly; choose another --label")
    if count and len(indices) < count:
        print(f"{emotion}: only {len(indices)} of the {count} faces asked for; no more are "
              "classified correctly")
    average, found = Average(), face_set.explain([(index, [label]) for index in indices])
    for by_label in streams.progress(found, "face", len(indices), emotion):
        average.add(by_label[label])
    return face_set.pixels[indices].mean(axis=0), average


def shares_as_text(table):
    """A table: each region's share of the positive weight by emotion, and of the face's area."""
    rows = [("share of the positive weight", [f"{region:>7}" for region in AREAS])]
    rows += [(f"{row['emotion']}, {row['faces']} faces",
              [f"{row[region]:7.3f}" for region in AREAS]) for row in table]
    rows.append(("share of the area", [f"{area:7.3f}" for area in AREAS.values()]))
    return "\n".join(" ".join([name.ljust(30), *cells]) for name, cells in rows)


def explain_mistakes(labels, face_set, count, folder, suffix, source):
    """Explain why the most confident wrong predictions are not the true label.

    What is explained is the log-odds of the predicted label against the true one: the probability
    of the true label is near 0 whatever is hidden.

    Args:
        labels: true labels of the faces.
        face_set: a FaceSet.
        count: number of faces; None for all.
        folder, suffix: where to write the figure, and its format; no figure if it is empty.
        source: dict with the command, the model, the faces and the split.

    Raises:
        UserError: there is no wrong prediction.
    """
    indices = face_set.mistakes(labels, count)
    if not len(indices):
        raise UserError("the model makes no mistake on these faces; other faces are chosen by "
                        "--data, --split or --label")
    if count and len(indices) < count:
        print(f"only {len(indices)} of the {count} mistakes asked for; there are no more")
    predicted = face_set.predict(face_set.pixels[indices]).argmax(axis=1)  # (mistakes,)
    asked = [(index, [(int(answer), int(face_set.labels[index]))])
             for index, answer in zip(indices, predicted, strict=True)]
    rows = []
    for (index, [pair]), by_label in zip(
            asked, streams.progress(face_set.explain(asked), "face", len(asked)), strict=True):
        rows.append(Explained(by_label[pair], face_set.settings, face_set.names[index], pair[1],
                              fed=face_set.fed, source=face_set.source))
        print(wording.one_line(rows[-1]))
    if suffix:
        path = folder / f"mistakes.{suffix}"
        style.save(comparisons.mistakes(list(map(wording.figure_row, rows))), path,
                   wording.record({row.name: row for row in rows}, source))
        print(f"wrote {path}")
