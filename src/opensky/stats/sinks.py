"""Where a statsd server hands its series: carbon in its two formats, a console, anything callable."""

import json
import pickle
import queue
import socket
import struct
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Protocol, TextIO

import structlog

_LOG = structlog.get_logger()
KEPT_INTERVALS = 60
"""So many intervals wait for a sink that does not answer; then the oldest are let go, and counted."""
_SECONDS = 5.0
_AT_ONCE = 500
"""Series in one message of carbon's pickle format: it refuses messages above a megabyte."""

Series = Mapping[str, float]


class Sink(Protocol):
    """Takes the series of an interval."""

    name: str

    def put(self, series: Series, at: float) -> None:
        """Keep values by their paths, of the instant ``at``; raises if it cannot now."""


class Carbon:
    """Carbon, as text (port 2003) or pickled (port 2004). A connection for each interval, as Etsy's statsd has it."""

    def __init__(self, address: tuple[str, int], *, pickled: bool = False) -> None:
        self.name = "carbon"
        self._address = address
        self._pickled = pickled

    def put(self, series: Series, at: float) -> None:
        with socket.create_connection(self._address, _SECONDS) as wire:
            for data in as_pickles(series, at) if self._pickled else (as_text(series, at),):
                wire.sendall(data)


class Console:
    """One JSON object an interval, for people and tests."""

    def __init__(self, out: TextIO | None = None) -> None:
        self.name = "console"
        self._out = out or sys.stdout

    def put(self, series: Series, at: float) -> None:
        print(json.dumps({"at": int(at), **series}), file=self._out, flush=True)


class Handing:
    """Hands on in a thread of its own, so that receiving never waits for a sink. Intervals that a sink did not take wait for it."""

    def __init__(self, sinks: Sequence[Sink]) -> None:
        self._lanes = [_Lane(sink) for sink in sinks]

    def hand(self, series: Series, at: float) -> None:
        """Hand on an interval."""
        for lane in self._lanes:
            lane.put(series, at)

    def stats(self) -> dict[str, int]:
        """Return what became of intervals, by sink."""
        return {f"{lane.sink.name}.{what}": n for lane in self._lanes for what, n in lane.counts.items()}

    def cut(self) -> int:
        """Return how many points the sinks did not take, since they have too many names."""
        return sum(getattr(lane.sink, "cut", 0) for lane in self._lanes)

    def close(self) -> None:
        """Hand on what waits, once more, and end."""
        for lane in self._lanes:
            lane.close()


class _Lane:
    """The way to one sink."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.counts = {"flushed": 0, "failed": 0, "let_go": 0}
        self._waiting: queue.Queue[tuple[Series, float] | None] = queue.Queue(KEPT_INTERVALS)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"stats to {sink.name}", daemon=True)
        self._thread.start()

    def put(self, series: Series, at: float) -> None:
        while True:
            try:
                return self._waiting.put_nowait((series, at))
            except queue.Full:
                self._waiting.get_nowait()
                self.counts["let_go"] += 1

    def close(self) -> None:
        self._ended.set()
        self.put({}, 0.0)
        self._thread.join(2 * _SECONDS)

    def _run(self) -> None:
        while True:
            series, at = self._waiting.get() or ({}, 0.0)
            while series and not self._put(series, at):
                if self._ended.wait(1.0):  # it had its last chance
                    return
            if self._ended.is_set() and self._waiting.empty():
                return

    def _put(self, series: Series, at: float) -> bool:
        try:
            self.sink.put(series, at)
        except Exception as error:  # noqa: BLE001 - whatever a sink raises, the next intervals are handed on
            if not self.counts["failed"] or self.counts["flushed"]:
                _LOG.warning("stats.sink_away", sink=self.sink.name, error=str(error))
            self.counts["failed"] += 1
            return False
        self.counts["flushed"] += 1
        return True


def as_text(series: Series, at: float) -> bytes:
    """Return series in carbon's plain text: ``path value seconds``, a line each."""
    when = int(at)
    return "".join(f"{path} {value:.15g} {when}\n" for path, value in series.items()).encode()


def as_pickles(series: Series, at: float) -> list[bytes]:
    """Return series in carbon's pickle format: messages of ``[(path, (seconds, value)), …]`` behind their length."""
    rows = [(path, (int(at), value)) for path, value in series.items()]
    found = []
    for start in range(0, len(rows), _AT_ONCE):
        body = pickle.dumps(rows[start : start + _AT_ONCE], protocol=2)
        found.append(struct.pack("!L", len(body)) + body)
    return found
