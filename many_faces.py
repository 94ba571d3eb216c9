"""The stories of explain.py --count and --mistakes: what the network looks at over many faces, and where it errs."""
import functools
import itertools

import lazy_loader
from tqdm import tqdm

import average_maps
import fer2013
import outputs
from command_line import UserError

figures = lazy_loader.load("figures")  # at first use: importing it takes a second


def explain_many(asked, faces, count, model_path, folder):
    """Average the explanations of many faces of each label; faces that an interrupted run explained are kept."""
    settings, suffix = average_maps.settings(faces, model_path), f".{faces.options.format}"
    columns, table = [], []
    for label in asked:
        emotion = fer2013.EMOTIONS[label]
        chosen = list(itertools.islice(faces.right(label), count))
        if not chosen:
            raise UserError(f"no {emotion} face is classified correctly; choose another --label")
        found = average_maps.collect(
            chosen, lambda index, label=label: faces.explain(index, [label])[label],
            folder / f"{emotion}_average.npz", settings,
            progress=functools.partial(tqdm, desc=emotion, disable=None, unit="face", leave=False))
        mean_face, mean_map = faces.pixels[chosen].mean(axis=0), found["map"].mean(axis=0)  # (48, 48) each
        shares = average_maps.mean_shares(found["spread"])
        columns.append((f"{emotion}, {len(chosen)} faces", mean_face, mean_map))
        table.append({"emotion": emotion, "faces": len(chosen), **shares, "r2": found["r2"].mean(),
                      "stability": found["stability"].mean()})
        figures.average(mean_face, mean_map, shares, average_maps.AREAS, average_maps.REGIONS,
                        f"{columns[-1][0]} read rightly; {describe(faces)}", folder / f"{emotion}_average{suffix}")
    report(table)
    if len(asked) > 1:
        figures.averages(columns, f"mean explanations of faces read rightly; {describe(faces)}",
                         folder / f"emotions_average{suffix}")
        outputs.write_csv(folder / "emotions_average.csv", table)


def describe(faces):
    options = faces.options
    return f"{options.superpixels}, hidden: {options.hide}, {options.samples:,} samples each, seed {options.seed}"


def report(table):
    """Where the positive weight lies, emotion by emotion, against the regions' shares of the area."""
    regions = list(average_maps.AREAS)
    print("share of the positive weight".ljust(30), *(f"{region:>7}" for region in regions))
    for row in table:
        print(f"{row['emotion']}, {row['faces']} faces".ljust(30), *(f"{row[region]:7.3f}" for region in regions))
    print("share of the area".ljust(30), *(f"{area:7.3f}" for area in average_maps.AREAS.values()))


def explain_mistakes(asked, faces, count, folder):
    """The most confident wrong predictions: what speaks for the predicted label, and what for the true one."""
    rows = []
    chosen = faces.mistakes(asked, count)
    if not len(chosen):
        raise UserError("the model makes no mistake on these faces; choose another --label or --split")
    for index in tqdm(chosen, disable=None, unit="face", leave=False):
        true = int(faces.labels[index])
        predicted = int(faces.predict(faces.pixels[index:index + 1])[0].argmax())
        found = faces.explain(index, [predicted, true])
        titles = [f"for {fer2013.EMOTIONS[label]} ({found[label].probability:.2f})" for label in (predicted, true)]
        notes = [f"{title[4:]}: R² {found[label].r2:.2f}, stability {found[label].stability:.1f}"
                 for title, label in zip(titles, (predicted, true), strict=True)]
        caption = f"{'; '.join(notes)}; {found[true].samples:,} samples, seed {found[true].seed}; {faces.names[index]}"
        rows.append((found[predicted], found[true], faces.headline(index, found[true].probabilities), caption, titles))
    figures.mistakes(rows, folder / f"mistakes.{faces.options.format}")
    print(*(f"{heading}; {caption}" for _, _, heading, caption, _ in rows), sep="\n")
