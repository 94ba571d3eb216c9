"""The settings of LIME, and the options that choose them."""
import dataclasses

from base import command_line
from explaining.baselines import HIDING
from explaining.superpixels import SEGMENTATIONS


@dataclasses.dataclass(frozen=True)
class LimeSettings:
    """Every setting that decides what LIME finds for a face, beside the face, the network and the label.

    Attributes:
        superpixels: how the face is divided, a name in superpixels.SEGMENTATIONS.
        hide: what a hidden superpixel shows, a name in baselines.HIDING.
        samples: faces drawn around the explained one, itself included; "auto" doubles them until the
            explanation is stable (face_lime.explain_face).
        seed: of the drawing, and of the choice of faces.
    """
    superpixels: str = "slic"
    hide: str = "blurred"
    samples: int | str = "auto"
    seed: int = 0


def add_lime_options(parser, samples=True):
    """--superpixels, --hide, --samples (if `samples`) and --seed, for every program that runs LIME."""
    group = parser.add_argument_group("LIME")
    group.add_argument("--superpixels", choices=SEGMENTATIONS, default=LimeSettings.superpixels,
                       help="how the face is divided")
    group.add_argument("--hide", choices=HIDING, default=LimeSettings.hide, help="what a hidden superpixel shows")
    if samples:
        group.add_argument("--samples", type=command_line.automatic_or_positive_integer, default=LimeSettings.samples,
                           help="perturbed faces per face; auto: doubled from 500 on until both halves of them agree "
                                "on the five strongest superpixels, at most to 4,000; with --count 500, because the "
                                "average is over faces")
    group.add_argument("--seed", type=command_line.seed_number, default=LimeSettings.seed,
                       help="seed of the samples and of the choice of faces")
