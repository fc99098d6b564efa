"""What was handled long ago is forgotten; what waits, and what died, is not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, insert, select

from opensky.kernel.clock import SetClock
from opensky.messaging import DeadLetters, Handled, Message, Outgoing, Queue
from opensky.messaging.bodies import BODIES
from opensky.messaging.pruning import Pruned, Pruner
from opensky.messaging.tables import FINISHED, SEEN
from opensky.messaging.traces import TRACES, About, note
from opensky.persistence import Database
from opensky.persistence.cursors import microseconds
from opensky.testing.engines import empty

LARGE = {"text": "x" * 70_000}
SERVERS = [pytest.param(name, marks=pytest.mark.services) for name in ("mariadb_url", "postgresql_url")]


@pytest.fixture
def clock() -> SetClock:
    """Give a clock that is moved by days."""
    return SetClock(datetime(2013, 2, 8, 12, tzinfo=UTC))


@pytest.fixture(params=["sqlite", *SERVERS])
def database(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> Iterator[Database]:
    """Give an empty database on each engine."""
    url = tmp_path / "o.sqlite" if request.param == "sqlite" else request.getfixturevalue(request.param)
    database = Database(url, (), clock=clock)
    database.create()
    yield database
    empty(database)
    database.close()


def handle(database: Database, queue: str, parameters: dict[str, str]) -> int:
    """Send a message, handle it, note that it was seen and what it was about; return its id."""
    now = database.clock.now()
    with database.unit_of_work() as unit:
        id_ = Outgoing(unit, database.ids).send(Message(queue_name=queue, parameters=parameters))
        unit.commit()
    [message] = Queue(database).claim([queue], 1, timedelta(minutes=1), "ada")
    with database.unit_of_work() as unit:
        Queue(database).acknowledge(unit, [Handled(message, now, now)], "ada")
        unit.execute(insert(SEEN), {"consumer": queue, "message_id": str(id_), "seen_at": microseconds(now)})
        note(unit, About("Order", str(id_)), (id_,), now)
        unit.commit()
    return id_


def ids(database: Database, table: Table) -> set[int]:
    """Return what is in the column that names messages."""
    column = {"seen_messages": SEEN.c.message_id, "message_traces": TRACES.c.correlation}.get(
        table.name, table.primary_key.columns[0]
    )
    with database.reader(primary=True) as reader:
        return {int(row[0]) for row in reader.rows(select(column))}


def test_what_was_handled_long_ago_is_forgotten_in_steps(database: Database, clock: SetClock) -> None:
    """Each round takes a step of each kind; the younger stay, and a mark of what was seen stays longer."""
    old = []
    for _ in range(5):
        old.append(handle(database, "pots", {"n": "1"}))
        clock.advance(seconds=1)
    clock.advance(days=20)
    young = handle(database, "pots", {"n": "2"})
    clock.advance(days=20)
    pruner = Pruner(database, step=2)
    assert [pruner.round() for _ in range(4)] == [Pruned(2, 0, 2), Pruned(2, 0, 2), Pruned(1, 0, 1), Pruned()]
    assert ids(database, FINISHED) == ids(database, TRACES) == {young}
    assert ids(database, SEEN) == {*old, young}
    clock.advance(days=60)
    assert pruner.run() == Pruned(1, 5, 1)
    assert ids(database, SEEN) == {young}


def test_what_waits_and_what_died_is_never_forgotten(database: Database, clock: SetClock) -> None:
    """However old it is, with its large body; one for which no message is left goes."""
    with database.unit_of_work() as unit:
        client = Outgoing(unit, database.ids)
        waiting, dead = (client.send(Message(queue_name=q, parameters=LARGE)) for q in ("pots", "pans"))
        unclaimed = database.ids.next()
        unit.execute(insert(BODIES), {"id": unclaimed, "body": "{}"})
        unit.commit()
    queue = Queue(database)
    [message] = queue.claim(["pans"], 1, timedelta(minutes=1), "ada")
    queue.bury(message, "ada", "cold", "cold")
    assert Pruner(database).run() == Pruned()
    clock.advance(days=1000)
    assert Pruner(database).run() == Pruned(bodies=1)
    assert ids(database, BODIES) == {waiting, dead}
    assert [letter.message.id for letter in DeadLetters(database).listed()] == [dead]
    assert [message.parameters for message in queue.claim(["pots"], 1, timedelta(minutes=1), "ada")] == [LARGE]
