"""python explain.py --count 200, the mean explanation of many faces, and --mistakes."""
from explaining import wording
from explaining.averages import AREAS, PLACES, REGIONS, Average, strongest_pairs
from fer2013 import EMOTIONS
from figures import averages, comparisons, pairs


def explain_many(labels, face_set, count, output, with_pairs=False):
    """The mean explanation of correctly classified faces of each label, and all side by side.

    Args:
        labels: whose faces are explained.
        face_set: a FaceSet.
        count: faces of each label, fewer if fewer are classified correctly; None for all.
        output: an Output.
        with_pairs: whether to tell what regions of the face do together, too.

    Returns:
        The path of the figure to look at.

    Raises:
        UserError: there is no face of a label, or none is classified correctly.
    """
    for label in labels:
        face_set.of_label(label)  # so that one without faces is told before any is explained
    found, paths = [], []
    for label in labels:
        found.append(average_faces(label, face_set, count))
        paths.append(draw_average(found[-1], output))
        print(wording.average_line(found[-1], paths[-1].name if paths[-1] else ""), flush=True)
    print(wording.shares([average.row() for average in found]))
    if len(found) > 1:
        output.write_csv("emotions_average", [average.row() for average in found])
        columns = [(average.title, average.mean_face(), average.mean_map()) for average in found]
        paths.append(output.save("emotions_average", None, averages.averages, columns,
                                 "mean explanations of faces classified correctly"))
    if with_pairs:
        write_pairs(found, output)
    return paths[-1]


def average_faces(label, face_set, count):
    """The Average of correctly classified faces of a label."""
    indices = face_set.find_correct(label, count)
    average = Average(EMOTIONS[label])
    for by_label in face_set.explain([(index, [label]) for index in indices], EMOTIONS[label]):
        average.add(by_label[label])
    return average


def draw_average(average, output):
    """The figure of an Average; returns its path."""
    without = wording.mean_without(average.without, EMOTIONS.index(average.emotion))
    return output.save(
        f"{average.emotion}_average", None, averages.average, average.mean_face(),
        average.mean_map(), average.shares(), AREAS, REGIONS,
        f"{average.title} classified correctly", without)


def write_pairs(found, output):
    """A table and a figure of what two regions of the face add together."""
    rows = [average.pairs() for average in found]
    output.write_csv("pairs_average", sum(rows, []))
    for pairs_of_one in rows:
        print(*map(wording.regions, strongest_pairs(pairs_of_one)), sep="\n")
    columns = [(average.title, average.mean_together()[0]) for average in found]
    output.save("pairs_average", None, pairs.by_region, columns, PLACES,
                "what two regions add together beyond their sum")


def explain_mistakes(labels, face_set, count, output):
    """Why the most confident wrong predictions are not the true label, in log-odds.

    The probability of the true label itself is near 0 whatever is hidden.

    Args:
        labels: true labels of the faces.
        face_set: a FaceSet.
        count: number of faces; None for all.
        output: an Output.

    Returns:
        The path of the figure.

    Raises:
        UserError: there is no wrong prediction.
    """
    indices, predicted = face_set.find_mistakes(labels, count)
    asked = [(index, [(int(label), int(face_set.faces.labels[index]))])
             for index, label in zip(indices, predicted, strict=True)]
    rows = []
    for (index, [pair]), by_label in zip(asked, face_set.explain(asked), strict=True):
        rows.append(face_set.described(by_label[pair], index))
        print(wording.one_line(rows[-1]), flush=True)
    return output.save("mistakes", wording.record({row.name: row for row in rows}, output.source),
                       comparisons.mistakes, list(map(wording.figure_row, rows)))
