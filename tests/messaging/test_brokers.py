"""Brokers as transport: through ActiveMQ, Artemis and RabbitMQ a message arrives as it was, once, and none is lost."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from opensky.kernel.clock import SetClock
from opensky.kernel.errors import Misconfigured
from opensky.messaging import DeadLetters, Message, NotSendable, Outgoing, Queue
from opensky.messaging.bodies import BODIES
from opensky.messaging.stomp import (
    BrokerRefused,
    Connection,
    Frame,
    Intake,
    NotConnected,
    Relay,
    Servers,
    StompClient,
    connect,
)
from opensky.persistence import Database
from opensky.testing.brokers import started

BROKERS = ["activemq_url", "artemis_url", "rabbitmq_url"]
LEASE = timedelta(seconds=30)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Give an empty database."""
    database = Database(tmp_path / "o.sqlite", ())
    database.create()
    yield database
    database.close()


@pytest.fixture(params=BROKERS)
def servers(request: pytest.FixtureRequest) -> Servers:
    """Give each broker."""
    return Servers.read(request.getfixturevalue(request.param))


@pytest.fixture
def connection(servers: Servers) -> Iterator[Connection]:
    """Give a connection to each broker."""
    with connect(servers) as connection:
        yield connection


def send(database: Database, *messages: Message) -> list[int]:
    """Send in one transaction, to queues that are the broker's."""
    with database.unit_of_work() as unit:
        client = Outgoing(unit, database.ids, is_remote=lambda _queue: True)
        ids = [client.send(each) for each in messages]
        unit.commit()
    return ids


def queue_of(database: Database) -> str:
    """Return the name of a queue that no other test has."""
    return f"pots.{database.ids.next()}"


@pytest.mark.services
class TestBrokers:
    """On each broker alike."""

    def test_a_message_goes_through_the_broker_and_arrives_as_it_was(
        self, database: Database, connection: Connection
    ) -> None:
        """Sent in a unit of work, published by the relay, taken in, claimed by a worker."""
        queue = queue_of(database)
        sent = Message(
            queue_name=queue,
            type="Fired",
            parameters={"name": "bowl: ☂\n", "n": [1, None]},
            headers={"a:b": "c\nd\\e"},
            causation=7,
            history=("glaze@7",),
            key="kiln 1",
            priority=2,
        )
        [id_] = send(database, sent)
        assert Queue(database).claim([queue], 10, LEASE, "ada") == []
        assert Relay(database, "relay").round(connection) == 1
        assert [(d.queue, d.outgoing, d.at_broker) for d in Queue(database).depths()] == [(queue, 0, 1)]
        intake = Intake(database, [queue])
        intake.subscribe(connection)
        assert intake.round(connection, 10) == 1
        assert [(d.ready, d.at_broker) for d in Queue(database).depths()] == [(1, 0)]
        [got] = Queue(database).claim([queue], 10, LEASE, "ada")
        assert (got.id, got.correlation, got.causation, got.type) == (id_, id_, 7, "Fired")
        assert (got.parameters, got.headers, got.history) == (sent.parameters, sent.headers, sent.history)
        assert (got.key, got.priority) == ("kiln 1", 2)

    def test_many_go_in_batches_and_none_twice(self, database: Database, connection: Connection) -> None:
        """Two hundred and fifty: three transactions of the relay, and an empty queue at the end."""
        queue = queue_of(database)
        ids = send(database, *(Message(queue_name=queue, parameters={"n": n, "x": "y" * 1000}) for n in range(250)))
        relay, intake = Relay(database, "relay"), Intake(database, [queue])
        assert [relay.round(connection) for _ in range(4)] == [100, 100, 50, 0]
        intake.subscribe(connection)
        while intake.round(connection, 3):
            continue
        assert [m.id for m in Queue(database).claim([queue], 500, LEASE, "ada")] == ids

    def test_a_large_body_waits_in_the_database_while_its_ticket_travels(
        self, database: Database, connection: Connection
    ) -> None:
        """The receiver that has the same database finds it again; nothing of it went through the broker."""
        queue = queue_of(database)
        large = {"text": "☂" * 400_000}
        [id_] = send(database, Message(queue_name=queue, parameters=large))
        assert Relay(database, "relay", redeems=lambda _queue: True).round(connection) == 1
        intake = Intake(database, [queue])
        intake.subscribe(connection)
        [frame] = connection.receive(10, 10)
        assert frame.body == b""
        assert intake._keep([frame]) == 1
        connection.acknowledge([frame])
        [got] = Queue(database).claim([queue], 10, LEASE, "ada")
        assert (got.id, got.parameters) == (id_, large)

    def test_a_stranger_is_sent_the_whole_of_a_large_body(self, database: Database, connection: Connection) -> None:
        """Who has not our table gets no ticket to it, and nothing of it is left there."""
        queue = queue_of(database)
        large = {"text": "y" * 400_000}
        send(database, Message(queue_name=queue, parameters=large))
        assert Relay(database, "relay").round(connection) == 1
        with database.reader() as reader:
            assert reader.rows(select(BODIES.c.id)) == []
        connection.subscribe(queue, "q0", 10)
        [frame] = connection.receive(10, 10)
        assert json.loads(frame.body) == large
        connection.acknowledge([frame])

    def test_what_was_taken_in_and_not_acknowledged_comes_again_and_is_known(
        self, database: Database, servers: Servers
    ) -> None:
        """A crash between commit and acknowledgement: the seen row keeps the second delivery out."""
        queue = queue_of(database)
        send(database, Message(queue_name=queue))
        intake = Intake(database, [queue])
        with connect(servers) as first:
            Relay(database, "relay").round(first)
            intake.subscribe(first)
            [frame] = first.receive(10, 10)
            assert intake._keep([frame]) == 1
            first._drop()  # the process dies here
        with connect(servers) as second:
            intake.subscribe(second)
            assert intake.round(second, 10) == 0
            assert intake.round(second, 1) == 0
        assert len(Queue(database).claim([queue], 10, LEASE, "ada")) == 1

    def test_however_often_an_intake_dies_over_a_message_the_broker_brings_it_again(
        self, database: Database, servers: Servers
    ) -> None:
        """Tries are ours to count: a broker that counts them too, up to ten as Artemis does, would put messages aside."""
        queue = queue_of(database)
        with connect(servers) as connection:
            ids = send(database, *(Message(queue_name=queue, parameters={"n": n}) for n in range(3)))
            assert Relay(database, "relay").round(connection) == 3
        for _ in range(15):
            dying = connect(servers)
            dying.subscribe(queue, "q0", 10)
            assert sum(len(dying.receive(10)) for _ in ids) == 3
            dying._socket.close()  # as a killed process does
        with connect(servers) as connection:
            intake = Intake(database, [queue])
            intake.subscribe(connection)
            while intake.round(connection, 3):
                continue
        assert [m.id for m in Queue(database).claim([queue], 10, LEASE, "ada")] == ids

    def test_an_aborted_transaction_sends_nothing(self, database: Database, connection: Connection) -> None:
        """Neither does one that was never committed."""
        queue = queue_of(database)
        one, other, last = (
            {
                "destination": connection.dialect.destination(queue),
                **connection.dialect.sending(database.ids.next(), None),
            }
            for _ in range(3)
        )
        for name, headers, end in (("t1", one, "ABORT"), ("t2", other, "")):
            inside = {"transaction": name}
            connection.send(Frame("BEGIN", inside), Frame("SEND", headers | inside, b"x"))
            if end:
                connection.confirmed(Frame(end, inside))
        connection.confirmed(Frame("SEND", last, b'{"last": 1}'))
        intake = Intake(database, [queue])
        intake.subscribe(connection)
        assert intake.round(connection, 10) == 1
        assert [m.parameters for m in Queue(database).claim([queue], 10, LEASE, "a")] == [{"last": 1}]

    def test_a_direct_client_is_told_when_the_broker_has_it(self, database: Database, servers: Servers) -> None:
        """And a delay is told in the broker's own words, or refused where it has none."""
        queue = queue_of(database)
        client = StompClient(servers, database.ids)
        client.connect()
        id_ = client.send(Message(queue_name=queue, parameters={"n": 1}))
        delayed = 1
        try:
            client.send(Message(queue_name=queue, parameters={"n": 2}), delay=timedelta(seconds=2))
        except NotSendable as error:
            assert "RabbitMQ" in str(error)  # noqa: PT017 - two of three brokers hold it back
            delayed = 0
        client.disconnect()
        with connect(servers) as connection:
            intake = Intake(database, [queue])
            intake.subscribe(connection)
            began = datetime.now(UTC)
            assert intake.round(connection, 10) == 1
            assert [m.id for m in Queue(database).claim([queue], 10, LEASE, "ada")] == [id_]
            assert intake.round(connection, 10 * delayed) == delayed
            assert not delayed or datetime.now(UTC) - began > timedelta(seconds=1)

    def test_heart_beats_keep_a_quiet_connection(self, servers: Servers) -> None:
        """Ours and theirs: after several times the interval it still works."""
        with connect(servers, heartbeat_ms=1500) as connection:
            assert connection.receive(5) == []
            connection.confirmed(
                Frame(
                    "SEND",
                    {
                        "destination": connection.dialect.destination("quiet"),
                        **connection.dialect.sending(1, None),
                    },
                )
            )

    def test_a_wrong_password_is_refused_in_words(self, servers: Servers) -> None:
        """Not by a connection that hangs."""
        wrong = Servers(servers.addresses, servers.login, "wrong")
        with pytest.raises(NotConnected, match=r"127\.0\.0\.1"):
            connect(wrong)


@pytest.mark.services
@pytest.mark.slow
class TestBrokerKilled:
    """kill -9 of a broker in the middle of a stream of messages."""

    MANY = 1500

    def test_with_receipts_nothing_is_lost(self, database: Database) -> None:
        """Every message arrives once, though the broker died while it was being told."""
        queue = queue_of(database)
        ids = send(database, *(Message(queue_name=queue, parameters={"x": "y" * 500}) for _ in range(self.MANY)))
        relay = Relay(database, "relay")
        with started("activemq") as broker:
            with connect(Servers.read(broker.url)) as connection:
                published = sum(relay.round(connection) for _ in range(5))
                broker.kill()
                with pytest.raises((NotConnected, BrokerRefused)):
                    relay.round(connection)
            broker.start_again()
            with connect(Servers.read(broker.url)) as connection:
                while relay.round(connection):
                    continue
                intake = Intake(database, [queue])
                intake.subscribe(connection)
                while intake.round(connection, 3):
                    continue
        assert published == 500
        assert [m.id for m in Queue(database).claim([queue], 5000, LEASE, "ada")] == ids

    def test_without_receipts_messages_are_lost_without_an_error(self, database: Database) -> None:
        """The negative control: if this does not lose any, the test above proves nothing."""
        queue = queue_of(database)
        with started("activemq") as broker:
            with connect(Servers.read(broker.url)) as connection:
                headers = {"destination": connection.dialect.destination(queue), "persistent": "true"}
                broker.pause()  # what is sent now stands in buffers, and nobody says so
                for _ in range(200):
                    connection.send(Frame("SEND", headers, b"x" * 500))
                broker.kill()
            broker.start_again()
            arrived = 0
            with connect(Servers.read(broker.url)) as connection:
                intake = Intake(database, [queue])
                intake.subscribe(connection)
                arrived = intake.round(connection, 3)
        assert arrived < 200


@pytest.mark.services
def test_a_message_that_the_broker_refuses_does_not_keep_the_others_from_it(
    database: Database, rabbitmq_url: str
) -> None:
    """RabbitMQ has no queue with a slash in its name: that one is given up in the end, the others went by then."""
    queue, relay = queue_of(database), Relay(database, "relay")
    servers = Servers.read(rabbitmq_url)
    database.clock = clock = SetClock(database.clock.now())
    good = send(database, *(Message(queue_name=queue, parameters={"n": n}) for n in range(3)))
    [bad] = send(database, Message(queue_name="no/such", parameters={"n": 4}))
    refused = published = 0
    while refused + published < 30 and not (letters := DeadLetters(database).listed()):
        with connect(servers) as connection:
            try:
                while done := relay.round(connection):
                    published += done
            except BrokerRefused:
                refused += 1
        clock.advance(minutes=10)
    [letter] = letters
    assert (letter.message.id, refused, published) == (bad, 10, 3)
    assert "not published: The broker refused" in letter.cause
    with connect(servers) as connection:
        intake = Intake(database, [queue])
        intake.subscribe(connection)
        while intake.round(connection, 2):
            continue
    assert [m.id for m in Queue(database).claim([queue], 10, LEASE, "ada")] == good
    assert DeadLetters(database).replay([bad]) == 1
    assert [(d.outgoing, d.ready) for d in Queue(database).depths() if d.queue == "no/such"] == [(1, 0)]


def test_no_server_is_a_clear_error() -> None:
    """Each of the list is named with what it said."""
    with pytest.raises(NotConnected, match=r"127\.0\.0\.1:1: .*127\.0\.0\.1:2: "):
        connect(Servers((("127.0.0.1", 1), ("127.0.0.1", 2))))


@pytest.mark.parametrize("url", ["http://x", "stomp://", "stomp://host:port", "stomp://host/?x=1"])
def test_a_broker_url_that_is_none_is_refused(url: str) -> None:
    """With what one looks like; never with the passcode."""
    with pytest.raises(Misconfigured):
        Servers.read(url)


def test_a_broker_url_names_servers_login_and_vhost() -> None:
    """Several servers, in their order; the passcode stays out of the log."""
    servers = Servers.read("stomps://ada:p%40ss@one,two:7000/shop?ca=/etc/ca.pem")
    assert servers.addresses == (("one", 61614), ("two", 7000))
    assert (servers.login, servers.passcode, servers.vhost, servers.tls, servers.ca) == (
        "ada",
        "p@ss",
        "shop",
        True,
        "/etc/ca.pem",
    )
    assert "p@ss" not in repr(servers)
