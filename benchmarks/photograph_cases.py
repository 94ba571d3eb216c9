"""Pictures with faces at known places, and without faces, for benchmarks.photographs.

All of them may be shared or are made anew: two portraits in the public domain, the pictures of
scikit-image and scikit-learn, and the bundled average and rendered faces.
"""
import io

import matplotlib.cbook
import numpy as np
import skimage.data
from PIL import Image, ImageEnhance, ImageOps
from sklearn.datasets import load_sample_images

import fer2013
from fer2013 import bundled
from photographs import framing

PORTRAITS = {  # public domain: (picture, x and y of the centre of the face, width of the face)
    "Eileen Collins": (skimage.data.astronaut, (225, 115), 95),
    "Grace Hopper": (lambda: framing.read(
        matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)), (265, 215), 190),
}
WITHOUT_FACE = ("brick", "cell", "chelsea", "clock", "coffee", "coins", "grass", "gravel", "horse",
                "hubble_deep_field", "moon", "page", "rocket", "text")
ENLARGED, BORDER = 144, 72  # pixels: side of an enlarged face, and width of the border around it
SIDES = (32, 48, 72, 110, 160, 240)  # pixels of the faces that are put into scenes


def without_face():
    """A list of pictures without a face."""
    own = [rgb(getattr(skimage.data, name)()) for name in WITHOUT_FACE]
    return own + load_sample_images().images


def scenes(count, seed):
    """Pictures of about 1,200 pixels with three faces each, bundled averages and rendered ones.

    Returns:
        A list of (picture, [(centre, width) of each face]).
    """
    random, backgrounds, made = np.random.default_rng(seed), without_face(), []
    sources = [fer2013.load(faces, "test")[0] for faces in (bundled.COMPOSITES, bundled.AVATARS)]
    for index in range(count):
        picture = Image.fromarray(backgrounds[index % len(backgrounds)])
        picture = ImageOps.scale(picture, 1200 / max(picture.size))
        places, faces = [], sources[index % 2]
        for third in range(3):
            side = min(int(random.choice(SIDES)), picture.height, picture.width // 3)
            left = third * picture.width // 3 + random.integers(picture.width // 3 - side + 1)
            top = random.integers(picture.height - side + 1)
            face = Image.fromarray(faces[random.integers(len(faces))])
            picture.paste(face.resize((side, side), Image.Resampling.BICUBIC),
                          (int(left), int(top)))
            places.append((np.array([left + side / 2, top + side / 2]), side))
        made.append((np.asarray(picture), places))
    return made


def sideways():
    """Both portraits in two sizes and three quarter turns: a list of (picture, centre, width)."""
    cases = []
    for make, (x, y), face in PORTRAITS.values():
        for scale in (0.5, 1.5):
            picture = np.asarray(ImageOps.scale(Image.fromarray(make()), scale))
            height, width = picture.shape[:2]
            places = ((y, width / scale - x), (width / scale - x, height / scale - y),
                      (height / scale - y, x))
            cases += [(np.rot90(picture, turns), np.array(place) * scale, face * scale)
                      for turns, place in enumerate(places, start=1)]
    return cases


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
