"""The client: nothing is lost, nothing waits, nothing is raised; names stay few."""

import os
import socket
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensky.stats import Names, Stats
from opensky.stats.client import DROPPED, KEPT_TIMES, LARGE_PACKET, PACKET, Datagrams, packed
from opensky.stats.names import CUT, UNDECLARED
from opensky.stats.samples import Sample, read


class Wire:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []
        self.broken = False

    def send(self, packet: bytes) -> None:
        if self.broken:
            raise BlockingIOError
        self.packets.append(packet)

    def close(self) -> None:
        self.packets.append(b"")

    @property
    def samples(self) -> list[Sample]:
        return [each for packet in self.packets for each in read(packet) if isinstance(each, Sample)]

    def counts(self) -> dict[str, float]:
        """Return what all counters sum up to."""
        found: Counter[str] = Counter()
        for each in self.samples:
            if each.kind == "c" and not isinstance(each.value, str):
                found[each.name] += each.value  # type: ignore[assignment]
        return dict(found)


@pytest.fixture
def wire() -> Wire:
    return Wire()


def stats_on(wire: Wire, *names: str, most: int = 1000) -> Stats:
    return Stats(Names(names, most), wire)


def test_what_is_counted_in_a_second_is_one_line(wire: Wire) -> None:
    """The talk's ``stats.increment("seller.follow.shaq")``."""
    stats = stats_on(wire, "seller.follow.*", "order.total")
    for _ in range(1000):
        stats.increment("seller.follow.shaq")
    stats.increment("order.total", 12.5)
    stats.decrement("order.total")
    assert stats.flush() == 1
    assert sorted(wire.packets[0].split(b"\n")) == [b"order.total:11.5|c", b"seller.follow.shaq:1000|c"]
    assert stats.flush() == 0


def test_threads_lose_none(wire: Wire) -> None:
    """Also while it is sent."""
    stats = stats_on(wire, "hit")

    def count() -> None:
        for _ in range(20_000):
            stats.one("hit")

    threads = [threading.Thread(target=count) for _ in range(4)]
    for each in threads:
        each.start()
    while any(each.is_alive() for each in threads):
        stats.flush()
    for each in threads:
        each.join()
    stats.flush()
    assert wire.counts() == {"hit": 80_000}


def test_gauges_times_and_members_come_as_they_are(wire: Wire) -> None:
    """A gauge below zero is set, and is no step from what the server has; something that can be read is read each time."""
    stats = stats_on(wire, "queue", "cold", "ms", "who", "depth", "broken")
    stats.gauge("queue", 3)
    stats.gauge("queue", 7)
    stats.gauge("cold", -4)
    stats.timing("ms", 12.5)
    with stats.timed("ms", {"route": "home"}):
        pass
    stats.unique("who", "ada|ben:c\n")
    stats.gauge_of("depth", lambda: 9)
    stats.gauge_of("broken", lambda: 1 / 0)
    stats.flush()
    found = wire.samples
    assert [s.value for s in found if s.name == "queue"] == [7]
    assert [(s.value, s.step) for s in found if s.name == "cold"] == [(0, False), (-4, True)]
    assert [s.value for s in found if s.name == "ms"] == [12.5]
    assert [s.kind for s in found if s.name == "ms;route=home"] == ["ms"]
    assert [s.value for s in found if s.name == "who"] == ["ada ben c"]
    assert [s.value for s in found if s.name == "depth"] == [9]
    assert not [s for s in found if s.name == "broken"]


def test_of_very_many_times_a_fair_sample_is_sent(wire: Wire) -> None:
    """It says for how many it stands."""
    stats = stats_on(wire, "ms")
    for n in range(10 * KEPT_TIMES):
        stats.timing("ms", n)
    stats.flush()
    found = wire.samples
    assert len(found) == KEPT_TIMES
    assert sum(1 / each.rate for each in found) == pytest.approx(10 * KEPT_TIMES)


def test_names_that_nobody_declared_are_counted_together(wire: Wire) -> None:
    stats = stats_on(wire, "order.paid")
    stats.increment("order.payd")
    stats.increment("order.paid.x")
    stats.timing("nothing", 1)
    stats.increment("order.paid")
    stats.flush()
    assert wire.counts() == {"order.paid": 1, UNDECLARED: 3}


def test_free_parts_are_capped(wire: Wire) -> None:
    """Whoever makes up names makes no series of them, today or later."""
    stats = stats_on(wire, "seller.follow.*", most=2)
    for name in ("ada", "ben", "cleo", "dora", "ada", "cleo"):
        stats.increment(f"seller.follow.{name}")
    stats.flush()
    assert wire.counts() == {
        "seller.follow.ada": 2,
        "seller.follow.ben": 1,
        "seller.follow.other": 3,
        CUT: 2,
    }


def test_what_cannot_be_sent_is_dropped_and_said_later(wire: Wire) -> None:
    """Nobody who counts notices."""
    stats = stats_on(wire, "a")
    wire.broken = True
    stats.increment("a")
    assert stats.flush() == 0
    wire.broken = False
    stats.increment("a")
    stats.flush()
    assert wire.counts() == {"a": 1, DROPPED: 1}


def test_a_process_that_sends_nowhere_notes_nothing() -> None:
    stats = Stats(Names(["a"]))
    stats.increment("a")
    stats.one("a")
    stats.timing("a", 1)
    stats.start()
    assert stats.flush() == 0
    assert stats._thread is None


def test_it_sends_each_second_and_at_its_end_and_a_child_begins_anew(tmp_path: Path) -> None:
    """What the parent had noted is the parent's; a worker that is forked counts by itself."""
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(path))
        server.settimeout(10)
        stats = Stats(Names(["parent", "child"]), Datagrams(f"unix://{path}"), every=0.05)
        stats.start()
        stats.increment("parent")
        assert server.recv(PACKET) == b"parent:1|c"
        stats._every = 60
        stats.increment("parent", 2)
        child = os.fork()
        if child == 0:
            stats.increment("child")
            stats.stop()
            os._exit(0)
        os.waitpid(child, 0)
        stats.stop()
        said = Counter(server.recv(PACKET) for _ in range(2))
    assert said == {b"child:1|c": 1, b"parent:2|c": 1}


@given(st.lists(st.text("abcdefgh.", min_size=1, max_size=300), max_size=60))
def test_packing_loses_no_line_and_keeps_to_the_size(names: list[str]) -> None:
    lines = [f"{name}:1|c" for name in names]
    packets = list(packed(lines))
    assert [line for packet in packets for line in packet.decode().split("\n")] == lines
    assert all(len(packet) <= PACKET for packet in packets)


@pytest.mark.parametrize(
    "address", ["", "udp://", "udp://host", "udp://h:99999", "tcp://h:1", "unix://relative", "h:1"]
)
def test_an_address_that_is_none_is_said_so(address: str) -> None:
    with pytest.raises(ValueError, match="udp://host:port"):
        Datagrams(address)


def test_a_part_counts_for_its_whole_too(wire: Wire) -> None:
    """It is noted once, and sent for both; many times of one name share a line."""
    stats = Stats(Names(["sql.select", "sql.ms"]), wire, whole=lambda name: "sql.ms" if name == "sql.select" else "")
    for ms in (1.0, 2.5):
        stats.time("sql.select", ms)
    stats.flush()
    assert sorted(wire.packets[0].split(b"\n")) == [b"sql.ms:1|ms:2.5|ms", b"sql.select:1|ms:2.5|ms"]


def test_a_process_says_that_it_is_there(wire: Wire) -> None:
    """Each time that it sends by itself, whatever else there is to say."""
    stats = Stats(Names(["process.web.beats"]), wire, every=0.01, beat="process.web.beats")
    assert stats.flush() == 0
    stats.start()
    until = time.monotonic() + 10
    while wire.counts().get("process.web.beats", 0) < 3:
        assert time.monotonic() < until
        time.sleep(0.01)
    stats.stop()


def test_one_of_many_says_which_it_is(wire: Wire) -> None:
    """So that what each process has of something can be added up."""
    stats = stats_on(wire, "web.busy")
    stats.gauge_of("web.busy", lambda: 3, one_of_many=True)
    stats.flush()
    assert wire.packets == [f"web.busy;process={os.getpid()}:3|g".encode()]


def test_within_a_machine_datagrams_are_large(tmp_path: Path) -> None:
    """A socket of a path takes ten of them before it is drained, whatever their size."""
    for address, most in (
        ("udp://127.0.0.1:8125", LARGE_PACKET),
        (f"unix://{tmp_path}/x", LARGE_PACKET),
        ("udp://192.0.2.1:8125", PACKET),
    ):
        with closing(Datagrams(address)) as datagrams:
            assert datagrams.most == most
