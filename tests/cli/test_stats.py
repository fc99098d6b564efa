"""``opensky stats``, as processes: run, send, ask, and killed."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from opensky.cli.servers.server import free_port
from opensky.cli.stats import ask, bars
from opensky.kernel.errors import Misconfigured
from opensky.stats.admin import asked

PROGRAM = (sys.executable, "-P", "-m", "opensky.cli", "stats")


class Running:
    """A server of its own, on free ports; what it prints goes to a file."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.udp, self.admin = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
        self.said = folder / "said"
        command = (*PROGRAM, "run", "--udp", self.udp, "--admin", self.admin, *more)
        with self.said.open("wb") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        until = time.monotonic() + 60
        while not self.answers():
            assert time.monotonic() < until, self.said.read_text("utf-8")
            time.sleep(0.05)

    def answers(self) -> bool:
        host, port = self.admin.split(":")
        try:
            return asked((host, int(port)), "health").startswith("health: up")
        except OSError:
            return False

    def tell(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run((*PROGRAM, *words), capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    made = Running(tmp_path, "--every", "3600")
    yield made
    made.process.kill()
    made.process.wait()


def test_what_is_sent_is_asked_for_and_printed_at_the_end(server: Running) -> None:
    """From a script, without a line of Python."""
    assert (
        server.tell("send", "deploys:1|c", "deploys:2|c", "office:21.5|g", "--to", f"udp://{server.udp}").returncode
        == 0
    )
    until = time.monotonic() + 20
    while '"deploys": 3.0' not in (said := server.tell("ask", "counters", "--admin", server.admin).stdout):
        assert time.monotonic() < until, said
    assert server.tell("ask", "health", "--admin", server.admin).stdout == "health: up\n"
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(30) == 0
    found = json.loads(server.said.read_text("utf-8").splitlines()[-1])
    assert (found["stats.counters.deploys.count"], found["stats.gauges.office"]) == (3, 21.5)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("run", "--udp", "nonsense"), "--udp is host:port"),
        (("run", "--every", "0"), "An interval has some seconds"),
        (("run", "--every", "nan"), "An interval has some seconds"),
        (("run", "--percentiles", "190"), "Percentiles are numbers"),
        (("run", "--carbon", "127.0.0.1:99999"), "--carbon is host:port"),
        (("send", "nonsense"), "This is no line of statsd: nonsense"),
        (("send",), "This is no line of statsd"),
        (("run", "--graphite", "127.0.0.1:0"), "--graphite draws what --store keeps"),
        (("run", "--points", "127.0.0.1:0"), "--points and --pickles are for a --store"),
        (("run", "--store", "/proc/nowhere"), "--store: "),
        (("run", "--store", ".", "--retention", "10"), "--store: A retention is such as 10s:12h"),
        (("show", "a.b", "--store", "nowhere"), "There are no stats in nowhere"),
        (("find", "--store", "nowhere"), "There are no stats in nowhere"),
        (("send", "a:1|c", "--to", "http://x"), "udp://host:port"),
        (("ask", "stats", "--admin", "127.0.0.1:1"), "No statsd answers at 127.0.0.1:1"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(words: tuple[str, ...], says: str, tmp_path: Path) -> None:
    """And nothing is left behind."""
    done = subprocess.run((*PROGRAM, *words), cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_and_a_word_that_is_unknown_are_said(server: Running) -> None:
    taken = server.tell("run", "--udp", server.udp, "--admin", "")
    assert (taken.returncode, "Does another statsd run?" in taken.stderr) == (1, True)
    unknown = server.tell("ask", "nonsense", "--admin", server.admin)
    assert (unknown.returncode, "does not know that command" in unknown.stderr) == (1, True)


def test_a_web_server_is_no_port_to_ask() -> None:
    """Some answer what is no request with a page and nothing before it."""
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as web:
        answering = Thread(target=web.handle_request)
        answering.start()
        with pytest.raises(Misconfigured, match="is a web server"):
            ask("config", admin=f"127.0.0.1:{web.server_port}")
        answering.join()


def test_what_is_kept_is_found_and_shown_while_it_runs_and_after_a_kill(tmp_path: Path) -> None:
    """A kill -9 takes one interval at most."""
    folder = str(tmp_path / "stats")
    web, points = f"127.0.0.1:{free_port()}", free_port()
    ways = ("--graphite", web, "--points", f"127.0.0.1:{points}")
    keeping = ("--store", folder, "--retention", "1s:1h,10s:1d", *ways)
    server = Running(tmp_path, "--every", "1", *keeping)
    name = "stats.counters.deploys.count"
    try:
        server.tell("send", "deploys:3|c", "--to", f"udp://{server.udp}")
        until = time.monotonic() + 20
        while name not in server.tell("find", "stats.counters.deploys.*", "--store", folder).stdout.split():
            assert time.monotonic() < until
        asked = {"target": f"sumSeries({name})", "from": "-5min"}
        [drawn] = httpx.get(f"http://{web}/render", params=asked, trust_env=False, timeout=60).json()
        assert 3 in [value for value, _ in drawn["datapoints"]]
        with socket.create_connection(("127.0.0.1", points), 20) as carbon:
            carbon.sendall(b"office.temperature 21.5 -1")
            carbon.shutdown(socket.SHUT_WR)
            carbon.recv(1)
        point = server.tell("show", "office.temperature", "--store", folder, "--hours", "0.1")
        assert "highest 21.5, newest 21.5" in point.stdout
    finally:
        server.process.kill()
        server.process.wait()
    shown = server.tell("show", name, "--store", folder, "--hours", "0.1")
    assert f"{name}, 0.1 hours in steps of 1 s: lowest" in shown.stdout
    assert ", highest 3, newest" in shown.stdout
    found = json.loads(server.tell("show", name, "--store", folder, "--json").stdout)
    assert (found["name"], found["step"]) == (name, 10)
    other = server.tell("run", "--every", "10", "--store", folder)
    assert (other.returncode, "an interval has to be as long: --every 1" in other.stderr) == (1, True)
    unknown = server.tell("show", "nobody", "--store", folder)
    assert (unknown.returncode, "There is no series" in unknown.stderr) == (1, True)


def test_bars_are_as_high_as_what_they_stand_for() -> None:
    """Gaps stay gaps; many points are averaged to as many bars as there is room for."""
    assert bars([0, None, 7, 3.5], 10) == "▁ █▄"
    assert bars([5, 5], 10) == "▁▁"
    assert len(bars(range(1000), 72)) <= 72
    assert bars([], 10) == ""
