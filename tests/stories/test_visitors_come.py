"""Visitors who are programs do in a real shop what people do there, and leave nothing broken behind."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from typing import Any
from urllib.parse import urlsplit

import pytest

from opensky.traffic import PROFILES, Crowd
from opensky.traffic.client import Place

pytestmark = [pytest.mark.slow]
HURRY = 0.02
"""They think for a fiftieth of the time that people take."""


@pytest.fixture(scope="module")
def shop(
    opened_shop: Callable[..., AbstractContextManager[Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """A demo shop of its own: they buy much of what there is."""
    with opened_shop(tmp_path_factory.mktemp("visited") / "var") as opened:
        yield opened


def test_they_look_join_follow_buy_and_share_and_nothing_fails(shop: Any) -> None:
    """What they say that they did is what the shop knows of."""
    place = urlsplit(shop.address)
    crowd = Crowd(Place(place.hostname or "", place.port or 0), PROFILES["evening"], seed=4, rate=1500, pace=HURRY)
    lines: list[str] = []

    asyncio.run(crowd.run(lines.append, seconds=6, every=3))

    done = crowd.tally.whole
    assert dict(done.failed) == {}
    assert lines
    assert {"order", "sign-up", "log-in", "follow", "wrong password", "bag left behind"} <= set(done.deeds), done.deeds
    # Somebody who is sent home in the middle of something does not tell of it.
    assert done.deeds["sign-up"] <= kept(shop, "SELECT count(*) FROM members WHERE email LIKE '%@traffic.example'")
    paid = "SELECT count(*) FROM orders WHERE email LIKE '%@traffic.example' AND state != 'cancelled'"
    assert done.deeds["order"] <= kept(shop, paid)
    assert kept(shop, "SELECT count(*) FROM shares") >= done.deeds["share"]


def kept(shop: Any, question: str) -> int:
    """Ask the shop's database for a number."""
    with closing(sqlite3.connect(f"file:{shop.data / 'opensky.sqlite'}?mode=ro", uri=True)) as database:
        return int(database.execute(question).fetchone()[0])


def test_ctrl_c_sends_everybody_home_with_a_last_line(shop: Any) -> None:
    port = shop.address.rpartition(":")[2]
    command = [sys.executable, "-m", "opensky.cli", "traffic", "--rate", "300", "--every", "1", "--seed", "3"]
    process = subprocess.Popen(
        [*command, "--data", str(shop.data), "--port", port], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert "Seed 3. Ctrl-C sends them home." in process.stdout.readline()
    assert "here, " in process.stdout.readline()

    process.send_signal(signal.SIGINT)
    said, wrong = process.communicate(timeout=30)

    assert (process.returncode, wrong) == (0, "")
    assert "visitors came: " in said.splitlines()[-1]
