"""The settings of LIME, which are also the options of the programs that explain."""
import dataclasses

from base import options
from base.options import option
from explaining.hiding import HIDING


@dataclasses.dataclass(frozen=True)
class LimeSettings:
    """Every setting of LIME that an explanation depends on."""
    hide: str = option("blurred", "what a hidden superpixel shows", choices=tuple(HIDING))
    samples: int | str = option(
        "auto", "perturbed copies of each face; auto: 500 to 4,000, until both halves agree on the "
        "five strongest superpixels", type=options.or_positive_integer("auto"), metavar="N")
    seed: int = option(0, "of the samples and of the choice of faces", type=options.seed_number,
                       metavar="N")
