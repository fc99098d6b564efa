"""Log files as they appear in the terminal."""

import io
import json
from contextlib import closing
from pathlib import Path

from opensky.cli.logs import LogFile, Relay, readable, tail


def test_a_structured_line_becomes_time_level_event_and_facts() -> None:
    """JSON of structlog is for machines; a person gets one line, with what is long or has blanks in quotes."""
    line = json.dumps({"level": "info", "event": "order.placed", "lines": 3, "by": "Ada B", "logger": "x"})
    assert readable("web", line) == f'web            info    {"order.placed":<28} lines=3  by="Ada B"'


def test_a_time_is_shown_as_the_clock_on_the_wall() -> None:
    """The stamp is turned into local hours, minutes and seconds."""
    line = json.dumps({"level": "info", "event": "x", "timestamp": "2026-01-02T03:04:05+00:00"})
    hours, minutes, seconds = readable("web", line).split()[1].split(":")
    assert (minutes[1], seconds) == ("4", "05")
    assert int(hours) < 24


def test_a_traceback_stands_below_its_line() -> None:
    """An unexpected error is shown whole."""
    line = json.dumps({"level": "error", "event": "web.failed", "exception": "Traceback\n  ValueError: no\n"})
    assert readable("web", line).endswith("error   web.failed\nTraceback\n  ValueError: no")


def test_any_other_line_is_passed_on_as_it_is() -> None:
    """What is no structured entry is not touched, JSON or not."""
    for line in ("[INFO] Started worker-1", "{broken", '{"a": 1}', "[1, 2]", ""):
        assert readable("web", line) == f"web   {line}"


def test_a_log_is_read_from_where_it_ended(tmp_path: Path) -> None:
    """What was said before is not repeated, and a line is shown once it is whole."""
    path = tmp_path / "web.log"
    path.write_text("before\n")
    with path.open("a") as file, closing(LogFile(path)) as log:
        file.write("one\ntw")
        file.flush()
        assert log.lines() == ["one"]
        file.write("o\n")
        file.flush()
        assert log.lines() == ["two"]
        assert log.lines() == []


def test_a_log_that_does_not_exist_yet_is_read_when_it_does(tmp_path: Path) -> None:
    """A program that starts later is heard from its first line."""
    with closing(LogFile(tmp_path / "web.log")) as log:
        assert log.lines() == []
        (tmp_path / "web.log").write_text("first\n")
        assert log.lines() == ["first"]


def test_a_rotated_log_is_followed_without_losing_a_line(tmp_path: Path) -> None:
    """The end of the old file comes before the beginning of the new one."""
    path = tmp_path / "web.log"
    path.write_text("old 1\n")
    with closing(LogFile(path)) as log:
        with path.open("a") as file:
            file.write("old 2\n")
        path.rename(tmp_path / "web.log.1")
        path.write_text("new 1\n")
        assert log.lines() == ["old 2", "new 1"]


def test_the_relay_names_the_program_of_each_line(tmp_path: Path) -> None:
    """Lines of several programs can be told apart."""
    out = io.StringIO()
    with closing(LogFile(tmp_path / "web.log")) as web, closing(LogFile(tmp_path / "cron.log")) as cron:
        for name in ("web", "cron"):
            (tmp_path / f"{name}.log").write_text(f"{name} says\n")
        Relay([web, cron], out).copy()
    assert out.getvalue() == "web   web says\ncron  cron says\n"


def test_the_tail_of_a_log_is_its_last_lines(tmp_path: Path) -> None:
    """For a program that did not start; nothing when it never spoke."""
    (tmp_path / "web.log").write_text("1\n2\n3\n")
    assert tail(tmp_path / "web.log", 2) == ["web   2", "web   3"]
    assert tail(tmp_path / "cron.log", 2) == []


def test_the_terminal_of_a_shop_leaves_out_what_goes_well_all_the_time(tmp_path: Path) -> None:
    """A busy shop writes hundreds of lines a minute: those that nobody must see would push away those that somebody must."""
    path, stream = tmp_path / "bus.log", io.StringIO()
    path.write_text("")
    with closing(LogFile(path)) as log:
        relay = Relay([log], stream, quiet=True)
        with path.open("a") as file:
            for event, level in (
                ("bus.handled", "info"),
                ("letter.sent", "info"),
                ("web.answered", "info"),
                ("web.answered", "debug"),
                ("web.slow", "warning"),
                ("bus.handled", "warning"),
                ("auth.failed", "info"),
            ):
                file.write(json.dumps({"level": level, "event": event}) + "\n")
            file.write("no line of ours\n")
        relay.copy()
    shown = [line.split()[-1] for line in stream.getvalue().splitlines()]
    assert shown == ["web.slow", "bus.handled", "auth.failed", "ours"]
