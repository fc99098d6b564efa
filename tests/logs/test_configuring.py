"""Lines as a process writes them."""

import json
import os
import subprocess
import sys
from typing import Any

import structlog

from opensky.kernel.doing import Work, carried, doing, note, request_of
from opensky.logs import collected, tell

PROGRAM = """
import logging, sys, threading, warnings, structlog
from opensky.logs import configure
configure("probe", {level!r})
{code}
"""


def written(code: str, level: str = "info") -> list[dict[str, Any]]:
    """Return what a process of its own writes, line by line."""
    script = PROGRAM.format(code=code, level=level)
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, env=os.environ)
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_all_that_a_process_says_is_one_kind_of_line() -> None:
    """Ours, a library's, a warning, and what nobody caught, in a thread or in the whole program: each is JSON, and nothing else is."""
    ours, library, warning, thread, crash = written(
        "structlog.get_logger().info('it.began', n=1)\n"
        "logging.getLogger('lib').error('no %s for %s', 'room', 'a@b.example')\n"
        "warnings.warn('old')\n"
        "t = threading.Thread(target=lambda: 1 / 0, name='t'); t.start(); t.join()\n"
        "raise KeyError('x')\n"
    )

    assert list(ours)[:5] == ["timestamp", "level", "event", "program", "pid"]
    assert (ours["event"], ours["level"], ours["program"], ours["n"]) == ("it.began", "info", "probe", 1)
    assert (library["event"], library["level"], library["logger"]) == ("no room for ⟦masked⟧", "error", "lib")
    assert "UserWarning: old" in warning["event"]
    assert (thread["event"], thread["thread"]) == ("crashed", "t")
    assert "ZeroDivisionError" in thread["exception"]
    assert (crash["event"], crash["level"]) == ("crashed", "critical")
    assert crash["exception"].endswith("KeyError: 'x'")


def test_what_is_below_the_level_is_not_written() -> None:
    """A library's words, too."""
    code = "log = structlog.get_logger(); log.info('a'); log.warning('b'); logging.getLogger('x').info('c'); log.error('d')"
    assert [line["event"] for line in written(code, "warning")] == ["b", "d"]


def test_a_long_line_is_one_line() -> None:
    """Longer than what a pipe takes at once; of what is longer than anybody reads, the middle is left out."""
    [line] = written("structlog.get_logger().info('x', exception='E' * 100_000 + 'end')")
    assert len(line["exception"]) == 40_003
    assert line["exception"].endswith("end")


def test_each_line_names_what_the_thread_is_at() -> None:
    """What was learned on the way is in the lines after it, and what is over is in none."""
    with collected() as lines:
        with doing(Work("req-1", journey=5, flow="f")):
            tell("one")
            note(letter="welcome")
            tell("two", flow="other")
        tell("three")

    shown = [{k: v for k, v in line.items() if k not in {"timestamp", "level", "program", "pid"}} for line in lines]
    assert shown == [
        {"event": "one", "request": "req-1", "journey": 5, "flow": "f"},
        {"event": "two", "request": "req-1", "journey": 5, "flow": "other", "letter": "welcome"},
        {"event": "three"},
    ]


def test_what_is_sent_names_the_request_in_hand() -> None:
    """A header of a message; who takes it up believes nothing that is no id."""
    assert carried() == {}
    with doing(Work("req-1")):
        assert carried() == {"request": "req-1"}
    with doing(Work()):
        assert carried() == {}
    assert request_of({"request": "req-1"}) == "req-1"
    assert request_of({"request": 'x"}\n{"event": "forged'}) == ""


def test_without_a_log_nothing_is_told_of_what_goes_well() -> None:
    """A command or a test is no server: its lines are those that somebody asked for."""
    with structlog.testing.capture_logs() as lines:
        tell("one")
    assert lines == []
