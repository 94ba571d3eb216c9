"""python explain.py --label happy: the explanation of one face for each emotion."""
from explaining import faithfulness, methods, wording
from explaining.regions import part_names
from fer2013 import EMOTIONS
from figures import comparisons, explanations, pairs

PAIRS = 8  # pairs of superpixels that a figure shows


def explain_each(labels, index, face_set, output):
    """A figure for each label, and one of all if there are several.

    If they are of one face, there is also a sheet of it, emotions.png.

    Args:
        labels: to explain.
        index: of the face; None for a face of each label.
        face_set: a FaceSet.
        output: an Output.

    Returns:
        A list with a explanation.Explained for each label, and the path of the figure to look at.
    """
    rows = []
    for row in face_set.explain_labels(labels, index):
        rows.append(row)
        path = output.save(emotion_of(row), record([row], output), explanations.explanations,
                           [wording.figure_row(row)])
        print(wording.one_line(row, path.name if path else ""), flush=True)
    output.update_json("explanations", {
        emotion_of(row): {"file": f"{emotion_of(row)}.{output.format}"} | wording.scores(row)
        | output.source for row in rows})
    if len(rows) > 1:
        path = output.save("explanations", record(rows, output), explanations.explanations,
                           list(map(wording.figure_row, rows)))
        if index is not None:
            title, note = wording.sheet(rows[0])
            path = output.save("emotions", record(rows, output), explanations.sheet,
                               [row.explanation for row in rows], title, note)
    return rows, path


def emotion_of(row):
    return EMOTIONS[row.explanation.label]


def record(rows, output):
    """What a figure keeps of its explanations, by emotion; see wording.record()."""
    return wording.record({emotion_of(row): row for row in rows}, output.source)


def draw_pairs(row, output):
    """A figure of which superpixels of an Explained act together, and how."""
    explanation, heading, _ = wording.figure_row(row)
    names, found = part_names(explanation.segments), explanation.strongest_pairs(PAIRS)
    kept = record([row], output) | {"pairs": [
        {"superpixels": pair, "together": together, "in_words": line} for line, (*pair, together)
        in zip(wording.pairs(explanation, names, PAIRS), found, strict=True)]}
    output.save(f"{emotion_of(row)}_pairs", kept, pairs.pairs, explanation, found, names, heading,
                pairs.MEANING)


def draw_comparison(row, network, output):
    """A figure of LIME beside the other methods for an Explained, with their scores."""
    explanation, heading, caption = wording.figure_row(row)
    maps = methods.compare(explanation, network)
    scores = faithfulness.score_maps(maps, explanation.segments, explanation.face,
                                     explanation.label, network.predict, seed=explanation.seed)
    kept = record([row], output) | {"methods": {name: {
        "deletion_auc": score.deletion_auc, "insertion_auc": score.insertion_auc}
        for name, score in scores.items()}}
    output.save(f"{emotion_of(row)}_compare", kept, comparisons.comparison, explanation.face, maps,
                scores, heading, caption)
