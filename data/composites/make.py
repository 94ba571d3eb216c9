"""Make the composite faces: averages of FER2013's training faces that show no real person.

    python -m data.composites.make --data data --model pretrained/emotion_cnn.keras

For each emotion, random training faces start a search: the mean of a face's nearest neighbours has
nearest neighbours of its own, and after a few rounds the mean is a clear face. Of the means that
the model classifies correctly, the sharpest are kept, and of these the most different ones are
chosen. README.md in this folder describes all steps. At the end of the run it writes, under --out:

    test/<emotion>/<emotion>_00.png   48x48, 8-bit grey; fer2013.open(out) reads them
    members.csv                       one row per composite: members, probability, nearest face
    contact_sheet.png                 all composites, a row per emotion

The same data, model and seed give the same bytes on the same machine; another processor may round
differently.
"""
import argparse
import csv
import pathlib
import shutil
import tempfile

import numpy as np
from PIL import Image

import fer2013
from base import files, options
from base.errors import UserError
from data.composites import averages
from data.composites.averages import MEMBERS
from fer2013 import EMOTIONS
from networks.network import open_network

HERE = pathlib.Path(__file__).resolve().parent
SEEDS = 1200            # faces per emotion that start a search
NEAREST_FACE = 0.93     # pixel correlation with a training face from which a composite is rejected
FRONTAL_SHARE = 0.6     # share of an emotion's faces kept, those most straight to the camera
LIKELY_SHARE = 0.5      # share of those kept, the ones of the highest probability
POOL_LEAST = 300        # faces kept in any case, because disgust has few
SHARP_SHARE = 0.5       # share of the candidates kept, those whose members agree best
SHARED, SHARED_STEP = 8, 4  # limit of the members that two composites share, and how it is raised
COLUMNS = ("file", "faces", "mean_member_correlation", "nearest_member", "nearest_other_face",
           "shared_members", "called", "probability")


def main():
    args = parse_arguments()
    files.make_folder(args.out)
    model = open_network(args.model)
    pixels, labels = load_faces(args.data)
    probabilities = model.predict(pixels)  # (n, 7)
    flat = averages.standardise(pixels)  # (n, 2304)
    frontal = averages.frontality(flat)  # (n,)
    random = np.random.default_rng(args.seed)
    composites = []
    for label in range(len(EMOTIONS)):
        pool = choose_pool(flat, np.flatnonzero(labels == label), frontal, probabilities[:, label])
        candidates = averages.make_candidates(pool, flat, random.permutation(len(pool))[:SEEDS])
        candidates |= {"probabilities": model.predict(candidates["pixels"])}
        composites += choose(candidates, label, args.count)
        print(summary(composites[-args.count:], label, len(pool), candidates), flush=True)
    write(args.out, composites)
    print(f"wrote {len(composites)} composites, members.csv and contact_sheet.png in {args.out}")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--data", default="data",
                        help="path of FER2013: a CSV, a .zip, folders of images, or a directory "
                             "that contains one of them")
    parser.add_argument("--model", default="pretrained/emotion_cnn.keras",
                        help="the model that classifies the faces, a .keras file")
    parser.add_argument("--count", type=options.positive_integer, default=10,
                        help="number of composites per emotion")
    parser.add_argument("--seed", type=options.seed_number, default=0,
                        help="seed of the random choice of the faces that start a search")
    parser.add_argument("--out", default=HERE, type=pathlib.Path, help="folder to write to")
    return parser.parse_args()


# Faces that may become members


def load_faces(path):
    """uint8 (n, 48, 48) training faces and uint8 (n,) labels, sorted by their pixels.

    They are sorted because the order of the CSV differs from that of the folders. The few faces of
    a single grey are left out, because their correlation with other faces is undefined.
    """
    data = fer2013.open(path)
    faces = data.split("train")
    pixels, labels = faces.pixels, faces.labels
    print(*data.describe("train"), sep="\n", flush=True)
    order = sorted(range(len(pixels)), key=lambda index: (pixels[index].tobytes(), labels[index]))
    order = [index for index in order if pixels[index].std() > 0]
    return pixels[order], labels[order]


def choose_pool(flat, own, frontal, probability):
    """The faces of one emotion from which its composites are made.

    Of several copies of a picture one is kept; of these faces, the ones that look most straight at
    the camera; of these, the ones to which the model gives the highest probability of the emotion,
    because only about two of three labels in FER2013 are correct and a mean over wrong ones shows
    no emotion.

    Args:
        flat: float32 (n, 2304), all training faces, standardised.
        own: int (m,), indices of the faces with the emotion's label.
        frontal: float (n,), how straight each face looks at the camera.
        probability: float (n,), the model's probability of the emotion for each face.

    Returns:
        int (pool,), indices into `flat`.
    """
    different = own[averages.find_different(flat[own])]
    straight = keep_highest(different, frontal, FRONTAL_SHARE)
    return keep_highest(straight, probability, LIKELY_SHARE)


def keep_highest(indices, score, share):
    """The indices with the highest scores, best first: a share of them, but at least POOL_LEAST."""
    size = max(POOL_LEAST, round(share * len(indices)))
    return indices[np.argsort(-score[indices], kind="stable")[:size]]


# Selection


def choose(candidates, label, count):
    """Choose the composites of one emotion: first the most probable, then the most different ones.

    Args:
        candidates: what averages.make_candidates() returns, and "probabilities" (c, 7).
        label: index of the emotion in EMOTIONS.
        count: number of composites to choose.

    Returns:
        A list of `count` dicts, as describe() returns them.

    Raises:
        UserError: there are fewer usable candidates.
    """
    probability = candidates["probabilities"][:, label]
    usable = keep_clear(candidates, label, 3 * count)
    if len(usable) < count:
        raise UserError(f"{EMOTIONS[label]}: only {len(usable)} composites; "
                        "expected a lower --count")
    details = candidates["details"]
    likeness = np.maximum(details[usable] @ details[usable].T,
                          details[usable] @ averages.mirror(details[usable]).T)
    shared = count_shared(candidates["members"][usable])
    picked = pick_different(likeness, shared, probability[usable].argmax(), count)
    with_others = [np.delete(shared[index, picked], place).max(initial=0)
                   for place, index in enumerate(picked)]
    return [describe(candidates, usable[index], label, most)
            for index, most in zip(picked, with_others, strict=True)]


def keep_clear(candidates, label, least):
    """Indices of the candidates to choose from.

    They are not too near to a single face and classified correctly; of these, the sharper half. If
    fewer than `least` are classified correctly, the most probable of the others are added.
    """
    nearest = np.maximum(candidates["nearest_member"], candidates["nearest_other"])
    correct = candidates["probabilities"].argmax(axis=1) == label
    order = np.argsort(-candidates["agreement"], kind="stable")  # the sharpest first
    usable = order[(nearest < NEAREST_FACE)[order] & correct[order]]
    clear = usable[:max(least, round(SHARP_SHARE * len(usable)))]
    others = np.flatnonzero((nearest < NEAREST_FACE) & ~correct)
    likeliest = others[np.argsort(-candidates["probabilities"][others, label], kind="stable")]
    return np.concatenate([clear, likeliest[:max(0, least - len(clear))]])


def count_shared(members):
    """int (c, c): how many members each two composites have in common, for int (c, MEMBERS)."""
    known, positions = np.unique(members, return_inverse=True)
    is_member = np.zeros((len(members), len(known)), np.float32)
    np.put_along_axis(is_member, positions.reshape(members.shape), 1, axis=1)
    return (is_member @ is_member.T).astype(int)


def pick_different(likeness, shared, first, count):
    """A list of `count` indices: the first, then always the one least like those already picked.

    Candidates that share more than SHARED members with a picked one are excluded. If no other is
    left, this limit is raised: disgust has so few faces that its composites must share more.

    Args:
        likeness: float (c, c), correlation of each two candidates.
        shared: int (c, c), number of members that they have in common.
        first: index of the first one.
        count: number of indices to pick.
    """
    picked, allowed = [int(first)], SHARED
    while len(picked) < count:
        highest = likeness[:, picked].max(axis=1)  # (c,)
        excluded = shared[:, picked].max(axis=1) > allowed
        highest[excluded | np.isin(np.arange(len(likeness)), picked)] = np.inf
        if np.isfinite(highest).any():
            picked.append(int(highest.argmin()))
        else:
            allowed += SHARED_STEP
    return picked


def describe(candidates, index, label, shared):
    """A composite as a dict: its label, its pixels and its row of members.csv."""
    probabilities = candidates["probabilities"][index]
    return {
        "label": label, "pixels": candidates["pixels"][index], "faces": MEMBERS,
        "mean_member_correlation": candidates["correlation"][index],
        "nearest_member": candidates["nearest_member"][index],
        "nearest_other_face": candidates["nearest_other"][index],
        "shared_members": shared, "called": EMOTIONS[probabilities.argmax()],
        "probability": probabilities[label],
    }


# Output


def summary(chosen, label, pool_size, candidates):
    """One line on an emotion: its faces, its candidates and the chosen composites."""
    correct = (candidates["probabilities"].argmax(axis=1) == label).mean()
    nearest = np.maximum(candidates["nearest_member"], candidates["nearest_other"])
    probability = [composite["probability"] for composite in chosen]
    chosen_correct = sum(composite["called"] == EMOTIONS[label] for composite in chosen)
    correlation = max(max(composite["nearest_member"], composite["nearest_other_face"])
                      for composite in chosen)
    shared = max(composite["shared_members"] for composite in chosen)
    return (f"{EMOTIONS[label]}: {pool_size:,} faces, {len(nearest)} candidates, "
            f"{correct:.0%} classified correctly, "
            f"{(nearest >= NEAREST_FACE).sum()} too near to a face; chosen {len(chosen)}, "
            f"{chosen_correct} of them classified correctly, probability "
            f"{min(probability):.2f} to {max(probability):.2f}, correlation with a face at most "
            f"{correlation:.3f}, shared members at most {shared}")


def write(out, composites):
    """Write all files to a temporary folder, then replace the old ones."""
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
        raise UserError(f"{out}: cannot write there ({error.strerror or error})") from error


def write_faces(folder, composites):
    """Write the PNGs and members.csv."""
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
    """An image of all composites, a row per emotion, enlarged `scale` times."""
    rows = [[composite["pixels"] for composite in composites if composite["label"] == label]
            for label in range(len(EMOTIONS))]
    sheet = Image.fromarray(np.vstack([np.hstack(row) for row in rows]))  # (7 * 48, count * 48)
    size = sheet.width * scale, sheet.height * scale
    return sheet.resize(size, Image.Resampling.NEAREST)


if __name__ == "__main__":
    options.run(main)
