"""What an import says at its end: what came in, what was refused and why, how long it took. And the list of refusals."""

import csv
import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from rich.table import Table

IMPORTED, REFUSED, NOTED = "imported ", "refused ", "noted "
"""How the keys of the counts begin."""
MOST_LISTED = 100_000
"""How many refusals the list holds; all are counted."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One row of the data that was not imported: the reason, where it stands, and what it says."""

    reason: str
    where: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcome of one import, over all its runs: a restarted import counts what it did before it was killed."""

    source: str
    imported: dict[str, int]
    refused: dict[str, int]
    noted: dict[str, int] = field(default_factory=dict)
    refused_file: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    step_seconds: dict[str, float] = field(default_factory=dict)
    restarted: bool = False
    """Whether an earlier run had been cut off and this one went on from there."""
    already_done: bool = False
    """Whether an earlier run had imported all of it, so that nothing was left to do."""

    @property
    def json(self) -> str:
        """The report as one JSON object."""
        return msgspec.json.encode(asdict(self)).decode()

    def table(self) -> Table:
        """Return the report as a table for the terminal."""
        made = Table(title=f"Import of {self.source}", title_justify="left", show_header=False)
        made.add_column("kind")
        made.add_column("what")
        made.add_column("count", justify="right")
        for kind, counts in (("imported", self.imported), ("noted", self.noted), ("refused", self.refused)):
            for what, count in counts.items():
                made.add_row(kind, what, f"{count:,}")
                kind = ""  # noqa: PLW2901 - said once a group
            if counts:
                made.add_section()
        made.add_row("time", self._time(), f"{self.seconds:.1f} s")
        return made

    def __rich__(self) -> Table:
        return self.table()

    def _time(self) -> str:
        if self.already_done:
            return "was imported before; nothing to do"
        return f"{self.cpu_seconds:.1f} s of CPU{', gone on from an earlier run' if self.restarted else ''}"


def report_of(source: str, counts: Mapping[str, int], **rest: Any) -> Report:
    """Sort counts into a report by how their keys begin."""
    groups = {
        begin: {k.removeprefix(begin): n for k, n in counts.items() if k.startswith(begin)}
        for begin in (IMPORTED, REFUSED, NOTED)
    }
    return Report(source=source, imported=groups[IMPORTED], refused=groups[REFUSED], noted=groups[NOTED], **rest)


class Refusals:
    """The list of refused rows: a CSV file that is cut back to the last checkpoint when an import goes on."""

    def __init__(self, path: Path, *, size: int = 0, listed: int = 0) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._listed = listed
        self._file = path.open("ab")
        # What stands behind the checkpoint will be found, and written, again.
        self._file.truncate(min(size, path.stat().st_size))
        self._file.seek(0, os.SEEK_END)
        if self._file.tell() == 0:
            self._file.write(b"reason,where,what\r\n")

    def add(self, refused: Iterable[Refused]) -> None:
        """List some more, as far as there is room."""
        text = io.StringIO()
        rows = csv.writer(text)
        for each in refused:
            if self._listed == MOST_LISTED:
                rows.writerow(("the list ends here; the report counts all", "", ""))
            if self._listed < MOST_LISTED:
                rows.writerow((each.reason, each.where, each.what))
            self._listed += 1
        self._file.write(text.getvalue().encode("utf-8", "backslashreplace"))

    def save(self) -> int:
        """Put all on disk and return the size up to here, to be kept in the checkpoint."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
