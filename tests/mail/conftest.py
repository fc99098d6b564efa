"""A real mail server on this machine, which keeps what it is given and refuses what it is told to refuse."""

import gc
import socket
import ssl
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from opensky.kernel.clock import SetClock
from opensky.kernel.ids import IdGenerator
from opensky.mail import Delivery, Stop
from opensky.persistence import Database

USER, PASSWORD = "shop", "s3cret: /?#"


class Kept:
    """What the server was given, and what it is to answer to ``RCPT`` and ``DATA``."""

    def __init__(self) -> None:
        self.letters: list[Envelope] = []
        self.rcpt = self.data = "250 OK"
        self.tls: list[bool] = []
        self.sessions: set[int] = set()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, _options: Any) -> str:  # noqa: N802 - the library's name
        """Answer, and take the recipient if the answer is good."""
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - likewise
        """Answer, and keep the letter if the answer is good."""
        if self.data.startswith("250"):
            self.letters.append(envelope)
            self.tls.append(server.transport.get_extra_info("sslcontext") is not None)
            self.sessions.add(id(session))
        return self.data


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that nobody but its maker knows, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subject = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    made = ("-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    command = ["openssl", "req", *made, "-keyout", str(key), "-out", str(cert), *subject]
    subprocess.run(command, check=True, capture_output=True)
    return cert, key


Serve = Callable[..., int]


@pytest.fixture
def serve(kept: Kept, certificate: tuple[Path, Path]) -> Iterator[Serve]:
    """Starts a server, and says on which port: ``tls`` is "", "starttls" or "direct"; ``login`` asks for a password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        fits = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=fits, handled=False)

    with ExitStack() as stack:

        def started(tls: str = "", *, login: bool = False) -> int:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = int(probe.getsockname()[1])
            options: dict[str, Any] = {"auth_required": True, "authenticator": check} if login else {}
            if tls == "starttls":
                options |= {"tls_context": context, "require_starttls": True}
            elif tls == "direct":
                options |= {"ssl_context": context, "auth_require_tls": False}
            controller = Controller(kept, hostname="127.0.0.1", port=port, **options)
            controller.start()
            stack.callback(controller.stop)
            return port

        yield started
    # The server leaves the transports of connections that it broke off to the collector, whom they would tell of in another test.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def database(tmp_path: Path, clock: SetClock) -> Iterator[Database]:
    made = Database(tmp_path / "mail.sqlite", [Delivery, Stop], ids=IdGenerator(1, clock), clock=clock)
    made.create()
    yield made
    made.close()
