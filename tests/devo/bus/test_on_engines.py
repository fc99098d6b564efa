"""The bus is looked into, and dead letters are decided, on every engine."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from dishka import Container

from opensky.devo.bus.manager import BusManager
from opensky.devo.bus.objects import LetterAct
from opensky.devo.bus.watching import BusWatch
from opensky.messaging import About, DeadLetters, Handled, Message, Outgoing, Queue
from opensky.messaging.traces import note
from opensky.persistence import Database, UnitOfWork
from opensky.settings import Settings
from opensky.wiring import container

QUEUE, WORKER = "fraud.check", "worker"


@pytest.fixture
def app(tmp_path: Path, engine: dict[str, Any]) -> Iterator[Container]:
    """A shop without anything in it, on each engine."""
    with container(Settings(data=tmp_path, secret_key="0" * 64, **engine)) as made:
        made.get(Database).create()
        yield made


def send(app: Container, number: int) -> list[int]:
    """Send messages, each a journey of its own that is about one order."""
    with app() as scope:
        client, unit = scope.get(Outgoing), scope.get(UnitOfWork)
        ids = [
            client.send(Message(queue_name=QUEUE, type="FraudQuestion", parameters={"order": n})) for n in range(number)
        ]
        note(unit, About("Order", "7"), client.journeys, unit.clock.now())
        note(unit, About("Order", "7"), client.journeys, unit.clock.now())
        unit.commit()
    return ids


def work(app: Container) -> None:
    """Handle the first message, give up the second, have the third tried again, and leave the fourth alone."""
    database = app.get(Database)
    queue = Queue(database)
    first, second, third = queue.claim([QUEUE], 3, timedelta(minutes=1), WORKER)
    with database.unit_of_work() as unit:
        now = database.clock.now()
        queue.acknowledge(unit, [Handled(first, now, now)], WORKER)
        unit.commit()
    assert queue.bury(second, WORKER, "ValueError: no", "ValueError: no")
    assert queue.retry(third, WORKER, database.clock.now() + timedelta(hours=1), "later")


def test_queues_and_journeys_are_seen(app: Container) -> None:
    """How many stand where, what was handled in this minute, and where each journey has led."""
    first, second, third, fourth = send(app, 4)
    work(app)
    with app() as scope:
        watch = scope.get(BusWatch)
        line = next(each for each in watch.queues() if each.name == QUEUE)
        assert (line.ready, line.waiting, line.taken, line.dead, line.handled) == (1, 1, 0, 1, 1)
        seen = watch.queue(QUEUE)
        assert [each.id for each in seen.live] == [fourth, third]
        assert [each.id for each in seen.handled] == [first]
        lines, older = watch.newest((1 << 63) - 1)
        assert ([each.correlation for each in lines], older) == ([fourth, third, second, first], "")
        assert [each.name for each in lines[0].subjects] == ["7"]
        found = [(each.messages[0].id, each.messages[0].state) for each in watch.journeys_of(About("Order", "7"))]
        assert found == [(fourth, "ready"), (third, "waiting"), (second, "dead"), (first, "handled")]


def test_letters_are_decided(app: Container) -> None:
    """With the act that says so, in one transaction: rolled back, nothing has happened."""
    _, second, *_ = send(app, 4)
    work(app)
    for keep in (False, True):
        with app() as scope:
            bus, unit = scope.get(BusManager), scope.get(UnitOfWork)
            [group] = bus.groups()
            assert bus.retry_group(group, group.cause.last_at) == 1
            if keep:
                unit.commit()
        assert [each.message.id for each in app.get(DeadLetters).listed()] == ([] if keep else [second])
    with app() as scope:
        unit = scope.get(UnitOfWork)
        assert [(act.letter_id, act.act, act.member_name) for act in unit.find(LetterAct)] == [
            (second, "retried", "system")
        ]
        assert scope.get(BusWatch).journey(second).messages[0].state == "ready"
