"""The faces of a split, explained, for explain.py: one for each label, the mean of many, mistakes.

Each way prints a line for every explanation and returns the name of the figure to look at.
"""
from explaining import faithfulness, methods, wording
from explaining.averages import AREAS, Average
from explaining.regions import REGIONS, part_names
from fer2013 import EMOTIONS
from figures import averages, comparisons, explanations

PAIRS = 8  # pairs of superpixels that a figure shows


def explain_each(labels, index, face_set, output):
    """A figure for each label and one of all; of one face also a sheet of it, emotions.png.

    Args:
        labels: to explain.
        index: of the face; None for a face of each label.
        face_set: a FaceSet.
        output: an Output.

    Returns:
        A list with an explanation.Explained for each label, and the name of the figure.
    """
    asked, rows = [(index, labels)], []
    if index is None:
        chosen = [face_set.choose(label) for label in labels]
        asked = [(face, [label], *notes)
                 for (face, notes), label in zip(chosen, labels, strict=True)]
    for row in face_set.explain(asked):
        rows.append(row)
        name = output.save(emotion_of(row), [row], explanations.explanations,
                           [wording.figure_row(row)])
        print(wording.one_line(row, name), flush=True)
    output.update_json("explanations", {
        emotion_of(row): {"file": f"{emotion_of(row)}.{output.format}"} | wording.scores(row)
        | output.source for row in rows})
    if len(rows) > 1:
        name = output.save("explanations", rows, explanations.explanations,
                           list(map(wording.figure_row, rows)))
    if len(rows) > 1 and index is not None:
        name = output.save("emotions", rows, explanations.sheet,
                           [row.explanation for row in rows],
                           wording.certainty(rows[0].explanation.probabilities),
                           wording.name_and_truth(rows[0]))
    return rows, name


def emotion_of(row):
    return EMOTIONS[row.explanation.label]


def draw_pairs(row, output):
    """A figure of which superpixels of an Explained act together, and how."""
    explanation = row.explanation
    names, found = part_names(explanation.segments), explanation.strongest_pairs(PAIRS)
    heading = f"{wording.subject(row)}: pairs of parts that act together"
    output.save(f"{emotion_of(row)}_pairs", [row], explanations.pairs, explanation, found, names,
                heading, pairs=wording.pairs(explanation, names, PAIRS))


def draw_comparison(row, network, output):
    """A figure of LIME beside the other methods for an Explained, with their scores."""
    explanation = row.explanation
    heading = f"{wording.subject(row)}: LIME beside other methods"
    maps = methods.compare(explanation, network)
    scores = faithfulness.score_maps(maps, explanation.segments, explanation.face,
                                     explanation.label, network.predict, seed=explanation.seed)
    output.save(f"{emotion_of(row)}_compare", [row], comparisons.comparison, explanation.face, maps,
                scores, heading, wording.small_print(row), deletion_and_insertion_auc=scores)


def explain_many(labels, face_set, count, output):
    """The mean explanation of correctly classified faces of each label, in one figure.

    Args:
        labels, face_set, output: see explain_each().
        count: faces of each label, fewer if fewer are classified correctly; None for all.

    Raises:
        UserError: there is no face of a label, or none is classified correctly.
    """
    for label in labels:
        face_set.of_label(label)  # so that one without faces is told before any is explained
    found = []
    for label in labels:
        found.append(average_faces(label, face_set, count))
        print(f"{found[-1].title}: {wording.verdicts(found[-1].without)}", flush=True)
    rows = [average.row() for average in found]
    print(wording.shares(rows))
    if len(rows) > 1:
        output.write_csv("emotions_average", rows)
    return output.save(
        f"{'emotions' if len(rows) > 1 else rows[0]['emotion']}_average", [], averages.averages,
        [(average.title, average.mean_face(), average.mean_map()) for average in found],
        "Mean explanations of faces classified correctly", False,
        [average.shares() for average in found], AREAS, REGIONS)


def average_faces(label, face_set, count):
    """The Average of correctly classified faces of a label."""
    asked = [(index, [label]) for index in face_set.find_correct(label, count)]
    average = Average(EMOTIONS[label])
    for row in face_set.explain(asked, EMOTIONS[label]):
        average.add(row.explanation)
    return average


def explain_mistakes(labels, face_set, count, output):
    """Why the most confident wrong predictions are not the true label, in log-odds.

    The probability of the true label itself is near 0 whatever is hidden.

    Args:
        labels, face_set, output: see explain_each(); the labels are the true ones.
        count: number of faces; None for all.

    Raises:
        UserError: there is no wrong prediction.
    """
    asked = [(index, [(int(predicted), int(face_set.faces.labels[index]))])
             for index, predicted in zip(*face_set.find_mistakes(labels, count), strict=True)]
    rows = []
    for row in face_set.explain(asked):
        rows.append(row)
        print(wording.one_line(row), flush=True)
    return output.save("mistakes", rows, comparisons.mistakes,
                       list(map(wording.figure_row, rows)))
