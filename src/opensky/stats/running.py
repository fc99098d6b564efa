"""A statsd server with all that stands around it, from its start to its end: what keeps, hands on and draws what it sums up."""

import signal
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from opensky.kernel.errors import Misconfigured
from opensky.stats.aggregate import Aggregate, Rules
from opensky.stats.rules import read_rules
from opensky.stats.server import Address, Listening, Reading, Server
from opensky.stats.sinks import Carbon, Console, Sink
from opensky.stats.store import Store

SHOPS_INTERVAL, SHOPS_RETENTION = 1.0, "1s:1h,10s:12h,5m:60d,1h:1y"
SHOPS_RULES = Rules(
    percentiles=(95.0, 99.0),
    timers=("count", "count_ps", "sum", "mean", "median", "lower", "upper", "upper_95", "upper_99"),
)
"""What a shop keeps by itself, how finely and for how long."""
_LOG = structlog.get_logger("stats")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a server is to do. What has no address does not listen; without carbon and a store, series are printed."""

    listening: Listening
    every: float = 10.0
    rules: Rules = field(default_factory=Rules)
    rules_file: Path | None = None
    """A file that changes the rules; SIGHUP has it read again."""
    carbon: Address | None = None
    pickled: bool = False
    store: Path | None = None
    retention: str = ""
    graphite: Address | None = None
    points: Address | None = None
    pickles: Address | None = None
    readings: Sequence[Reading] = ()
    """What is read once an interval and kept as gauges."""


def run(plan: Plan) -> None:
    """Receive until SIGTERM or Ctrl-C; then hand on what is there. SIGUSR1 logs its health, SIGHUP reads the rules again.

    Raises:
        Misconfigured: it cannot listen or keep there.
    """
    rules = read_rules(plan.rules_file, plan.rules)
    with _kept(plan) as store:
        sinks: list[Sink] = [Carbon(plan.carbon, pickled=plan.pickled)] if plan.carbon else []
        sinks += [store] if store is not None else []
        server = _server(plan, sinks or [Console()], rules)
        with _drawing(plan, store), _taking(plan, store):
            about = plan.listening
            _LOG.info("stats.receiving", buffer_bytes=server.buffer, **_said(about))
            server.run()


def _said(about: Listening) -> dict[str, str]:
    """Return where it listens, as text."""
    places = {name: getattr(about, name) for name in ("udp", "tcp", "unix", "admin")}
    return {
        name: f"{place[0]}:{place[1]}" if isinstance(place, tuple) else str(place)
        for name, place in places.items()
        if place is not None
    }


def _server(plan: Plan, sinks: Sequence[Sink], rules: Rules) -> Server:
    try:
        server = Server(plan.listening, sinks, Aggregate(rules), every=plan.every, readings=plan.readings)
    except OSError as error:
        raise Misconfigured(f"It cannot receive there: {error.strerror or error}. Does another statsd run?") from error
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: server.stop())
    signal.signal(signal.SIGUSR1, lambda *_: _LOG.info("stats.health", **server.admin.stats()))
    signal.signal(signal.SIGHUP, lambda *_: _read_again(plan, server))
    return server


def _read_again(plan: Plan, server: Server) -> None:
    """Have the rules of the file from the next interval on; a file that cannot be read leaves them as they are."""
    try:
        server.aggregate.rules = read_rules(plan.rules_file, plan.rules)
    except Misconfigured as error:
        _LOG.warning("stats.rules_refused", error=error.message)
    else:
        _LOG.info("stats.rules_read", file=str(plan.rules_file or ""))


@contextmanager
def _kept(plan: Plan) -> Iterator[Store | None]:
    """Open the store meanwhile."""
    if plan.store is None:
        if plan.graphite is not None:
            raise Misconfigured("--graphite draws what --store keeps: name a folder for it.")
        if plan.points is not None or plan.pickles is not None:
            raise Misconfigured("--points and --pickles are for a --store: name a folder for it.")
        yield None
        return
    try:
        store = Store(plan.store, plan.retention)
    except (OSError, ValueError, sqlite3.Error) as error:
        raise Misconfigured(f"--store: {error}") from error
    try:
        if (step := store.archives[0].step) != plan.every:
            raise Misconfigured(
                f"The finest points of this store stand for {step} s, so an interval has to be as long: --every {step}"
            )
        yield store
    finally:
        store.close()


@contextmanager
def _drawing(plan: Plan, store: Store | None) -> Iterator[None]:
    """Answer Graphite's requests meanwhile."""
    if plan.graphite is None or store is None:
        yield
        return
    from opensky.stats.graphite import Graphite, GraphiteServer  # noqa: PLC0415 - most servers do not draw

    try:
        server = GraphiteServer(plan.graphite, Graphite(store))
    except OSError as error:
        raise Misconfigured(f"--graphite: it cannot listen there: {error.strerror or error}.") from error
    thread = threading.Thread(target=server.serve_forever, name="graphite", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def _taking(plan: Plan, store: Store | None) -> Iterator[None]:
    """Take points in carbon's protocols meanwhile."""
    if store is None or (plan.points is None and plan.pickles is None):
        yield
        return
    from opensky.stats.receiving import Receiving  # noqa: PLC0415 - most servers take statsd's lines alone

    try:
        receiving = Receiving(store.put, text=plan.points, pickled=plan.pickles)
    except OSError as error:
        raise Misconfigured(f"It cannot take points there: {error.strerror or error}. Does a carbon run?") from error
    try:
        yield
    finally:
        receiving.close()
        _LOG.info("stats.received", **receiving.counts)
