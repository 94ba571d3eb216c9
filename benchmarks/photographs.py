"""Which detector finds faces best, how often it must look, and which frame suits the network best.

    python -m benchmarks.photographs --data data

--data is FER2013. The network was trained on the frames of FER2013, so its validation faces show
how far a detector's frame is from them. Prints tables and writes them to benchmarks/photographs.md.
Also needs pip install "opencv-python-headless<5", whose wheels contain the Haar cascades. Takes
about ten minutes on two CPU cores.
"""
import functools
import pathlib
import textwrap
import time

import cv2
import numpy as np
import skimage.data
from PIL import Image
from skimage.feature import Cascade

import fer2013
import model as network
from base import command_line
from benchmarks import results
from benchmarks.photograph_cases import (
    BORDER,
    ENLARGED,
    PORTRAITS,
    on_canvas,
    scenes,
    sideways,
    views,
    without_face,
)
from benchmarks.photograph_frames import (
    FRAME_SIDES,
    RULES,
    framing_table,
    put_and_find,
    rule_table,
    small_table,
)
from fer2013 import bundled
from photographs import detection, framing
from photographs.detection import LEAST, LONGEST, SIDE

HERE = pathlib.Path(__file__).resolve().parent

MTCNN = "MTCNN (mtcnn)"
SCENES, RENDERED = 6, 10  # pictures with three faces; rendered faces of each emotion


def large(detections):
    return [each for each in detections if each.large]


LOOKS = {  # functions from a picture to a list of Detection
    "one size": lambda picture: large(detection.look(picture, LONGEST[:1])),
    "up to three sizes": lambda picture: large(detection.look(picture, LONGEST)),
    "and quarter turns": lambda picture: detection.detect(picture)[0],
}


def main():
    args = parse_arguments()
    predict = load_predictor()
    pixels, labels = sample(fer2013.load(args.data, "validation"), args.faces, args.seed)
    rendered, their_labels = sample(fer2013.load(bundled.AVATARS, "test"), RENDERED, args.seed)
    detectors = make_detectors()
    canvases, points = put_and_find(pixels)
    boxes = {name: [detector(canvas) for canvas in canvases] for name, detector in
             detectors.items() if name != MTCNN}
    boxes = {MTCNN: list(map(boxes_of, canvases, points))} | boxes
    tables = {
        "Detectors": detection_table(detectors, boxes),
        "How often MTCNN looks": look_table(args.seed),
        "Small faces": small_table(pixels, labels, predict),
        "Frames": framing_table(boxes, canvases, pixels, labels, predict),
        "The frame around MTCNN's points: FER2013": rule_table(canvases, points, labels, predict),
        "The frame around MTCNN's points: rendered faces": rule_table(
            *put_and_find(rendered), their_labels, predict)}
    text = page(tables, args)
    print(text)
    (HERE / "photographs.md").write_text(text, encoding="utf-8")


def page(tables, args):
    """The Markdown of all tables, and what was chosen by them."""
    machine = results.machine("mtcnn", "opencv-python-headless", "scikit-image")
    command = "python -m benchmarks.photographs --data data"
    lines = ["# Faces in photographs", "", f"{machine}. `{command}`, "
             f"{args.faces} faces of PublicTest per emotion (disgust has 56), seed {args.seed}.",
             ""]
    for title, (head, *rows) in tables.items():
        lines += [f"## {title}", "", row(head), "|---" + "|---:" * (len(head) - 1) + "|"]
        lines += [*map(row, rows), ""]
    return "\n".join(lines + [choice(tables)])


def row(cells):
    return f"| {' | '.join(map(str, cells))} |"


def parse_arguments():
    parser = command_line.parser(__doc__)
    parser.add_argument("--data", required=True, help="FER2013, in any form that dataset.py reads")
    parser.add_argument("--faces", type=command_line.positive_integer, default=40,
                        help="number of validation faces per emotion")
    parser.add_argument("--seed", type=command_line.seed_number, default=0,
                        help="seed of the choice of faces")
    return parser.parse_args()


def sample(loaded, count, seed):
    """Up to `count` faces of each emotion of a split: uint8 (n, 48, 48), uint8 (n,)."""
    pixels, labels, _ = loaded
    random = np.random.default_rng(seed)
    indices = np.concatenate([random.permutation(np.flatnonzero(labels == label))[:count]
                              for label in range(7)])
    return pixels[indices], labels[indices]


def load_predictor():
    """A function from a list of n faces, uint8 (48, 48), to float32 (n, 7) probabilities."""
    model = network.load_model(bundled.PRETRAINED)
    return lambda faces: network.predict(model, np.stack(faces))


# Detectors: functions from uint8 (height, width, 3) to a list of boxes (centre float (2,), side)

def make_detectors():
    """{name: detector}."""
    lbp = Cascade(skimage.data.lbp_frontal_face_cascade_filename())
    haar = {name: cv2.CascadeClassifier(f"{cv2.data.haarcascades}haarcascade_{name}.xml")
            for name in ("frontalface_default", "frontalface_alt2")}
    return {
        "MTCNN (mtcnn)": with_mtcnn,
        "Haar, frontalface_default (OpenCV)": functools.partial(
            with_haar, haar["frontalface_default"]),
        "Haar, frontalface_alt2 (OpenCV)": functools.partial(with_haar, haar["frontalface_alt2"]),
        "LBP, frontal face (scikit-image)": functools.partial(with_lbp, lbp),
    }


def boxes_of(picture, found):
    return with_mtcnn(picture, lambda _: [found[0]] if found else [])


def with_mtcnn(picture, look=LOOKS["up to three sizes"]):
    faces = [framing.frame(picture, found) for found in look(picture)]
    return [(face.corners.mean(axis=0), face.side) for face in faces]


def with_haar(cascade, picture):
    """OpenCV's defaults, except that faces have at least 20 pixels, as for all detectors."""
    grey = np.asarray(Image.fromarray(picture).convert("L"))
    return [(np.array([x + side / 2, y + side / 2]), side)
            for x, y, side, _ in cascade.detectMultiScale(grey, minSize=(20, 20))]


def with_lbp(cascade, picture):
    """The settings of scikit-image's example."""
    side = min(picture.shape[:2])
    boxes = cascade.detect_multi_scale(picture, scale_factor=1.2, step_ratio=1, min_size=(20, 20),
                                       max_size=(side, side))
    return [(np.array([box["c"] + box["width"] / 2, box["r"] + box["width"] / 2]), box["width"])
            for box in boxes]


# Tables: a list of rows, the first one the head

def detection_table(detectors, canvas_boxes):
    """The faces that each detector finds, its false boxes and its speed.

    Args:
        detectors: {name: detector}.
        canvas_boxes: {name: list of the boxes on each canvas}.
    """
    portraits = [view for person in PORTRAITS for view in views(person)]
    composites = fer2013.load(bundled.COMPOSITES, "test")[0]
    pasted = [on_canvas(face, *view) for face in composites[::5]
              for view in ((48, 0), (200, 0), (96, 30))]
    canvas_count = len(canvas_boxes[MTCNN])
    places = [(np.full(2, BORDER + ENLARGED / 2), ENLARGED)] * canvas_count  # the same on all
    empty = without_face()
    table = [["detector", f"found in {len(portraits)} views of two portraits",
              "boxes elsewhere in them", f"found of {len(pasted)} composites on a canvas",
              f"found of {canvas_count} FER2013 faces on a canvas",
              f"boxes in {len(empty)} pictures without a face", "CPU seconds, 512x512"]]
    for name, detector in detectors.items():
        seconds = seconds_of(detector, PORTRAITS["Eileen Collins"][0]())
        hits, elsewhere = count(*search(detector, portraits))
        composite_hits, _ = count(*search(detector, pasted))
        canvas_hits, _ = count(canvas_boxes[name], places)
        false = sum(len(detector(picture)) for picture in empty)
        table.append([name, hits, elsewhere, composite_hits, canvas_hits, false, f"{seconds:.2f}"])
    return table


def seconds_of(detector, picture):
    """CPU seconds that a detector takes for a picture, whatever else the machine does."""
    times = []
    for _ in range(2):  # the first call builds the detector
        started = time.process_time()
        detector(picture)
        times.append(time.process_time() - started)
    return min(times)


def search(detector, cases):
    """The boxes of a detector, and the places of the faces.

    Args:
        detector: a function of a picture.
        cases: list of (picture, centre of the face, its width).

    Returns:
        A list of boxes for each picture, and a list of [centre, width].
    """
    return [detector(picture) for picture, _, _ in cases], [place for _, *place in cases]


def count(boxes_by_picture, places):
    """The number of faces found and of boxes elsewhere.

    A box finds a face if their centres are less than a third of the face's width apart.
    """
    hits = [[np.linalg.norm(middle - centre) < width / 3 for middle, _ in boxes]
            for boxes, (centre, width) in zip(boxes_by_picture, places, strict=True)]
    return sum(map(any, hits)), sum(hits_of_picture.count(False) for hits_of_picture in hits)


def look_table(seed):
    """The faces that MTCNN finds, and its false ones, by how often it looks at a picture."""
    crowded, turned, empty = scenes(SCENES, seed), sideways(), without_face()
    places = [[place for place in known if place[1] >= LEAST] for _, known in crowded]
    table = [["looks at a picture", f"found of {sum(map(len, places))} faces in {SCENES} scenes",
              f"found in {len(turned)} portraits on their side", "false faces in those",
              f"false faces in {len(empty)} pictures without a face",
              "CPU seconds, 1,200x800 without a face"]]
    large = np.asarray(Image.fromarray(empty[-1]).resize((1200, 800)))
    for name, look in LOOKS.items():
        finder = functools.partial(with_mtcnn, look=look)
        hits, false = count(*search(finder, turned))
        boxes = [finder(picture) for picture, _ in crowded]
        in_scenes = sum(count([found], [place])[0] for found, known in
                        zip(boxes, places, strict=True) for place in known)
        table.append([name, in_scenes, hits, false, sum(len(look(picture)) for picture in empty),
                      f"{seconds_of(look, large):.1f}"])
    return table


def choice(tables):
    """What was chosen, in words whose numbers come from the tables."""
    mtcnn, *others = tables["Detectors"][1:]
    frames = tables["Frames"][1:]
    one, _, turns = looks = tables["How often MTCNN looks"][1:]
    shrunk = {side: accuracy for side, accuracy, _ in tables["Small faces"][1:]}
    fer, rendered = (dict(zip(table[0], zip(*table[1:], strict=True), strict=True))
                     for title, table in tables.items() if title.startswith("The frame"))
    place, widest = FRAME_SIDES.index(SIDE), FRAME_SIDES.index(2.6)
    rules = "; ".join(f"{name}: {fer[name][place]} and {rendered[name][place]}"
                      for name in list(fer)[1:])
    first = next(iter(RULES))
    text = CHOICE.format(
        mtcnn=mtcnn, views=max(each[1] for each in others), boxes=max(each[3] for each in others),
        cascades=" and ".join(each[6] for each in others if "OpenCV" in each[0]),
        ratios=" and ".join(each[2] for each in frames if "OpenCV" in each[0]),
        ratio=frames[0][2], looks=[each[1] for each in looks], one=one, turns=turns, least=LEAST,
        at_least=shrunk[LEAST], at_24=shrunk[24], at_48=shrunk[48], side=SIDE, rules=rules,
        wide=fer[first][widest], chosen=fer[first][place], error=0.5 / frames[0][1] ** 0.5)
    return "\n\n".join(textwrap.fill(part, 100) for part in text.split("\n\n")) + "\n"


CHOICE = """## What was chosen

**MTCNN** finds {mtcnn[1]} views of the portraits and {mtcnn[3]} composites, the others at most
{views} and {boxes}, and took {mtcnn[5]} times something else for a face. It needs {mtcnn[6]} CPU
seconds for a picture, OpenCV's cascades {cascades}. Its weights come with the package (2 MB, MIT
licence), so nothing is downloaded when it runs. FER2013 was collected with OpenCV's detector: its
frames are {ratios} times as wide as those of the cascades, {ratio} times as wide as MTCNN's. But
the wheels of OpenCV 5 no longer contain the cascades, and MediaPipe's no weights.

**Sizes and turns.** In the scenes, one size finds {looks[0]} faces, up to three find {looks[1]}.
Of the portraits on their side, {one[2]} are found as they are, with {one[3]} false faces, and
{turns[2]} with quarter turns, with {turns[3]} false ones. Pictures without a face have {one[4]}
false ones with one look and {turns[4]} with all; such a picture takes {one[5]} and {turns[5]} CPU
seconds. A picture with a certain face is not turned.

**Small faces.** Shrunk to {least} pixels, {at_least} of FER2013's faces are classified correctly,
{at_48} at 48 pixels and {at_24} at 24. Frames of fewer than {least} pixels are not explained.

**The frame** follows MTCNN's points for eyes and mouth. With a side of {side}, the accuracy on
FER2013 and on rendered faces is, by what sets the size, {rules}. The standard error on FER2013 is
up to {error:.1%}, so that the rules do not differ by more than chance unless by several points; the
first was kept. FER2013's own frame has a side of about 2.6 in units of the face's size, which gives
{wide} here, against {chosen}: what is outside of a FER2013 face is unknown and shown as a repeated
border, while a photograph has something there.

The composites and the FER2013 faces fill the middle of their canvas without hair and neck, which no
photograph does, and two portraits are few. The tables tell detectors apart, and do not measure how
many faces in the world are found.
"""


if __name__ == "__main__":
    main()
