"""Alerts from the bus: kept once however many watch, told by letter and to the webhook, told again, taken on, and over."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from dishka import Container, Provider, Scope

from opensky.cli.prepare import prepare
from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.errors import Misconfigured, NotFound
from opensky.mail.folder import MailFolder
from opensky.osis.partners.alerts import GENERATION, OURS
from opensky.persistence import Database
from opensky.settings import Settings
from opensky.stats.marks import Marks
from opensky.tactical.alerts import AGAIN, Alerts, Keeper
from opensky.tactical.readings import State
from opensky.tactical.troubles import Ripe, Trouble
from opensky.testing.engines import created
from opensky.wiring.alerts import keeper
from opensky.wiring.bus import bus_container, worker

DOWN = Trouble("errors", "Errors", "Half of all answers are errors.", State.BROKEN)
SLOW = Trouble("web", "Web", "Answers take long.", State.WATCH)
Heard = list[dict[str, Any]]


class Chat(ThreadingHTTPServer):
    """What operators talk in: it takes what is posted, once it is well."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Chatting)
        self.heard: Heard = []
        self.signed: list[tuple[dict[str, str], bytes]] = []


class _Chatting(BaseHTTPRequestHandler):
    server: Chat

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.heard.append(json.loads(body))
        self.server.signed.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def chat() -> Iterator[Chat]:
    with Chat() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def told(settings: Settings, chat: Chat) -> Settings:
    """A shop whose operators are told."""
    alerts = {
        "emails": ["ops@shop.example"],
        "webhook": f"http://127.0.0.1:{chat.server_address[1]}/hook",
        "quiet": "22:00-07:00",
    }
    return replace(settings, alerts=alerts)


@pytest.fixture
def bus(told: Settings, clock: SetClock) -> Iterator[Container]:
    test = Provider(scope=Scope.APP)
    test.provide(lambda: clock, provides=Clock, override=True)
    with bus_container(told, test) as made:
        created(made.get(Database))
        clock.at = datetime(2026, 7, 1, 12, tzinfo=UTC)
        yield made


def look(kept: Keeper, *raised: Trouble, ended: tuple[str, ...] = ()) -> None:
    """Look once, and find this."""
    kept.keep(Ripe(list(raised), list(ended)), kept.open())


def letters(bus: Container) -> list[str]:
    """The subjects of all letters, once everything is sent."""
    worker(bus).drain()
    folder = MailFolder(bus.get(Settings).data / "mail")
    found = [folder.read(each) or b"" for each in sorted(folder.newest(100))]
    return [str(message_from_bytes(each, policy=default)["subject"]) for each in found]


def test_an_alert_is_told_once_and_when_it_is_over(bus: Container, chat: Chat, clock: SetClock) -> None:
    """By letter and to the webhook, whose secret operators can check; on the graphs it is a mark."""
    kept = keeper(bus)
    for _ in range(3):
        look(kept, DOWN)
        clock.advance(seconds=5)
    assert [each.title for each in Alerts(bus.get(Database)).open()] == ["Errors"]
    look(kept, ended=("errors",))
    look(kept, ended=("errors",))
    assert letters(bus) == ["Broken: Errors", "Over: Errors"]
    assert [(each["type"], each["data"]["since"]) for each in chat.heard] == [
        ("alert.raised", "2026-07-01T12:00:00Z"),
        ("alert.over", "2026-07-01T12:00:00Z"),
    ]
    [mark] = Marks(bus.get(Settings).data / "stats").between(0, 4e9, ("alert",))
    assert (mark.what, mark.data) == ("alert Errors", DOWN.sentence)
    assert Alerts(bus.get(Database)).open() == []
    look(kept, DOWN)
    assert len(Alerts(bus.get(Database)).newest()) == 2


def test_the_webhook_can_check_who_posts(bus: Container, chat: Chat, clock: SetClock) -> None:
    from opensky.kernel.webhooks import WebhookKeys  # noqa: PLC0415 - as a receiver has it

    look(keeper(bus), DOWN)
    worker(bus).drain()
    [(headers, body)] = chat.signed
    keys = WebhookKeys(bus.get(Settings).secret_key)
    right = keys.headers(headers["webhook-id"], clock.now(), body, endpoint=OURS, generations=[GENERATION])
    assert headers.items() >= right.items()


def test_a_shop_whose_alerts_cannot_be_told_is_not_opened(settings: Settings) -> None:
    """Who starts it reads why."""
    with pytest.raises(Misconfigured, match="list of e-mail addresses"):
        prepare(replace(settings, alerts={"emails": "ops@shop.example"}), empty=True)


def test_however_many_watch_it_is_told_once(bus: Container) -> None:
    """Four nodes that see the same at the same time."""
    keepers = [keeper(bus) for _ in range(4)]
    ready = threading.Barrier(len(keepers))

    def watch(kept: Keeper) -> None:
        open_ = kept.open()
        ready.wait()
        for _ in range(3):
            kept.keep(Ripe([DOWN, SLOW], []), open_)

    threads = [threading.Thread(target=watch, args=(each,)) for each in keepers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(Alerts(bus.get(Database)).newest()) == 2
    assert sorted(letters(bus)) == ["Broken: Errors", "Watch: Web"]


def test_what_nobody_takes_on_is_told_again(bus: Container, clock: SetClock) -> None:
    """Until somebody does; what got worse is told at once."""
    kept, alerts = keeper(bus), Alerts(bus.get(Database))
    look(kept, SLOW)
    look(kept, SLOW._replace(state=State.BROKEN))
    clock.advance(seconds=AGAIN.total_seconds() - 1)
    look(kept)
    clock.advance(seconds=1)
    look(kept)
    assert letters(bus) == ["Watch: Web", "Broken: Web", "Broken: Web"]
    [open_] = alerts.open()
    with bus.get(Database).unit_of_work() as unit:
        assert alerts.acknowledge(unit, open_.id, "Ada")
        assert not alerts.acknowledge(unit, open_.id, "Ben")
        unit.commit()
    clock.advance(seconds=2 * AGAIN.total_seconds())
    look(kept)
    look(kept, ended=("web",))
    assert letters(bus)[3:] == ["Over: Web"]
    [known] = alerts.newest()
    assert known.acknowledged_by == "Ada"
    with bus.get(Database).unit_of_work() as unit, pytest.raises(NotFound, match="is over"):
        alerts.acknowledge(unit, open_.id, "Ben")


def test_in_quiet_hours_what_can_wait_waits(bus: Container, clock: SetClock) -> None:
    """It is told in the morning if it is still so; what is over by then is not told at all."""
    kept = keeper(bus)
    clock.at = datetime(2026, 7, 1, 23, tzinfo=UTC)
    look(kept, SLOW, SLOW._replace(key="data", title="Data"), DOWN)
    look(kept, ended=("data",))
    assert letters(bus) == ["Broken: Errors"]
    clock.at = datetime(2026, 7, 2, 7, tzinfo=UTC) - timedelta(minutes=60)
    look(kept, ended=("errors",))
    clock.at = datetime(2026, 7, 2, 7, tzinfo=UTC)
    look(kept)
    assert letters(bus) == ["Broken: Errors", "Over: Errors", "Watch: Web"]
