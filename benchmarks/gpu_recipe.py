"""Experiments with the recipe on one GPU, in a quarter of an hour: needs PyTorch.

    python -m benchmarks.gpu_recipe pack --data data --work runs    # faces.npz, to carry there
    python -m benchmarks.gpu_recipe compare --work runs             # comparisons.csv
    python -m benchmarks.gpu_recipe teach --work runs               # teacher0.pt, teacher1.pt, ...
    python -m benchmarks.gpu_recipe bank --work runs                # views, and their predictions
    python -m benchmarks.gpu_recipe study --work runs --epochs 400 --arrangement wide-late
    python -m benchmarks.gpu_recipe keras --work runs --arrangement wide-late   # model.keras

`compare` trains each arrangement of the parameters, each kind of branch and each input for the same
epochs. `teach` trains seven large networks, some of them also on FER+'s votes. `bank` keeps views
of all training faces, half of them mixed in pairs, with the teachers' mean prediction (function
matching: Beyer et al. 2022, arXiv 2106.05237). `study` trains the network of model.py on the bank
and resumes if it was interrupted. Selection is on PublicTest; PrivateTest is never read.
"""
import argparse
import csv
import json
import math
import pathlib
import time

import numpy as np

from benchmarks.arrangements import ARRANGEMENTS, BRANCHES

KINDS = (("vgg", 0.0), ("vgg", 0.6), ("wide", 0.6), ("residual", 0.6), ("vgg", 0.3),
         ("wide", 0.0), ("residual", 0.0))  # teachers, with the weight of FER+'s votes in the loss
TEACHER_EPOCHS, COMPARED_EPOCHS, LAST = 48, 12, 10
VIEWS = 40
SHARE = 0.85  # weight of the teachers' prediction in the student's target


def main():
    args = parse_arguments()
    args.work.mkdir(exist_ok=True)
    STAGES[args.stage](args)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder of all files")
    parser.add_argument("--data", default="data", help="FER2013, for pack")
    parser.add_argument("--votes", default="", help="CSV of FER+'s votes by file name, for pack")
    parser.add_argument("--epochs", type=int, default=400, help="of study")
    parser.add_argument("--arrangement", choices=ARRANGEMENTS, default="wide-late")
    parser.add_argument("--branches", choices=BRANCHES, default="normalised")
    parser.add_argument("--faces", type=int, default=None, help="only so many, for a trial")
    parser.add_argument("--seed", type=int, default=21)
    return parser.parse_args()


def pack(args):
    """faces.npz: pixels, labels and FER+'s votes of Training and PublicTest."""
    import pandas

    import fer2013

    data = fer2013.open(args.data)
    train, validation = data.split("train"), data.split("validation")
    votes = np.zeros((len(train), 8), np.float32)
    if args.votes:
        table = pandas.read_csv(args.votes, index_col="name")
        classes = ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear",
                   "contempt"]
        table = table[~table.index.duplicated()][classes]
        votes = table.reindex(train.names).fillna(0).to_numpy(np.float32)
    np.savez_compressed(args.work / "faces.npz", pixels=train.pixels, labels=train.labels,
                        votes=votes / np.maximum(votes.sum(axis=1, keepdims=True), 1),
                        test_pixels=validation.pixels, test_labels=validation.labels)


def compare(args):
    """comparisons.csv: each choice for the same epochs from new weights, PublicTest."""
    from benchmarks.branches import Student
    from benchmarks.gpu import (
        Faces,
        accuracy,
        equalised,
        fit,
        predict,
        smoothed,
        standardised,
    )

    faces, rows = Faces(args.work, args.faces), []
    runs = [(name, "plain", None, {}) for name in ARRANGEMENTS]
    runs += [("wide-late", name, None, {}) for name in BRANCHES if name != "plain"]
    runs += [("wide-late", "plain", each, {}) for each in (equalised, standardised)]
    runs += [("wide-late", "plain", None, {"contrast": 0.5})]
    for arrangement, branches, prepare, views in runs:
        student = Student(ARRANGEMENTS[arrangement], branches, prepare=prepare)
        started = time.monotonic()
        fit(student, faces, 1 if args.faces else COMPARED_EPOCHS, 128, 1.4e-3, args.seed, smoothed,
            **views)
        found = predict(student, faces.test_pixels)
        rows.append({"arrangement": arrangement, "cost": ARRANGEMENTS[arrangement].cost,
                     "branches": branches, "input": prepare.__name__ if prepare else "plain",
                     "contrast": views.get("contrast", 0.2),
                     "PublicTest": accuracy(found, faces.test_labels),
                     "seconds": round(time.monotonic() - started)})
        print(rows[-1], flush=True)
        with open(args.work / "comparisons.csv", "w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, rows[0])
            table.writeheader()
            table.writerows(rows)


def teach(args):
    """The teachers' weights; those that are there are kept."""
    import torch

    from benchmarks.branches import Teacher
    from benchmarks.gpu import Faces, accuracy, fit, loss_with_votes, predict

    faces, total = Faces(args.work, args.faces), 0
    for number, (kind, votes) in enumerate(KINDS):
        path = args.work / f"teacher{number}.pt"
        torch.manual_seed(number)
        teacher = Teacher(kind).to(faces.device, memory_format=torch.channels_last)
        if path.exists():
            teacher.load_state_dict(torch.load(path, faces.device, weights_only=True))
        else:
            fit(teacher, faces, 1 if args.faces else TEACHER_EPOCHS, 256, 2.5e-3, number,
                loss_with_votes(votes), erase=0.4, turn=15, zoom=0.15, contrast=0.3)
            torch.save(teacher.state_dict(), path)
        found = predict(teacher, faces.test_pixels, mirrored=True)
        total = total + found
        print(f"teacher {number}, {kind}, votes {votes}: {accuracy(found, faces.test_labels):.4f}, "
              f"mean so far {accuracy(total, faces.test_labels):.4f}", flush=True)


def bank(args):
    """bank.pt: uint8 views of the training faces, and the targets of the student."""
    import torch

    from benchmarks.branches import Teacher
    from benchmarks.gpu import Faces, make_view, predict

    faces, teachers = Faces(args.work, args.faces), []
    for number, (kind, _) in enumerate(KINDS):
        teachers.append(Teacher(kind).to(faces.device, memory_format=torch.channels_last))
        teachers[-1].load_state_dict(torch.load(args.work / f"teacher{number}.pt", faces.device,
                                                weights_only=True))
    torch.manual_seed(args.seed)
    views, targets = [], []
    for number in range(2 if args.faces else VIEWS):
        pixels, labels = make_view(faces, mixed=number % 2 == 1)
        taught = sum(predict(each, pixels, mirrored=True) for each in teachers) / len(teachers)
        views.append(pixels.cpu())
        targets.append((SHARE * taught + (1 - SHARE) * labels).half().cpu())
    torch.save((torch.stack(views), torch.stack(targets)), args.work / "bank.pt")


def study(args):
    """student.npz in the order of model.py's weights, and study.json with its accuracies."""
    import torch

    from benchmarks.branches import Student
    from benchmarks.gpu import Faces, Optimiser, accuracy, predict, study_epoch

    faces = Faces(args.work, args.faces)
    views, targets = (part.to(faces.device) for part in torch.load(args.work / "bank.pt"))
    torch.manual_seed(args.seed)
    student = Student(ARRANGEMENTS[args.arrangement], args.branches, 0.05, 0.3)
    student.to(faces.device, memory_format=torch.channels_last)
    steps = math.ceil(len(faces.pixels) / 256)
    optimiser = Optimiser(student, 2.5e-3, steps * args.epochs, steps)
    kept, rows = args.work / "study.pt", []
    if kept.exists():
        state = torch.load(kept, faces.device, weights_only=False)
        student.load_state_dict(state["student"])
        optimiser.load(state["optimiser"])
        rows = state["rows"]
    for epoch in range(len(rows), args.epochs):
        number = epoch % len(views)
        study_epoch(student, optimiser, views[number], targets[number])
        found = predict(student, faces.test_pixels, exact=epoch >= args.epochs - LAST)
        rows.append(accuracy(found, faces.test_labels))
        if epoch % 20 == 19:
            print(f"epoch {epoch + 1} of {args.epochs}: {rows[-1]:.4f}", flush=True)
            torch.save({"student": student.state_dict(), "optimiser": optimiser.state(),
                        "rows": rows}, kept)
    np.savez(args.work / "student.npz", *student.keras_weights())
    result = {"arrangement": args.arrangement, "branches": args.branches, "epochs": args.epochs,
              "seed": args.seed, "PublicTest by epoch": rows,
              "mean of the last ten": float(np.mean(rows[-LAST:]))}
    (args.work / "study.json").write_text(json.dumps(result, indent=2), encoding="utf-8")
    print(f"mean of the last ten epochs: {result['mean of the last ten']:.4f}")


def keras(args):
    """model.keras of student.npz, by model.build_model()."""
    import model

    arrangement = ARRANGEMENTS[args.arrangement]
    network = model.build_model(filters=arrangement.filters, hidden=arrangement.hidden)
    with np.load(args.work / "student.npz") as arrays:
        network.set_weights([arrays[name] for name in arrays.files])
    network.save(args.work / "model.keras")


STAGES = {"pack": pack, "compare": compare, "teach": teach, "bank": bank, "study": study,
          "keras": keras}

if __name__ == "__main__":
    main()
