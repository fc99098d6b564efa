"""What a running shop counts, received by a statsd of this test."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dishka import Container
from litestar.testing import TestClient

from opensky.devo.members.manager import MemberManager
from opensky.kernel.errors import Misconfigured
from opensky.messaging import Message, Outgoing
from opensky.persistence import Database, UnitOfWork
from opensky.settings import Settings
from opensky.stats import Stats
from opensky.stats.client import LARGE_PACKET
from opensky.stats.samples import Sample, read
from opensky.web.app import build
from opensky.wiring import container
from opensky.wiring.bus import bus_container, worker
from opensky.wiring.containers import web_container
from opensky.wiring.features import CONTROLLERS, FRAME, TEMPLATES

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
