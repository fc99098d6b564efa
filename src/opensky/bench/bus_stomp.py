"""STOMP: what reading and acknowledging a message of 1 KB costs us, and how fast a broker takes transactions of a hundred."""

import itertools
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path

from opensky.bench.results import Metric, Results
from opensky.bench.rounds import settled
from opensky.kernel.clock import SystemClock
from opensky.kernel.ids import IdGenerator
from opensky.messaging import Message, Outgoing
from opensky.messaging.stomp import Connection, Frame, Relay, Servers, connect
from opensky.messaging.stomp.dialects import Artemis
from opensky.messaging.stomp.frames import Parser, encode
from opensky.messaging.stomp.wire import from_frame, to_frame
from opensky.persistence import Database

MANY = 3000
PUBLISHED_PEER = 7264.0
"""Messages a second in transactions of a hundred to ActiveMQ, by stompman, on the same machine."""
CONSUMED_PEER = 229.0
_MICRO = 1e6
_BATCH = 100


def codec(rounds: int) -> Results:
    """Measure bytes to messages, and the acknowledgements written: what is ours of a consumer, without sockets."""
    stream = b"".join(_delivered(number) for number in range(MANY))
    pieces = [stream[at : at + 65536] for at in range(0, len(stream), 65536)]

    def consume() -> None:
        parser = Parser()
        for piece in pieces:
            for frame in parser.feed(piece):
                from_frame(frame, "bench")
                encode(Frame("ACK", {"id": frame.headers["ack"]}))

    times = []
    with settled():
        for _ in range(rounds + 1):
            before = time.process_time()
            consume()
            times.append((time.process_time() - before) / MANY)
    value = statistics.median(times[1:]) * _MICRO
    return {"STOMP: read a message of 1 KB and write its acknowledgement": Metric(value=value, unit="CPU-µs")}


def brokered(url: str, rounds: int) -> Results:
    """Measure a broker that runs: publishing by transactions with a receipt each, and consuming."""
    servers = Servers.read(url)
    ids = IdGenerator(0, SystemClock())
    queue = f"bench.{ids.next()}"
    rates, costs, relayed, relay_costs = [], [], [], []
    with (
        tempfile.TemporaryDirectory(prefix="opensky-bench-") as folder,
        closing(Database(Path(folder) / "outbox.sqlite", ())) as database,
        connect(servers) as publisher,
        connect(servers) as consumer,
        settled(),
    ):
        database.create()
        consumer.subscribe(queue, "q0", 2 * _BATCH)
        for _ in range(rounds):
            rates.append(_publish(publisher, queue, ids))
            costs.append(_consume(consumer))
            _fill(database, queue)
            rate, cost = _relay(database, publisher)
            relayed.append(rate)
            relay_costs.append(cost)
            _consume(consumer)
    return {
        "STOMP: from the outbox to the broker": Metric(
            value=statistics.median(relayed), unit="msgs/s", better="higher", target=5000
        ),
        "STOMP: the relay's share of that": Metric(value=statistics.median(relay_costs) * _MICRO, unit="CPU-µs"),
        "STOMP: publish by transactions of 100": Metric(
            value=statistics.median(rates), unit="msgs/s", better="higher", target=5000, peer=PUBLISHED_PEER
        ),
        "STOMP: consume and acknowledge": Metric(
            value=statistics.median(costs) * _MICRO, unit="CPU-µs", target=25, peer=CONSUMED_PEER
        ),
    }


def _publish(connection: Connection, queue: str, ids: IdGenerator) -> float:
    began = time.perf_counter()
    for number in range(MANY // _BATCH):
        inside = {"transaction": f"b{number}"}
        frames = [to_frame(_message(queue, ids.next()), connection.dialect) for _ in range(_BATCH)]
        sends = (each._replace(headers={**each.headers, **inside}) for each in frames)
        connection.confirmed(Frame("BEGIN", inside), *sends, Frame("COMMIT", inside))
    return MANY / (time.perf_counter() - began)


def _fill(database: Database, queue: str) -> None:
    with database.unit_of_work() as unit:
        client = Outgoing(unit, database.ids, is_remote=lambda _queue: True)
        client.send_all([Message(queue_name=queue, type="Bench", parameters={"text": "x" * 1000}) for _ in range(MANY)])
        unit.commit()


def _relay(database: Database, connection: Connection) -> tuple[float, float]:
    """Return messages a second, and the processor's seconds for each."""
    relay = Relay(database, "bench")
    began, before = time.perf_counter(), time.process_time()
    while relay.round(connection, _BATCH):
        continue
    return MANY / (time.perf_counter() - began), (time.process_time() - before) / MANY


def _consume(connection: Connection) -> float:
    got = 0
    before = time.process_time()
    while got < MANY:
        frames = connection.receive(10, _BATCH)
        for each in frames:
            from_frame(each, "bench")
        connection.acknowledge(frames)
        got += len(frames)
    return (time.process_time() - before) / MANY


def _message(queue: str, id_: int) -> Message:
    return Message(queue_name=queue, id=id_, type="Bench", parameters={"text": "x" * 1000})


_tags = itertools.count(1)


def _delivered(number: int) -> bytes:
    sent = to_frame(_message("bench", 10**18 + number), Artemis())
    theirs = {"subscription": "q0", "message-id": f"m:{next(_tags)}", "ack": f"a-{number}", "redelivered": "false"}
    return encode(Frame("MESSAGE", {**sent.headers, **theirs}, sent.body))
