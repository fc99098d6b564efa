"""Logs read back: which lines are about one thing, whatever program wrote them, and whichever file they have been turned over into."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opensky.logs.reading import lines, thread

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def write(path: Path, *entries: tuple[int, dict[str, Any]]) -> None:
    """Write lines, each so many seconds after noon."""
    with path.open("a") as file:
        for seconds, entry in entries:
            stamp = (NOON + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
            file.write(json.dumps({"timestamp": stamp, "level": "info", **entry}) + "\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Logs of a web and a bus, of two requests."""
    write(tmp_path / "web.log.1", (1, {"event": "web.answered", "request": "one", "journeys": ["11", "12"]}))
    write(tmp_path / "web.log", (2, {"event": "web.answered", "request": "two", "id": "e44044", "journeys": ["21"]}))
    write(tmp_path / "web.log", (5, {"event": "web.answered", "request": "one", "journey": "12"}))
    write(tmp_path / "bus.log", (3, {"event": "letter.sent", "message": "13", "journey": "11"}))
    write(tmp_path / "bus.log", (4, {"event": "bus.handled", "message": "21", "journey": "21", "request": "two"}))
    with (tmp_path / "bus.log").open("a") as file:
        file.write('Traceback (most recent call last):\n{"event": "torn\n[1]\n{"event": "without time"}\n')
    (tmp_path / "supervisord.log").write_text("2026-11-23 12:00:00,000 INFO spawned: 'web' with pid 7\n")
    return tmp_path


def test_a_request_is_followed_through_all_programs(folder: Path) -> None:
    """Its own lines, those that name it, and those of the journeys that it began; in order, across turned files."""
    found = thread(folder, "one")

    assert [(line.program, line.entry["event"]) for line in found.lines] == [
        ("web", "web.answered"),
        ("bus", "letter.sent"),
        ("web", "web.answered"),
    ]
    assert (found.requests, found.journeys) == ({"one"}, {"11", "12"})


@pytest.mark.parametrize("what", ["two", "21", "e44044"])
def test_any_of_its_names_leads_to_the_whole(folder: Path, what: str) -> None:
    """The request, a message or journey, the number that an error page showed."""
    assert [line.entry["event"] for line in thread(folder, what).lines] == ["web.answered", "bus.handled"]


def test_a_number_that_only_resembles_another_is_not_it(folder: Path) -> None:
    """A part of an id names nothing."""
    assert thread(folder, "1").lines == []
    assert thread(folder, "4404").lines == []


def test_what_somebody_else_knows_of_it_is_followed_too(folder: Path) -> None:
    """An order is in no line, but its journeys are in the tables."""
    found = thread(folder, "OS-7Q2K4MX", journeys={"11"})
    assert [line.entry["event"] for line in found.lines] == ["web.answered", "letter.sent"]


def test_all_lines_of_some_programs_are_read_oldest_file_first(folder: Path) -> None:
    """What is no line of ours is left out."""
    assert [line.entry["request"] for line in lines(folder, ("web",))] == ["one", "two", "one"]
    assert len(list(lines(folder))) == 5
