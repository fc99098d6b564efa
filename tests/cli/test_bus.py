"""What ``opensky bus`` and ``opensky events`` say about queues, books and forwarding."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from opensky.cli import bus, events
from opensky.messaging import Handled, Message, Outgoing, Queue
from opensky.messaging.tables import MESSAGES
from opensky.settings import Settings
from opensky.wiring import open_database

Shown = pytest.CaptureFixture[str]


@pytest.fixture
def shop(settings: Settings) -> Settings:
    """A shop with tables, and nothing in its queues."""
    database = open_database(settings)
    database.create()
    database.close()
    return settings


def handled_with_two_outputs(shop: Settings) -> list[int]:
    """Handle a message that sends two; return the ids of those."""
    database = open_database(shop)
    with database.unit_of_work() as unit:
        Outgoing(unit, database.ids).send(Message(queue_name="files"))
        unit.commit()
    [file] = Queue(database).claim(["files"], 1, timedelta(minutes=1), "ada")
    now = database.clock.now()
    with database.unit_of_work() as unit:
        client = Outgoing(unit, database.ids)
        client.continues(file.correlation, file.id, ())
        sent = [client.send(Message(queue_name="batches")) for _ in range(2)]
        Queue(database).acknowledge(unit, [Handled(file, now, now, client.sent)], "ada")
        unit.commit()
    database.close()
    return sent


def test_empty_queues_are_said_to_be_empty(shop: Settings, capsys: Shown) -> None:
    """Not by a table without rows."""
    bus.queues(data=shop.data)
    assert capsys.readouterr().out.splitlines() == [
        "No queue holds anything: all that was sent has been handled.",
        "Of the last day: 0 steps sent 0 messages: 0 acknowledged, 0 dead, 0 live, 0 at a broker; none is missing.",
    ]


def test_queues_show_what_waits_and_that_nothing_is_missing(shop: Settings, capsys: Shown) -> None:
    """A row a queue, and the books of the last day."""
    handled_with_two_outputs(shop)
    bus.queues(data=shop.data)
    out = capsys.readouterr().out
    assert "batches" in out
    assert "1 steps sent 2 messages: 0 acknowledged, 0 dead, 2 live, 0 at a broker; none is missing." in out
    bus.books(data=shop.data)
    assert capsys.readouterr().out.endswith("none is missing.\n")


def test_a_message_that_is_missing_is_told_with_the_step_that_sent_it(shop: Settings, capsys: Shown) -> None:
    """And the command ends with status 1, for scripts."""
    lost, _ = handled_with_two_outputs(shop)
    database = open_database(shop)
    with database.unit_of_work() as unit:
        unit.execute(delete(MESSAGES).where(MESSAGES.c.id == lost))
        unit.commit()
    database.close()
    with pytest.raises(SystemExit, match="1"):
        bus.books(data=shop.data)
    out = capsys.readouterr().out
    assert "1 ARE MISSING, 0 ARE THERE TWICE" in out
    assert "sent 2, found are 1: ./opensky bus journey" in out
    with pytest.raises(SystemExit, match="1"):
        bus.books(data=shop.data, json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["sent"], told["live"], told["missing"], told["balanced"]) == (2, 1, 1, False)
    assert [step["found"] for step in told["wrong"]] == [1]


def test_events_are_shown_with_the_queues_that_they_are_forwarded_to(tmp_path: Path, capsys: Shown) -> None:
    """As the settings of the shop say."""
    (tmp_path / "opensky.toml").write_text(
        '[events.forward]\n"seller.follow" = "jms.queue.opensky.seller"\n'
        '"order.paid" = [{ queue = "mail", delay = 60, priority = 2 }, { queue = "erp" }]\n',
        "utf-8",
    )
    events.events(data=tmp_path)
    told = {each.splitlines()[0]: each.splitlines()[3:] for each in capsys.readouterr().out.split("\n\n")}
    assert told["seller.follow"] == ["    forwarded to jms.queue.opensky.seller"]
    assert told["order.paid"] == ["    forwarded to mail (after 60 s, priority 2)", "    forwarded to erp"]
    assert told["member.created"] == []
