"""Where a run of explain.py writes, and what made it."""
import dataclasses
import pathlib

from base import files
from explaining import wording
from figures import style


@dataclasses.dataclass(frozen=True)
class Output:
    """The folder of a run.

    Attributes:
        folder: to write to.
        format: suffix of the figures; "" to write neither figures nor what belongs to them.
        source: what made them, a JSON object: the command, the model, the faces.
    """
    folder: pathlib.Path
    format: str
    source: dict

    def save(self, name, rows, draw, *content, **more):
        """Write the Figure that draw(*content) returns, and into it how it was made.

        Args:
            name: of the file, without suffix.
            rows: list of the explanation.Explained that it shows, [] for a mean of many.
            draw: function of the room figures.
            more: facts to write into it.

        Returns:
            The name of the file; "" where nothing is drawn.
        """
        if not self.format:
            return ""
        path = self.folder / f"{name}.{self.format}"
        record = wording.record(rows, self.source) if rows else self.source
        style.save(draw(*content), path, record | more)
        return path.name

    def write_csv(self, name, rows):
        """Write a list of dicts as a table beside the figures."""
        if self.format:
            files.write_csv(self.folder / f"{name}.csv", rows)

    def update_json(self, name, entries):
        """Add entries to a JSON file, or replace them; another run may write there too."""
        path = self.folder / f"{name}.json"
        if self.format:
            with files.locked(self.folder, wait=60):
                before = files.read_json(path, "explain.py") if path.is_file() else {}
                files.write_json(path, before | entries)
