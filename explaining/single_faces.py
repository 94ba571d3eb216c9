"""explain.py without --count, --mistakes and --image: the explanation of one face per emotion."""
from tqdm import tqdm

from base import files
from explaining import faithfulness, methods, wording
from explaining.wording import Explained
from fer2013 import EMOTIONS
from figures import explanations


def explain_each(labels, index, face_set, folder, suffix):
    """Write a figure for each emotion, and one of all emotions if all seven are explained.

    Args:
        labels: labels to explain.
        index: index of the face to explain; None to call choose_face() for each label.
        face_set: a FaceSet.
        folder, suffix: where to write the figures, and their format.

    Returns:
        A list with a wording.Explained for each label.
    """
    rows = []
    for label in tqdm(labels, disable=None if len(labels) > 1 else True, unit="face", leave=False):
        rows.append(explain_one(label, index, face_set))
        explanations.explanations([wording.figure_row(rows[-1])],
                                  folder / f"{EMOTIONS[label]}.{suffix}")
    if len(labels) == len(EMOTIONS):
        explanations.explanations(list(map(wording.figure_row, rows)),
                                  folder / f"explanations.{suffix}")
    print(*map(wording.one_line, rows), sep="\n")
    return rows


def explain_one(label, index, face_set):
    """The Explained of the face at `index`; None for the face that choose_face() returns."""
    index, notes = choose_face(label, face_set) if index is None else (index, ())
    return Explained(face_set.explain(index, [label])[label], face_set.settings,
                     face_set.names[index], true=int(face_set.labels[index]), notes=notes,
                     fed=face_set.fed)


def choose_face(label, face_set):
    """The index of a correctly classified face of this label, and a tuple of notes.

    The seed chooses the face, so that it is an ordinary example. Of the composites, which show what
    an emotion typically looks like, the face with the highest probability of the label is chosen.
    That face is also chosen, with a note, if no face of the label is classified correctly.
    """
    index = next(face_set.classified_correctly(label), None)
    notes = () if index is not None else (f"no {EMOTIONS[label]} face is classified correctly",)
    return (face_set.likeliest(label) if notes or face_set.typical else index), notes


def compare_each(rows, network, folder, suffix):
    """Write a figure for each Explained: LIME beside the other methods, with their AUCs.

    Args:
        rows: the list that explain_each() returns.
        network: a networks.network.Network.
        folder, suffix: where to write the figures, and their format.
    """
    for row in tqdm(rows, disable=None if len(rows) > 1 else True, unit="face", leave=False):
        explanation, heading, caption = wording.figure_row(row)
        face, label = explanation.face, explanation.label
        maps = methods.compare(explanation, network)
        scores = faithfulness.score_maps(maps, explanation.segments, face, label,
                                         network.predict, seed=explanation.seed)
        by_superpixels = {name: score["superpixels"] for name, score in scores.items()}
        explanations.comparison(face, maps, by_superpixels, heading, caption,
                                folder / f"{EMOTIONS[label]}_compare.{suffix}")


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
        explanation, settings = row.explanation, row.settings
        emotion = EMOTIONS[explanation.label]
        scores[emotion] = {
            "file": f"{emotion}.{suffix}", "heading": wording.heading(row),
            "probability": explanation.probability, "r2": float(explanation.r2),
            "stability": float(explanation.stability), "superpixels": len(explanation.weights),
            "division": settings.superpixels, "hidden": settings.hide,
            "samples": explanation.samples, "seed": explanation.seed,
            "notes": wording.caption_lines(row)[1:], **source}
    files.write_json(path, scores)
