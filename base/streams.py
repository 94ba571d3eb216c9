"""stdout and stderr that never end a run: closed, full, a pipe that ended, or a narrow encoding."""
import os
import sys

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
    """Let what the stream still buffers, and all that follows, go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def open_all():
    """Replace sys.stdout and sys.stderr by LastingStreams; closed ones lead nowhere."""
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        stream = getattr(sys, name)
        if stream is None:  # closed by the shell, as with 2>&-; the number may be taken by a file
            nowhere = os.open(os.devnull, os.O_WRONLY)
            if nowhere != descriptor:
                os.dup2(nowhere, descriptor)
                os.close(nowhere)
            stream = open(descriptor, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        if not isinstance(stream, LastingStream):
            setattr(sys, name, LastingStream(stream))


def progress(items, unit, total=None, name=""):
    """Iterate over items and tell on stderr how far it is, if there is more than one.

    A bar on a terminal; elsewhere a line for each item that is finished.

    Args:
        items: an iterable.
        unit: what one item is, as "face".
        total: how many there are; None for len(items).
        name: what is written in front, as the emotion.
    """
    total = len(items) if total is None else total
    if total < 2 or os.environ.get("TQDM_DISABLE"):  # what --quiet sets
        yield from items
    elif sys.stderr.isatty():
        yield from tqdm(items, total=total, unit=unit, desc=name or None, leave=False)
    else:
        for number, item in enumerate(items, start=1):
            yield item
            print(f"{name + ': ' if name else ''}{unit} {number} of {total}", file=sys.stderr,
                  flush=True)
