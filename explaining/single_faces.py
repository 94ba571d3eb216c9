"""The story of explain.py without --count, --mistakes and --image: one face for each emotion."""
from tqdm import tqdm

from base import files
from explaining import faithfulness, methods, wording
from explaining.wording import Explained
from fer2013 import EMOTIONS
from figures import explanations


def explain_each(asked, chosen, faces, folder, suffix):
    """A figure for each emotion, and one of all where all seven are asked for.

    Args:
        asked: labels.
        chosen: index of the face to explain; None for one that choose_face() takes for each label.
        faces: a FaceSet.
        folder, suffix: where to write, in which format.

    Returns:
        A wording.Explained for each label.
    """
    rows = []
    for label in tqdm(asked, disable=None if len(asked) > 1 else True, unit="face", leave=False):
        rows.append(explain_one(label, chosen, faces))
        explanations.explanations([wording.row(rows[-1])], folder / f"{EMOTIONS[label]}.{suffix}")
    if len(asked) == len(EMOTIONS):
        explanations.explanations(list(map(wording.row, rows)), folder / f"explanations.{suffix}")
    print(*map(wording.one_line, rows), sep="\n")
    return rows


def explain_one(label, chosen, faces):
    """The Explained of the chosen face, else of one that choose_face() takes."""
    index, notes = choose_face(label, faces) if chosen is None else (chosen, ())
    return Explained(faces.explain(index, [label])[label], faces.settings, faces.names[index],
                     true=int(faces.labels[index]), notes=notes, fed=faces.fed)


def choose_face(label, faces):
    """The index of a face of this label that the model classifies correctly, and a note where there is none.

    Drawn by the seed, so that it stands for others; of the composites, which show what an emotion looks like, the one
    to which the model gives the label the highest probability.
    """
    index = next(faces.classified_correctly(label), None)
    notes = () if index is not None else (f"no {EMOTIONS[label]} face is classified correctly",)
    return (faces.likeliest(label) if notes or faces.typical else index), notes


def compare_each(rows, network, folder, suffix):
    """For each Explained, LIME beside the other methods on the same face, each with the AUC of its order."""
    for row in tqdm(rows, disable=None if len(rows) > 1 else True, unit="face", leave=False):
        found, heading, caption = wording.row(row)
        maps = methods.compare(found, network)
        scores = faithfulness.score_maps(maps, found.segments, found.face, found.label, network.predict, seed=found.seed)
        by_superpixels = {name: score["superpixels"] for name, score in scores.items()}
        explanations.comparison(found.face, maps, by_superpixels, heading, caption,
                                folder / f"{EMOTIONS[found.label]}_compare.{suffix}")


def write_scores(rows, folder, suffix, source):
    """explanations.json: by emotion, the scores of the figures of now; those of earlier figures stay.

    Args:
        rows: those of explain_each().
        folder, suffix: where the figures are, in which format.
        source: dict with the model, the faces and the split.
    """
    path = folder / "explanations.json"
    scores = files.read_json(path, "explain.py") if path.is_file() else {}
    for row in rows:
        found, emotion = row.explanation, EMOTIONS[row.explanation.label]
        scores[emotion] = {
            "file": f"{emotion}.{suffix}", "heading": wording.heading(row), "probability": found.probability,
            "r2": float(found.r2), "stability": float(found.stability), "superpixels": len(found.weights),
            "division": row.settings.superpixels, "hidden": row.settings.hide, "samples": found.samples,
            "seed": found.seed, "notes": wording.lines(row)[1:], **source}
    files.write_json(path, scores)
