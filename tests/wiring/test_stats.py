"""What a running shop counts, received by a statsd of this test."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from dishka import Container
from litestar.testing import TestClient

from opensky.devo.members.manager import MemberManager
from opensky.devo.payments.gateway import Approved, Declined, PaymentGateway
from opensky.kernel.errors import Misconfigured
from opensky.kernel.money import Money
from opensky.mail import BrokenLetter, Letter
from opensky.messaging import Message, Outgoing
from opensky.osis.partners.devo import Devo
from opensky.osis.partners.mail import Letters
from opensky.osis.partners.merchants import Merchants
from opensky.osis.runtime import Unavailable
from opensky.persistence import Database, UnitOfWork
from opensky.settings import NOWHERE, Settings
from opensky.stats import Stats
from opensky.stats.client import LARGE_PACKET
from opensky.stats.samples import Sample, read
from opensky.web.app import build
from opensky.wiring import container
from opensky.wiring.bus import bus_container, worker
from opensky.wiring.containers import web_container
from opensky.wiring.features import CONTROLLERS, FRAME, TEMPLATES
from opensky.wiring.gauges import gauge_members, gauge_queues

Came = Callable[[], dict[str, list[float]]]


@pytest.fixture
def statsd(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        wire.bind(str(tmp_path / "statsd"))
        wire.setblocking(False)
        yield wire


@pytest.fixture
def came(statsd: socket.socket) -> Came:
    """Reads what has come, by name."""

    def take() -> dict[str, list[float]]:
        found: dict[str, list[float]] = {}
        try:
            while True:
                for sample in read(statsd.recv(LARGE_PACKET)):
                    assert isinstance(sample, Sample)
                    assert not isinstance(sample.value, str)
                    found.setdefault(sample.name, []).append(sample.value)
        except BlockingIOError:
            return found

    return take


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, secret_key="0" * 64, stats_url=f"unix://{tmp_path}/statsd")


def made(app: Container) -> Container:
    app.get(Database).create()
    return app


def test_an_event_counts_itself(settings: Settings, came: Came) -> None:
    """By its declared name, whoever listens."""
    with made(container(settings)) as app:
        with app() as job:
            job.get(MemberManager).sign_up("ada@example.org", "Ada", "seven blue cacti")
            job.get(UnitOfWork).commit()
        app.get(Stats).flush()
    found = came()
    assert found["member.created"] == [1]
    assert "stats.undeclared" not in found


def test_answers_are_counted_and_timed_by_route(settings: Settings, came: Came) -> None:
    """By the route, not by what was asked for: nobody makes up names. What reaches no route is counted nowhere."""
    app = made(web_container(settings))
    shop = build(settings, app, CONTROLLERS, templates=TEMPLATES, frame=FRAME)
    with TestClient(shop) as browser:
        for path in ("/", "/products/nonsense", "/products/more-nonsense", "/nowhere"):
            browser.get(path)
    app.close()
    found = came()
    assert (found["web.status.200"], found["web.status.404"]) == ([1], [2])
    assert len(found["web.ms"]) == 3
    assert all(0 < ms < 60_000 for ms in found["web.ms"])
    assert {name: len(times) for name, times in found.items() if name.startswith("web.routes.")} == {
        "web.routes.GET_home": 1,
        "web.routes.GET_products_slug": 2,
    }


def test_flows_are_timed_and_their_failures_counted(settings: Settings, came: Came) -> None:
    """By queue."""
    app = made(bus_container(settings))
    with app() as scope:
        unit = scope.get(UnitOfWork)
        bus = worker(app)
        Outgoing(unit, app.get(Database).ids).send(Message(queue_name="shipments.file", type="Nonsense", parameters={}))
        unit.commit()
    bus.drain()
    app.get(Stats).flush()
    app.close()
    found = came()
    assert len(found["bus.flows.shipments_file"]) == 1
    assert found["bus.failed.shipments_file"] == [1]


def test_without_an_address_nothing_is_noted(tmp_path: Path) -> None:
    with made(container(Settings(data=tmp_path, secret_key="0" * 64))) as app:
        assert not app.get(Stats).sends


def test_an_address_that_is_none_is_said_so(tmp_path: Path) -> None:
    app = container(Settings(data=tmp_path, secret_key="0" * 64, stats_url="http://x"))
    with pytest.raises(Misconfigured, match="stats_url: Stats go to udp"):
        app.get(Stats)
    app.close()


def test_statements_and_money_are_counted(settings: Settings, came: Came) -> None:
    """Each statement by what it does, and all together; a payment that is asked for, and one that is declined."""
    with made(container(settings)) as app:
        app.get(Stats).flush()
        came()
        with app() as job:
            job.get(MemberManager).sign_up("ada@example.org", "Ada", "seven blue cacti")
            job.get(UnitOfWork).commit()
        gateway = app.get(PaymentGateway)
        assert isinstance(gateway.authorize(Money(1250), "4242 4242 4242 4242", "a"), Approved)
        assert isinstance(gateway.authorize(Money(1250), "4000 0000 0000 0002", "b"), Declined)
        app.get(Stats).flush()
    found = came()
    kinds = [name for name in found if name.startswith("sql.") and name not in {"sql.ms", "sql.waiting"}]
    assert {"sql.insert", "sql.commit", "sql.select"} <= set(kinds)
    assert len(found["sql.ms"]) == sum(len(found[name]) for name in kinds)
    assert len(found["sql.waiting"]) == len(found["sql.commit"])
    assert (found["money.asked"], found["money.declined"], len(found["third.payments"])) == ([2], [1], 2)


def test_third_parties_that_fail_are_counted(settings: Settings, came: Came) -> None:
    with closing(bus_container(settings)) as app:
        with pytest.raises(Unavailable):
            app.get(Devo).post("/callbacks/events", "1", b"{}")
        assert not app.get(Merchants).post("http://127.0.0.1:1/", {}, b"").taken
        app.get(Stats).flush()
    found = came()
    assert (len(found["third.devo"]), found["third_failed.devo"]) == (1, [1])
    assert (len(found["third.merchants"]), found["third_failed.merchants"]) == (1, [1])


def test_queues_and_members_are_gauged(settings: Settings, came: Came) -> None:
    """A queue of which nothing is left is empty, and not as it was before."""
    with closing(made(bus_container(settings))) as app:
        database, stats = app.get(Database), app.get(Stats)
        with app() as scope:
            unit = scope.get(UnitOfWork)
            for _ in range(2):
                Outgoing(unit, database.ids).send(Message(queue_name="shipments.file", type="Nonsense", parameters={}))
            unit.commit()
        known = gauge_queues(database, stats, set())
        gauge_members(database, stats)
        stats.flush()
        before = came()
        worker(app).drain()
        assert gauge_queues(database, stats, known) == known == {"shipments.file"}
        stats.flush()
        after = came()
    assert (before["queues.shipments_file.ready"], before["members.active"]) == ([2], [0])
    assert before["queues.shipments_file.oldest"][0] >= 0
    assert (after["queues.shipments_file.ready"], after["queues.shipments_file.dead"]) == ([0], [2])


def test_letters_are_counted(settings: Settings, came: Came) -> None:
    with closing(made(bus_container(settings))) as app:
        letter = Letter(kind="nonsense", to="ada@example.org", about="x")
        with pytest.raises(BrokenLetter):
            app.get(Letters).send(letter, 1)
        app.get(Stats).flush()
    found = came()
    assert (len(found["letters.ms"]), found["letters.failed"]) == (1, [1])


def test_a_shop_may_count_nothing(tmp_path: Path) -> None:
    """Also one that would have a server of its own."""
    settings = Settings(data=tmp_path, secret_key="0" * 64, stats_url=NOWHERE)
    with made(container(settings)) as app:
        assert not app.get(Stats).sends
