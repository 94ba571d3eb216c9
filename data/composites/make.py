"""Make the composite faces: averages of FER2013's training faces that show an emotion and belong to nobody.

    python data/composites/make.py --data data --model pretrained/emotion_cnn.keras

For each emotion, random training faces start a search: the mean of a face's nearest neighbours has nearest
neighbours of its own, and after a few rounds the mean is a clear face. Of the means that the model calls
rightly, the sharpest are kept, the most different ones first. README.md beside this file says it in full.
Writes, under --out, once all is made:

    test/<emotion>/<emotion>_00.png   48x48, 8-bit grey; fer2013.load(out, "test") reads them
    members.csv                       one row per composite: its members, its probability, its nearest face
    contact_sheet.png                 all of them, a row per emotion

Same data, model and seed: same bytes, on the same machine (another processor may round differently).
"""
import argparse
import csv
import pathlib
import shutil
import sys
import tempfile

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))  # the project is no package: its modules lie in the repository's root

import averages
from averages import MEMBERS

import fer2013
import model as network
from base import command_line, files
from fer2013 import EMOTIONS

SEEDS = 1200            # faces per emotion that start a search
NEAREST_FACE = 0.93     # pixel correlation with a training face from which a composite is thrown away
FRONTAL_SHARE = 0.6     # of an emotion's faces, those that look most straight at the camera
LIKELY_SHARE = 0.5      # of those, the ones to which the model gives the emotion most readily
POOL_LEAST = 300        # faces that are kept all the same; disgust has few
SHARP_SHARE = 0.5       # of the candidates, those whose members agree best
SHARED, SHARED_STEP = 8, 4  # members that two composites may have in common, and how that gives way
COLUMNS = ("file", "faces", "mean_member_correlation", "nearest_member", "nearest_other_face", "shared_members",
           "called", "probability")


def main():
    args = parse_arguments()
    files.make_folder(args.out)
    trained = network.load_model(args.model)
    pixels, labels = load_faces(args.data)
    probabilities = network.predict(trained, pixels)  # (n, 7)
    flat = averages.standardise(pixels)  # (n, 2304)
    frontal = averages.frontality(flat)  # (n,)
    random = np.random.default_rng(args.seed)
    composites = []
    for label in range(len(EMOTIONS)):
        pool = choose_pool(flat, np.flatnonzero(labels == label), frontal, probabilities[:, label])
        candidates = averages.make_candidates(pool, flat, random.permutation(len(pool))[:SEEDS])
        candidates |= {"probabilities": network.predict(trained, candidates["pixels"])}
        composites += choose(candidates, label, args.count)
        print(report(composites[-args.count:], label, len(pool), candidates), flush=True)
    write(args.out, composites)
    print(f"wrote {len(composites)} composites, members.csv and contact_sheet.png in {args.out}")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=command_line.HelpFormatter)
    parser.add_argument("--data", default="data", help="FER2013: a CSV, folders, a .zip, or a directory with one")
    parser.add_argument("--model", default="pretrained/emotion_cnn.keras", help="the model that judges the faces")
    parser.add_argument("--count", type=command_line.positive_integer, default=10, help="composites per emotion")
    parser.add_argument("--seed", type=command_line.seed_number, default=0, help="of the faces that start a search")
    parser.add_argument("--out", default=HERE, type=pathlib.Path, help="folder to write to")
    return parser.parse_args()


# Faces that may become members


def load_faces(path):
    """uint8 (n, 48, 48) training faces and uint8 (n,) labels, sorted by their pixels.

    Sorted, because the CSV and the folders have different orders; without the few faces of a single grey,
    which have no correlation with anything.
    """
    pixels, labels, _ = fer2013.load(path, "train")
    print(*fer2013.describe(path, "train", labels), sep="\n", flush=True)
    order = sorted(range(len(pixels)), key=lambda index: (pixels[index].tobytes(), labels[index]))
    order = [index for index in order if pixels[index].std() > 0]
    return pixels[order], labels[order]


def choose_pool(flat, own, frontal, probability):
    """Indices of the faces of one emotion from which its composites are made, as int (pool,).

    One of each picture; of these the ones that look most straight at the camera; of these the ones to which the
    model gives the emotion most readily, because FER2013's labels are right for about two faces in three and a
    mean over wrong ones shows no emotion.

    Args:
        flat: float32 (n, 2304), all training faces, standardised.
        own: int (m,), the emotion's own.
        frontal: float (n,), how straight each looks at the camera.
        probability: float (n,), the emotion's, as the model sees it.
    """
    different = own[averages.find_different(flat[own])]
    straight = keep_highest(different, frontal, FRONTAL_SHARE)
    return keep_highest(straight, probability, LIKELY_SHARE)


def keep_highest(indices, score, share):
    """The share of the indices that scores highest, but no fewer than POOL_LEAST, best first."""
    size = max(POOL_LEAST, round(share * len(indices)))
    return indices[np.argsort(-score[indices], kind="stable")[:size]]


# Selection


def choose(candidates, label, count):
    """The composites of one emotion: a list of `count` dicts, the likeliest first, then the most different ones.

    Args:
        candidates: what averages.make_candidates() returns, and the model's probabilities (c, 7).
        label: of the emotion.
        count: composites wanted.

    Raises:
        UserError: fewer candidates than that.
    """
    own = candidates["probabilities"][:, label]
    usable = keep_clear(candidates, label, 3 * count)
    if len(usable) < count:
        raise command_line.UserError(f"{EMOTIONS[label]}: only {len(usable)} composites; expected a lower --count")
    alike = candidates["details"][usable] @ candidates["details"][usable].T
    mirrored = candidates["details"][usable] @ averages.mirror(candidates["details"][usable]).T
    shared = count_shared(candidates["members"][usable])
    picked = pick_different(np.maximum(alike, mirrored), shared, own[usable].argmax(), count)
    return [describe(candidates, usable[index], label, np.delete(shared[index, picked], place).max(initial=0))
            for place, index in enumerate(picked)]


def keep_clear(candidates, label, least):
    """Indices of the candidates to choose from: like no single face, called rightly, the sharper half of those.

    Where fewer than `least` are called rightly, the likeliest of the others make up the number.
    """
    nearest = np.maximum(candidates["nearest_member"], candidates["nearest_other"])
    called = candidates["probabilities"].argmax(axis=1) == label
    order = np.argsort(-candidates["agreement"], kind="stable")  # the sharpest first
    right = order[(nearest < NEAREST_FACE)[order] & called[order]]
    clear = right[:max(least, round(SHARP_SHARE * len(right)))]
    others = np.flatnonzero((nearest < NEAREST_FACE) & ~called)
    likeliest = others[np.argsort(-candidates["probabilities"][others, label], kind="stable")]
    return np.concatenate([clear, likeliest[:max(0, least - len(clear))]])


def count_shared(members):
    """int (c, c): how many faces two composites have in common, of (c, MEMBERS) indices."""
    known, positions = np.unique(members, return_inverse=True)
    has = np.zeros((len(members), len(known)), np.float32)
    np.put_along_axis(has, positions.reshape(members.shape), 1, axis=1)
    return (has @ has.T).astype(int)


def pick_different(alike, shared, first, count):
    """List of `count` indices: after the first, each the one least like those before it.

    None that shares more than SHARED members with one before it, as long as there are others; disgust has so
    few faces that its composites must share more.
    """
    picked, allowed = [int(first)], SHARED
    while len(picked) < count:
        likeness = alike[:, picked].max(axis=1)
        likeness[(shared[:, picked].max(axis=1) > allowed) | np.isin(np.arange(len(alike)), picked)] = np.inf
        if np.isfinite(likeness).any():
            picked.append(int(likeness.argmin()))
        else:
            allowed += SHARED_STEP
    return picked


def describe(candidates, index, label, shared):
    """A composite: its pixels, label, and row of members.csv."""
    probabilities = candidates["probabilities"][index]
    return {
        "label": label, "pixels": candidates["pixels"][index], "faces": MEMBERS,
        "mean_member_correlation": candidates["correlation"][index],
        "nearest_member": candidates["nearest_member"][index],
        "nearest_other_face": candidates["nearest_other"][index],
        "shared_members": shared, "called": EMOTIONS[probabilities.argmax()], "probability": probabilities[label],
    }


# Output


def report(chosen, label, pool, candidates):
    """One line on an emotion: what was there, and what was chosen."""
    right = (candidates["probabilities"].argmax(axis=1) == label).mean()
    nearest = np.maximum(candidates["nearest_member"], candidates["nearest_other"])
    probability = [composite["probability"] for composite in chosen]
    called = sum(composite["called"] == EMOTIONS[label] for composite in chosen)
    similar = max(max(composite["nearest_member"], composite["nearest_other_face"]) for composite in chosen)
    return (f"{EMOTIONS[label]}: {pool:,} faces, {len(nearest)} candidates, {right:.0%} called rightly, "
            f"{(nearest >= NEAREST_FACE).sum()} too near to a face; chosen {len(chosen)}, "
            f"{called} of them called rightly, probability "
            f"{min(probability):.2f} to {max(probability):.2f}, correlation with a face at most {similar:.3f}, "
            f"shared members at most {max(composite['shared_members'] for composite in chosen)}")


def write(out, composites):
    """Write everything beside the old files, then let it take their place."""
    try:
        with tempfile.TemporaryDirectory(dir=out, prefix=".writing-") as folder:
            new = pathlib.Path(folder)
            write_faces(new, composites)
            draw_contact_sheet(composites).save(new / "contact_sheet.png", optimize=True)
            if (out / "test").exists():
                shutil.rmtree(out / "test")
            for name in ("test", "members.csv", "contact_sheet.png"):
                (new / name).replace(out / name)
    except OSError as error:
        raise command_line.UserError(f"{out}: cannot write there ({error.strerror or error})") from error


def write_faces(folder, composites):
    """The PNGs and members.csv."""
    rows, numbers = [], dict.fromkeys(EMOTIONS, 0)
    for composite in composites:
        emotion = EMOTIONS[composite["label"]]
        path = folder / "test" / emotion / f"{emotion}_{numbers[emotion]:02d}.png"
        numbers[emotion] += 1
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(composite["pixels"]).save(path, optimize=True)
        rows.append([path.name] + [as_text(composite[name]) for name in COLUMNS[1:]])
    with (folder / "members.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])


def as_text(value):
    return f"{value:.3f}" if isinstance(value, np.floating) else str(value)


def draw_contact_sheet(composites, scale=2):
    """An image of all composites, a row per emotion, each enlarged `scale` times."""
    rows = [[composite["pixels"] for composite in composites if composite["label"] == label]
            for label in range(len(EMOTIONS))]
    sheet = Image.fromarray(np.vstack([np.hstack(row) for row in rows]))  # (7 * 48, count * 48)
    return sheet.resize((sheet.width * scale, sheet.height * scale), Image.Resampling.NEAREST)


if __name__ == "__main__":
    command_line.run(main)
