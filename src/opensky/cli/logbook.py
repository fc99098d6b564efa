"""``opensky logs``: what the programs of a shop have written down, and one request followed from its page to its letters."""

import logging
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from opensky.cli.folder import existing, settings_to_look
from opensky.cli.following import Known, known_of
from opensky.cli.logs import LogFile, Relay, readable
from opensky.cli.programs import log_folder
from opensky.kernel.errors import Misconfigured, NotFound
from opensky.logs import LEVELS
from opensky.logs.reading import Line, lines, thread

app = App(
    name="logs",
    help="What the programs of a shop have written down, and one request followed through all of them.",
    help_epilogue="Example: ./opensky logs follow 9f86d081884c7d65",
)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_LOOK_EVERY = 0.25
_MOST_DIGITS = 9
_LONGEST = timedelta(days=36_525)
_KNOWN_ALREADY = frozenset(
    ["timestamp", "level", "event", "program", "pid", "request", "journey", "journeys", "logger", "log", "exception"]
)
_PROGRAM, _EVENT = 8, 18


@app.command(help_epilogue="Example: ./opensky logs show --level warning --since 2h")
def show(
    *,
    program: Annotated[tuple[str, ...], Parameter(negative=(), consume_multiple=True)] = (),
    level: str = "debug",
    since: str = "",
    last: int = 100,
    live: bool = False,
    json: bool = False,
    data: Path | None = None,
) -> None:
    """Show the last lines of all programs in the order in which they were written.

    Args:
        program: of these programs only, such as web and bus.
        level: only what is at least so grave: debug, info, warning or error.
        since: only what was written in this time, such as 90s, 15m, 2h or 1d.
        last: at most so many lines, one or more.
        live: go on with what is written from now on, until Ctrl-C.
        json: print lines as they were written.
        data: data folder of the shop (default: var).
    """
    if last < 1:
        raise Misconfigured(f"One looks at the last line or more of them, not {last}: --last 100")
    folder = _logs(data)
    if not live:  # then it may be of a program that is yet to start
        _refuse_unknown(folder, program)
    grave = _grave(level)
    after = datetime.now(UTC) - _span(since) if since else datetime.min.replace(tzinfo=UTC)
    found = [
        line
        for line in lines(folder, program)
        if line.at >= after and LEVELS.get(str(line.entry.get("level")), logging.CRITICAL) >= grave
    ]
    for line in sorted(found, key=lambda line: line.at)[-last:]:
        text = msgspec.json.encode(line.entry).decode()
        print(text if json else readable(line.program, text, colours=sys.stdout.isatty()))
    if live:
        _go_on(folder, program)


@app.command(help_epilogue="Example: ./opensky logs follow OS-7Q2K4MX")
def follow(what: str, *, json: bool = False, data: Path | None = None) -> None:
    """Show all that one request has led to, in every program: its lines, the messages that were sent, the letters that left.

    Args:
        what: the id of a request (answers name it in X-Request-ID), the number on an error page, a message, a journey, or an order.
        json: print the lines of the logs as they were written, and nothing else.
        data: data folder of the shop (default: var).
    """
    folder = _logs(data)
    known = known_of(data, what)
    found = thread(folder, what, known.journeys, known.requests)
    known = known_of(data, what, *found.requests, *found.journeys)
    found = thread(folder, what, known.journeys, {*known.requests, *found.requests})
    if json:
        for line in found.lines:
            print(msgspec.json.encode({"program": line.program, **line.entry}).decode())
        return
    if not found.lines and not known.steps:
        raise NotFound(
            f"Nothing here is about {what!r}: it may have been on another machine, or be forgotten."
            " Requests that only read are written down with log_level = debug alone."
        )
    _print(what, found.lines, known, found.requests | known.requests)


def _print(what: str, written: Sequence[Line], known: Known, requests: Iterable[str]) -> None:
    told = {(str(line.entry.get("message")), str(line.entry["event"]).partition(".")[0]) for line in written}
    steps = [*written, *(step for step in known.steps if (str(step.entry["message"]), step.entry["event"]) not in told)]
    steps.sort(key=lambda line: line.at)
    asked = sorted({*requests} - {what})
    began = steps[0].at.astimezone()
    print(f"{what}, from {began:%Y-%m-%d %H:%M:%S} on" + (f", of request {', '.join(asked)}" if asked else ""))
    for each in known.sentences:
        print(each)
    for line in steps:
        since = (line.at - steps[0].at).total_seconds() * 1000
        print(f"{since:>10.1f} ms  {line.program:<{_PROGRAM}} {line.entry['event']:<{_EVENT}} {_facts(line)}".rstrip())
        if "exception" in line.entry:
            print(str(line.entry["exception"]).rstrip())


def _facts(line: Line) -> str:
    rest = {name: value for name, value in line.entry.items() if name not in _KNOWN_ALREADY}
    words = (
        f"{name}={value}" if not isinstance(value, dict | list) else f"{name}={msgspec.json.encode(value).decode()}"
        for name, value in rest.items()
    )
    return "  ".join(words)


def _go_on(folder: Path, programs: Sequence[str]) -> None:
    """Copy what is written from now on, of programs that start later, too."""
    files = {path: LogFile(path) for path in _present(folder, programs)}
    try:
        while True:
            for path in _present(folder, programs):
                files.setdefault(path, LogFile(path))
            Relay(list(files.values())).copy()
            time.sleep(_LOOK_EVERY)
    except KeyboardInterrupt:
        for file in files.values():
            with closing(file):
                pass


def _present(folder: Path, programs: Sequence[str]) -> list[Path]:
    return [each for each in islice(folder.glob("*.log"), 100) if not programs or each.stem in programs]


def _refuse_unknown(folder: Path, programs: Sequence[str]) -> None:
    there = sorted({each.name.partition(".")[0] for each in folder.glob("*.log*")})
    for name in programs:
        if name not in there:
            raise Misconfigured(f"No program {name!r} has written a log here; there are: {', '.join(there) or 'none'}.")


def _logs(data: Path | None) -> Path:
    folder = log_folder(settings_to_look(existing(data)).data)
    if not folder.is_dir():
        raise Misconfigured(
            f"There are no logs in {folder}. ./opensky up writes them there; what an init system runs writes to its journal."
        )
    return folder


def _grave(level: str) -> int:
    if level not in LEVELS:
        raise Misconfigured(f"A level is {', '.join(LEVELS)}, not {level!r}.")
    return LEVELS[level]


def _span(text: str) -> timedelta:
    number, unit = text[:-1], text[-1:]
    known = unit in _UNITS and number.isdecimal() and len(number) <= _MOST_DIGITS
    span = timedelta(seconds=int(number) * _UNITS[unit]) if known else None
    if span is None or span > _LONGEST:
        raise Misconfigured(f"A time is a number and one of s, m, h and d, such as 15m, not {text!r}.")
    return span
