"""The settings of LIME, and the command-line options that set them."""
import dataclasses

from base import options
from explaining.hiding import HIDING
from explaining.superpixels import SEGMENTATIONS


@dataclasses.dataclass(frozen=True)
class LimeSettings:
    """Every setting of LIME that an explanation depends on.

    Attributes:
        superpixels: how the face is divided, a name in superpixels.SEGMENTATIONS.
        hide: what a hidden superpixel shows, a name in hiding.HIDING.
        samples: number of perturbed faces for each explained face, including the face itself;
            "auto" doubles it until the explanation is stable (samples.draw).
        seed: seed of the random samples and of the random choice of faces.
    """
    superpixels: str = "slic"
    hide: str = "blurred"
    samples: int | str = "auto"
    seed: int = 0


def add_lime_options(parser, samples=True):
    """Add --superpixels, --hide, --samples (if `samples`) and --seed to a parser."""
    group = parser.add_argument_group("LIME")
    group.add_argument("--superpixels", choices=SEGMENTATIONS, default=LimeSettings.superpixels,
                       help="how each face is divided into superpixels")
    group.add_argument("--hide", choices=HIDING, default=LimeSettings.hide,
                       help="what a hidden superpixel shows")
    if samples:
        group.add_argument("--samples", type=options.automatic_or_positive_integer,
                           default=LimeSettings.samples,
                           help="number of perturbed faces for each explained face; auto: 500, "
                                "doubled up to 4,000 until both halves of them agree on the five "
                                "strongest superpixels; with --count, auto is always 500, because "
                                "the explanations are averaged")
    group.add_argument("--seed", type=options.seed_number, default=LimeSettings.seed,
                       help="seed of the random samples and of the random choice of faces")
