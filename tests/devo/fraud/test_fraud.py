"""An order is paid, checked while nobody waits, and held or not; a person decides about those that are held."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from opensky.devo.fraud.objects import FraudVerdict
from opensky.devo.members.manager import MemberManager
from opensky.devo.orders.objects import Order
from opensky.kernel.clock import SetClock
from opensky.messaging import DeadLetters
from opensky.messaging.books import balance
from opensky.messaging.tables import FINISHED, MESSAGES
from opensky.osis.partners.fraud import SimulatedFraudCheck, Suspect
from opensky.osis.runtime import Worker
from opensky.persistence import Database, UnitOfWork
from opensky.testing.browser import Browser

APPROVED, SUSPECT = "4242 4242 4242 4242", "4000 0000 0000 9235"
Buy = Callable[..., Order]
Now = Callable[[Order], Order]


CHECKS = {"order.check_fraud", "FraudQuestion", "Slung"}
"""Types of the messages of a check; a paid order has others sent too, such as its confirmation."""


def waiting(database: Database) -> dict[str, int]:
    """How many messages of checks wait, by type?"""
    with database.reader() as reader:
        types = [row.type for row in reader.rows(select(MESSAGES.c.type).where(MESSAGES.c.type.in_(CHECKS)))]
    return dict(Counter(types))


def verdict(unit: UnitOfWork, order: Order) -> FraudVerdict | None:
    """What was said of an order?"""
    found = unit.get(FraudVerdict, order.id)
    unit.rollback()
    return found


def test_the_checkout_does_not_wait(buy: Buy, database: Database, unit: UnitOfWork) -> None:
    """Without a bus the order is paid all the same, and the event waits."""
    order = buy(SUSPECT)
    assert order.state == "paid"
    assert waiting(database) == {"order.check_fraud": 1}
    assert verdict(unit, order) is None


def test_what_is_harmless_goes_on(buy: Buy, bus: Worker, now: Now, database: Database, unit: UnitOfWork) -> None:
    """The verdict is kept, the order is as it was."""
    order = buy(APPROVED)
    bus.drain()
    assert (now(order).state, waiting(database)) == ("paid", {})
    said = verdict(unit, order)
    assert said is not None
    assert (said.word, said.score, said.reasons) == ("approve", 10, "the buyer is a guest")


@pytest.mark.parametrize(
    ("card", "email", "word", "score"),
    [
        (SUSPECT, "ben@example.org", "hold", 80),
        (APPROVED, "ben@mailbox.invalid", "hold", 65),
        (APPROVED, "ben@reported.example", "refuse", 100),
    ],
)
def test_what_is_suspect_is_held(
    buy: Buy, bus: Worker, now: Now, unit: UnitOfWork, card: str, email: str, word: str, score: int
) -> None:
    """Also where the advice is to refuse: no machine cancels an order."""
    order = buy(card, email=email)
    bus.drain()
    assert now(order).state == "held"
    said = verdict(unit, order)
    assert said is not None
    assert (said.word, said.score) == (word, score)


def test_the_journey_is_one(buy: Buy, bus: Worker, database: Database) -> None:
    """Event, question and verdict belong together, although DEVO was between them."""
    buy(SUSPECT)
    bus.drain()
    columns = (FINISHED.c.queue, FINISHED.c.id, FINISHED.c.correlation, FINISHED.c.causation)
    with database.reader() as reader:
        found = [tuple(row) for row in reader.rows(select(*columns).order_by(FINISHED.c.id))]
    [its] = [row[2] for row in found if row[0] == "fraud.check"]
    rows = [row for row in found if row[2] == its]
    (first, id_1, journey, caused_1), (second, id_2, _, caused_2), (third, _, _, caused_3) = rows
    assert (first, second, third) == ("events.async", "fraud.check", "events.async")
    assert {row[2] for row in rows} == {journey} == {id_1}
    assert (caused_1, caused_2, caused_3) == (0, -id_1, id_2)  # the question was sent by DEVO, when it was told
    books = balance(database, database.clock.now() - timedelta(hours=1))
    assert (books.missing, books.balanced) == (0, True)
    assert books.sent > 0


def test_the_member_is_told_kindly(buy: Buy, bus: Worker, browser: Browser) -> None:
    """The order's page says what happens next, and accuses nobody."""
    order = buy(SUSPECT)
    bus.drain()
    browser.open(f"/orders/{order.number}")
    assert "Paid, a second look" in browser.text()
    assert "One of us takes a second look at this order before it leaves; you need do nothing" in browser.text()
    assert "fraud" not in browser.text().lower()


def as_staff(browser: Browser, members: MemberManager, unit: UnitOfWork) -> None:
    """Log in as somebody who may."""
    browser.open("/sign-up")
    browser.submit("/sign-up", email="ada@example.org", name="Ada", password="seven blue cacti")
    members.make_staff("ada@example.org")
    unit.commit()
    browser.open("/log-in")
    browser.submit("/log-in", email="ada@example.org", password="seven blue cacti")


def test_staff_release_a_held_order(
    buy: Buy, bus: Worker, now: Now, another: Browser, members: MemberManager, unit: UnitOfWork
) -> None:
    """With a reason, which the history keeps; it is not held again."""
    order = buy(SUSPECT)
    bus.drain()
    as_staff(another, members, unit)
    another.open("/admin/orders?state=held")
    assert order.number in another.text()
    another.open(f"/admin/orders/{order.number}")
    assert "hold (80 of 100): the card was reported lost in some shops; the buyer is a guest" in another.text()

    another.submit(f"/admin/orders/{order.number}/release", reason="she called us")

    assert "The order is released." in another.text()
    assert now(order).state == "paid"
    assert "she called us" in another.text()
    bus.drain()
    assert now(order).state == "paid"


def test_staff_cancel_a_held_order(
    buy: Buy, bus: Worker, now: Now, another: Browser, members: MemberManager, unit: UnitOfWork
) -> None:
    """The money goes back."""
    order = buy(SUSPECT)
    bus.drain()
    as_staff(another, members, unit)
    another.open(f"/admin/orders/{order.number}")
    another.submit(f"/admin/orders/{order.number}/cancel", reason="nobody answers")
    cancelled = now(order)
    assert (cancelled.state, cancelled.refund_due) == ("cancelled", False)


def test_paying_a_held_order_again_changes_nothing(buy: Buy, bus: Worker, now: Now, orders: Any) -> None:
    """It is paid already."""
    order = buy(SUSPECT)
    bus.drain()
    held = now(order)
    assert orders.pay_again(held, APPROVED).state == "held"
    assert orders.pay(held, APPROVED).state == "held"
    assert now(order).state == "held"


def test_an_order_that_was_cancelled_meanwhile_is_not_asked_about(
    buy: Buy, bus: Worker, now: Now, orders: Any, unit: UnitOfWork, database: Database
) -> None:
    """The event comes back, finds it cancelled, and that is all."""
    order = buy(SUSPECT)
    orders.cancel_for(order.number)
    unit.rollback()
    bus.drain()
    assert (now(order).state, waiting(database), verdict(unit, order)) == ("cancelled", {}, None)


def test_a_subject_that_is_gone_is_a_dead_letter(buy: Buy, bus: Worker, database: Database, unit: UnitOfWork) -> None:
    """Nobody can ever be told of it, so nobody tries again; it can be seen what it was about."""
    order = buy(SUSPECT)
    found = unit.get(Order, order.id)
    unit.load([found], "lines")
    for line in found.lines:  # type: ignore[union-attr]
        unit.remove(line)
    unit.remove(found)
    unit.commit()
    bus.drain()
    letters = DeadLetters(database).listed(queue="events.async")
    [error] = [letter.error for letter in letters if letter.message.type == "order.check_fraud"]
    assert error == f"DEVO answered 410: The Order ({order.id},) of event 'order.check_fraud' does not exist any more."
    assert waiting(database) == {}


def test_while_devo_is_down_nothing_is_lost(
    buy: Buy,
    bus: Worker,
    now: Now,
    database: Database,
    clock: SetClock,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each try waits longer; when DEVO is back, the order is held as it had to be."""
    order = buy(SUSPECT)

    def refused(*_: Any, **__: Any) -> Any:
        raise httpx.ConnectError("refused")

    with monkeypatch.context() as down:
        down.setattr(browser, "post", refused)
        for tries in range(2):  # of two events; a fifth failure would open the breaker
            clock.advance(minutes=tries)
            bus.drain()
    assert (waiting(database), DeadLetters(database).listed()) == ({"order.check_fraud": 1}, [])
    clock.advance(hours=1)
    bus.drain()
    assert (now(order).state, waiting(database)) == ("held", {})


@pytest.mark.parametrize(
    ("about", "word", "score"),
    [
        ({}, "approve", 0),
        ({"guest": True}, "approve", 10),
        ({"amount_minor": 1_000_00}, "hold", 50),
        ({"amount_minor": 999_99}, "approve", 0),
        ({"card_last4": "9235", "amount_minor": 2_000_00}, "refuse", 100),
        ({"email": "Ben@Mailbox.invalid"}, "hold", 55),
        ({"email": "ben@mailbox.invalid.example.org"}, "approve", 0),
    ],
)
def test_the_simulated_third_party_goes_by_rules(about: dict[str, Any], word: str, score: int) -> None:
    """So that a test, and a newcomer, can tell what it will say."""
    usual: dict[str, Any] = {
        "number": "OS-1",
        "email": "ben@example.org",
        "amount_minor": 1250,
        "currency": "USD",
        "card_last4": "4242",
        "guest": False,
    }
    said = SimulatedFraudCheck(0).check(Suspect(**usual | about), "key")
    assert (said.word, said.score) == (word, score)
