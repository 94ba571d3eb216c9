"""explain.py --count and --mistakes: mean explanations, and the most confident mistakes."""
import functools
import itertools

from base import files, streams
from base.errors import UserError
from explaining import averages, wording
from explaining.wording import Explained
from fer2013 import EMOTIONS
from figures import explanations


def explain_many(labels, face_set, count, identity, folder, suffix):
    """Write the mean explanation of `count` correctly classified faces of each label.

    Faces that an interrupted run has explained are not explained again.

    Args:
        labels: labels whose faces are explained.
        face_set: a FaceSet.
        count: faces of each label, fewer if fewer are classified correctly.
        identity: Network.identity(), so that explanations of other networks are not reused.
        folder, suffix: where to write the figures, and their format.

    Raises:
        UserError: no face of a label is classified correctly.
    """
    settings, columns, table = averages.settings(face_set, identity), [], []
    for label in labels:
        emotion = EMOTIONS[label]
        indices = list(itertools.islice(face_set.classified_correctly(label), count))
        if not indices:
            raise UserError(f"no {emotion} face is classified correctly; choose another --label")
        collected = averages.collect(
            indices, lambda index, label=label: face_set.explain(index, [label])[label],
            folder / f"{emotion}_average.npz", settings,
            progress=functools.partial(streams.progress, unit="face", name=emotion))
        if len(indices) < count:
            print(f"{emotion}: only {len(indices)} of the {count} faces asked for; no more are "
                  "classified correctly")
        mean_face = face_set.pixels[indices].mean(axis=0)  # (48, 48)
        mean_map = collected["map"].mean(axis=0)  # (48, 48)
        shares = averages.mean_shares(collected["spread"])
        columns.append((f"{emotion}, {len(indices)} faces", mean_face, mean_map))
        table.append({"emotion": emotion, "faces": len(indices), **shares,
                      "r2": collected["r2"].mean(), "stability": collected["stability"].mean()})
        explanations.average(
            mean_face, mean_map, shares, averages.AREAS, averages.REGIONS,
            f"{columns[-1][0]} classified correctly; {describe(face_set)}",
            folder / f"{emotion}_average.{suffix}")
    print(shares_as_text(table))
    if len(labels) > 1:
        explanations.averages(
            columns,
            f"mean explanations of faces classified correctly; {describe(face_set)}",
            folder / f"emotions_average.{suffix}")
        files.write_csv(folder / "emotions_average.csv", table)
    print(f"wrote the averages into {folder}")


def describe(face_set):
    settings = face_set.settings
    line = (f"{settings.superpixels}, hidden: {settings.hide}, {settings.samples:,} samples each, "
            f"seed {settings.seed}")
    return "\n".join(filter(None, [line, face_set.fed, face_set.source]))


def shares_as_text(table):
    """A table: each region's share of the positive weight by emotion, and of the face's area."""
    rows = [("share of the positive weight", [f"{region:>7}" for region in averages.AREAS])]
    rows += [(f"{row['emotion']}, {row['faces']} faces",
              [f"{row[region]:7.3f}" for region in averages.AREAS]) for row in table]
    rows.append(("share of the area", [f"{area:7.3f}" for area in averages.AREAS.values()]))
    return "\n".join(" ".join([name.ljust(30), *cells]) for name, cells in rows)


def explain_mistakes(labels, face_set, count, folder, suffix):
    """Explain the most confident wrong predictions, for the predicted and for the true label.

    Args:
        labels: true labels of the faces.
        face_set: a FaceSet.
        count: number of faces.
        folder, suffix: where to write the figure, and its format.

    Raises:
        UserError: there is no wrong prediction.
    """
    pairs = []
    indices = face_set.mistakes(labels, count)
    if not len(indices):
        raise UserError("the model makes no mistake on these faces; other faces are chosen by "
                        "--data, --split or --label")
    if len(indices) < count:
        print(f"only {len(indices)} of the {count} mistakes asked for; there are no more")
    for index in streams.progress(indices, "face"):
        true = int(face_set.labels[index])
        predicted = int(face_set.predict(face_set.pixels[index:index + 1])[0].argmax())
        by_label = face_set.explain(index, [predicted, true])
        pairs.append([Explained(by_label[label], face_set.settings, face_set.names[index], true,
                                fed=face_set.fed, source=face_set.source)
                      for label in (predicted, true)])
    explanations.mistakes(list(map(mistake, pairs)), folder / f"mistakes.{suffix}")
    print(*(f"{wording.predicted(pair[0])}; {mistake_caption(pair)}".replace("\n", "; ")
            for pair in pairs), sep="\n")
    print(f"wrote {folder / f'mistakes.{suffix}'}")


def mistake(pair):
    """A row of explanations.mistakes() for the Explained of the predicted and of the true label."""
    titles = [f"for {explained_label(each)}" for each in pair]
    return (*(each.explanation for each in pair), wording.predicted(pair[0]),
            mistake_caption(pair), titles)


def mistake_caption(pair):
    """Scores, what happens without the marked parts, and cautions, of both labels."""
    scores = [f"{explained_label(each)}: R² alone {each.explanation.r2:.2f}, with pairs "
              f"{each.explanation.r2_pairs:.2f}, stability {each.explanation.stability:.1f}"
              for each in pair]
    explanation = pair[1].explanation
    lines = ["; ".join([*scores, f"{explanation.samples:,} samples", f"seed {explanation.seed}",
                        pair[1].name])]
    lines += [wording.without(each.explanation) for each in pair]
    lines += [f"{EMOTIONS[each.explanation.label]}: {caution}" for each in pair
              for caution in wording.cautions(each.explanation)]
    return "\n".join([*lines, *filter(None, [pair[1].fed, pair[1].source])])


def explained_label(explained):
    explanation = explained.explanation
    return wording.with_probability(explanation.label, explanation.probabilities)
