"""What the programs share on the command line: option types, quiet imports, one-line errors."""
import argparse
import contextlib
import dataclasses
import errno
import logging
import math
import os
import shlex
import sys

from base.errors import UserError

notes = logging.getLogger("notes")  # lines on what was found and decided; show_notes() prints them


def parser(text):
    """An ArgumentParser whose --help begins with `text`, the docstring of a program."""
    return argparse.ArgumentParser(description=text, usage="%(prog)s [options]",
                                   formatter_class=argparse.RawDescriptionHelpFormatter)


def command():
    """The command line of this process, as a shell takes it: python, the program, its options."""
    return shlex.join(["python", os.path.basename(sys.argv[0]), *sys.argv[1:]])


def option(default, help, **arguments):
    """A field of a frozen dataclass that is also an option of the programs that use it.

    Args:
        default: its value where the option is not given.
        help: its text in --help, which shows a default that is a value, too.
        arguments: others of argparse's add_argument().
    """
    if default is False:
        arguments["action"] = "store_true"
    elif default not in (None, (), ""):
        help += f" (default: {default})"
    return dataclasses.field(default=default, metadata={"option": {"help": help} | arguments})


def add_options(parser, kind, leave_out=()):
    """Add the options of a dataclass, --two-words for the field two_words, to a parser or group."""
    for field in dataclasses.fields(kind):
        if "option" in field.metadata and field.name not in leave_out:
            parser.add_argument(f"--{field.name.replace('_', '-')}", default=field.default,
                                **field.metadata["option"])


def settings(args, kind):
    """An instance of the dataclass `kind`, each field filled with the option of the same name.

    Lists become tuples, so that an instance of a frozen dataclass is hashable.
    """
    values = {field.name: getattr(args, field.name) for field in dataclasses.fields(kind)}
    return kind(**{name: tuple(value) if isinstance(value, list) else value
                   for name, value in values.items()})


def checked(convert, holds, expected):
    """An argparse type: the number that `convert` makes of a text, if it `holds`."""
    def parse(text):
        with contextlib.suppress(ValueError):
            if holds(number := convert(text)):
                return number
        raise argparse.ArgumentTypeError(f"expected {expected}, found {text!r}")
    return parse


positive_integer = checked(int, lambda number: number >= 1, "a whole number of at least 1")
positive_number = checked(float, lambda number: 0 < number < math.inf, "a number above 0")
closed_share = checked(float, lambda number: 0 <= number <= 1, "a number from 0 to 1")
seed_number = checked(int, lambda number: 0 <= number < 2**32,  # the range of NumPy and Keras
                      "a whole number from 0 to 4294967295")


def or_positive_integer(word):
    """An argparse type: this word, or a whole number of at least 1."""
    return lambda text: text if text == word else positive_integer(text)


@dataclasses.dataclass(frozen=True)
class OutputOptions:
    """Where a program writes."""
    outputs: str = option("outputs", "folder to write to")


@dataclasses.dataclass(frozen=True)
class FigureOptions:
    """How figures are written."""
    format: str = option("png", "of the figures", choices=("png", "pdf", "svg"))


@contextlib.contextmanager
def quiet_stderr():
    """Discard what is written to stderr in the block, also by C code.

    TensorFlow 2.21 prints eight lines about itself when it is imported, at any log level.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # for its lines after the import
    stderr = os.dup(2)
    with open(os.devnull, "wb") as discarded:
        os.dup2(discarded.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


@contextlib.contextmanager
def advice(text):
    """Say, if Ctrl-C ends the block, how to resume."""
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(text) from None


def run(main):
    """Call a program's main(); turn an error that people can mend, or Ctrl-C, into one line.

    The line is on stderr. The exit status is 2 after a UserError or an OSError about a named file,
    130 after Ctrl-C, and 1 where what is printed can be written no more.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) < 3:  # in the place of closed streams
        pass
    os.close(descriptor)
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.reconfigure(errors="backslashreplace")
    show_notes()
    try:
        main()
        print(end="", flush=True)
    except (KeyboardInterrupt, OSError, UserError) as error:
        status, line = told(error)
        if line:
            with contextlib.suppress(OSError):
                print(f"{os.path.basename(sys.argv[0])}: {line}", file=sys.stderr)
        sys.exit(status)


def told(error):
    """The exit status and the line for an error."""
    if isinstance(error, UserError):
        return 2, str(error)
    if isinstance(error, KeyboardInterrupt):
        return 130, "; ".join(filter(None, ["interrupted", *error.args]))
    if error.filename is not None:
        return 2, str(UserError(f"{os.fsdecode(error.filename)}: {error.strerror}"))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the rest of what is printed
    return 1, "" if error.errno == errno.EPIPE else str(error)


def show_notes():
    """Print the notes on what is found and decided from now on, for programs and notebooks."""
    notes.setLevel(logging.INFO)
    notes.handlers[:] = [Printer()]  # a notebook's cell may run again


class Printer(logging.Handler):
    """Prints each note."""

    def emit(self, record):
        print(record.getMessage())
