"""What the programs share on the command line: option types, a quiet start, notes, and errors in one line."""
import argparse
import contextlib
import dataclasses
import logging
import os
import signal
import sys
import tempfile
import threading

from base.errors import UserError


class HelpFormatter(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """--help with the script's own opening text, line for line, and every default."""


def parser(text):
    """An ArgumentParser whose --help begins with a program's own opening text."""
    return argparse.ArgumentParser(description=text, formatter_class=HelpFormatter)


def settings(args, kind):
    """The options that a dataclass has a field for, as that dataclass; lists as tuples, so that it stays frozen."""
    values = {field.name: getattr(args, field.name) for field in dataclasses.fields(kind)}
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})


def positive_integer(text):
    """An argparse type: a whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, found {text!r}")
    return int(text)


def automatic_or_positive_integer(text):
    """An argparse type: "auto", or a whole number of at least 1."""
    return text if text == "auto" else positive_integer(text)


def positive_number(text):
    """An argparse type: a finite number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number above 0, found {text!r}")
    return number


def share(text):
    """An argparse type: a number from 0 to below 1."""
    if closed_share(text) == 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to below 1, found {text!r}")
    return float(text)


def closed_share(text):
    """An argparse type: a number from 0 to 1."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 1, found {text!r}")
    return number


def seed_number(text):
    """An argparse type: a seed from 0 to 2**32 - 1, the range that NumPy and Keras take."""
    if not text.isdecimal() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 to 4294967295, found {text!r}")
    return int(text)


def add_model_option(parser):
    parser.add_argument("--model", default="",
                        help="a .keras, .h5, .hdf5, .json, .tflite or .onnx file; if none is given, model.keras in --outputs, else the pretrained one")


def add_figure_options(parser):
    """--format and --dpi, for every script that draws."""
    parser.add_argument("--format", choices=("png", "pdf", "svg"), default="png", help="of the figures")
    parser.add_argument("--dpi", type=positive_integer, default=120, help="dots per inch of the figures")


@contextlib.contextmanager
def quiet_stderr():
    """Drop what is written to stderr meanwhile, below Python too; not where TF_CPP_MIN_LOG_LEVEL asks for it (0 to 2).

    TensorFlow 2.21 prints eight lines about itself when it is imported, whatever its log level.
    """
    if os.environ.get("TF_CPP_MIN_LOG_LEVEL", "3") < "3":
        yield
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # read at the import, valid from then on
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as dropped:
        os.dup2(dropped.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


interrupted = threading.Event()  # set by Ctrl-C


def on_interrupt(number, frame):
    interrupted.set()
    raise KeyboardInterrupt


def was_interrupted(error):
    """Whether Ctrl-C caused this error: in the middle of an import it may come out as another, as a SystemError."""
    return isinstance(error, KeyboardInterrupt) or interrupted.is_set()


def run(main):
    """Call a script's main(); a UserError ends it with one line on stderr and exit status 2, Ctrl-C with 130."""
    notes = logging.getLogger("fer2013")
    notes.addHandler(logging.StreamHandler(sys.stdout))
    notes.setLevel(logging.INFO)
    signal.signal(signal.SIGINT, on_interrupt)
    script = os.path.basename(sys.argv[0])
    try:
        main()
    except UserError as error:
        print(f"{script}: {error}", file=sys.stderr)
        sys.exit(2)
    except BaseException as error:
        if not was_interrupted(error):
            raise
        how = error.args if isinstance(error, KeyboardInterrupt) else ()  # a script may have said how to go on
        print(f"{script}: {'; '.join(['interrupted', *how])}", file=sys.stderr)
        sys.exit(130)
