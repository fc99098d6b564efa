"""Granting, spending, taking back and expiring."""

from datetime import timedelta

import pytest

from opensky.devo.credits.errors import NotEnough
from opensky.devo.credits.manager import CreditManager
from opensky.events import Event
from opensky.kernel.clock import SetClock
from opensky.kernel.ids import MemberId
from opensky.kernel.money import Money
from opensky.persistence import UnitOfWork

MAYA = MemberId(11)
FIVE, THREE, TWO = Money(500), Money(300), Money(200)


def test_what_is_granted_once_is_there_once(ledger: CreditManager, unit: UnitOfWork, told: list[Event]) -> None:
    """Whoever says it again under the same key is told that it is not new, and nothing happens."""
    assert ledger.grant(MAYA, FIVE, key="welcome", why="Your first purchase")
    assert not ledger.grant(MAYA, FIVE, key="welcome", why="Your first purchase")
    assert ledger.grant(MemberId(12), FIVE, key="welcome", why="Somebody else's first purchase")
    assert ledger.grant(MAYA, 20, key="points", why="For sharing")
    unit.commit()

    assert ledger.balance(MAYA) == (FIVE, 20)
    assert [e["amount"] for e in told] == [FIVE, FIVE, 20]
    assert [e["member_id"] for e in told] == [11, 12, 11]


def test_no_more_is_spent_than_there_is(ledger: CreditManager, unit: UnitOfWork) -> None:
    """And of a refusal nothing is kept."""
    ledger.grant(MAYA, FIVE, key="welcome", why="")
    assert ledger.spend(MAYA, THREE, "order 1", "Order 1")
    assert not ledger.spend(MAYA, THREE, "order 1", "Order 1")
    with pytest.raises(NotEnough, match=r"3\.00 USD asked for, 2\.00 USD there") as refused:
        ledger.spend(MAYA, THREE, "order 2", "Order 2")
    assert refused.value.balance == TWO
    with pytest.raises(NotEnough, match="1 points asked for, 0 points there"):
        ledger.spend(MAYA, 1, "order 2", "Order 2")
    unit.commit()
    assert ledger.balance(MAYA) == (TWO, 0)


def test_what_expires_first_is_spent_first(ledger: CreditManager, unit: UnitOfWork, clock: SetClock) -> None:
    """So that of what was spent nothing expires."""
    soon, later = clock.now() + timedelta(days=1), clock.now() + timedelta(days=2)
    ledger.grant(MAYA, FIVE, key="never", why="")
    ledger.grant(MAYA, TWO, key="later", why="", expires_at=later)
    ledger.grant(MAYA, TWO, key="soon", why="", expires_at=soon)
    ledger.spend(MAYA, THREE, "order 1", "Order 1")
    unit.commit()

    assert ledger.balance(MAYA).credit == Money(600)
    clock.advance(days=1)
    assert ledger.balance(MAYA).credit == Money(600)
    clock.advance(days=1)
    assert ledger.balance(MAYA).credit == FIVE


def test_what_has_expired_is_booked_as_expired_once(ledger: CreditManager, unit: UnitOfWork, clock: SetClock) -> None:
    """The balance knows it before; the list says it afterwards."""
    ledger.grant(MAYA, FIVE, key="welcome", why="Welcome", expires_at=clock.now() + timedelta(days=1))
    ledger.spend(MAYA, THREE, "order 1", "Order 1")
    unit.commit()
    clock.advance(days=1)
    assert ledger.balance(MAYA).credit == Money(0)
    assert ledger.expire() == 1
    assert ledger.expire() == 0
    unit.commit()

    said = [(each.act, each.amount, each.why) for each in ledger.entries(MAYA).entries]
    assert said == [
        ("expired", -TWO, "Not used in time"),
        ("spent", -THREE, "Order 1"),
        ("granted", FIVE, "Welcome"),
    ]
    with pytest.raises(NotEnough):
        ledger.spend(MAYA, TWO, "order 2", "Order 2")


def test_what_is_taken_back_is_taken_back_once(ledger: CreditManager, unit: UnitOfWork, told: list[Event]) -> None:
    """Of somebody who has used it already, it is owed, and the next grant pays."""
    ledger.grant(MAYA, FIVE, key="first purchase", why="Your first purchase")
    ledger.spend(MAYA, THREE, "order 2", "Order 2")
    assert ledger.reverse("first purchase", "Order 1 was cancelled")
    assert not ledger.reverse("first purchase", "Order 1 was cancelled")
    assert not ledger.reverse("never booked", "")
    unit.commit()
    assert ledger.balance(MAYA).credit == -THREE
    assert (told[-1].name, told[-1]["amount"], told[-1]["key"]) == ("credit.reversed", -FIVE, "first purchase")

    assert not ledger.grant(MAYA, FIVE, key="first purchase", why="told twice")
    ledger.grant(MAYA, FIVE, key="sharing", why="For sharing")
    unit.commit()
    assert ledger.balance(MAYA).credit == TWO
    assert [each.amount for each in ledger.entries(MAYA).entries] == [FIVE, -FIVE, -THREE, FIVE]


def test_what_expired_unused_is_not_owed(ledger: CreditManager, unit: UnitOfWork, clock: SetClock) -> None:
    """A grant that is taken back after it expired costs what of it was used."""
    ledger.grant(MAYA, FIVE, key="a", why="", expires_at=clock.now() + timedelta(days=1))
    ledger.grant(MAYA, FIVE, key="b", why="", expires_at=clock.now() + timedelta(days=1))
    ledger.spend(MAYA, THREE, "order", "")
    clock.advance(days=2)
    assert ledger.reverse("a", "")
    assert not ledger.reverse("b", "")
    unit.commit()
    assert ledger.balance(MAYA).credit == -THREE


def test_what_was_spent_comes_back(ledger: CreditManager, unit: UnitOfWork, clock: SetClock) -> None:
    """To where it was taken from: it expires when it would have."""
    ledger.grant(MAYA, FIVE, key="a", why="", expires_at=clock.now() + timedelta(days=1))
    ledger.spend(MAYA, THREE, "order", "")
    ledger.reverse("order", "The order was cancelled")
    unit.commit()
    assert ledger.balance(MAYA).credit == FIVE
    clock.advance(days=1)
    assert ledger.balance(MAYA).credit == Money(0)


def test_support_gives_and_takes(ledger: CreditManager, unit: UnitOfWork) -> None:
    """But no more than there is."""
    ledger.adjust(MAYA, FIVE, key="support 1", why="A scratch on the mug")
    ledger.adjust(MAYA, -TWO, key="support 2", why="It was another mug")
    with pytest.raises(NotEnough):
        ledger.adjust(MAYA, -FIVE, key="support 3", why="")
    ledger.adjust(MAYA, 30, key="support 4", why="Points")
    unit.commit()
    assert ledger.balance(MAYA) == (THREE, 30)


@pytest.mark.parametrize("amount", [0, -1, Money(0), Money(-1), Money(5, "EUR")])
def test_nothing_and_what_could_not_be_used_are_no_grants(ledger: CreditManager, amount: Money | int) -> None:
    """They are a mistake of whoever asks."""
    with pytest.raises(ValueError, match=r"more than nothing|sells in USD"):
        ledger.grant(MAYA, amount, key="a", why="")


def test_a_long_list_goes_page_by_page(ledger: CreditManager, unit: UnitOfWork) -> None:
    """Each page says where the next begins."""
    for number in range(1, 6):
        ledger.grant(MAYA, number, key=str(number), why="")
    unit.commit()
    first = ledger.entries(MAYA, limit=2)
    second = ledger.entries(MAYA, first.older, 2)
    third = ledger.entries(MAYA, second.older, 2)
    assert [[each.amount for each in page.entries] for page in (first, second, third)] == [[5, 4], [3, 2], [1]]
    assert third.older is None
