"""``opensky stats``: a statsd server of our own, and what there is to ask and tell it."""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from math import ceil
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from opensky.kernel.errors import Misconfigured, NotFound
from opensky.stats.admin import asked
from opensky.stats.aggregate import Rules
from opensky.stats.rules import checked
from opensky.stats.running import Plan
from opensky.stats.running import run as serve
from opensky.stats.server import Address, Listening
from opensky.stats.store import Store

app = App(
    name="stats",
    help="Count: a statsd server, and what to ask it.",
    help_epilogue="Example: ./opensky stats ask counters",
)
_LAST_PORT = 65_535
_LONGEST = 86_400
_MOST_HOURS = 1_000_000
_BARS = "▁▂▃▄▅▆▇█"
_OURS = "127.0.0.1:8125"
_ADMIN = "127.0.0.1:8126"


@app.command(help_epilogue="Example: ./opensky stats run --carbon 127.0.0.1:2003 --percentiles 90 99.9")
def run(
    *,
    udp: str = _OURS,
    tcp: str = "",
    unix: Path | None = None,
    admin: str = _ADMIN,
    carbon: str = "",
    pickled: bool = False,
    store: Path | None = None,
    retention: str = "",
    graphite: str = "",
    points: str = "",
    pickles: str = "",
    every: float = 10.0,
    percentiles: Annotated[tuple[float, ...], Parameter(negative=(), consume_multiple=True)] = (90.0,),
    legacy: bool = False,
    forget: bool = False,
    prefix: str = "stats",
    rules: Path | None = None,
) -> None:
    """Receive what clients count, sum it up at each interval, and keep it, hand it to carbon, or print it. Ctrl-C ends it, with what there is.

    SIGUSR1 writes its health to the log, SIGHUP has it read its rules again.

    Args:
        udp: where to receive datagrams, as host:port; empty: nowhere.
        tcp: where to receive lines by TCP.
        unix: the path of a unix datagram socket to receive on.
        admin: where to answer commands, one a line, such as stats, health, counters.
        carbon: where carbon takes series, as host:port; without it and without a store they are printed, a JSON object an interval.
        pickled: speak carbon's pickle format, usually port 2004.
        store: folder in which to keep series; ./opensky stats find and show read it.
        retention: how finely and how long, for a new store; 10s:12h,60s:7d,15m:1y unless told. The finest has to be as long as an interval.
        graphite: where to answer Graphite's requests of the store by HTTP (/render, /metrics/find, …), as host:port.
        points: where to take points for the store as carbon does, a line each ("name value second"), as host:port, usually port 2003.
        pickles: where to take carbon's pickles of points, usually port 2004.
        every: seconds of an interval.
        percentiles: which of timers to sum up; below zero, the top ones.
        legacy: name series as older statsds did: stats.NAME and stats_counts.NAME.
        forget: send nothing, instead of zero, for what did not come in an interval.
        prefix: what the names of all series begin with.
        rules: a file, in TOML, that says such things instead: percentiles, bins, timers, forget, legacy, prefix.
    """
    listening = Listening(udp=_place("udp", udp), tcp=_place("tcp", tcp), unix=unix, admin=_place("admin", admin))
    serve(
        Plan(
            listening=listening,
            every=_interval(every),
            rules=checked(Rules(percentiles=percentiles, legacy=legacy, forget=forget, prefix=prefix)),
            rules_file=rules,
            carbon=_place("carbon", carbon),
            pickled=pickled,
            store=store,
            retention=retention,
            graphite=_place("graphite", graphite),
            points=_place("points", points),
            pickles=_place("pickles", pickles),
        )
    )


def _interval(seconds: float) -> float:
    if not 0 < seconds <= _LONGEST:  # what is no number is not either
        raise Misconfigured(f"An interval has some seconds, and at most a day of them, not {seconds:g}: --every 10")
    return seconds


@app.command(help_epilogue="Example: ./opensky stats ask counters")
def ask(*command: str, admin: str = _ADMIN) -> None:
    """Ask a statsd server by its admin port, ours or Etsy's, and print what it says.

    Args:
        *command: such as stats, health, health down, counters, timers, gauges, delcounters shop.*, config, help.
        admin: where it answers, as host:port.
    """
    try:
        said = asked(_address("admin", admin), " ".join(command) or "help")
    except OSError as error:
        raise Misconfigured(f"No statsd answers at {admin}: {error.strerror or error}.") from error
    if said.lstrip()[:9].lower().startswith(("http/", "<!doctype", "<html")):
        raise Misconfigured(f"What answers at {admin} is a web server; statsd's admin port is another one.")
    print(said.rstrip())
    if said == "ERROR\n":
        raise Misconfigured("It does not know that command; ./opensky stats ask help lists what it knows.")


@app.command(help_epilogue="Example: ./opensky stats send 'deploys:1|c' 'office.temperature:21.5|g'")
def send(*lines: str, to: str = f"udp://{_OURS}") -> None:
    """Send lines of statsd's protocol, to try a server out or from a script.

    Args:
        *lines: such as name:1|c, name:320|ms, name:7|g, name:ada|s.
        to: udp://host:port or unix:///path of a socket.
    """
    from opensky.stats import client  # noqa: PLC0415 - its name is what a person would expect of a variable
    from opensky.stats.samples import BadLine, read  # noqa: PLC0415

    wrong = [sample.text.decode() for line in lines for sample in read(line.encode()) if isinstance(sample, BadLine)]
    if wrong or not lines:
        raise Misconfigured(f"This is no line of statsd: {wrong[0] if wrong else 'nothing'}. One looks like name:1|c.")
    try:
        with closing(client.Datagrams(to)) as wire:
            for packet in client.packed(lines):
                wire.send(packet)
    except (ValueError, OSError) as error:
        raise Misconfigured(str(error)) from error


@app.command(help_epilogue="Example: ./opensky stats find 'stats.counters.order.*.count' --store var/stats")
def find(pattern: str = "*.*.*", *, store: Path) -> None:
    """List the names of series in a store.

    Args:
        pattern: * stands for anything within one part of a name, {a,b} for either.
        store: folder of the store.
    """
    with _read(store) as series:
        for name in series.find(pattern):
            print(name)


@app.command(help_epilogue="Example: ./opensky stats show stats.timers.web.ms.upper_90 --hours 12 --store var/stats")
def show(name: str, *, store: Path, hours: float = 3.0, json: bool = False) -> None:
    """Show a series of a store: its points as a line of bars, the lowest, the highest, the newest.

    Args:
        name: as ./opensky stats find lists it.
        store: folder of the store.
        hours: how far back to look.
        json: print one JSON object with all points.
    """
    if not 0 < hours <= _MOST_HOURS:
        raise Misconfigured(f"One looks back some hours, not {hours:g}: --hours 3")
    now = int(time.time())
    with _read(store) as series:
        if name not in series.find(name):
            raise NotFound(f"There is no series {name!r} here; ./opensky stats find lists what there is.")
        found = series.fetch(name, now - int(hours * 3600), now, now=now)
    if json:
        print(msgspec.json.encode({"name": name, **found._asdict()}).decode())
        return
    values = [value for value in found.values if value is not None]
    if not values:
        print(f"{name}: nothing in {hours:g} hours")
        return
    print(bars(found.values, 72))
    print(
        f"{name}, {hours:g} hours in steps of {found.step} s: lowest {min(values):g}, highest {max(values):g}, newest {values[-1]:g}"
    )


def _read(folder: Path) -> Store:
    try:
        return Store(folder, writable=False)
    except (OSError, sqlite3.Error) as error:
        raise Misconfigured(f"--store: {error}") from error


def bars(values: Sequence[float | None], width: int) -> str:
    """Draw points as bars of eight heights, several of them averaged in one where there are more than ``width``; a gap where none is."""
    size = max(1, ceil(len(values) / width))
    parts = [[v for v in values[start : start + size] if v is not None] for start in range(0, len(values), size)]
    means = [sum(part) / len(part) if part else None for part in parts]
    known = [mean for mean in means if mean is not None]
    low, span = min(known, default=0.0), max(known, default=0.0) - min(known, default=0.0)
    return "".join(" " if m is None else _BARS[int((m - low) / span * 7.999) if span else 0] for m in means)


def _place(name: str, text: str) -> Address | None:
    return _address(name, text) if text else None


def _address(name: str, text: str) -> Address:
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > _LAST_PORT:
        raise Misconfigured(f"--{name} is host:port, such as 127.0.0.1:8125, not {text!r}.")
    return host.strip("[]") or "127.0.0.1", int(port)
