"""One request, from the page to the letter: its id goes with all that is sent because of it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from opensky.devo.orders.objects import Order
from opensky.kernel import spans
from opensky.logs import collected
from opensky.messaging import About
from opensky.messaging.traces import REQUEST, journeys_of
from opensky.osis.runtime import Worker
from opensky.persistence import Reader
from opensky.testing.browser import Browser
from opensky.testing.collector import Collector, collecting

Buy = Callable[..., Order]


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector for the spans of the whole test, shop and bus alike."""
    with collecting() as made:
        yield made


@pytest.fixture
def asked(guest: Browser) -> str:
    """The id under which a proxy sends what the guest asks."""
    guest.headers["X-Request-ID"] = "proxy-7"
    return "proxy-7"


def test_the_log_follows_a_purchase_to_its_letter(asked: str, buy: Buy, bus: Worker) -> None:
    """Page, bus, callback and letter name the request and the journey; nothing in them names the buyer."""
    with collected(level="info") as lines:
        order = buy(email="ben@mail.example")
        bus.drain()

    about = [line for line in lines if line.get("request") == asked]
    events = [line["event"] for line in about]
    checkout = next(line for line in about if line.get("route") == "/checkout")
    assert (checkout["method"], checkout["status"], checkout["actor"]) == ("POST", 303, "guest")
    assert {"web.answered", "bus.handled", "letter.sent"} <= set(events)
    callback = next(line for line in about if line.get("route") == "/callbacks/events")
    assert callback["actor"] == "bus"
    assert callback["journey"] in checkout["journeys"]
    letter = next(line for line in about if line["event"] == "letter.sent" and line["letter"] == "order_paid")
    assert letter["journey"] in checkout["journeys"]
    assert events.index("letter.sent") > events.index("web.answered")
    assert "ben@mail.example" not in str(lines)
    assert order.number not in {line.get("request") for line in lines}


def test_journeys_name_the_request_that_began_them(asked: str, buy: Buy, bus: Worker, reader: Reader) -> None:
    """Whatever the bus does later has the same beginning."""
    buy()
    bus.drain()

    found = journeys_of(reader, About(REQUEST, asked), 50)
    assert found != []


def test_staff_find_what_a_request_led_to(asked: str, buy: Buy, bus: Worker, staff: Browser, reader: Reader) -> None:
    """By its id, and from a journey back to it."""
    buy()
    bus.drain()
    [journey, *_] = journeys_of(reader, About(REQUEST, asked), 50)

    staff.open(f"/admin/bus/journeys?q={asked}")
    assert staff.heading == f"Journeys of Request {asked}"
    assert staff.path == f"/admin/bus/about?kind=Request&id={asked}"
    staff.open(f"/admin/bus/journeys/{journey}")
    assert f"Begun by request {asked}" in staff.text()


def test_an_unknown_request_leads_nowhere(staff: Browser) -> None:
    """The list of journeys is shown, as for any other word."""
    staff.open("/admin/bus/journeys?q=nobody-knows")
    assert staff.path.startswith("/admin/bus/journeys?")


def test_spans_of_a_purchase_are_one_trace(collector: Collector, asked: str, buy: Buy, bus: Worker) -> None:
    """From the request through the queue to the bus, back into the shop and out again by letter; statements are below what ran them."""
    buy()
    bus.drain()
    assert spans.tracer is not None
    spans.tracer.close()

    [checkout] = collector.named("POST /checkout")
    trace = [each for each in collector.spans if each.trace == checkout.trace]
    above = {each.id: each for each in trace}
    assert (checkout.parent, checkout.facts["opensky.request"]) == ("", asked)
    assert checkout.facts["http.response.status_code"] == 303

    def way(span: Any) -> list[str]:
        found = [span.name]
        while span.parent in above:
            span = above[span.parent]
            found.append(span.name)
        return found

    ways = [way(each) for each in trace]
    assert ["process events.async", "send events.async", "POST /checkout"] in ways
    assert any(each[:2] == ["POST /callbacks/events", "process events.async"] for each in ways)
    assert any(each[0] == "process mail.letters" and each[-1] == "POST /checkout" for each in ways)
    statements = [each for each in trace if each.name == "sql insert"]
    assert statements != []
    assert all(each.parent in above and "INSERT" in each.facts["db.query.text"] for each in statements)
    assert "ben@example.org" not in str(collector.spans)
