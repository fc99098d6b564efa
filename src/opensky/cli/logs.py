"""Log files as a person reads them: what several programs append, one readable line each, in the terminal."""

import json
import os
import sys
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import TextIO

_COLOURS = {"warning": "\033[33m", "error": "\033[31m", "critical": "\033[31m"}
_DIM, _PLAIN = "\033[2m", "\033[0m"
_NAME_WIDTH, _LEVEL_WIDTH, _EVENT_WIDTH = 5, 7, 28
ROUTINE = frozenset(
    {"web.answered", "bus.handled", "letter.sent", "letter.withheld", "auth.logged_in", "auth.logged_out"}
)
"""What happens all the time and goes well: it stands in the files, where ``opensky logs`` finds it, and not in the terminal of a shop."""
_SAID_APART = ("timestamp", "level", "event", "logger", "exception", "program", "pid")


class LogFile:
    """One growing log file, read from where it ended when we began; a rotated file is followed into its successor."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.stem
        self._rest = b""
        self._file = self._opened()
        if self._file is not None:
            self._file.seek(0, os.SEEK_END)

    def lines(self) -> list[str]:
        """Return the whole lines that were appended since the last call."""
        found = self._read()
        if self._is_replaced():
            self.close()
            found += self._read()
        *whole, self._rest = (self._rest + found).split(b"\n")
        return [line.decode("utf-8", "replace") for line in whole]

    def _read(self) -> bytes:
        self._file = self._file or self._opened()
        return self._file.read() if self._file is not None else b""

    def _opened(self) -> BufferedReader | None:
        try:
            return self.path.open("rb")
        except FileNotFoundError:
            return None

    def _is_replaced(self) -> bool:
        if self._file is None:
            return False
        try:
            now = self.path.stat()
        except FileNotFoundError:
            return True
        return now.st_ino != os.fstat(self._file.fileno()).st_ino or now.st_size < self._file.tell()

    def close(self) -> None:
        """Let go of the file; what is appended later is read from its beginning."""
        if self._file is not None:
            self._file.close()
        self._file = None


class Relay:
    """Copies what is appended to log files to a stream, readably, with the name of the program before each line.

    ``quiet`` leaves out what happens all the time and goes well.
    """

    def __init__(self, files: list[LogFile], stream: TextIO | None = None, *, quiet: bool = False) -> None:
        self._files = files
        self._quiet = quiet
        self._stream = stream or sys.stdout
        self._colours = self._stream.isatty()

    def copy(self) -> None:
        """Write what is new, once."""
        for file in self._files:
            for line in file.lines():
                if self._quiet and _is_routine(line):
                    continue
                self._stream.write(readable(file.name, line, colours=self._colours) + "\n")
        self._stream.flush()


def readable(name: str, line: str, *, colours: bool = False) -> str:
    """Return a log line for a person: structured JSON as time, level, event, ``key=value``; all else as it is."""
    start = name.ljust(_NAME_WIDTH)
    entry = _entry(line)
    if entry is None:
        return f"{_DIM}{start}{_PLAIN} {line}" if colours else f"{start} {line}"
    level = str(entry.get("level", ""))
    rest = "  ".join(f"{key}={_value(value)}" for key, value in entry.items() if key not in _SAID_APART)
    event = str(entry.get("event", ""))
    words = f"{level.ljust(_LEVEL_WIDTH)} {event.ljust(_EVENT_WIDTH) if rest else event} {rest}".rstrip()
    if "exception" in entry:
        words += "\n" + str(entry["exception"]).rstrip()
    when = _time(str(entry.get("timestamp", "")))
    if not colours:
        return f"{start} {when} {words}"
    return f"{_DIM}{start} {when}{_PLAIN} {_COLOURS.get(level, '')}{words}{_PLAIN}"


def tail(path: Path, count: int) -> list[str]:
    """Return the last ``count`` lines of a log file, readable; none when there is no such file."""
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return []
    return [readable(path.stem, line) for line in lines[-count:]]


def _is_routine(line: str) -> bool:
    entry = _entry(line) or {}
    return entry.get("level") == "debug" or (entry.get("level") == "info" and entry.get("event") in ROUTINE)


def _entry(line: str) -> dict[str, object] | None:
    if not line.startswith("{"):
        return None
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and "event" in entry else None


def _value(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return json.dumps(text, ensure_ascii=False) if " " in text else text


def _time(stamp: str) -> str:
    try:
        return datetime.fromisoformat(stamp).astimezone().strftime("%H:%M:%S")
    except ValueError:
        return stamp or "        "
