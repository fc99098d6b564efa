"""kill -9 of whoever sends, relays, takes in, works and listens, and of servers: nothing is lost, no effect is there twice."""

import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opensky.cli.servers.server import free_port
from opensky.messaging.books import balance
from opensky.persistence import Database
from opensky.testing import brokers, door
from opensky.testing.brokers import DATABASES, KINDS, Killable
from opensky.testing.carrying import LEASE, Site, books, opened
from opensky.testing.chaos import Crew, Role, publish, send, take_in, work
from opensky.testing.engines import made
from opensky.testing.verdict import Verdict, judge

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

FEW, MANY = 20, 100
"""Kills without and with ``--services``, for each way that a message can go."""
AT_ONCE = (send, work, door.devo, send, work)
THROUGH_A_BROKER = (send, publish, work, door.devo, take_in, work)
SERVER_KILLS = 2
SECONDS_TO_BEGIN, SECONDS_TO_KEEP, SECONDS_TO_DRAIN = 60, 10, 120
HANDS = 2
"""So many calls can be under way in a worker when it is killed."""
LONG_AGO = datetime(2013, 2, 8, tzinfo=UTC)


def test_a_few_kills_lose_and_double_nothing(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """On the embedded database: the short proof, which every test run repeats."""
    told(record_property, chaos(Site(tmp_path, devo=free_port()), AT_ONCE, FEW))


@pytest.mark.services
@pytest.mark.parametrize("engine", ["sqlite", *DATABASES])
def test_kills_lose_and_double_nothing_on_each_database(
    engine: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """A hundred and more: senders, workers, DEVO, and the database's own server."""
    with nullcontext() if engine == "sqlite" else server(engine) as killable:
        url = made(killable.url) if killable else ""
        told(record_property, chaos(Site(tmp_path, url, devo=free_port()), AT_ONCE, MANY, killable))


@pytest.mark.services
@pytest.mark.parametrize("kind", KINDS)
def test_kills_lose_and_double_nothing_through_each_broker(
    kind: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """A hundred and more: senders, relay, intake, workers, DEVO, and the broker."""
    with server(kind) as killable:
        site = Site(tmp_path, broker=killable.url, devo=free_port())
        told(record_property, chaos(site, THROUGH_A_BROKER, MANY, killable, keeps=kind == "artemis"))


@pytest.mark.services
def test_without_receipts_a_killed_broker_loses_messages(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """The negative control: a proof that finds nothing lost here would prove nothing anywhere."""
    with server("activemq") as killable:
        site = Site(tmp_path, broker=killable.url, devo=free_port(), receipts=False)
        verdict = chaos(site, THROUGH_A_BROKER, SERVER_KILLS, killable, loses=True)
    record_property("lost without receipts", verdict.lost)
    assert verdict.lost > 0
    assert verdict.doubled == 0


def server(kind: str) -> AbstractContextManager[Killable]:
    """Start a server that may be killed; the test is left out where it is not installed."""
    which = (KINDS | DATABASES)[kind]
    which.obtain()
    if missing := which.missing():
        pytest.skip(f"needs {which.name} ({missing} is not installed)")
    return brokers.started(kind)


def chaos(
    site: Site,
    roles: tuple[Role, ...],
    kills: int,
    killable: Killable | None = None,
    *,
    loses: bool = False,
    keeps: bool = False,
) -> Verdict:
    """Run all, kill so often, have one worker hang beyond its leases meanwhile, let it come to rest, judge.

    A broker that ``keeps`` what it was handing to a process as that was killed is started once more at the end (docs/kills.md).
    """
    door.prepare(site)
    crew = Crew(site, roles)
    servers = moments(kills) if killable is not None else set()
    with closing(opened(site)) as database, crew.at_work():
        wait_for_work(database)
        with crew.hanging(roles.index(work), 2 * LEASE.total_seconds()):
            for kill in range(kills):
                time.sleep(random.uniform(0.03, 0.15))
                if killable is not None and kill in servers:
                    kill_server(killable)
                else:
                    crew.replace(kill)
                if kill % 5 == 0 and not loses:
                    assert_conserved(site, database)
        crew.dismiss_senders()
        if keeps and killable is not None and not comes_to_rest(database, SECONDS_TO_KEEP):
            kill_server(killable)
        wait_for_rest(database, loses=loses)
        assert loses or balance(database, LONG_AGO).balanced
    return judge(site)


def moments(kills: int) -> set[int]:
    """Return at which kills it is the server's turn: spread over the run."""
    return {kills * (turn + 1) // (SERVER_KILLS + 1) for turn in range(SERVER_KILLS)}


def kill_server(killable: Killable) -> None:
    """Have it hang for a moment, so that something is on the way to it; kill it; start it again on what it left."""
    killable.pause()
    time.sleep(0.3)
    killable.kill()
    killable.start_again()


def assert_conserved(site: Site, database: Database) -> None:
    """At any time: each message is finished, dead, in the table, or at the broker; and at a broker only where there is one."""
    found = books(database)
    assert found.at_the_broker >= 0, found
    assert site.broker or found.balanced, found
    assert balance(database, LONG_AGO).balanced  # the books that operators see


def wait_for_work(database: Database) -> None:
    deadline = time.monotonic() + SECONDS_TO_BEGIN
    while books(database).acknowledged < 10:
        assert time.monotonic() < deadline, "nothing is handled"
        time.sleep(0.05)


def wait_for_rest(database: Database, *, loses: bool) -> None:
    """Wait until nothing is to be handled any more; where messages get lost, until nothing has changed for a while."""
    if loses:
        while not comes_to_rest(database, 3) and books(database).live:
            continue
    else:
        assert comes_to_rest(database, SECONDS_TO_DRAIN), books(database)


def comes_to_rest(database: Database, seconds: float) -> bool:
    """Wait until nothing is to be handled any more, or until nothing has changed for so long; tells which."""
    found, since = books(database), time.monotonic()
    while found.open and time.monotonic() - since < seconds:
        time.sleep(0.1)
        before, found = found, books(database)
        if found != before:
            since = time.monotonic()
    return not found.open


def told(record_property: Callable[[str, object], None], verdict: Verdict) -> None:
    """Tell what was counted, and hold it to what is promised."""
    for name in ("orders", "lost", "doubled", "calls_repeated", "callbacks_repeated"):
        record_property(name, getattr(verdict, name))
    assert verdict.clean, verdict
    assert verdict.calls_repeated <= MANY * HANDS
