"""DEVO as OSIS reaches it: what each answer means, over real connections on this machine."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from opensky.kernel.clock import SetClock
from opensky.kernel.signed import CALLBACKS, ID, SIGNATURE, TIMESTAMP, Seal
from opensky.osis.partners.devo import Devo
from opensky.osis.runtime import Reject, Unavailable

KEY = "0" * 64


class Answering(BaseHTTPRequestHandler):
    """Answers with the status that the path names."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Say where from, check the signature, answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server = self.server
        assert isinstance(server, Server)
        server.callers.add(self.client_address[1])
        server.seal.check(self.headers[ID], self.headers[TIMESTAMP], self.headers[SIGNATURE], body)
        said = b"" if self.path == "/204" else b'{"outcome": "seen", "detail": "because"}'
        self.send_response(int(self.path[1:]))
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the name is given
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Remembers from which ports it was called."""

    daemon_threads = True

    def __init__(self, seal: Seal) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.seal = seal
        self.callers: set[int] = set()


@pytest.fixture
def server(clock: SetClock) -> Iterator[Server]:
    made = Server(Seal(KEY, CALLBACKS, clock))
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def devo(server: Server, clock: SetClock) -> Iterator[Devo]:
    made = Devo(f"http://127.0.0.1:{server.server_port}", KEY, clock)
    yield made
    made.close()


def test_what_is_done_is_done_over_one_connection(devo: Devo, server: Server) -> None:
    """The second time it is known."""
    assert [devo.post("/204", "42", b"{}"), devo.post("/200", "42", b"{}")] == ["done", "seen"]
    assert len(server.callers) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 409, 410, 413, 422])
def test_a_refusal_is_for_good(devo: Devo, status: int) -> None:
    """Its message becomes a dead letter with DEVO's own words."""
    with pytest.raises(Reject, match=f"^DEVO answered {status}: because$"):
        devo.post(f"/{status}", "42", b"{}")


@pytest.mark.parametrize("status", [404, 408, 429, 500, 502, 503])
def test_what_may_pass_is_tried_again(devo: Devo, status: int) -> None:
    """404, too: an older release may still be running."""
    with pytest.raises(Unavailable, match=f"^DEVO answered {status}: because$"):
        devo.post(f"/{status}", "42", b"{}")


def test_nobody_there_is_tried_again(clock: SetClock) -> None:
    """The message says where it was looked for."""
    devo = Devo("http://127.0.0.1:1", KEY, clock)
    with pytest.raises(Unavailable, match=r"^DEVO does not answer at http://127\.0\.0\.1:1: ConnectError"):
        devo.post("/204", "42", b"{}")
    devo.close()
