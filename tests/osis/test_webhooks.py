"""The flows of webhooks: one try, and the end of a pause; each becomes an event for DEVO."""

from collections.abc import Mapping
from datetime import UTC, datetime

from opensky.kernel.clock import Clock, SetClock
from opensky.kernel.webhooks import WebhookKeys
from opensky.osis.flows.events import Slung, sling
from opensky.osis.flows.webhooks import WebhookDue, WebhookPost, end_pause, post_webhook
from opensky.osis.partners.devo import Devo
from opensky.osis.partners.merchants import Merchants, Reply
from opensky.testing.bus import running

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
POST = WebhookPost(
    delivery=1 << 60, endpoint=7, attempt=2, url="https://shop.example/hook", generations=[3, 2], body='{"type":"é"}'
)


class Known(Merchants):
    """A merchant whose answer is known beforehand."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(inside=False)
        self.reply = reply
        self.came: list[tuple[str, dict[str, str], bytes]] = []

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        self.came.append((url, dict(headers), body))
        return self.reply


def test_a_try_is_signed_and_what_came_of_it_is_told() -> None:
    """By each secret that is good now; the id is that of the delivery, at each try."""
    keys, merchant = WebhookKeys("0" * 64), Known(Reply(status=503, ms=12, error="It answered 503.", retry_after=60))
    told = post_webhook(POST, merchant, keys, SetClock(AT))
    [(url, headers, body)] = merchant.came
    assert (url, body) == ("https://shop.example/hook", '{"type":"é"}'.encode())
    assert headers == {
        "content-type": "application/json",
        "user-agent": "OpenSky-Webhooks/1",
        **keys.headers(str(1 << 60), AT, body, endpoint=7, generations=[3, 2]),
    }
    assert told == Slung(
        name="webhook.attempted",
        subject={"class": "WebhookDelivery", "id": {"$tuple": [{"$int": str(1 << 60)}]}},
        parameters={
            "attempt": 2,
            "status": 503,
            "ms": 12,
            "error": "It answered 503.",
            "answer": "",
            "retry_after": 60,
        },
    )


def test_the_end_of_a_pause_is_told() -> None:
    """DEVO knows whether there is to be another try."""
    assert end_pause(WebhookDue(delivery=5, attempt=3)) == Slung(
        name="webhook.due", subject={"class": "WebhookDelivery", "id": {"$tuple": [5]}}, parameters={"attempt": 3}
    )


class Listening(Devo):
    """DEVO, as far as it is told."""

    def __init__(self) -> None:
        super().__init__("", "0" * 64, SetClock(AT))
        self.bodies: list[bytes] = []

    def post(self, path: str, id_: str, body: bytes) -> str:
        self.bodies.append(body)
        return "done"


def test_one_endpoint_gets_its_webhooks_in_order_and_others_do_not_wait() -> None:
    """On a real queue: what is told to one endpoint is told one after the other."""
    merchant, devo = Known(Reply(status=204)), Listening()
    services: dict[type, object] = {
        Merchants: merchant,
        WebhookKeys: WebhookKeys("0" * 64),
        Clock: SetClock(AT),
        Devo: devo,
    }
    posts = [
        WebhookPost(
            delivery=n, endpoint=n % 2, attempt=1, url=f"https://{n % 2}.example/", generations=[1], body=str(n)
        )
        for n in range(6)
    ]
    with running(post_webhook, end_pause, sling, services=services) as bus:
        bus.send(*posts)
        bus.work()
        assert list(bus.dead.listed()) == []
    assert [body for url, _, body in merchant.came if "0.example" in url] == [b"0", b"2", b"4"]
    assert [body for url, _, body in merchant.came if "1.example" in url] == [b"1", b"3", b"5"]
    assert len(devo.bodies) == 6
