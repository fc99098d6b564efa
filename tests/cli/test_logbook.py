"""``opensky logs``: what the programs wrote, and one request with all that it led to."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dishka import Container

from opensky.cli import logbook
from opensky.kernel.doing import Work, doing
from opensky.kernel.errors import Misconfigured, NotFound
from opensky.mail.objects import Delivery
from opensky.messaging import Message, Outgoing
from opensky.persistence import Database, UnitOfWork
from opensky.settings import Settings
from opensky.wiring import container

ASKED = "a2075a27f3b77a14"


def write(data: Path, program: str, **facts: Any) -> None:
    """Write a line of a program's log, as of now."""
    (data / "log").mkdir(exist_ok=True)
    line = {"timestamp": datetime.now(UTC).isoformat(), "level": "info", "program": program} | facts
    with (data / "log" / f"{program}.log").open("a") as file:
        file.write(json.dumps(line) + "\n")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Container]:
    with container(Settings.load({"OPENSKY_DATA": str(tmp_path)})) as made:
        made.get(Database).create()
        yield made


@pytest.fixture
def letter(shop: Container, tmp_path: Path) -> int:
    """A letter that a request has sent, which the post has taken; its request is in the log, the rest in the tables alone."""
    with shop() as scope, doing(Work(ASKED)):
        id_ = scope.get(Outgoing).send(Message(queue_name="mail.letters", type="LetterDue"))
        unit = scope.get(UnitOfWork)
        now = unit.clock.now()
        sent = Delivery(id=id_, kind="welcome", address="nora@mail.example", begun_at=now, ended_at=now)
        sent.state, sent.answer = "sent", "250 OK for nora@mail.example"
        unit.persist(sent)
        unit.commit()
    answered = {"event": "web.answered", "method": "POST", "route": "/sign-up", "status": 303}
    write(tmp_path, "web", **answered, request=ASKED, journeys=[str(id_)])
    write(tmp_path, "web", **answered, request="another")
    return id_


def test_a_request_is_followed_to_its_letter(letter: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Lines of logs and what the tables know, in order; the address is only hinted at."""
    logbook.follow(ASKED, data=tmp_path)

    said = capsys.readouterr().out
    assert said.startswith(f"{ASKED}, from ")
    assert f"journey {letter}: 1 step" in said
    assert "route=/sign-up" in said
    assert f"message={letter}  type=LetterDue  way=DEVO > send_letter" in said
    assert "kind=welcome  to=n…@mail.example  state=sent  said=250 OK for ⟦masked⟧" in said
    assert "another" not in said


def test_a_message_leads_to_its_request(letter: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As does its journey."""
    logbook.follow(str(letter), data=tmp_path)
    said = capsys.readouterr().out
    assert f"of request {ASKED}" in said
    assert "route=/sign-up" in said


def test_lines_can_be_had_as_they_were_written(letter: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON object a line, for other programs."""
    logbook.follow(ASKED, json=True, data=tmp_path)
    [line] = capsys.readouterr().out.splitlines()
    assert (json.loads(line)["request"], json.loads(line)["program"]) == (ASKED, "web")


def test_what_nobody_knows_is_said(letter: int, tmp_path: Path) -> None:
    """With what could be the reason."""
    with pytest.raises(NotFound, match="Nothing here is about 'nobody'"):
        logbook.follow("nobody", data=tmp_path)


def test_copies_of_logs_are_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of another machine, whose tables are not here."""
    write(tmp_path, "bus", event="bus.handled", request=ASKED, journey="7")
    logbook.follow(ASKED, data=tmp_path)
    assert "bus.handled" in capsys.readouterr().out


def test_the_last_lines_of_all_programs_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the order in which they were written, of some programs or grave ones alone."""
    for program, event, level in (("web", "one", "info"), ("bus", "two", "warning"), ("web", "three", "error")):
        write(tmp_path, program, event=event, level=level)

    def shown(**asked: Any) -> list[str]:
        logbook.show(data=tmp_path, **asked)
        return [line.split()[3] for line in capsys.readouterr().out.splitlines()]

    assert shown() == ["one", "two", "three"]
    assert shown(last=2) == ["two", "three"]
    assert shown(level="warning") == ["two", "three"]
    assert shown(program=("bus",)) == ["two"]
    assert shown(since="1h") == ["one", "two", "three"]


def test_old_lines_are_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--since`` counts back from now."""
    write(tmp_path, "web", event="old", timestamp=(datetime.now(UTC) - timedelta(hours=2)).isoformat())
    write(tmp_path, "web", event="new")
    logbook.show(since="90m", json=True, data=tmp_path)
    assert [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()] == ["new"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"since": "2 hours"}, "such as 15m"),
        ({"level": "loud"}, "A level is"),
        ({"last": 0}, "the last line or more of them, not 0"),
        ({"last": -1}, "the last line or more of them, not -1"),
        ({"program": ("web", "nope")}, "No program 'nope' has written a log here; there are: bus, web"),
        ({"since": "99999999d"}, "such as 15m"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, wrong: dict[str, Any], words: str) -> None:
    """With what could be."""
    write(tmp_path, "web", event="one")
    write(tmp_path, "bus", event="two")
    with pytest.raises(Misconfigured, match=words):
        logbook.show(data=tmp_path, **wrong)


def test_without_logs_it_says_who_writes_them(tmp_path: Path) -> None:
    """A shop that an init system runs has them in its journal."""
    with pytest.raises(Misconfigured, match="There are no logs in"):
        logbook.show(data=tmp_path)
