"""Queues and journeys in the admin: how things stand, and where what an order caused has led."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import delete, insert, select

from opensky.devo.benefits.events import MEMBER_LEVEL_REACHED
from opensky.devo.benefits.objects import MemberLevel
from opensky.devo.bus.journeys import draw, span, steps
from opensky.devo.bus.listeners import BusListeners
from opensky.devo.bus.objects import FlowNote, Flows
from opensky.devo.bus.repository import Trail
from opensky.devo.orders.objects import Order
from opensky.events import Event
from opensky.events.declarations import declarations
from opensky.kernel.clock import SetClock
from opensky.kernel.ids import IdGenerator, MemberId
from opensky.mapping import describe
from opensky.messaging import About, Message, Outgoing
from opensky.messaging.tables import FINISHED, PUBLISHED
from opensky.messaging.traces import TRACES, journeys_of
from opensky.osis.runtime import Worker
from opensky.persistence import Database, UnitOfWork
from opensky.persistence.cursors import microseconds
from opensky.testing.browser import Browser

Buy = Callable[..., Order]
FLOWS = Flows(
    [
        FlowNote("events.async", "sling", calls_back=True),
        FlowNote("fraud.check", "check_fraud", sends=frozenset({"Slung"}), asks=("FraudCheck",)),
        FlowNote("files", "open_file", sends=frozenset({"Batch"}), begins="The warehouse"),
        FlowNote("batches", "relay", calls_back=True, sends=frozenset({"Done"})),
    ]
)


def test_nobody_else_gets_in(another: Browser) -> None:
    """The bus is for staff alone."""
    for path in ("", "/queue?name=fraud.check", "/journeys", "/journeys/1", "/about?kind=Order&id=1"):
        assert another.open(f"/admin/bus{path}").url.path == "/log-in"


def test_queues_stand_in_a_table(staff: Browser, buy: Buy, bus: Worker, clock: SetClock) -> None:
    """Every flow's queue, with what it is for; what waits, what is dead, and what was handled."""
    buy(email="refused@example.org")
    buy(email="later@example.org")
    buy(email="ben@example.org")
    bus.drain()
    clock.advance(seconds=2)

    staff.open("/admin/bus")

    rows = {row[0]: row for row in _rows(staff)}
    name, ready, later, taken, broker, dead, oldest, handled = rows["fraud.check"]
    assert (name, ready, later, taken, broker, dead, handled) == ("fraud.check", "0", "1", "0", "0", "1", "1")
    assert oldest.endswith("ago")
    assert "Ask the third party about an order" in staff.text()
    assert "1 dead letter" in staff.text()


def test_a_bus_that_stands_still_is_noticed(staff: Browser, buy: Buy, bus: Worker, clock: SetClock) -> None:
    """Nothing is lost, and the page says what to do."""
    buy()
    clock.advance(minutes=5)
    staff.open("/admin/bus")
    assert "and nobody takes them. Is the bus running? Nothing is lost" in staff.text()
    bus.drain()
    staff.open("/admin/bus")
    assert "All is handled." in staff.text()


def test_the_books_agree_or_name_the_step(staff: Browser, unit: UnitOfWork, clock: SetClock) -> None:
    """A message that is nowhere is missing, and the journey of the step that has sent it is known."""
    now = microseconds(clock.now())
    row = {"queue": "files", "type": "File", "correlation": 1, "attempt": 0, "began_at": now, "ended_at": now}
    unit.execute(
        insert(FINISHED), [{**row, "id": 1, "causation": 0, "sent": 1}, {**row, "id": 2, "causation": 1, "sent": 0}]
    )
    unit.commit()
    staff.open("/admin/bus/books")
    assert "Nothing is missing, and nothing is there twice." in staff.text()

    unit.execute(delete(FINISHED).where(FINISHED.c.id == 2))
    unit.commit()

    text = staff.open("/admin/bus/books?hours=24").text
    assert "1 message is nowhere." in staff.text()
    assert '<a href="/admin/bus/journeys/1">files 1</a>' in text


def test_what_is_at_a_broker_is_in_its_journey(staff: Browser, buy: Buy, bus: Worker, unit: UnitOfWork) -> None:
    """Of it the queue is known; it counts as on its way."""
    buy()
    bus.drain()
    [cause] = unit.execute(select(FINISHED.c.id).where(FINISHED.c.queue == "fraud.check")).scalars()
    away = {"id": cause + 1, "queue": "erp", "causation": cause, "published_at": 1}
    unit.execute(insert(PUBLISHED), away)
    unit.commit()
    staff.open(f"/admin/bus/journeys/{cause}")
    assert "at the broker" in staff.text()
    assert "1 on its way" in staff.text()
    staff.open("/admin/bus")
    assert {row[0]: row[4] for row in _rows(staff)}["erp"] == "1"


def test_a_queue_shows_what_waits_and_why(staff: Browser, buy: Buy, bus: Worker) -> None:
    """What the last try said, without the secrets in it; and how long the others took."""
    buy(email="later@example.org")
    buy(email="ben@example.org")
    bus.drain()

    staff.open("/admin/bus/queue?name=fraud.check")

    assert "It does not answer at https://⟦secret⟧@fraud.example." in staff.text()
    assert re.search(r"due in .*, try 2", staff.text())
    assert "Handled last" in staff.text()
    assert staff.open("/admin/bus/queue?name=nobody").status_code == 404


def test_an_order_leads_to_its_journeys(staff: Browser, buy: Buy, bus: Worker, database: Database) -> None:
    """From the page of the order, and back; the check of fraud is drawn from the shop to the third party and back."""
    order = buy()
    bus.drain()
    text = staff.open(f"/admin/orders/{order.number}").text
    found = re.search(r'href="(/admin/bus/about\?[^"]+)"', text)
    assert found

    text = staff.open(found[1].replace("&amp;", "&")).text

    assert staff.heading == f"Journeys of Order {order.number}"
    its = next(each for each in _drawings(text) if "check_fraud" in each)
    assert [each for each in its if each in {"DEVO", "sling", "check_fraud"}] == ["DEVO", "sling", "check_fraud"]
    assert [each for each in its if each in {"order.check_fraud", "FraudQuestion", "Slung"}] == [
        "order.check_fraud",
        "FraudQuestion",
        "Slung",
    ]
    assert f"/admin/orders/{order.number}" in text
    with database.reader() as reader:
        known = journeys_of(reader, About("Order", str(order.id)), 9)
    assert len(known) == len(set(known)) >= 1


def test_any_message_leads_to_its_journey(staff: Browser, refused: int) -> None:
    """Its number is enough; one that nobody knows is said to be unknown."""
    staff.open(f"/admin/bus/journeys?q={refused}")
    assert staff.path == f"/admin/bus/journeys/{refused}"
    assert "1 dead" in staff.text()
    assert staff.open("/admin/bus/journeys/17").status_code == 404
    assert staff.open(f"/admin/bus/journeys/{10**25}").status_code == 404
    assert staff.open(f"/admin/bus/about?kind=Order&id={10**25}").status_code in (200, 404)
    staff.open("/admin/bus/journeys?q=17")
    assert "No message “17” is known." in staff.text()


def test_the_newest_journeys_are_listed(staff: Browser, buy: Buy, bus: Worker) -> None:
    """With what they are about and how they stand; page by page."""
    order = buy(email="refused@example.org")
    bus.drain()
    staff.open("/admin/bus/journeys")
    assert f"Order {order.number}" in staff.text()
    assert "1 dead" in staff.text()
    assert staff.open("/admin/bus/journeys?before=x").status_code == 422


@pytest.fixture
def sent(clock: SetClock) -> Callable[..., Trail]:
    """Makes a message of a journey, sent now, handled at once unless its state says otherwise."""
    ids = IdGenerator(1, clock)

    def made(queue: str, type_: str, cause: Trail | None = None, **more: Any) -> Trail:
        now = clock.now()
        times: dict[str, Any] = (
            {"began_at": now, "ended_at": now + timedelta(milliseconds=12)} if "state" not in more else {}
        )
        head: dict[str, Any] = {
            "queue": queue,
            "type": type_,
            "correlation": 1,
            "causation": cause.id if cause else 0,
            "attempt": 0,
        }
        return Trail(id=ids.next(), **{"state": "handled"} | head | times | more)

    return made


def test_who_sent_a_message_is_known_by_its_cause(sent: Callable[..., Trail]) -> None:
    """The flow that handled the cause; or DEVO, which that flow had told; the first one from where its queue begins."""
    file = sent("files", "File")
    batch = sent("batches", "Batch", file)
    done = sent("done", "Done", batch)
    event = sent("events.async", "order.shipped", batch)

    found = [(step.sender, step.receiver) for step in steps([file, batch, done, event], FLOWS)]

    assert found == [("The warehouse", "open_file"), ("open_file", "relay"), ("relay", "done"), ("DEVO", "sling")]


def test_many_alike_are_one_step(sent: Callable[..., Trail], clock: SetClock) -> None:
    """As long as they stand the same: one that died stands out."""
    file = sent("files", "File")
    batches = [sent("batches", "Batch", file) for _ in range(6)]
    dead = sent("batches", "Batch", file, state="dead", error="ValueError: no")

    found = steps([file, *batches, dead], FLOWS)
    drawing = draw(found, FLOWS, clock.now())

    assert [step.label for step in found] == ["File", "6 \u00d7 Batch", "Batch"]
    assert [(stroke.label, stroke.state) for stroke in drawing.strokes[1:]] == [
        ("6 \u00d7 Batch", "handled"),
        ("Batch", "dead"),
    ]
    assert [lane.name for lane in drawing.lanes] == ["DEVO", "The warehouse", "open_file", "relay"]


def test_what_many_have_caused_is_one_step_again(sent: Callable[..., Trail]) -> None:
    """A letter for each parcel of each batch of a file: four steps, however many parcels there are."""
    file = sent("files", "File")
    batches = [sent("batches", "Batch", file) for _ in range(5)]
    shipped = [sent("events.async", "order.shipped", batch) for batch in batches for _ in range(3)]
    letters = [sent("mail", "Letter", parcel) for parcel in shipped]

    found = steps([file, *batches, *shipped, *letters], FLOWS)

    assert [step.label for step in found] == ["File", "5 \u00d7 Batch", "15 \u00d7 order.shipped", "15 \u00d7 Letter"]


def test_a_long_journey_is_drawn_in_part(sent: Callable[..., Trail], clock: SetClock) -> None:
    """And says how much is left out."""
    trail = sent("fraud.check", "FraudQuestion")
    trails = [trail]
    for _ in range(99):
        trails.append(sent("fraud.check", "FraudQuestion", trails[-1]))
    drawing = draw(steps(trails, FLOWS), FLOWS, clock.now())
    assert (len(drawing.strokes), drawing.left_out) == (80, 20)
    assert drawing.strokes[1].to_itself


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 ms"),
        (0.0004, "< 1 ms"),
        (0.0126, "13 ms"),
        (1.26, "1.3 s"),
        (90, "2 min"),
        (7200, "2 h"),
        (864000, "10 days"),
    ],
)
def test_a_length_of_time_is_written_as_one_says_it(seconds: float, words: str) -> None:
    """Never more exact than helps."""
    assert span(timedelta(seconds=seconds)) == words


def _rows(browser: Browser) -> list[list[str]]:
    """The cells of the page's tables, without the small print in them."""
    assert browser.page
    rows = re.findall(r"<tr>(.*?)</tr>", browser.page.text.split("<tbody", 1)[1], re.DOTALL)
    made = []
    for row in rows:
        cells = re.findall(
            r"<td[^>]*>(.*?)</td>", re.sub(r'<p class="quiet">.*?</p>|<svg.*?</svg>', "", row, flags=re.DOTALL)
        )
        made.append([" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells])
    return made


def _drawings(text: str) -> list[list[str]]:
    """What is written in each drawing, from top to bottom; each is well-formed."""
    found = re.findall(r'<div class="sequence".*?(<svg.*?</svg>)', text, re.DOTALL)
    return [[each.text or "" for each in ET.fromstring(svg).iter("text")] for svg in found]  # noqa: S314 - our own page


def test_whatever_an_event_is_about_can_be_noted(unit: UnitOfWork, ids: IdGenerator, clock: SetClock) -> None:
    """Also what bears another's id, or several: a member's level, a follow."""
    subjects = {each.subject for each in declarations() if each.subject}
    ours = {each for each in subjects if each.__module__.startswith("opensky.")}  # other tests declare events, too
    assert [each for each in ours if not describe(each).ids] == []
    client = Outgoing(unit, ids)
    client.send(Message(queue_name="nowhere", type="Nothing", parameters={}))
    reached = MemberLevel(member_id=MemberId(7), level="Silver", reached_at=clock.now())
    told = {"member_id": 7, "level": "Silver", "before": ""}
    BusListeners(unit, client).on_event(Event(MEMBER_LEVEL_REACHED, reached, told))
    unit.commit()
    [row] = unit.execute(select(TRACES.c.kind, TRACES.c.object_id)).all()
    assert tuple(row) == ("MemberLevel", "7")
