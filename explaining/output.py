"""Where a run of explain.py writes, and what made it."""
import pathlib
from typing import NamedTuple

from explaining import wording
from figures import style


class Output(NamedTuple):
    """The folder of a run."""
    folder: pathlib.Path
    format: str  # suffix of the figures
    source: dict  # what made them, a JSON object: the command, the model, the faces

    def save(self, name, figure, rows=(), **more):
        """Write a Figure, and into it how it was made; returns the name of the file.

        Args:
            name: of the file, without suffix.
            rows: list of the explanation.Explained that it shows; none for a mean of many.
            more: facts to write into it.
        """
        path = self.folder / f"{name}.{self.format}"
        record = {"explanations": wording.record(rows, self.source)} if rows else self.source
        style.save(figure, path, record | more)
        return path.name
