"""Brokers as they stand in production: several servers of which one is killed, and connections by TLS."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from opensky.cli.servers.artemis import Artemis
from opensky.cli.servers.rabbitmq import RabbitMQ
from opensky.messaging import Message, Outgoing, Queue
from opensky.messaging.books import balance
from opensky.messaging.stomp import Intake, NotConnected, Relay, Servers, StompClient, connect
from opensky.persistence import Database
from opensky.settings import Settings
from opensky.testing.brokers import Killable
from opensky.testing.clusters import clustered, secured
from opensky.wiring.bridge import bridge
from opensky.wiring.bus import bus_container
from opensky.wiring.loops import pause

LEASE = timedelta(minutes=5)
MANY = 600


def needs(server: type[Artemis] | type[RabbitMQ]) -> None:
    """Leave a test out where a broker is not installed."""
    server.obtain()
    if missing := server.missing():
        pytest.skip(f"needs {server.name} ({missing} is not installed)")


@pytest.fixture
def cluster() -> Iterator[list[Killable]]:
    """Two brokers that share their queues."""
    needs(Artemis)
    with clustered() as nodes:
        yield nodes


def send(database: Database, queue: str, number: int) -> list[int]:
    """Send in one transaction, to a queue that is the broker's."""
    with database.unit_of_work() as unit:
        client = Outgoing(unit, database.ids, is_remote=lambda _queue: True)
        ids = [client.send(Message(queue_name=queue, parameters={"x": "y" * 500})) for _ in range(number)]
        unit.commit()
    return ids


def arrived(database: Database, queue: str) -> list[int]:
    """Return what the intake has taken in, in any order."""
    found = Queue(database).claim([queue], 10_000, LEASE, "looker")
    Queue(database).release(found, "looker")
    return sorted(each.id for each in found)


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    """Wait until something is so; fail if it is not in time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come to that in time"
        time.sleep(0.1)


@pytest.mark.services
@pytest.mark.slow
def test_one_of_two_servers_is_killed_and_no_message_is_lost(cluster: list[Killable], tmp_path: Path) -> None:
    """Relay and intake of a bus go on with the other server; what the dead one held comes when it is back. Each arrives once."""
    one, other = cluster
    url = f"{one.url.rstrip('/')},{urlsplit(other.url).netloc.rpartition('@')[2]}/"
    said: list[str] = []
    with bus_container(Settings(data=tmp_path, secret_key="0" * 64, broker_url=url)) as app:
        database = app.get(Database)
        database.create()
        bridge(app, report=lambda what, **about: said.append(f"{what}: {about['error']}"))
        queue = "fraud.check"
        ids = send(database, queue, MANY)
        wait_for(lambda: len(arrived(database, queue)) > MANY // 4, 60)
        one.kill()
        ids += send(database, queue, MANY)
        wait_for(lambda: set(ids[MANY:]) <= set(arrived(database, queue)), 60)
        one.start_again()
        wait_for(lambda: len(arrived(database, queue)) == 2 * MANY, 60)
        time.sleep(1)
        assert arrived(database, queue) == sorted(ids)
        assert balance(database, database.clock.now() - LEASE).balanced
    assert any(line.startswith("broker: ") for line in said)


@pytest.mark.services
def test_a_broker_is_reached_by_tls_and_only_if_its_certificate_is_trusted(tmp_path: Path) -> None:
    """Whole batches both ways; a certificate that nobody vouches for, or that is another's, is refused in words."""
    needs(RabbitMQ)
    database = Database(tmp_path / "o.sqlite", ())
    database.create()
    with secured() as broker:
        servers = Servers.read(broker.url)
        with connect(servers, heartbeat_ms=300) as connection:
            ids = send(database, "pots", 250)
            relay, intake = Relay(database, "relay"), Intake(database, ["pots"])
            while relay.round(connection):
                continue
            intake.subscribe(connection)
            while intake.round(connection, 2):
                continue
        assert arrived(database, "pots") == ids
        client = StompClient(servers, database.ids)
        assert client.send(Message(queue_name="pans", parameters={"x": "y" * 100_000}))
        client.disconnect()
        with pytest.raises(NotConnected, match=r"self.signed certificate"):
            connect(replace(servers, ca=""))
        [(_, port)] = servers.addresses
        with pytest.raises(NotConnected, match="Hostname mismatch"):
            connect(replace(servers, addresses=(("localhost", port),)))
    database.close()


def test_who_waits_for_a_broker_waits_longer_each_time_but_never_long() -> None:
    """A fifth of a second at first, ten seconds at most; and not all who wait at the same moment."""
    assert all(0.16 <= pause(1) <= 0.24 for _ in range(100))
    assert all(0.64 <= pause(3) <= 0.96 for _ in range(100))
    assert all(8 <= pause(failures) <= 12 for failures in (7, 20, 10_000))
    assert len({pause(5) for _ in range(20)}) > 1
