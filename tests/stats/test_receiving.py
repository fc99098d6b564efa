"""Carbon's protocols in: lines and pickles become points; what says nothing is counted, and nobody has anything done by a pickle."""

import os
import pickle
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensky.stats.receiving import AHEAD, LARGEST, Receiving, unpickled
from opensky.stats.sinks import as_pickles, as_text
from opensky.stats.store import Store

NOON = 1_360_324_800
LOOPBACK = ("127.0.0.1", 0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with Store(tmp_path / "store", "10s:1h") as made:
        yield made


@pytest.fixture
def receiving(store: Store) -> Iterator[Receiving]:
    """A server before it, at noon."""
    made = Receiving(store.put, text=LOOPBACK, pickled=LOOPBACK, clock=lambda: NOON)
    yield made
    made.close()


def send(address: tuple[str, int], data: bytes) -> None:
    """Send all, and wait until the other side has taken it in."""
    with socket.create_connection(address, 20) as wire:
        wire.sendall(data)
        wire.shutdown(socket.SHUT_WR)
        assert wire.recv(1) == b""


def points(store: Store, name: str) -> list[float | None]:
    """What is kept of the minute before noon, and of noon."""
    return store.fetch(name, NOON - 60, NOON + 1, now=NOON + 1).values


def test_lines_become_points(store: Store, receiving: Receiving) -> None:
    """Several seconds, in any order; the last line needs no end; ``-1`` is now."""
    send(receiving.addresses[0], f"a.b 1 {NOON - 60}\na.b 2.5 {NOON - 30}.7\na.c 7 {NOON - 60}\n\na.b 9 -1".encode())
    assert points(store, "a.b") == [1.0, None, None, 2.5, None, None, 9.0]
    assert points(store, "a.c")[0] == 7.0
    assert receiving.counts == {"points": 4, "bad": 0, "refused": 0}


@pytest.mark.parametrize("protocol", range(5))
def test_pickles_become_points(store: Store, receiving: Receiving, protocol: int) -> None:
    """Of each protocol that Python has had; names may be bytes, as Python 2 had them."""
    body = pickle.dumps([("a.b", (NOON - 60, 1)), (b"a.b", (NOON, 2.0)), ["a.c", [NOON - 60, "7"]]], protocol)
    wanted = 2 if protocol < 3 else 3  # before 3 a pickle calls a function to make bytes
    if protocol < 3:
        body = pickle.dumps([("a.b", (NOON - 60, 1)), ("a.b", (NOON, 2.0))], protocol)
    send(receiving.addresses[1], 2 * (struct.pack("!I", len(body)) + body))
    assert (points(store, "a.b")[0], points(store, "a.b")[6]) == (1.0, 2.0)
    assert receiving.counts == {"points": 2 * wanted, "bad": 0, "refused": 0}


def test_what_our_own_sinks_send_is_understood(store: Store, receiving: Receiving) -> None:
    series = {"stats.gauges.depth": 3.0, "stats.counters.a.rate": 0.1}
    send(receiving.addresses[0], as_text(series, NOON - 60))
    send(receiving.addresses[1], b"".join(as_pickles(series, NOON)))
    assert [points(store, name)[::6] for name in series] == [[3.0, 3.0], [0.1, 0.1]]


@pytest.mark.parametrize(
    "line",
    [
        "a",
        "a 1",
        f"a 1 {NOON} 2",
        f"a one {NOON}",
        f"a nan {NOON}",
        f"a 1e999 {NOON}",
        "a 1 then",
        "a 1 0",
        "a 1 -7",
        f"a 1 {NOON + AHEAD + 1}",
        f"a..b 1 {NOON}",
        f".a 1 {NOON}",
        f"{'a' * 501} 1 {NOON}",
        f"\xff 1 {NOON}",
    ],
)
def test_a_line_that_says_nothing_is_counted_and_the_rest_kept(store: Store, receiving: Receiving, line: str) -> None:
    send(receiving.addresses[0], line.encode("latin-1") + f"\na.b 1 {NOON}\n".encode())
    assert points(store, "a.b")[6] == 1.0
    assert receiving.counts == {"points": 1, "bad": 1, "refused": 0}
    assert store.find("*") == []


class _Doing:
    """What a pickle of somebody bad would have done."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("protocol", range(5))
def test_a_pickle_has_nothing_done(receiving: Receiving, tmp_path: Path, protocol: int) -> None:
    """Neither by a class that it names, nor by one that it names by a number, nor by filling the memory."""
    body = pickle.dumps([("a.b", (NOON, 1)), _Doing(tmp_path / "done")], protocol)
    send(receiving.addresses[1], struct.pack("!I", len(body)) + body)
    assert not (tmp_path / "done").exists()
    for bad in (
        b"\x80\x02]r\xff\xff\xff\x7f.",
        b"\x80\x02\x84\x01\x00\x00\x00.",
        b"cos\nmkdir\n.",
        b"",
        b"junk",
        b"}.",
    ):
        assert unpickled(bad) is None
    send(receiving.addresses[1], struct.pack("!I", LARGEST + 1))
    assert receiving.counts == {"points": 0, "bad": 2, "refused": 0}


@given(st.binary(max_size=200))
def test_no_bytes_do_harm(data: bytes) -> None:
    """Whatever it is, it is a list or nothing."""
    found = unpickled(data)
    assert found is None or isinstance(found, list)


def test_who_sends_a_line_without_an_end_is_let_go(receiving: Receiving) -> None:
    with socket.create_connection(receiving.addresses[0], 20) as wire:
        wire.sendall(b"a" * 5000)
        assert wire.recv(1) == b""
    assert receiving.counts["bad"] == 1


def test_it_ends_with_guests_that_say_nothing(store: Store) -> None:
    made = Receiving(store.put, text=LOOPBACK, clock=time.time)
    with socket.create_connection(made.addresses[0], 20) as wire:
        wire.sendall(f"a.b 1 {int(time.time())}\n".encode())
        until = time.monotonic() + 20
        while not made.counts["points"]:
            assert time.monotonic() < until
            time.sleep(0.01)
        made.close()
        assert wire.recv(1) == b""
