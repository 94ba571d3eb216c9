"""Which detector finds faces best, and which frame around a face suits the network best.

    python -m benchmarks.photographs --data data

--data is FER2013; its validation faces are framed as the network knows them, so they tell how far a detector's frame
is from that. Prints three tables and writes them to benchmarks/photographs.md. Needs, beside requirements.txt,
opencv-python-headless below 5, whose wheels hold the Haar cascades. Some minutes on two CPU cores.
"""
import argparse
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

PORTRAITS = {  # public domain: (picture, x and y of the middle of the face, width of the face)
    "Eileen Collins": (skimage.data.astronaut, (225, 115), 95),
    "Grace Hopper": (lambda: photographs.read(matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)),
                     (265, 215), 190),
}
WITHOUT_FACE = ("brick", "cell", "chelsea", "clock", "coffee", "coins", "grass", "gravel", "horse", "hubble_deep_field",
                "moon", "page", "rocket", "text")
ENLARGED, BORDER = 144, 72  # pixels: a 48x48 face on a canvas, and what is around it


def main():
    args = parse_arguments()
    detectors = make_detectors()
    pixels, labels = sample(args.data, args.faces, args.seed)
    predict = load_predictor()
    canvases = [on_canvas(face)[0] for face in pixels]
    found = {name: [detector(canvas) for canvas in canvases] for name, detector in detectors.items()}
    lines = ["# Faces in photographs", "", f"{machine()} `python -m benchmarks.photographs`, {args.faces} faces per "
             f"emotion (disgust has 56), seed {args.seed}.", ""]
    lines += ["## Detectors", "", *detection_table(detectors, found), ""]
    lines += ["## Frames", "", *framing_table(found, canvases, pixels, labels, predict), ""]
    lines += ["## The frame around MTCNN's points", "", *side_table(canvases, labels, predict)]
    text = "\n".join(lines) + "\n"
    print(text)
    (HERE / "photographs.md").write_text(text + CHOICE, encoding="utf-8")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=command_line.HelpFormatter)
    parser.add_argument("--data", required=True, help="FER2013, in any form that dataset.py reads")
    parser.add_argument("--faces", type=command_line.positive_integer, default=60, help="validation faces per emotion")
    parser.add_argument("--seed", type=command_line.seed_number, default=0, help="of the choice of faces")
    return parser.parse_args()


def sample(data, count, seed):
    """Up to `count` validation faces of each emotion: uint8 (n, 48, 48), uint8 (n,)."""
    pixels, labels, _ = fer2013.load(data, "validation")
    random = np.random.default_rng(seed)
    chosen = np.concatenate([random.permutation(np.flatnonzero(labels == label))[:count] for label in range(7)])
    return pixels[chosen], labels[chosen]


def load_predictor():
    model = network.load_model(bundled.PRETRAINED)
    return lambda faces: network.predict(model, np.stack(faces))  # float (n, 7) of a list of (48, 48)


# Detectors: functions from uint8 (height, width, 3) to a list of (centre float (2,), side)

def make_detectors():
    lbp = Cascade(skimage.data.lbp_frontal_face_cascade_filename())
    haar = {name: cv2.CascadeClassifier(f"{cv2.data.haarcascades}haarcascade_{name}.xml")
            for name in ("frontalface_default", "frontalface_alt2")}
    return {
        "MTCNN (mtcnn)": with_mtcnn,
        "Haar, frontalface_default (OpenCV)": lambda picture: with_haar(haar["frontalface_default"], picture),
        "Haar, frontalface_alt2 (OpenCV)": lambda picture: with_haar(haar["frontalface_alt2"], picture),
        "LBP, frontal face (scikit-image)": lambda picture: with_lbp(lbp, picture),
    }


def with_mtcnn(picture):
    faces = [photographs.frame(picture, **points) for points in photographs.detect(picture)]
    return [(face.corners.mean(axis=0), face.side) for face in faces]


def with_haar(cascade, picture):
    """OpenCV's own defaults, but for the size of the smallest face, which is 20 pixels for all detectors."""
    grey = np.asarray(Image.fromarray(picture).convert("L"))
    return [(np.array([x + side / 2, y + side / 2]), side)
            for x, y, side, _ in cascade.detectMultiScale(grey, minSize=(20, 20))]


def with_lbp(cascade, picture):
    """The settings of scikit-image's own example."""
    side = min(picture.shape[:2])
    found = cascade.detect_multi_scale(picture, scale_factor=1.2, step_ratio=1, min_size=(20, 20),
                                       max_size=(side, side))
    return [(np.array([box["c"] + box["width"] / 2, box["r"] + box["width"] / 2]), box["width"]) for box in found]


# Detection

def detection_table(detectors, found):
    portraits = [view for person in PORTRAITS for view in views(person)]
    composites = fer2013.load(bundled.COMPOSITES, "test")[0]
    pasted = [on_canvas(face, *view) for face in composites[::2] for view in ((48, 0), (200, 0), (96, 30))]
    tight = [(np.full(2, BORDER + ENLARGED / 2), ENLARGED)] * len(found[next(iter(found))])  # all lie alike
    empty = [rgb(getattr(skimage.data, name)()) for name in WITHOUT_FACE]
    lines = [f"| detector | found in {len(portraits)} views of two portraits | boxes elsewhere in them | found of "
             f"{len(pasted)} composites on a canvas | found of {len(tight)} FER2013 faces on a canvas | boxes in "
             f"{len(empty)} pictures without a face | seconds, 512x512 |", "|---|---:|---:|---:|---:|---:|---:|"]
    for name, detector in detectors.items():
        detector(PORTRAITS["Eileen Collins"][0]())  # the first call builds the detector
        started = time.perf_counter()
        detector(PORTRAITS["Eileen Collins"][0]())
        seconds = time.perf_counter() - started
        hits, elsewhere = count(*search(detector, portraits))
        on_canvases = f"{count(*search(detector, pasted))[0]} | {count(found[name], tight)[0]}"
        false = sum(len(detector(picture)) for picture in empty)
        lines.append(f"| {name} | {hits} | {elsewhere} | {on_canvases} | {false} | {seconds:.2f} |")
    return lines


def search(detector, cases):
    """What a detector finds in (picture, centre, width), and where the faces are."""
    return [detector(picture) for picture, _, _ in cases], [place for _, *place in cases]


def count(found, places):
    """Pictures whose face was found, less than a third of its width from its centre, and boxes that are elsewhere."""
    near = [[np.linalg.norm(middle - centre) < width / 3 for middle, _ in boxes]
            for boxes, (centre, width) in zip(found, places, strict=True)]
    return sum(map(any, near)), sum(boxes.count(False) for boxes in near)


def views(person):
    """A portrait in 12 forms: (picture, centre of the face, its width)."""
    make, centre, width = PORTRAITS[person]
    picture, centre = Image.fromarray(make()), np.array(centre, float)
    noise = np.random.default_rng(0).normal(0, 25, (picture.height, picture.width, 3))
    compressed = io.BytesIO()
    picture.save(compressed, "JPEG", quality=10)
    same_place = (picture, ImageEnhance.Brightness(picture).enhance(0.25), ImageEnhance.Contrast(picture).enhance(0.3),
                  Image.fromarray((np.asarray(picture) + noise).clip(0, 255).astype(np.uint8)), Image.open(compressed),
                  picture.convert("L").convert("RGB"))
    cases = [(np.asarray(view), centre, width) for view in same_place]
    cases.append((np.asarray(ImageOps.mirror(picture)), np.array([picture.width - centre[0], centre[1]]), width))
    for scale in (0.5, 0.3):
        cases.append((np.asarray(ImageOps.scale(picture, scale)), centre * scale, width * scale))
    for degrees in (15, -30, 45):
        cases.append((np.asarray(picture.rotate(degrees, Image.Resampling.BICUBIC)),
                      turned(centre, np.array(picture.size) / 2, degrees), width))
    return cases


def turned(point, around, degrees):
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return around + np.array([[cosine, sine], [-sine, cosine]]) @ (point - around)


def on_canvas(face, side=ENLARGED, degrees=0, border=BORDER):
    """A 48x48 face enlarged, its border repeated around it: (picture, centre, width)."""
    large = Image.fromarray(face).resize((side, side), Image.Resampling.BICUBIC)
    canvas = Image.fromarray(np.pad(np.asarray(large), border, mode="edge")).rotate(degrees, Image.Resampling.BICUBIC)
    return rgb(np.asarray(canvas)), np.full(2, border + side / 2), side


def rgb(picture):
    picture = picture.astype(np.uint8) * 255 if picture.dtype == bool else picture
    return np.stack([picture] * 3, axis=-1) if picture.ndim == 2 else np.ascontiguousarray(picture[..., :3])


# Framing

def framing_table(found, canvases, pixels, labels, predict):
    """On the faces that a detector finds: how its frame compares with FER2013's, and what the network reads in it."""
    lines = ["| detector | faces | side of FER2013's frame by the detector's: median | middle half | centre off by, "
             "share of the side, median | accuracy in FER2013's frame | in the detector's |",
             "|---|---:|---:|---:|---:|---:|---:|"]
    for name, faces in found.items():
        chosen = [index for index, boxes in enumerate(faces) if boxes]
        centres, sides = map(np.array, zip(*(faces[index][0] for index in chosen), strict=True))
        ratio = np.percentile(ENLARGED / sides, (50, 25, 75))
        off = np.median(np.linalg.norm(centres - BORDER - ENLARGED / 2, axis=1)) / ENLARGED
        framed = [photographs.cut(canvases[index], centre, side / 2, 0)
                  for index, centre, side in zip(chosen, centres, sides, strict=True)]
        lines.append(f"| {name} | {len(chosen)} | {ratio[0]:.2f} | {ratio[1]:.2f} to {ratio[2]:.2f} | {off:.3f} | "
                     f"{accuracy(predict, pixels[chosen], labels[chosen]):.1%} | "
                     f"{accuracy(predict, framed, labels[chosen]):.1%} |")
    return lines


def side_table(canvases, labels, predict):
    """Accuracy by the frame's side, in units of the face's size, with the eyes levelled and not."""
    points = {index: found[0] for index, canvas in enumerate(canvases) if (found := photographs.detect(canvas))}
    lines = ["| side | accuracy, eyes levelled | accuracy, as they are |", "|---:|---:|---:|"]
    usual = photographs.SIDE
    for side in (2.0, 2.2, 2.3, 2.4, 2.6, 2.8, 3.0):
        photographs.SIDE = side
        faces = [photographs.frame(canvases[index], **places) for index, places in points.items()]
        tilted = [photographs.cut(canvases[index], face.corners.mean(axis=0), face.side / 2, 0)
                  for index, face in zip(points, faces, strict=True)]
        own = labels[list(points)]
        lines.append(f"| {side} | {accuracy(predict, [face.pixels for face in faces], own):.1%} | "
                     f"{accuracy(predict, tilted, own):.1%} |")
    photographs.SIDE = usual
    return lines


def accuracy(predict, faces, labels):
    return float((predict(faces).argmax(axis=1) == labels).mean())


def machine():
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}"
                         for name in ("mtcnn", "tensorflow", "opencv-python-headless", "scikit-image"))
    return (f"{os.cpu_count()} cores of {platform.machine()}, Python {platform.python_version()}, {versions}; "
            f"load of the machine {os.getloadavg()[0]:.1f}.")


CHOICE = """
## What was chosen

**MTCNN** finds most, turned faces above all, took nothing else for a face here, and is the fastest. Its weights come
with the package (2 MB, MIT licence), so nothing is downloaded when it runs. OpenCV's cascades frame a face most nearly
as FER2013 does, which was collected with OpenCV's detector, and find as many of its faces for the same reason; but they
miss most faces that are turned by 30 degrees, and the wheels of OpenCV 5 no longer hold them. MediaPipe's wheels hold
no weights either.

**The frame** goes by MTCNN's points for eyes and mouth, and levels the eyes, which up to a side of 2.4 reads more faces
rightly than leaving them tilted. FER2013's own frame has a side of about 2.6 in units of the face's size. Smaller ones
do better here, partly because what lies outside of a FER2013 face is unknown and shown as a repeated border; a
photograph has something there. Sides from 2.2 to 2.4 differ by less than the error of so few faces (2.6 points); 2.3
was taken.

The composites and the FER2013 faces fill their canvas's middle without hair and neck, which no photograph does; two
portraits are few. The table tells detectors apart, and is no measure of how many faces in the world are found.
"""


if __name__ == "__main__":
    main()
