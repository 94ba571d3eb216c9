"""Written by Keras 2 itself: models in all of its formats, with their answers, into a folder.

    python tests/networks/keras_2.py FOLDER

A program of its own, because tf_keras and Keras 3 do not get on in one process.
"""
import pathlib
import sys

import numpy as np
import tf_keras as keras

layers = keras.layers


def plain():
    """A Sequential whose first layer has the input's shape, as most tutorials have it."""
    return keras.Sequential([
        layers.Conv2D(4, 3, activation="relu", input_shape=(48, 48, 1)),
        layers.BatchNormalization(), layers.MaxPooling2D(), layers.Dropout(0.25),
        layers.Conv2D(6, 3, kernel_regularizer="l2"), layers.LeakyReLU(0.1), layers.Flatten(),
        layers.Dense(8, activation="elu"), layers.Dense(7, "softmax")])


def transfer():
    """A network inside of a Sequential, 96 pixels in colour, with eight classes."""
    inputs = keras.Input((96, 96, 3))
    x = layers.ReLU(6.0)(layers.Conv2D(4, 3, strides=4, padding="same")(inputs))
    beside = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
    inside = keras.Model(inputs, layers.Add()([x, layers.BatchNormalization()(beside)]))
    return keras.Sequential([keras.Input((96, 96, 3)), layers.RandomFlip("horizontal"), inside,
                             layers.GlobalAveragePooling2D(), layers.Dropout(0.3), layers.Dense(8)])


def preprocessed():
    """A network that scales its pixels itself, as tutorials of transfer learning do."""
    inputs = keras.Input((48, 48, 3))
    x = keras.applications.mobilenet_v2.preprocess_input(inputs * 255.0)
    x = layers.Conv2D(4, 3, strides=3, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(7)(layers.GlobalAveragePooling2D()(x)))


def randomise(model):
    """Weights and statistics that differ from those of a new model."""
    random = np.random.default_rng(0)
    model.set_weights([random.normal(0, 0.2, array.shape) if array.ndim > 1
                       else random.uniform(0.5, 1.5, array.shape)  # variances, too
                       for array in model.get_weights()])


def main():
    folder = pathlib.Path(sys.argv[1])
    for make in (plain, transfer, preprocessed):
        model, path = make(), folder / make.__name__
        randomise(model)
        pictures = np.random.default_rng(1).random((3, *model.input_shape[1:]), np.float32)
        np.savez(path.with_suffix(".npz"), pictures=pictures, answers=model.predict(pictures))
        model.compile("adam", "categorical_crossentropy")
        model.save(path.with_suffix(".h5"))
        model.save(path.with_suffix(".keras"))
        (folder / f"{make.__name__}_apart.json").write_text(model.to_json())
        model.save_weights(folder / f"{make.__name__}_apart.h5")


if __name__ == "__main__":
    main()
