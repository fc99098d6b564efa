"""The server on real sockets: what is sent to it comes out of it, summed up; and what it is asked, it answers."""

import pickle
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from opensky.stats.aggregate import CUT, OWN, Aggregate, Rules
from opensky.stats.server import Listening, Server
from opensky.stats.sinks import Carbon, Series, as_pickles, as_text
from opensky.stats.store import Store

LOOPBACK = ("127.0.0.1", 0)


class Kept:
    """A sink that keeps what it is given."""

    name = "kept"

    def __init__(self) -> None:
        self.intervals: list[dict[str, float]] = []
        self.away = False

    def put(self, series: Series, at: float) -> None:
        if self.away:
            raise ConnectionRefusedError("away")
        self.intervals.append(dict(series))

    def total(self, path: str) -> float:
        """Return the sum of all intervals."""
        return sum(each.get(path, 0.0) for each in self.intervals)


@contextmanager
def running(sink: Kept, every: float = 60.0, *, unix: Path | None = None) -> Iterator[Server]:
    """A server that receives in a thread; at the end it has handed on all."""
    server = Server(Listening(udp=LOOPBACK, tcp=LOOPBACK, admin=LOOPBACK, unix=unix), [sink], Aggregate(), every=every)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(30)
        assert not thread.is_alive()


def ask(server: Server, *commands: str) -> str:
    """Ask the admin port, and read until it says good-bye."""
    with socket.create_connection(server.admin_address, 10) as wire:
        wire.sendall("".join(f"{each}\n" for each in (*commands, "quit")).encode())
        said = b""
        while data := wire.recv(4096):
            said += data
    return said.decode()


def wait_for(server: Server, line: str) -> None:
    """Wait until the counters say so."""
    until = time.monotonic() + 20
    while line not in (said := ask(server, "counters")):
        assert time.monotonic() < until, said
        time.sleep(0.01)


def test_what_comes_by_each_way_is_counted_once(tmp_path: Path) -> None:
    """Equal datagrams are counted as often as they came."""
    sink, path = Kept(), tmp_path / "statsd.sock"
    with running(sink, unix=path) as server:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            for _ in range(500):
                udp.sendto(b"hits:1|c\nms:5|ms", server.udp)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as unix:
            unix.sendto(b"hits:10|c", str(path))
        with socket.create_connection(server.tcp) as tcp:
            tcp.sendall(b"hits:100|c\nhits:1000|c\nhi")
            tcp.sendall(b"ts:10000|c")
        wait_for(server, '"hits": 11610.0')
    assert sink.total("stats.counters.hits.count") == 11_610
    assert sink.total("stats.timers.ms.count") == 500
    assert sink.total("stats.counters.statsd.packets_received.count") == 504
    assert not path.exists()


def test_steps_of_a_gauge_are_taken_in_their_order() -> None:
    sink = Kept()
    with running(sink) as server:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            for packet in (b"g:5|g", b"g:+1|g", b"g:0|g", b"g:+1|g", b"g:+1|g", b"n:1|c"):
                udp.sendto(packet, server.udp)
        wait_for(server, '"n": 1.0')
    assert sink.intervals[-1]["stats.gauges.g"] == 2


def test_bad_lines_are_counted_and_harm_nothing() -> None:
    sink = Kept()
    with running(sink) as server:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            for packet in (b"", b"\xff\xfe\x00", b"x" * 9000, b"a:1|c|@0", b"a:1|c"):
                udp.sendto(packet, server.udp)
        wait_for(server, '"a": 1.0')
        assert "messages.bad_lines_seen: 3" in ask(server, "stats")
    assert sink.total("stats.counters.statsd.bad_lines_seen.count") == 3


def test_intervals_follow_each_other_and_add_up() -> None:
    sink = Kept()
    with running(sink, every=0.05) as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        until = time.monotonic() + 20
        while len(sink.intervals) < 5 and time.monotonic() < until:
            udp.sendto(b"a:1|c", server.udp)
            time.sleep(0.005)
    assert len(sink.intervals) >= 5
    assert sink.total("stats.counters.a.count") == sink.total("stats.counters.statsd.packets_received.count") > 0


def test_the_admin_port_answers_as_etsys_does() -> None:
    """What is deleted is gone, health is what was said of it, and a wrong word is an error."""
    sink = Kept()
    with running(sink) as server:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.sendto(b"shop.a:1|c\nshop.b:1|c\nother:1|c", server.udp)
            udp.sendto(b"depth:4|g", server.udp)
        wait_for(server, "other")
        said = ask(server, "delcounters shop.*")
        assert said == "deleted: shop.a\ndeleted: shop.b\nEND\n\n"
        assert "shop" not in ask(server, "counters")
        assert '"depth": 4.0' in ask(server, "gauges")
        assert ask(server, "health") == "health: up\n"
        assert ask(server, "health down", "health") == "health: down\n" * 2
        assert ask(server, "nonsense", "delnothing x") == "ERROR\n" * 2
        assert '"every": 60.0' in ask(server, "config")
        for command in ("help", "stats", "timers"):
            assert ask(server, command).endswith("END\n\n")


def test_a_sink_that_is_away_gets_its_intervals_later() -> None:
    """And nobody who sends notices."""
    sink = Kept()
    sink.away = True
    with running(sink, every=0.05) as server:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.sendto(b"a:7|c", server.udp)
        until = time.monotonic() + 20
        while "kept.failed: 0" in ask(server, "stats"):
            assert time.monotonic() < until
        sink.away = False
        while not sink.total("stats.counters.a.count"):
            assert time.monotonic() < until
            time.sleep(0.01)
    assert sink.total("stats.counters.a.count") == 7


def test_carbon_is_spoken_to_in_both_its_formats() -> None:
    """What a carbon would receive, received."""
    series = {"stats.counters.a.count": 7.0, "stats.gauges.b": 0.1}
    for pickled in (False, True):
        with socket.create_server(LOOPBACK) as carbon:
            Carbon(carbon.getsockname(), pickled=pickled).put(series, 1_360_324_800.9)
            client, _ = carbon.accept()
            with client:
                data = b"".join(client.makefile("rb"))
        if pickled:
            (length,) = struct.unpack("!L", data[:4])
            rows = pickle.loads(data[4:])  # noqa: S301 - our own
            assert length == len(data) - 4
        else:
            fields = [line.split() for line in data.decode().splitlines()]
            rows = [(path, (int(at), float(value))) for path, value, at in fields]
        assert rows == [(path, (1_360_324_800, value)) for path, value in series.items()]


def test_many_series_go_to_carbon_in_messages_that_it_takes() -> None:
    series = {f"stats.gauges.g{n}": float(n) for n in range(1200)}
    messages = as_pickles(series, 1)
    sizes = [len(pickle.loads(each[4:])) for each in messages]  # noqa: S301 - our own
    assert sizes == [500, 500, 200]
    assert len(as_text(series, 1).splitlines()) == 1200


def test_a_port_that_is_taken_is_said_so() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(LOOPBACK)
        with pytest.raises(OSError, match="in use"):
            Server(Listening(udp=taken.getsockname()), [Kept()])


def test_what_is_read_once_an_interval_is_kept_as_gauges() -> None:
    """What cannot be read is left out, and all else is kept."""
    kept = Kept()

    def broken() -> dict[str, float]:
        raise OSError

    server = Server(Listening(udp=LOOPBACK), [kept], readings=(broken, lambda: {"process.web.cpu": 12.5}))
    server.flush()
    server.stop()
    server.run()
    assert kept.intervals[0]["stats.gauges.process.web.cpu"] == 12.5


def test_a_page_cannot_have_a_browser_give_commands() -> None:
    """It would send a line of HTTP first, and that is good-bye."""
    server = Server(Listening(udp=LOOPBACK), [Kept()])
    assert server.admin.answer(b"POST / HTTP/1.1") == b""
    assert server.admin.answer(b"counters").endswith(b"END\n\n")
    server.stop()
    server.run()


def test_an_interval_that_cannot_be_summed_up_is_lost_and_the_next_ones_are_not() -> None:
    """Whatever is wrong in it: the server goes on, and ends as it should."""
    sink = Kept()
    with running(sink, every=0.05) as server:
        server.aggregate.rules = Rules(prefix=None)  # type: ignore[arg-type]  # as wrong as rules can be
        server.aggregate.gauges = {"g": "a text"}  # type: ignore[dict-item]
        time.sleep(0.3)
        server.aggregate.gauges = {"g": 3.0}
        server.aggregate.rules = Rules()
        seen = len(sink.intervals)
        until = time.monotonic() + 20
        while len(sink.intervals) < seen + 3 and time.monotonic() < until:
            time.sleep(0.01)
        server.aggregate.gauges = {"g": "a text"}  # type: ignore[dict-item]
    assert sink.intervals[-1]["stats.gauges.g"] == 3


def test_a_number_beyond_all_measure_ends_nothing() -> None:
    """Sent by a datagram, as anybody on the machine can."""
    sink = Kept()
    with running(sink, every=0.05) as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.sendto(b"boom:1e200|ms:1|ms\ng:1e308|g\ng:+1e308|g", server.udp)
        until = time.monotonic() + 20
        while not sink.total("stats.counters.after.count") and time.monotonic() < until:
            udp.sendto(b"after:1|c", server.udp)
            time.sleep(0.02)
        assert "Infinity" not in ask(server, "gauges")
    assert sink.total("stats.timers.boom.count") == 2
    assert sink.total("stats.counters.after.count") > 0


def test_names_that_the_store_has_no_room_for_are_counted(tmp_path: Path) -> None:
    """Once an interval each, in the interval after."""
    with Store(tmp_path, "1s:1h", most=20) as store:
        server = Server(Listening(udp=LOOPBACK), [store], Aggregate())
        for n in range(30):
            server.take(b"n%d:1|g" % n)
        server.flush()
        until = time.monotonic() + 20
        while not store.cut and time.monotonic() < until:
            time.sleep(0.01)
        server.take_in()
        assert server.aggregate.counters[CUT] == store.cut == 30 + 2 * len(OWN) - 20
        server.stop()
        server.run()
