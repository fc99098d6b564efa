"""Merchants' systems as OSIS reaches them: what each answer means, and where it never goes; over real connections on this machine."""

import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from opensky.osis.partners.merchants import LONGEST_ANSWER, Merchants


class Answering(BaseHTTPRequestHandler):
    """Answers as the path says."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Remember what came, and answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server = self.server
        assert isinstance(server, Server)
        server.came.append((self.path, dict(self.headers), body))
        if self.path == "/drips":
            self._drip()
        elif self.path == "/silent":
            server.stopping.wait(10)
        elif self.path == "/endless":
            self._endless()
        else:
            self._answer(int(self.path[1:]))

    def _answer(self, status: int) -> None:
        said = b"" if status == 204 else b"because \xff\0" + b"x" * 1000
        self.send_response(status)
        self.send_header("Content-Length", str(len(said)))
        if status in {301, 307}:
            self.send_header("Location", "http://169.254.169.254/latest/")
        if status == 429:
            self.send_header("Retry-After", "120")
        if status == 503:
            self.send_header("Retry-After", "Fri, 01 Jan 2100 00:00:00 GMT")
        self.end_headers()
        self.wfile.write(said)

    def _drip(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000:
            if server.stopping.wait(0.05):
                break
            self.wfile.write(bytes([letter]))

    def _endless(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for _ in range(10_000):
            self.wfile.write(b"3e8\r\n" + b"y" * 1000 + b"\r\n")

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the name is given
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Remembers what came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.came: list[tuple[str, dict[str, str], bytes]] = []
        self.stopping = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: some of these tests hang up."""


def serving(server: Server) -> Iterator[Server]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.stopping.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    yield from serving(Server())


@pytest.fixture
def near() -> Merchants:
    """As a shop on loopback has them."""
    return Merchants(inside=True, seconds=20)


def at(server: Server, path: str, host: str = "127.0.0.1") -> str:
    return f"http://{host}:{server.server_port}{path}"


def test_what_is_taken_is_taken(near: Merchants, server: Server) -> None:
    """The body arrives as it was given, with the headers."""
    reply = near.post(at(server, "/204"), {"webhook-id": "42"}, b'{"a": 1}')
    assert (reply.status, reply.taken, reply.error, reply.answer) == (204, True, "", "")
    [(path, headers, body)] = server.came
    assert (path, headers["webhook-id"], body) == ("/204", "42", b'{"a": 1}')
    assert headers["Host"] == f"127.0.0.1:{server.server_port}"


@pytest.mark.parametrize("status", [400, 401, 404, 410, 500])
def test_any_other_answer_is_none(near: Merchants, server: Server, status: int) -> None:
    """With what was said, cut, and fit for any database."""
    reply = near.post(at(server, f"/{status}"), {}, b"{}")
    assert (reply.status, reply.taken, reply.error) == (status, False, f"It answered {status}.")
    assert reply.answer == ("because \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}" + "x" * 1000)[:LONGEST_ANSWER]


@pytest.mark.parametrize("status", [301, 307])
def test_a_redirect_is_not_followed(near: Merchants, server: Server, status: int) -> None:
    """It could lead inside."""
    reply = near.post(at(server, f"/{status}"), {}, b"{}")
    assert (reply.status, reply.taken) == (status, False)
    assert reply.error == (
        "It redirects to http://169.254.169.254/latest/; redirects are not followed, please change the address."
    )
    assert len(server.came) == 1


def test_who_asks_to_be_left_alone_is(near: Merchants, server: Server) -> None:
    """For a number of seconds, or until a date, a day at most."""
    assert near.post(at(server, "/429"), {}, b"{}").retry_after == 120
    assert near.post(at(server, "/503"), {}, b"{}").retry_after == 24 * 3600
    assert near.post(at(server, "/500"), {}, b"{}").retry_after == 0


@pytest.mark.parametrize("path", ["/silent", "/drips"])
def test_nobody_keeps_us_longer_than_the_deadline(server: Server, path: str) -> None:
    """Neither who says nothing, nor who says it letter by letter."""
    began = time.monotonic()
    reply = Merchants(inside=True, seconds=0.4).post(at(server, path), {}, b"{}")
    assert time.monotonic() - began < 8  # they would keep us for ten and more
    assert (reply.status, reply.error) == (0, "It did not answer within 0.4 seconds.")


def test_an_answer_without_end_is_not_read_to_its_end(near: Merchants, server: Server) -> None:
    """The beginning says enough."""
    reply = near.post(at(server, "/endless"), {}, b"{}")
    assert (reply.status, reply.taken, reply.answer) == (200, True, "y" * LONGEST_ANSWER)


def test_what_is_not_there_is_not_reached(near: Merchants, server: Server) -> None:
    """A name that nobody knows, a port on which nobody listens."""
    nobody = Merchants(inside=True, resolve=lambda _host, _port: [])
    assert "shop.example has no address" in nobody.post("http://shop.example/", {}, b"{}").error
    assert near.post("http://127.0.0.1:1/", {}, b"{}").error.startswith("It could not be reached:")


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["::ffff:127.0.0.1"], ["93.184.215.14", "127.0.0.1"]])
def test_a_name_that_leads_inside_is_not_called(server: Server, addresses: list[str]) -> None:
    """Whatever the name looks like: what it stands for counts, and one such address is enough."""
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return addresses

    careful = Merchants(inside=False, resolve=resolve)
    reply = careful.post(f"https://shop.example:{server.server_port}/204", {}, b"{}")
    assert asked == ["shop.example"]
    assert (reply.status, server.came) == (0, [])
    assert reply.error.endswith("is inside of a network or reserved; the shop cannot call it.")


def test_an_address_inside_is_not_even_looked_up(server: Server) -> None:
    """As it is written, it says where it leads."""
    careful = Merchants(inside=False, resolve=lambda _host, _port: pytest.fail("asked"))
    assert careful.post(at(server, "/204"), {}, b"{}").error.startswith("The address must begin with https://")
    assert "cannot call it" in careful.post(f"https://127.0.0.1:{server.server_port}/", {}, b"{}").error
    assert server.came == []


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes certificates with openssl")
class TestTls:
    """Over TLS the name of the address is the one that counts, whichever address was connected to."""

    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        """A certificate for shop.example, and the key that goes with it, in one file."""
        made = tmp_path / "shop.pem"
        command = (
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=shop.example"
        )
        extra = ["-addext", "subjectAltName=DNS:shop.example", "-keyout", str(made), "-out", str(made) + ".crt"]
        subprocess.run([*command.split(), *extra], check=True, capture_output=True)
        made.write_text(made.read_text() + Path(f"{made}.crt").read_text())
        return made

    @pytest.fixture
    def safe(self, certificate: Path) -> Iterator[Server]:
        made = Server()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        made.socket = context.wrap_socket(made.socket, server_side=True)
        yield from serving(made)

    def test_the_checked_address_is_connected_to_under_the_name(self, safe: Server, certificate: Path) -> None:
        """The name is looked up once: what it means a moment later does not matter."""
        asked: list[str] = []

        def resolve(host: str, _port: int) -> list[str]:
            asked.append(host)
            return ["127.0.0.1"]

        merchants = Merchants(inside=True, resolve=resolve, trusted=f"{certificate}.crt")
        reply = merchants.post(f"https://shop.example:{safe.server_port}/204", {}, b"{}")
        assert (reply.error, reply.status, asked) == ("", 204, ["shop.example"])
        assert safe.came[0][1]["Host"] == f"shop.example:{safe.server_port}"

    @pytest.mark.parametrize("host", ["other.example", "shop.example"])
    def test_a_certificate_that_does_not_fit_is_refused(self, safe: Server, certificate: Path, host: str) -> None:
        """One of another name, and one that nobody vouches for."""
        trusted = f"{certificate}.crt" if host == "other.example" else ""
        merchants = Merchants(inside=True, resolve=lambda _host, _port: ["127.0.0.1"], trusted=trusted)
        reply = merchants.post(f"https://{host}:{safe.server_port}/204", {}, b"{}")
        assert (reply.status, safe.came) == (0, [])
        assert "certificate verify failed" in reply.error
