"""What the configuration of a Keras model may name; a file that names anything else is refused.

Keras builds whatever a configuration names by class, module or function, as a layer, an activation,
an initializer, or deep in the arguments of a call, and some of that runs code, reads files or asks
other computers (Lambda, TFSMLayer, StringLookup, get_file). So no part of it is skipped here.
"""
from base.errors import UserError

LAYERS = """
    Functional Model Sequential InputLayer Rescaling Normalization Resizing CenterCrop RandomCrop
    Conv2D SeparableConv2D DepthwiseConv2D Dense Flatten Reshape Permute Activation ReLU LeakyReLU
    PReLU ELU ThresholdedReLU Softmax Identity
    BatchNormalization LayerNormalization GroupNormalization UnitNormalization
    Dropout SpatialDropout1D SpatialDropout2D GaussianNoise GaussianDropout AlphaDropout
    ActivityRegularization MaxPooling2D AveragePooling2D GlobalMaxPooling2D GlobalAveragePooling2D
    ZeroPadding2D Cropping2D UpSampling2D Add Subtract Multiply Average Maximum Minimum Concatenate
    RandomFlip RandomRotation RandomZoom RandomContrast RandomTranslation RandomBrightness
    RandomHeight RandomWidth
    """
OPERATIONS = """
    Divide TrueDivide Negative GetItem TFOpLambda SlicingOpLambda
    __keras_tensor__ __tuple__ __slice__ __ellipsis__ function
    """
OTHERS = """
    Zeros Ones Constant RandomNormal RandomUniform TruncatedNormal VarianceScaling Orthogonal
    GlorotNormal GlorotUniform HeNormal HeUniform LecunNormal LecunUniform
    L1 L2 L1L2 MaxNorm MinMaxNorm NonNeg UnitNorm DTypePolicy Policy
    """
OTHERS_BY_NAME = """
    zero zeros one ones constant normal uniform random_normal random_uniform truncated_normal
    variance_scaling orthogonal glorot_normal glorot_uniform he_normal he_uniform lecun_normal
    lecun_uniform l1 l2 l1_l2 max_norm min_max_norm non_neg unit_norm
    """
ACTIVATIONS = """
    linear relu relu6 leaky_relu elu selu celu gelu silu swish mish softplus softsign tanh sigmoid
    log_sigmoid hard_sigmoid hard_silu hard_swish hard_tanh exponential softmax log_softmax
    """
# of TensorFlow, as Keras 2 writes the arithmetic of preprocess_input
FUNCTIONS = """
    math.add math.subtract math.multiply math.divide math.truediv math.negative
    __operators__.add __operators__.getitem nn.bias_add
    """
MODULES = """
    builtins keras keras.layers keras.models keras.activations keras.initializers
    keras.regularizers keras.constraints keras.dtype_policies keras.mixed_precision
    keras.src.models.functional keras.src.models.sequential keras.src.ops.numpy
    keras.src.ops.core keras.engine.functional keras.engine.sequential
    keras.src.engine.functional keras.src.engine.sequential
    keras.src.layers.core.tf_op_layer keras.layers.core.tf_op_layer
    """
CLASSES = (LAYERS + OPERATIONS + OTHERS).split()
NAMES = {  # by the end of the key, where no object stands, which is checked as such
    "class_name": frozenset(CLASSES),
    "registered_name": frozenset((*CLASSES, *ACTIVATIONS.split())),
    "module": frozenset((*MODULES.split(), *MODULES.replace(" keras", " tf_keras").split())),
    "function": frozenset(FUNCTIONS.split()),
    "activation": frozenset(ACTIVATIONS.split()),
    "initializer": frozenset((OTHERS + OTHERS_BY_NAME).split()),
    "regularizer": frozenset((OTHERS + OTHERS_BY_NAME).split()),
    "constraint": frozenset((OTHERS + OTHERS_BY_NAME).split()),
}


def check(part):
    """UserError if a configuration, or a part of one, names something that is on no list."""
    if isinstance(part, list):
        for value in part:
            check(value)
    if not isinstance(part, dict):
        return
    if part.get("data_format") in ("channels_first", "th"):
        raise UserError("its layers take channels first; expected channels last, or an .onnx file")
    for key, value in part.items():
        for end, names in NAMES.items():
            if key.endswith(end) and not isinstance(value, dict):
                check_name(key, value, names)
        check(value)
    if part.get("class_name") == "function":
        check_name("function", part.get("config"), NAMES["activation"])


def check_name(key, name, names):
    if not (name is None or isinstance(name, str) and name in names):
        raise UserError(f"has the {key} {str(name)[:60]}, which is not read; expected Keras's "
                        "ordinary layers")
