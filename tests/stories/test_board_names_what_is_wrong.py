"""Visitors are in a shop; something goes wrong, and the board says what it is within half a minute."""

import html
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from opensky.testing.buying import Clerk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PATIENCE = 90.0
"""Seconds. A fault is named within 30 s of its planting; a machine that has much else to do may take three times as long."""
WARM = 12.0
"""Seconds of visits before anything is planted."""
_TIER = re.compile(r'<li class="tier is-(\w+)( bottleneck)?">.*?<h3>(.*?)</h3>', re.DOTALL)


@dataclass(frozen=True)
class Seen:
    """What somebody reads on the board."""

    verdict: str
    text: str
    """The verdict, what is worst, and the last deploy, in words."""
    tiers: dict[str, str]
    bottleneck: str


class Watcher:
    """Staff before the board."""

    def __init__(self, clerk: Clerk) -> None:
        self._http = clerk.http

    def look(self) -> Seen:
        """Read the board."""
        answer = self._http.get("/board")
        assert answer.status_code == 200, answer.text
        said = re.search(r'<p class="says" data-state="(\w+)">', answer.text)
        assert said is not None, answer.text
        tiers = _TIER.findall(answer.text)
        return Seen(
            said[1],
            " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text.partition("<figure")[0])).split()),
            {title: state for state, _, title in tiers},
            next((title for _, bottleneck, title in tiers if bottleneck), ""),
        )

    def until(self, holds: Callable[[Seen], bool], what: str) -> Seen:
        """Look until something is to be seen."""
        deadline = time.monotonic() + PATIENCE
        while not holds(seen := self.look()):
            assert time.monotonic() < deadline, f"{what}; but the board says: {seen}"
            time.sleep(0.5)
        return seen


@contextmanager
def running(shop: Any, *command: str, says: str) -> Iterator[None]:
    """Run ``opensky traffic`` with some words, from when it says something to where it is left; Ctrl-C ends it then."""
    port = shop.address.rpartition(":")[2]
    words = [sys.executable, "-m", "opensky.cli", "traffic", *command, "--data", str(shop.data), "--port", port]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert says in line, line
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)


@pytest.fixture(scope="module")
def visited(
    opened_shop: Callable[..., AbstractContextManager[Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """A demo shop of its own, on an evening."""
    with (
        opened_shop(tmp_path_factory.mktemp("evening") / "var") as shop,
        running(shop, "--rate", "180", "--seed", "6", says="Visitors come"),
    ):
        time.sleep(WARM)
        yield shop


@pytest.fixture
def board(visited: Any) -> Iterator[Watcher]:
    """The board of a shop where nothing is wrong, or nothing any more."""
    with Clerk(visited.address) as clerk:
        watcher = Watcher(clerk)
        watcher.until(lambda seen: not seen.bottleneck and seen.verdict != "broken", "All should be well")
        yield watcher


def test_a_database_that_is_slow_is_the_bottleneck(visited: Any, board: Watcher) -> None:
    with running(visited, "fault", "slow-database", "--seconds", "300", says="slow-database is planted"):
        seen = board.until(lambda seen: seen.tiers["Database"] != "ok", "The database should be named")
    assert seen.verdict in {"watch", "broken"}
    assert "Database" in seen.text
    assert "waits" in seen.text


def test_a_bus_that_is_dead_is_said_to_be_silent(visited: Any, board: Watcher) -> None:
    with running(visited, "fault", "dead-bus", "--seconds", "300", says="dead-bus is planted"):
        seen = board.until(lambda seen: seen.bottleneck == "Bus", "The bus should be named")
    assert (seen.verdict, seen.tiers["Bus"]) == ("broken", "broken")
    assert "Bus It has said nothing for" in seen.text


def test_a_bad_deploy_is_judged_worse_and_its_errors_are_named(visited: Any, board: Watcher) -> None:
    with running(visited, "fault", "bad-deploy", "--seconds", "300", says="bad-deploy is planted"):
        seen = board.until(lambda seen: "Deploy: worse" in seen.text, "The deploy should be judged")
    assert "0badc0de" in seen.text
    assert "Errors" in seen.text
    assert seen.verdict in {"watch", "broken"}


def test_numbers_that_do_not_come_any_more_are_said_to_be_old(visited: Any, board: Watcher) -> None:
    """A board that is frozen looks frozen, and nothing on it is believed."""
    with running(visited, "fault", "dead-stats", "--seconds", "300", says="dead-stats is planted"):
        seen = board.until(lambda seen: re.search(r"Numbers are \d+ s old", seen.text) is not None, "They are old")
        board.until(lambda seen: seen.verdict != "ok", "An old board is no good news")
    assert seen.text
