"""The faces of a split, explained, for explain.py: one for each label, the mean of many, mistakes.

Each way takes labels, a FaceSet and an Output, prints a line for every explanation, and returns the
name of the figure to look at.
"""
from tqdm.auto import tqdm

from base import files
from explaining import faithfulness, methods, wording
from explaining.averages import AREAS, Average
from explaining.regions import REGIONS, part_names
from fer2013 import EMOTIONS
from figures import averages, comparisons, explanations

PAIRS = 8  # pairs of superpixels that a figure shows
MISTAKES = 20  # rows of a figure: of 200 it would have more pixels than Matplotlib writes


def explain_each(labels, index, face_set, output):
    """A figure for each label of the face at `index`, or for None of a face of each label.

    All are also drawn in one figure, and those of one face on one sheet. Returns a list of the
    explanation.Explained, too.
    """
    asked = [(index, labels)] if index is not None else [
        (face_set.choose(label), [label]) for label in labels]
    rows, name = [], ""
    for row in face_set.explain(asked):
        rows.append(row)
        figure = explanations.explanations([wording.figure_row(row)])
        name = output.save(wording.called(row), figure, [row])
        print(wording.one_line(row, name), flush=True)
    files.write_json(output.folder / "explanations.json", wording.record(rows, output.source))
    if len(rows) > 1:
        figure = explanations.explanations(list(map(wording.figure_row, rows)))
        name = output.save("explanations", figure, rows)
    if len(rows) > 1 and index is not None:
        first = rows[0].explanation
        title = f"The network predicts {wording.share(first.predicted, first.probabilities)}"
        name = output.save("emotions", explanations.sheet(
            [row.explanation for row in rows], title, wording.name_and_truth(rows[0])), rows)
    return rows, name


def draw_pairs(rows, output):
    """A figure for each Explained of which superpixels act together, and how."""
    for row in rows:
        names = part_names(row.explanation.segments)
        found = row.explanation.strongest_pairs(PAIRS)
        title = f"{wording.subject(row)}: pairs of parts that act together"
        output.save(f"{wording.called(row)}_pairs",
                    explanations.pairs(row.explanation, found, names, title), [row])


def draw_comparisons(rows, network, output):
    """A figure for each Explained of LIME beside the other methods, with their scores."""
    for name, reason in methods.left_out(network).items():
        print(f"{name} is left out: {reason}")
    for row in tqdm(rows, "comparison", leave=False, disable=None):
        explanation, _, note = wording.figure_row(row)
        maps = methods.compare(explanation, network)
        scores = faithfulness.score_maps(maps, explanation.segments, explanation.face,
                                         explanation.label, network.predict, seed=explanation.seed)
        title = f"{wording.subject(row)}: LIME beside other methods"
        output.save(f"{wording.called(row)}_compare",
                    comparisons.comparison(explanation.face, maps, scores, title, note), [row],
                    deletion_and_insertion_auc=scores)


def explain_many(labels, face_set, count, output):
    """The mean over `count` correctly classified faces of each label, or over all for None."""
    chosen = [face_set.find_correct(label, count) for label in labels]  # all before hours of work
    found = []
    for label, indices in zip(labels, chosen, strict=True):
        found.append(average := Average(EMOTIONS[label]))
        for row in face_set.explain([(index, [label]) for index in indices], average.emotion):
            average.add(row.explanation)
        print(f"{average.title}: {wording.verdicts(average.without)}", flush=True)
    name = f"{'emotions' if len(found) > 1 else found[0].emotion}_average"
    files.write_csv(output.folder / f"{name}.csv", [average.row() for average in found])
    return output.save(name, averages.averages(
        [(average.title, average.mean_face(), average.mean_map()) for average in found],
        "Mean explanations of faces classified correctly",
        shares=[average.shares() for average in found], areas=AREAS, regions=REGIONS))


def explain_mistakes(labels, face_set, count, output):
    """Why the `count` most confident wrong predictions, or all, are not the true label.

    They are explained by log-odds, since the true label's own probability is near 0 whatever is
    hidden.
    """
    asked = [(index, [(int(predicted), int(face_set.faces.labels[index]))])
             for index, predicted in zip(*face_set.find_mistakes(labels, count), strict=True)]
    rows = []
    for row in face_set.explain(asked):
        rows += [row] * (len(rows) < MISTAKES)
        print(wording.one_line(row), flush=True)
    if len(asked) > MISTAKES:
        print(f"the figure shows the first {MISTAKES} of {len(asked):,}; --table writes all")
    return output.save("mistakes", comparisons.mistakes(list(map(wording.figure_row, rows))), rows)
