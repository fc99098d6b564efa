"""Dead letters and journeys in a terminal, on a shop in a folder of its own."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from dishka import Container

from opensky.cli import bus_letters as bus
from opensky.devo.bus.objects import LetterAct
from opensky.kernel.errors import Invalid, Misconfigured, NotFound
from opensky.messaging import DeadLetters, Message, Outgoing, Queue
from opensky.persistence import Database, UnitOfWork
from opensky.settings import Settings
from opensky.wiring import container

BODY = {"order": 7, "number": "OS-7", "email": "jo@example.org", "amount_minor": 1250, "currency": "USD"}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Container]:
    with container(Settings.load({"OPENSKY_DATA": str(tmp_path)})) as made:
        made.get(Database).create()
        yield made


@pytest.fixture
def letters(shop: Container) -> list[int]:
    """Two dead letters of one cause."""
    with shop() as scope:
        client = scope.get(Outgoing)
        ids = [client.send(Message(queue_name="fraud.check", type="FraudQuestion", parameters=BODY)) for _ in "12"]
        scope.get(UnitOfWork).commit()
    queue = Queue(shop.get(Database))
    for message in queue.claim(["fraud.check"], 2, timedelta(minutes=1), "worker"):
        queue.bury(message, "worker", "ValueError: jo@example.org is nobody", "ValueError: jo@example.org is nobody")
    return ids


def acts(shop: Container) -> list[tuple[int, str, str]]:
    """Who did what to which letter?"""
    with shop() as scope:
        found = scope.get(UnitOfWork).find(LetterAct, sort=("id",))
        return [(each.letter_id, each.act, each.member_name.partition(" ")[2]) for each in found]


def test_a_letter_is_shown_masked(
    letters: list[int], shop: Container, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unless one asks for it, and then that is kept."""
    bus.list_(data=tmp_path)
    bus.show(letters[0], data=tmp_path)
    said = capsys.readouterr().out
    assert "2 in fraud.check" in said
    assert '"email": "⟦masked 1⟧"' in said
    assert "jo@example.org" not in said
    assert acts(shop) == []

    bus.show(letters[0], bare=True, data=tmp_path)
    assert '"email": "jo@example.org"' in capsys.readouterr().out
    assert acts(shop) == [(letters[0], "looked into", "at a terminal")]


def test_a_letter_is_edited_and_replayed(
    letters: list[int], shop: Container, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What its flow could not read is refused; a mask keeps what was there."""
    with pytest.raises(Invalid, match="This is no FraudQuestion"):
        bus.edit(letters[0], '{"order": "x"}', data=tmp_path)
    text = '{"order": 7, "number": "OS-7", "email": "⟦masked 1⟧", "amount_minor": 1, "currency": "USD"}'
    bus.edit(letters[0], text, data=tmp_path)
    bus.edit(letters[0], text, data=tmp_path)
    assert shop.get(DeadLetters).show(letters[0]).message.parameters == BODY | {"amount_minor": 1}

    bus.replay(letters[0], 17, data=tmp_path)

    said = capsys.readouterr().out
    assert "has other parameters now (amount_minor)." in said
    assert "has these parameters already." in said
    assert "1 of 2 dead letters are in their queues again." in said
    assert [act for _, act, _ in acts(shop)] == ["edited", "retried"]
    assert [each.message.id for each in shop.get(DeadLetters).listed()] == letters[1:]


def test_letters_are_discarded(
    letters: list[int], shop: Container, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of a queue, if somebody says yes; and it is known who it was."""
    with pytest.raises(Misconfigured, match="Nobody is there to answer; say --yes"):
        bus.discard(queue="fraud.check", data=tmp_path)
    with pytest.raises(NotFound, match="Name dead letters by their numbers"):
        bus.discard(data=tmp_path)
    bus.discard(queue="fraud.check", yes=True, data=tmp_path)
    assert "2 dead letters are gone." in capsys.readouterr().out
    assert sorted(acts(shop)) == [(each, "discarded", "at a terminal") for each in letters]
    bus.list_(data=tmp_path)
    assert capsys.readouterr().out == "There are no dead letters.\n"


def test_a_journey_is_a_table(letters: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Found by any of its messages; one that is not known is refused."""
    bus.journey(str(letters[0]), data=tmp_path)
    said = capsys.readouterr().out
    assert said.startswith(f"Journey {letters[0]} began ")
    assert "FraudQuestion" in said
    assert "check_fraud" in said
    assert "dead" in said
    with pytest.raises(NotFound, match="There is no message 17"):
        bus.journey("17", data=tmp_path)
