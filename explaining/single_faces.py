"""explain.py without --count, --mistakes and --image: the explanation of one face per emotion."""
from base import files, streams
from explaining import faithfulness, methods, sentences, wording
from explaining.regions import part_names
from explaining.wording import Explained
from fer2013 import EMOTIONS
from figures import comparisons, explanations, pairs, style

PAIRS = 8  # pairs of superpixels that a figure shows


def explain_each(labels, index, face_set, folder, suffix, source):
    """Write a figure for each emotion, and one of all emotions that the faces have.

    Args:
        labels: labels to explain.
        index: index of the face to explain; None to call choose_face() for each label.
        face_set: a FaceSet.
        folder, suffix: where to write the figures, and their format; no figure if it is empty.
        source: dict with the command, the model, the faces and the split.

    Returns:
        A list with a wording.Explained for each label.
    """
    rows, paths = [], []
    explained = explain_labels(labels, index, face_set)
    for row in streams.progress(explained, "face", len(labels)):
        rows.append(row)
        print(wording.one_line(row))
        if suffix:
            paths.append(folder / f"{EMOTIONS[row.explanation.label]}.{suffix}")
            style.save(explanations.explanations([wording.figure_row(row)]), paths[-1],
                       records([row], source))
    if suffix and len(labels) > 1 and set(labels).issuperset(face_set.present):
        paths.append(folder / f"explanations.{suffix}")
        style.save(explanations.explanations(list(map(wording.figure_row, rows))), paths[-1],
                   records(rows, source))
    if paths:
        print(f"wrote {', '.join(map(str, paths))}")
    return rows


def records(rows, source):
    """What a figure keeps of its explanations, by emotion; see wording.record()."""
    return wording.record({EMOTIONS[row.explanation.label]: row for row in rows}, source)


def explain_labels(labels, index, face_set):
    """Yield the Explained of each label; those of one face come from one set of samples.

    Args:
        labels, index, face_set: see explain_each().
    """
    if index is None:
        chosen = [choose_face(label, face_set) for label in labels]
        found = face_set.explain([(face, [label]) for (face, _), label
                                  in zip(chosen, labels, strict=True)])
        for (face, notes), by_label in zip(chosen, found, strict=True):
            yield from (describe(each, face, face_set, notes) for each in by_label.values())
    else:
        for explanation in next(face_set.explain([(index, labels)])).values():
            yield describe(explanation, index, face_set)


def describe(explanation, index, face_set, notes=()):
    """The Explained of an explanation of the face at `index`."""
    return Explained(explanation, face_set.settings, face_set.names[index],
                     true=int(face_set.labels[index]), notes=notes, fed=face_set.fed,
                     source=face_set.source)


def choose_face(label, face_set):
    """The index of a correctly classified face of this label, and a tuple of notes.

    The seed chooses the face, so that it is an ordinary example. Of the composites, which show what
    an emotion typically looks like, the face with the highest probability of the label is chosen.
    That face is also chosen, with a note, if no face of the label is classified correctly.
    """
    index = next(face_set.classified_correctly(label), None)
    notes = () if index is not None else (f"no {EMOTIONS[label]} face is classified correctly",)
    return (face_set.likeliest(label) if notes or face_set.typical else index), notes


def compare_each(rows, network, folder, suffix, source):
    """Write a figure for each Explained: LIME beside the other methods, with their AUCs.

    Args:
        rows: the list that explain_each() returns.
        network: a networks.network.Network.
        folder, suffix, source: see explain_each().
    """
    for row in streams.progress(rows, "face", name="comparison"):
        explanation, heading, caption = wording.figure_row(row)
        face, label = explanation.face, explanation.label
        maps = methods.compare(explanation, network)
        scores = faithfulness.score_maps(maps, explanation.segments, face, label,
                                         network.predict, seed=explanation.seed)
        path = folder / f"{EMOTIONS[label]}_compare.{suffix}"
        record = records([row], source)
        record["explanations"][EMOTIONS[label]]["methods"] = {
            name: {"deletion_auc": float(score.deletion_auc),
                   "insertion_auc": float(score.insertion_auc)}
            for name, score in scores.items()}
        figure = comparisons.comparison(face, maps, scores, heading, caption)
        style.save(figure, path, record)
        print(f"wrote {path}")


def pairs_each(rows, folder, suffix, source):
    """Write a figure for each Explained: which superpixels act together, and how.

    Args:
        rows, folder, suffix, source: see explain_each(), which returns the rows.
    """
    for row in rows:
        explanation, heading, _ = wording.figure_row(row)
        names, found = part_names(explanation.segments), explanation.strongest_pairs(PAIRS)
        lines = [f"{number}: {line}" for number, line in
                 enumerate(sentences.pairs(explanation, names), start=1)]
        lines = lines or ["no two superpixels act together"]
        emotion, record = EMOTIONS[explanation.label], records([row], source)
        record["explanations"][emotion]["notes"][:0] = lines
        record["pairs"] = [
            {"superpixels": pair, "names": [names[part] for part in pair], "together": together}
            for *pair, together in found]
        path = folder / f"{emotion}_pairs.{suffix}"
        figure = pairs.pairs(explanation, found, names, heading, pairs.MEANING)
        style.save(figure, path, record)
        print(*lines, f"wrote {path}", sep="\n")


def write_scores(rows, folder, suffix, source):
    """Write the scores of these figures into explanations.json, and keep those of other emotions.

    Args:
        rows: the list that explain_each() returns.
        folder, suffix: where the figures are, and their format.
        source: dict with the model, the faces and the split.
    """
    path = folder / "explanations.json"
    scores = files.read_json(path, "explain.py") if path.is_file() else {}
    for row in rows:
        emotion = EMOTIONS[row.explanation.label]
        scores[emotion] = {"file": f"{emotion}.{suffix}"} | wording.scores(row) | source
    files.write_json(path, scores)
