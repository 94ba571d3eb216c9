"""What a stranger's model file may cost, in one place: nothing dearer is read, built or run.

Files are read in a process of its own with bounded memory and time (apart.py), because what reading
one costs shows only on reading it. A Keras model is then bounded as a whole before it is built:
its layers are counted, each of its weights must be an array of that shape in the file (Stored), and
what its layers give for one picture is added up from their shapes (activations, multiplications).
Of ordinary models VGG-Face has the most weights, 145 million, and EfficientNetB7 the most layers,
about 815.
"""
import collections
import math

from base.errors import Refused

MEMORY = 1_250_000_000  # bytes of the process that reads a file
SECONDS = 8  # of the processor, for reading a file
SECONDS_OF_A_BATCH = 60  # of the processor, in a process that answers pictures
MOST_BYTES = 3_000_000_000  # of a Keras file, with the optimiser's part, which is not read
MOST_BYTES_RUN = 250_000_000  # of a file that is held in memory as it is
MOST_TEXT = 5_000_000  # bytes of an architecture
MOST_OBJECTS, DEEPEST = 5_000, 12  # groups and datasets of an HDF5 file
MOST_PARAMETERS = 160_000_000
MOST_IN_ARRAY = 110_000_000  # of them in one array; the largest of VGG16 has 103 million
MOST_LAYERS, DEEPEST_MODEL = 850, 8  # building 700 took 5 s; models inside of models
WIDEST = 16_384  # a number in a configuration that determines a size
MOST_ACTIVATIONS = 1_000_000_000  # numbers that all layers give for one picture, one after another
MOST_AT_ONCE = 50_000_000  # numbers that one layer gives at once: 200 MB
MOST_MULTIPLICATIONS = 200_000_000_000  # for one picture; VGG16 for 512 pixels: 80,000,000,000
ENDLESS = 10**18  # no larger number is told apart
BATCHES = (1, 32, 250)  # pictures at once: one compiled function for each, 1,000 faces in 1.5 s
BATCH_RUN = 32  # pictures at once of the formats that are run in a process of their own
SIZES = frozenset((  # arguments that determine sizes
    "units", "filters", "nb_filter", "output_dim", "kernel_size", "nb_row", "nb_col", "strides",
    "subsample", "dilation_rate", "pool_size", "padding", "cropping", "size", "target_shape",
    "batch_shape", "batch_input_shape", "build_input_shape", "depth_multiplier", "input_dim",
    "groups", "height", "width", "n", "shape"))


def too_much(what, found, most):
    """A Refused that says how much is too much."""
    return Refused(f"has {found:,} {what}, more than {most:,}")


def check_layers(config, depth=0):
    """Refused if a model's configuration has too many layers, or models too deep in each other.

    A layer counts as often as it is called.

    Args:
        config: as keras_configs.translate() returns it.

    Returns:
        How many layers it has.
    """
    if depth > DEEPEST_MODEL:
        raise Refused(f"has models in each other deeper than {DEEPEST_MODEL}")
    count = 0
    for layer in config["config"]["layers"]:
        inner = check_layers(layer, depth + 1) if "layers" in layer["config"] else 1
        axis = layer["config"].get("axis")
        if layer["class_name"] == "Normalization" and isinstance(axis, list) and len(axis) > 1:
            raise Refused(f"has a Normalization of {len(axis)} axes, which is not read")
        count += inner * max(1, len(layer.get("inbound_nodes", ())))
    if count > MOST_LAYERS:
        raise too_much("layers", count, MOST_LAYERS)
    return count


def check_numbers(part, key=""):
    """Refused if a number of a configuration that determines a size is huge, or is no number."""
    if isinstance(part, dict):
        for name, value in part.items():
            check_numbers(value, name)
    elif isinstance(part, (list, tuple)):
        for value in part:
            check_numbers(value, key)
    elif key in SIZES and isinstance(part, (int, float)) and not abs(part) <= WIDEST:
        raise Refused(f"{key} is {str(part)[:30]}, more than {WIDEST:,}")


class Stored:
    """The weights that a file has, by their shapes: the initialiser of a network's variables.

    Keras asks it before it makes a variable. So none is made that the file does not hold, and no
    initialiser runs that takes long.
    """
    def __init__(self, shapes):
        """shapes: of the arrays in the file; Refused if these hold too many numbers."""
        self.left = collections.Counter(shapes)
        self.refusal = None
        counts = [math.prod(shape) for shape in self.left.elements()]
        if sum(counts) > MOST_PARAMETERS:
            raise too_much("weights", sum(counts), MOST_PARAMETERS)
        if max(counts, default=0) > MOST_IN_ARRAY:
            raise too_much("weights in one array", max(counts), MOST_IN_ARRAY)

    def take(self, shape):
        """Count an array of the file as used; Refused if it has none of that shape left."""
        shape = tuple(shape)
        if not self.left[shape]:
            self.refusal = Refused("its weights do not fit its architecture, which has more arrays "
                                   f"of {' x '.join(map(str, shape))} than the file")
            raise self.refusal
        self.left[shape] -= 1


def batch_sizes(model):
    """How many pictures a keras.Model is asked about at once; Refused if one costs too much."""
    from networks.trace import trace

    largest, activations, multiplications = 1, 0, 0
    for layer, _, output in trace(model).layers:
        outputs = min(ENDLESS, math.prod(side or 1 for side in output.shape))
        largest, activations = max(largest, outputs), activations + outputs
        multiplications += outputs * fan_in(layer)
    if largest > MOST_AT_ONCE or activations > MOST_ACTIVATIONS:
        raise Refused(f"its layers give {largest:,} numbers at once and {activations:,} in all for "
                      f"one picture, more than {MOST_AT_ONCE:,} or {MOST_ACTIVATIONS:,}")
    if multiplications > MOST_MULTIPLICATIONS:
        raise too_much("multiplications for one picture", multiplications, MOST_MULTIPLICATIONS)
    most = MOST_AT_ONCE // largest
    return (*(size for size in BATCHES if size < most), most) if most < BATCHES[-1] else BATCHES


def fan_in(layer):
    """How many numbers make one number of a layer's output."""
    window = getattr(layer, "pool_size", None)
    kernel = getattr(layer, "kernel", getattr(layer, "pointwise_kernel", None))
    if kernel is not None:
        return math.prod(kernel.shape[:-1])
    return math.prod(window) if isinstance(window, (tuple, list)) else 1


def batch_of(side):
    """How many square pictures of a side at once: fewer of large ones."""
    return max(1, min(BATCH_RUN, BATCH_RUN * 96 ** 2 // side ** 2))


def one_picture(shapes, outputs):
    """The shape of the only input; Refused unless there is one picture and one answer."""
    if len(shapes) != 1 or outputs != 1 or len(shapes[0]) != 4:
        raise Refused(f"has {len(shapes)} inputs and {outputs} outputs; expected one picture "
                      "and one answer")
    if not all(isinstance(side, int) and 0 < side <= WIDEST for side in shapes[0][1:]):
        raise Refused(f"takes {' x '.join(map(str, shapes[0][1:]))}; expected square pictures")
    return tuple(shapes[0])
