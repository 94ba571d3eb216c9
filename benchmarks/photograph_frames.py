"""How well the network classifies faces in one frame or another, for benchmarks.photographs.

Tables are lists of rows, the first one the head.
"""
import numpy as np
from PIL import Image

from benchmarks.photograph_cases import BORDER, ENLARGED, on_canvas, rgb
from photographs import detection, framing
from photographs.detection import CONFIDENT, Detection

RULES = {  # the face's size by distance of the eyes, from eyes to mouth, and the box's two sides
    "sqrt(eyes * eyes to mouth)": lambda eyes, down, width, height: np.sqrt(eyes * down),
    "eyes to mouth": lambda eyes, down, width, height: down,
    "the larger of eyes and eyes to mouth": lambda eyes, down, width, height: max(eyes, down),
    "the detector's box": lambda eyes, down, width, height: np.sqrt(width * height),
}
FRAME_SIDES = (2.0, 2.2, 2.3, 2.4, 2.6, 3.0)  # in units of the first rule's size
SHRUNK = (48, 40, 36, 32, 30, 28, 24, 20, 16)  # pixels


def put_and_find(pixels):
    """Each face on a canvas, and (Detection, box) of the surest face found there, or None."""
    canvases = [on_canvas(face)[0] for face in pixels]
    return canvases, list(map(surest, canvases))


def surest(picture):
    found = detection.detector().detect_faces(picture, box_format="xyxy", output_type="numpy")
    found = sorted(found, key=lambda each: -each[5])  # see explaining.detection
    if not found or found[0][5] < CONFIDENT:
        return None
    return Detection(found[0][5], found[0][6:].reshape(2, 5).T), found[0][1:5]


def small_table(pixels, labels, predict):
    """How the network answers for faces that were shrunk and enlarged again."""
    table = [["pixels of a side", "accuracy", "mean largest probability"]]
    for side in SHRUNK:
        shrunk = [framing.take_whole(rgb(resized(face, side))).pixels for face in pixels]
        answers = predict(shrunk)  # (n, 7)
        table.append([side, f"{(answers.argmax(axis=1) == labels).mean():.1%}",
                      f"{answers.max(axis=1).mean():.2f}"])
    return table


def resized(face, side):
    return np.asarray(Image.fromarray(face).resize((side, side), Image.Resampling.BILINEAR))


def framing_table(canvas_boxes, canvases, pixels, labels, predict):
    """Each detector's frame against FER2013's, on the faces that it finds.

    Args:
        canvas_boxes: {name: list of the boxes on each canvas}.
        canvases: list of pictures, uint8 (height, width, 3).
        pixels: uint8 (n, 48, 48), the faces on the canvases.
        labels: uint8 (n,).
        predict: the function of load_predictor().
    """
    table = [["detector", "faces", "side of FER2013's frame by the detector's: median",
              "middle half", "centre off by, share of the side, median",
              "accuracy in FER2013's frame", "in the detector's"]]
    for name, boxes_by_canvas in canvas_boxes.items():
        chosen = [index for index, boxes in enumerate(boxes_by_canvas) if boxes]
        first_boxes = (boxes_by_canvas[index][0] for index in chosen)
        centres, sides = map(np.array, zip(*first_boxes, strict=True))
        ratio = np.percentile(ENLARGED / sides, (50, 25, 75))
        off = np.median(np.linalg.norm(centres - BORDER - ENLARGED / 2, axis=1)) / ENLARGED
        framed = [framing.cut(canvases[index], centre, side / 2, 0)
                  for index, centre, side in zip(chosen, centres, sides, strict=True)]
        table.append([name, len(chosen), f"{ratio[0]:.2f}", f"{ratio[1]:.2f} to {ratio[2]:.2f}",
                      f"{off:.3f}", f"{accuracy(predict, pixels[chosen], labels[chosen]):.1%}",
                      f"{accuracy(predict, framed, labels[chosen]):.1%}"])
    return table


def rule_table(canvases, points, labels, predict):
    """Accuracy by the side of the frame and the rule for the face's size, with the eyes levelled.

    All rules are scaled to have the same median. The last column is the first rule's frame with the
    eyes as they are.
    """
    found = [index for index, each in enumerate(points) if each]
    measured = [measures(*points[index]) for index in found]
    sizes = {name: np.array([rule(*each) for each in measured]) for name, rule in RULES.items()}
    first = next(iter(sizes.values()))
    table = [["side", *RULES, "the first, eyes as they are"]]
    for side in FRAME_SIDES:
        accuracies = []
        for own in [*sizes.values(), None]:
            scaled = first if own is None else own * np.median(first) / np.median(own)
            faces = [cut_out(canvases[index], points[index][0], side * size, own is not None)
                     for index, size in zip(found, scaled, strict=True)]
            accuracies.append(f"{accuracy(predict, faces, labels[found]):.1%}")
        table.append([side, *accuracies])
    return table


def measures(found, box):
    """Distance of the eyes, distance from the eyes to the mouth, width and height of the box."""
    down = np.linalg.norm(found.mouth.mean(axis=0) - found.eyes.mean(axis=0))
    return np.linalg.norm(found.eyes[1] - found.eyes[0]), down, box[2] - box[0], box[3] - box[1]


def cut_out(picture, found, side, levelled):
    """The frame of this side, in pixels, around the points of a Detection: uint8 (48, 48)."""
    face = framing.frame(picture, found)
    right = face.corners[1] - face.corners[0]
    degrees = np.degrees(np.arctan2(right[1], right[0])) if levelled else 0
    return framing.cut(picture, face.corners.mean(axis=0), side / 2, degrees)


def accuracy(predict, faces, labels):
    return float((predict(faces).argmax(axis=1) == labels).mean())
