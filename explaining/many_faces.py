"""The stories of explain.py --count and --mistakes: what the network looks at over many faces, and where it errs."""
import functools
import itertools

from tqdm import tqdm

from base import files
from base.errors import UserError
from explaining import averages, wording
from explaining.wording import Explained
from fer2013 import EMOTIONS
from figures import explanations


def explain_many(asked, faces, count, identity, folder, suffix):
    """Average the explanations of many faces of each label; faces that an interrupted run explained are kept.

    Args:
        asked: labels.
        faces: a FaceSet; count: how many of each label.
        identity: Network.identity(), so that no other network's explanations are taken for kept ones.
        folder, suffix: where to write, in which format.
    """
    settings, columns, table = averages.settings(faces, identity), [], []
    for label in asked:
        emotion = EMOTIONS[label]
        chosen = list(itertools.islice(faces.classified_correctly(label), count))
        if not chosen:
            raise UserError(f"no {emotion} face is classified correctly; choose another --label")
        found = averages.collect(
            chosen, lambda index, label=label: faces.explain(index, [label])[label],
            folder / f"{emotion}_average.npz", settings,
            progress=functools.partial(tqdm, desc=emotion, disable=None, unit="face", leave=False))
        mean_face, mean_map = faces.pixels[chosen].mean(axis=0), found["map"].mean(axis=0)  # (48, 48) each
        shares = averages.mean_shares(found["spread"])
        columns.append((f"{emotion}, {len(chosen)} faces", mean_face, mean_map))
        table.append({"emotion": emotion, "faces": len(chosen), **shares, "r2": found["r2"].mean(),
                      "stability": found["stability"].mean()})
        explanations.average(mean_face, mean_map, shares, averages.AREAS, averages.REGIONS,
                             f"{columns[-1][0]} classified correctly; {describe(faces)}",
                             folder / f"{emotion}_average.{suffix}")
    print(shares_as_text(table))
    if len(asked) > 1:
        explanations.averages(columns, f"mean explanations of faces classified correctly; {describe(faces)}",
                              folder / f"emotions_average.{suffix}")
        files.write_csv(folder / "emotions_average.csv", table)


def describe(faces):
    settings = faces.settings
    line = (f"{settings.superpixels}, hidden: {settings.hide}, {settings.samples:,} samples each, "
            f"seed {settings.seed}")
    return f"{line}\n{faces.fed}" if faces.fed else line


def shares_as_text(table):
    """Where the positive weight lies, emotion by emotion, against the regions' shares of the area."""
    rows = [("share of the positive weight", [f"{region:>7}" for region in averages.AREAS])]
    rows += [(f"{row['emotion']}, {row['faces']} faces", [f"{row[region]:7.3f}" for region in averages.AREAS])
             for row in table]
    rows.append(("share of the area", [f"{area:7.3f}" for area in averages.AREAS.values()]))
    return "\n".join(" ".join([name.ljust(30), *cells]) for name, cells in rows)


def explain_mistakes(asked, faces, count, folder, suffix):
    """The most confident wrong predictions: what speaks for the predicted label, and what for the true one."""
    rows = []
    chosen = faces.mistakes(asked, count)
    if not len(chosen):
        raise UserError("the model makes no mistake on these faces; choose another --label or --split")
    for index in tqdm(chosen, disable=None, unit="face", leave=False):
        true = int(faces.labels[index])
        predicted = int(faces.predict(faces.pixels[index:index + 1])[0].argmax())
        found = faces.explain(index, [predicted, true])
        rows.append([Explained(found[label], faces.settings, faces.names[index], true, fed=faces.fed)
                     for label in (predicted, true)])
    explanations.mistakes(list(map(mistake, rows)), folder / f"mistakes.{suffix}")
    print(*(f"{wording.heading(pair[0])}; {mistake_caption(pair)}" for pair in rows), sep="\n")


def mistake(pair):
    """What figures.mistakes draws of the explanations of the predicted and of the true label."""
    titles = [f"for {explained_label(each)}" for each in pair]
    return *(each.explanation for each in pair), wording.heading(pair[0]), mistake_caption(pair), titles


def mistake_caption(pair):
    scores = [f"{explained_label(each)}: R² {each.explanation.r2:.2f}, stability {each.explanation.stability:.1f}"
              for each in pair]
    found = pair[1].explanation
    line = f"{'; '.join(scores)}; {found.samples:,} samples, seed {found.seed}; {pair[1].name}"
    return f"{line}; {pair[1].fed}" if pair[1].fed else line


def explained_label(explained):
    return wording.named(explained.explanation.label, explained.explanation.probabilities)
