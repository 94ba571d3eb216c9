"""Keeps failures of stdout and stderr, such as a full disk or an ended pipe, from ending a run."""
import os
import sys
import time

from tqdm import tqdm


class LastingStream:
    """A text stream whose failing writes do not raise.

    A character that the encoding lacks is replaced. After the first failed write (a full disk, or a
    pipe whose reader has ended), everything is discarded.

    Attributes:
        failure: the OSError of that write; None if there was none.
    """

    def __init__(self, stream):
        self.stream, self.failure, self.silent = stream, None, False
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")

    def __getattr__(self, name):
        return getattr(self.stream, name)

    def write(self, text):
        if not self.silent:
            self.attempt(self.stream.write, text)
        return len(text)

    def flush(self):
        self.attempt(self.stream.flush)

    def attempt(self, call, *arguments):
        try:
            call(*arguments)
        except OSError as error:
            self.failure = self.failure or error
            self.silent = True
            discard(self.stream)


def discard(stream):
    """Redirect the stream to the null device, with what it still buffers."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)


def open_all():
    """Replace sys.stdout and sys.stderr by LastingStreams, closed ones with the null device."""
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        stream = getattr(sys, name)
        if stream is None:  # closed by the shell, as with 2>&-; a file may use the number
            null = os.open(os.devnull, os.O_WRONLY)
            if null != descriptor:
                os.dup2(null, descriptor)
                os.close(null)
            stream = open(descriptor, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        if not isinstance(stream, LastingStream):
            setattr(sys, name, LastingStream(stream))


def progress(items, unit, total=None, name=""):
    """Iterate over items and print the progress on stderr if there is more than one.

    On a terminal it is a bar, elsewhere a line for each finished item, with the time left if that
    is minutes.

    Args:
        items: an iterable.
        unit: the name of one item, such as "face".
        total: the number of items; None for len(items).
        name: a text before the progress, such as the emotion.
    """
    total = len(items) if total is None else total
    if total < 2 or os.environ.get("TQDM_DISABLE"):  # --quiet sets it
        yield from items
    elif sys.stderr.isatty():
        yield from tqdm(items, total=total, unit=unit, desc=name or None, leave=False)
    else:
        begun = time.monotonic()
        for number, item in enumerate(items, start=1):
            yield item
            minutes = (time.monotonic() - begun) / number * (total - number) / 60
            left = f", about {minutes:.0f} min left" if minutes >= 2 else ""
            print(f"{name + ': ' if name else ''}{unit} {number} of {total}{left}",
                  file=sys.stderr, flush=True)
