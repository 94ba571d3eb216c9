"""Which detector finds faces best, and which frame around a face suits the network best.

    python -m benchmarks.photographs --data data

--data is FER2013. The network was trained on the frames of FER2013, so its validation faces show
how far a detector's frame is from them. Prints three tables and writes them to
benchmarks/photographs.md. Also needs opencv-python-headless below version 5, whose wheels contain
the Haar cascades. Takes some minutes on two CPU cores.
"""
import functools
import importlib.metadata
import io
import os
import pathlib
import platform
import time

import cv2
import matplotlib.cbook
import numpy as np
import skimage.data
from PIL import Image, ImageEnhance, ImageOps
from skimage.feature import Cascade

import fer2013
import model as network
from base import command_line
from explaining import photographs
from fer2013 import bundled

HERE = pathlib.Path(__file__).resolve().parent

PORTRAITS = {  # public domain: (picture, x and y of the centre of the face, width of the face)
    "Eileen Collins": (skimage.data.astronaut, (225, 115), 95),
    "Grace Hopper": (lambda: photographs.read(
        matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)), (265, 215), 190),
}
WITHOUT_FACE = ("brick", "cell", "chelsea", "clock", "coffee", "coins", "grass", "gravel", "horse",
                "hubble_deep_field", "moon", "page", "rocket", "text")
ENLARGED, BORDER = 144, 72  # pixels: side of an enlarged face, and width of the border around it


def main():
    args = parse_arguments()
    detectors = make_detectors()
    pixels, labels = sample(args.data, args.faces, args.seed)
    predict = load_predictor()
    canvases = [on_canvas(face)[0] for face in pixels]
    boxes = {name: [detector(canvas) for canvas in canvases]
             for name, detector in detectors.items()}
    lines = ["# Faces in photographs", "", f"{machine()} `python -m benchmarks.photographs`, "
             f"{args.faces} faces per emotion (disgust has 56), seed {args.seed}.", ""]
    lines += ["## Detectors", "", *detection_table(detectors, boxes), ""]
    lines += ["## Frames", "", *framing_table(boxes, canvases, pixels, labels, predict), ""]
    lines += ["## The frame around MTCNN's points", "", *side_table(canvases, labels, predict)]
    text = "\n".join(lines) + "\n"
    print(text)
    (HERE / "photographs.md").write_text(text + CHOICE, encoding="utf-8")


def parse_arguments():
    parser = command_line.parser(__doc__)
    parser.add_argument("--data", required=True, help="FER2013, in any form that dataset.py reads")
    parser.add_argument("--faces", type=command_line.positive_integer, default=60,
                        help="number of validation faces per emotion")
    parser.add_argument("--seed", type=command_line.seed_number, default=0,
                        help="seed of the choice of faces")
    return parser.parse_args()


def sample(data, count, seed):
    """Up to `count` validation faces of each emotion: uint8 (n, 48, 48), uint8 (n,)."""
    pixels, labels, _ = fer2013.load(data, "validation")
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


def with_mtcnn(picture):
    faces = [photographs.frame(picture, **points) for points in photographs.detect(picture)]
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


# Detection

def detection_table(detectors, canvas_boxes):
    """Markdown lines: the faces that each detector finds, its false boxes and its speed.

    Args:
        detectors: {name: detector}.
        canvas_boxes: {name: list of the boxes on each canvas}.
    """
    portraits = [view for person in PORTRAITS for view in views(person)]
    composites = fer2013.load(bundled.COMPOSITES, "test")[0]
    pasted = [on_canvas(face, *view) for face in composites[::2]
              for view in ((48, 0), (200, 0), (96, 30))]
    canvas_count = len(canvas_boxes[next(iter(canvas_boxes))])
    places = [(np.full(2, BORDER + ENLARGED / 2), ENLARGED)] * canvas_count  # the same on all
    empty = [rgb(getattr(skimage.data, name)()) for name in WITHOUT_FACE]
    lines = [f"| detector | found in {len(portraits)} views of two portraits | "
             f"boxes elsewhere in them | found of {len(pasted)} composites on a canvas | "
             f"found of {len(places)} FER2013 faces on a canvas | "
             f"boxes in {len(empty)} pictures without a face | seconds, 512x512 |",
             "|---|---:|---:|---:|---:|---:|---:|"]
    for name, detector in detectors.items():
        seconds = time_detector(detector)
        hits, elsewhere = count(*search(detector, portraits))
        composite_hits, _ = count(*search(detector, pasted))
        canvas_hits, _ = count(canvas_boxes[name], places)
        false = sum(len(detector(picture)) for picture in empty)
        lines.append(f"| {name} | {hits} | {elsewhere} | {composite_hits} | {canvas_hits} | "
                     f"{false} | {seconds:.2f} |")
    return lines


def time_detector(detector):
    """Seconds that a detector takes for a portrait of 512x512 pixels."""
    detector(PORTRAITS["Eileen Collins"][0]())  # the first call builds the detector
    started = time.perf_counter()
    detector(PORTRAITS["Eileen Collins"][0]())
    return time.perf_counter() - started


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


def views(person):
    """A portrait in 12 versions: a list of (picture, centre of the face, its width)."""
    make, centre, width = PORTRAITS[person]
    picture, centre = Image.fromarray(make()), np.array(centre, float)
    noise = np.random.default_rng(0).normal(0, 25, (picture.height, picture.width, 3))
    compressed = io.BytesIO()
    picture.save(compressed, "JPEG", quality=10)
    noisy = (np.asarray(picture) + noise).clip(0, 255).astype(np.uint8)
    same_place = (picture, ImageEnhance.Brightness(picture).enhance(0.25),
                  ImageEnhance.Contrast(picture).enhance(0.3), Image.fromarray(noisy),
                  Image.open(compressed), picture.convert("L").convert("RGB"))
    cases = [(np.asarray(view), centre, width) for view in same_place]
    mirrored_centre = np.array([picture.width - centre[0], centre[1]])
    cases.append((np.asarray(ImageOps.mirror(picture)), mirrored_centre, width))
    for scale in (0.5, 0.3):
        cases.append((np.asarray(ImageOps.scale(picture, scale)), centre * scale, width * scale))
    for degrees in (15, -30, 45):
        cases.append((np.asarray(picture.rotate(degrees, Image.Resampling.BICUBIC)),
                      turned(centre, np.array(picture.size) / 2, degrees), width))
    return cases


def turned(point, around, degrees):
    """The point (2,) after a rotation of its picture, counterclockwise as PIL rotates."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return around + np.array([[cosine, sine], [-sine, cosine]]) @ (point - around)


def on_canvas(face, side=ENLARGED, degrees=0, border=BORDER):
    """An enlarged face with its edge pixels repeated around it: (picture, centre, width).

    Args:
        face: uint8 (48, 48).
        side: pixels of the enlarged face.
        degrees: counterclockwise rotation.
        border: width of the border in pixels.
    """
    enlarged = Image.fromarray(face).resize((side, side), Image.Resampling.BICUBIC)
    canvas = Image.fromarray(np.pad(np.asarray(enlarged), border, mode="edge"))
    picture = canvas.rotate(degrees, Image.Resampling.BICUBIC)
    return rgb(np.asarray(picture)), np.full(2, border + side / 2), side


def rgb(picture):
    """A grey, boolean, RGB or RGBA picture as uint8 (height, width, 3)."""
    picture = picture.astype(np.uint8) * 255 if picture.dtype == bool else picture
    if picture.ndim == 2:
        return np.stack([picture] * 3, axis=-1)
    return np.ascontiguousarray(picture[..., :3])


# Framing

def framing_table(canvas_boxes, canvases, pixels, labels, predict):
    """Markdown lines: each detector's frame against FER2013's, on the faces that it finds.

    Args:
        canvas_boxes: {name: list of the boxes on each canvas}.
        canvases: list of pictures, uint8 (height, width, 3).
        pixels: uint8 (n, 48, 48), the faces on the canvases.
        labels: uint8 (n,).
        predict: the function of load_predictor().
    """
    lines = ["| detector | faces | side of FER2013's frame by the detector's: median | "
             "middle half | centre off by, share of the side, median | "
             "accuracy in FER2013's frame | in the detector's |",
             "|---|---:|---:|---:|---:|---:|---:|"]
    for name, boxes_by_canvas in canvas_boxes.items():
        chosen = [index for index, boxes in enumerate(boxes_by_canvas) if boxes]
        first_boxes = (boxes_by_canvas[index][0] for index in chosen)
        centres, sides = map(np.array, zip(*first_boxes, strict=True))
        ratio = np.percentile(ENLARGED / sides, (50, 25, 75))
        off = np.median(np.linalg.norm(centres - BORDER - ENLARGED / 2, axis=1)) / ENLARGED
        framed = [photographs.cut(canvases[index], centre, side / 2, 0)
                  for index, centre, side in zip(chosen, centres, sides, strict=True)]
        lines.append(f"| {name} | {len(chosen)} | {ratio[0]:.2f} | "
                     f"{ratio[1]:.2f} to {ratio[2]:.2f} | {off:.3f} | "
                     f"{accuracy(predict, pixels[chosen], labels[chosen]):.1%} | "
                     f"{accuracy(predict, framed, labels[chosen]):.1%} |")
    return lines


def side_table(canvases, labels, predict):
    """Markdown lines: accuracy by the side of the frame, with the eyes levelled and as they are.

    The side is in units of the face's size.
    """
    points = {index: detected[0] for index, canvas in enumerate(canvases)
              if (detected := photographs.detect(canvas))}
    own_labels = labels[list(points)]
    lines = ["| side | accuracy, eyes levelled | accuracy, as they are |", "|---:|---:|---:|"]
    usual = photographs.SIDE
    for side in (2.0, 2.2, 2.3, 2.4, 2.6, 2.8, 3.0):
        photographs.SIDE = side
        faces = [photographs.frame(canvases[index], **eyes_and_mouth)
                 for index, eyes_and_mouth in points.items()]
        tilted = [photographs.cut(canvases[index], face.corners.mean(axis=0), face.side / 2, 0)
                  for index, face in zip(points, faces, strict=True)]
        levelled = [face.pixels for face in faces]
        lines.append(f"| {side} | {accuracy(predict, levelled, own_labels):.1%} | "
                     f"{accuracy(predict, tilted, own_labels):.1%} |")
    photographs.SIDE = usual
    return lines


def accuracy(predict, faces, labels):
    return float((predict(faces).argmax(axis=1) == labels).mean())


def machine():
    """A sentence on the machine, the versions and the load."""
    packages = ("mtcnn", "tensorflow", "opencv-python-headless", "scikit-image")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    return (f"{os.cpu_count()} cores of {platform.machine()}, "
            f"Python {platform.python_version()}, {versions}; "
            f"load of the machine {os.getloadavg()[0]:.1f}.")


CHOICE = """
## What was chosen

**MTCNN** finds the most faces, above all turned ones, detected nothing else as a face here, and is
the fastest. Its weights come with the package (2 MB, MIT licence), so nothing is downloaded when it
runs. The frames of OpenCV's cascades are the most similar to those of FER2013, which was collected
with OpenCV's detector; for the same reason they find as many of its faces. But they miss most faces
that are turned by 30 degrees, and the wheels of OpenCV 5 no longer contain them. MediaPipe's wheels
contain no weights either.

**The frame** is derived from MTCNN's points for eyes and mouth, and the eyes are levelled: up to a
side of 2.4 the network then classifies more faces correctly than if they stay tilted. FER2013's own
frame has a side of about 2.6 in units of the face's size. Smaller frames are better here, partly
because the surroundings of a FER2013 face are unknown and shown as a repeated border, which a
photograph does not have. Sides from 2.2 to 2.4 differ by less than the error of so few faces (2.6
points); 2.3 was chosen.

The composites and the FER2013 faces fill the centre of their canvases without hair and neck, unlike
faces in photographs, and two portraits are few. The table compares detectors; it does not estimate
the share of all faces that a detector finds.
"""


if __name__ == "__main__":
    main()
