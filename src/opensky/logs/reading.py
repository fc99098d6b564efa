"""Logs as they were written: the files of all programs read back, and what of them is about one thing.

A line is about a request if it names it; the lines of a request name the journeys that it began, and those of a journey its request.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

_read = msgspec.json.Decoder(dict[str, Any]).decode
_NAMING = ("request", "id", "message", "journey", "run")
"""The facts of a line by which it is found."""


class Line(NamedTuple):
    """One line: when it was written, by which program, and what it says."""

    at: datetime
    program: str
    entry: dict[str, Any]

    @property
    def journeys(self) -> set[str]:
        """The journeys that it is part of, or tells the beginning of."""
        named = self.entry.get("journeys") or []
        one = self.entry.get("journey")
        return {str(each) for each in named} | ({str(one)} if one else set())

    def names(self, wanted: Collection[str]) -> bool:
        """Say whether it is about one of these: a request, a journey, a message or the number of an error."""
        facts = {str(self.entry[name]) for name in _NAMING if name in self.entry}
        return not facts.isdisjoint(wanted) or not self.journeys.isdisjoint(wanted)


class Thread(NamedTuple):
    """All that is known of one thing, and what belongs to it: the ids of its requests and of its journeys."""

    lines: list[Line]
    requests: set[str]
    journeys: set[str]


def lines(folder: Path, programs: Collection[str] = (), wanted: Iterable[str] = ()) -> Iterator[Line]:
    """Return the lines of all logs in a folder, or of some programs', file by file, the oldest first.

    ``wanted`` are texts one of which a line must have; the rest is not even read. What is no line of ours is left out.
    """
    needles = [each.encode() for each in wanted]
    for path in _files(folder):
        program = path.name.partition(".")[0]
        if programs and program not in programs:
            continue
        try:
            file = path.open("rb")
        except FileNotFoundError:  # it was rotated away while we read
            continue
        with file:
            for raw in file:
                if raw.startswith(b"{") and (not needles or any(needle in raw for needle in needles)):
                    line = _line(program, raw)
                    if line is not None:
                        yield line


def thread(folder: Path, what: str, journeys: Iterable[str] = (), requests: Iterable[str] = ()) -> Thread:
    """Return the lines about a request, a journey, a message or the number of an error, and about all that belongs to it, in order.

    ``journeys`` and ``requests`` are further ones that somebody else knows to belong to it.
    """
    found = [line for line in lines(folder, wanted=[what]) if line.names({what})]
    asked = {str(line.entry["request"]) for line in found if line.entry.get("request")} | set(requests)
    led = {each for line in found for each in line.journeys} | set(journeys)
    wanted = {what, *asked, *led}
    together = [line for line in lines(folder, wanted=wanted) if line.names(wanted)]
    led |= {each for line in together for each in line.journeys}
    return Thread(sorted(together, key=lambda line: line.at), asked, led)


def _files(folder: Path) -> list[Path]:
    """Return log files, of each program the oldest first: ``web.log.2``, ``web.log.1``, ``web.log``."""

    def age(path: Path) -> tuple[str, int]:
        number = path.name.rpartition(".")[2]
        return path.name.partition(".")[0], -int(number) if number.isdecimal() else 0

    found = [
        path
        for path in folder.glob("*.log*")
        if path.name.rpartition(".log")[2].lstrip(".").isdecimal() or path.suffix == ".log"
    ]
    return sorted(found, key=age)


def _line(program: str, raw: bytes) -> Line | None:
    try:
        entry = _read(raw)
        at = datetime.fromisoformat(str(entry["timestamp"]))
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError, ValueError):
        return None
    return Line(at if at.tzinfo else at.replace(tzinfo=UTC), program, entry)
