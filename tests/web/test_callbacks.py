"""Callbacks: nothing reaches one that is not signed by this shop just now."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from dishka import Provider, Scope
from litestar.testing import TestClient

from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.errors import Gone, Misconfigured
from opensky.kernel.signed import CALLBACKS, ID, SIGNATURE, TIMESTAMP, Seal
from opensky.persistence import Database
from opensky.settings import Settings
from opensky.web import Json, Signed, Visitor, access, api, callback
from opensky.web.app import build
from opensky.wiring.containers import web_container

KEY = "0" * 64


class Calls:
    """A callback that tells what it got."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor

    @callback("/callbacks/echo", limit=1000)
    def echo(self, call: Signed) -> Json:
        """Say it again."""
        return Json({"id": call.id, "body": call.body.decode(), "member": self.visitor.member_id})

    @callback("/callbacks/gone")
    def gone(self, call: Signed) -> None:
        """Refuse."""
        raise Gone(f"What {call.id} is about does not exist any more.")

    @callback("/callbacks/done")
    def done(self, call: Signed) -> None:
        """Say nothing."""


@pytest.fixture
def log() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as log:
        yield log


@pytest.fixture
def client(settings: Settings, clock: SetClock, log: list[Any]) -> Iterator[TestClient[Any]]:
    """A shop with nothing but these callbacks; nobody listens to the network."""
    test = Provider(scope=Scope.REQUEST)
    test.provide(Calls)
    test.provide(lambda: clock, provides=Clock, scope=Scope.APP)
    container = web_container(settings, test)
    container.get(Database).create()
    app = build(settings, container, [Calls])
    with TestClient(app, base_url=settings.address) as client:
        yield client
    container.close()


@pytest.fixture
def seal(clock: SetClock) -> Seal:
    return Seal(KEY, CALLBACKS, clock)


def post(client: TestClient[Any], path: str, body: bytes, headers: dict[str, str]) -> Any:
    return client.post(path, content=body, headers=headers)


def test_a_signed_call_arrives_as_it_was_sent(client: TestClient[Any], seal: Seal) -> None:
    """Id and raw body; nobody is logged in, nothing is a form."""
    body = '{"æ" :  1}'.encode()
    answer = post(client, "/callbacks/echo", body, seal.headers("42", body))
    assert (answer.status_code, answer.json()) == (200, {"id": "42", "body": body.decode(), "member": None})
    assert "set-cookie" not in answer.headers


def test_a_call_without_an_answer_is_204(client: TestClient[Any], seal: Seal) -> None:
    """Done, and nothing to say."""
    assert post(client, "/callbacks/done", b"", seal.headers("42", b"")).status_code == 204


def test_a_refusal_is_a_problem(client: TestClient[Any], seal: Seal) -> None:
    """For programs, not a page."""
    answer = post(client, "/callbacks/gone", b"x", seal.headers("42", b"x"))
    assert (answer.status_code, answer.headers["content-type"]) == (410, "application/problem+json")
    assert answer.json() == {"title": "Gone", "status": 410, "detail": "What 42 is about does not exist any more."}


@pytest.mark.parametrize(
    ("changed", "detail"),
    [
        ({ID: ""}, "The header OpenSky-Id is missing."),
        ({TIMESTAMP: ""}, "The header OpenSky-Timestamp is missing."),
        ({SIGNATURE: ""}, "The header OpenSky-Signature is missing."),
        ({ID: "43"}, "The signature does not fit."),
        ({ID: "4 2"}, "The header OpenSky-Id or OpenSky-Timestamp is malformed."),
        ({TIMESTAMP: "1360324801"}, "The signature does not fit."),
        ({TIMESTAMP: "now"}, "The header OpenSky-Id or OpenSky-Timestamp is malformed."),
        ({SIGNATURE: "v1=" + "0" * 64}, "The signature does not fit."),
        ({SIGNATURE: "v2=" + "0" * 64}, "The signature does not fit."),
    ],
)
def test_a_wrong_header_is_refused(
    client: TestClient[Any], seal: Seal, log: list[Any], changed: dict[str, str], detail: str
) -> None:
    """The refusal says what, and is written down."""
    headers = {name: value for name, value in (seal.headers("42", b"{}") | changed).items() if value}
    answer = post(client, "/callbacks/echo", b"{}", headers)
    assert answer.status_code == 401
    assert answer.json() == {"title": "Not signed", "status": 401, "detail": detail}
    assert answer.headers["www-authenticate"] == "OpenSky-Signature"
    assert [line["path"] for line in log if line["event"] == "web.forged"] == ["/callbacks/echo"]


def test_another_body_is_refused(client: TestClient[Any], seal: Seal) -> None:
    """One blank more is another body."""
    answer = post(client, "/callbacks/echo", b"{ }", seal.headers("42", b"{}"))
    assert (answer.status_code, answer.json()["detail"]) == (401, "The signature does not fit.")


@pytest.mark.parametrize("key", ["1" * 64, ""])
def test_another_key_is_refused(client: TestClient[Any], clock: SetClock, key: str) -> None:
    """Whoever has not got the shop's own signs in vain."""
    answer = post(client, "/callbacks/echo", b"{}", Seal(key, CALLBACKS, clock).headers("42", b"{}"))
    assert (answer.status_code, answer.json()["detail"]) == (401, "The signature does not fit.")


def test_a_signature_for_another_purpose_is_refused(client: TestClient[Any], clock: SetClock) -> None:
    """The shop's key signs other things, too."""
    answer = post(client, "/callbacks/echo", b"{}", Seal(KEY, "webhooks", clock).headers("42", b"{}"))
    assert (answer.status_code, answer.json()["detail"]) == (401, "The signature does not fit.")


@pytest.mark.parametrize(("minutes", "status"), [(-6, 401), (-4, 200), (4, 200), (6, 401)])
def test_the_timestamp_is_within_five_minutes(
    client: TestClient[Any], clock: SetClock, seal: Seal, minutes: int, status: int
) -> None:
    """Late and early alike: what was overheard is worth nothing tomorrow."""
    clock.advance(minutes=minutes)
    headers = seal.headers("42", b"{}")
    clock.advance(minutes=-minutes)
    assert post(client, "/callbacks/echo", b"{}", headers).status_code == status


def test_a_huge_body_is_refused_unread(client: TestClient[Any], seal: Seal) -> None:
    """Nobody has us compute signatures over what they please."""
    body = b"x" * 1001
    answer = post(client, "/callbacks/echo", body, seal.headers("42", body))
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


def test_there_is_nothing_else_below_callbacks(client: TestClient[Any]) -> None:
    """Said to a program."""
    answer = client.get("/callbacks/nothing")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


class Open:
    """A route that calls itself signed, and is open."""

    @api.post("/api/v1/open", access=access.SIGNED)
    def take(self) -> None:
        """Take anything."""


class Unsigned:
    """A callback that does not take what was signed."""

    @callback("/callbacks/open")
    def take(self) -> None:
        """Take anything."""


@pytest.mark.parametrize("wrong", [Open, Unsigned])
def test_signed_access_without_a_signature_is_refused_at_start(settings: Settings, tmp_path: Path, wrong: type) -> None:
    """No callback can exist that nobody checks."""
    container = web_container(settings)
    with pytest.raises(Misconfigured, match="a @callback, and nothing else"):
        build(settings, container, [wrong])
    container.close()
