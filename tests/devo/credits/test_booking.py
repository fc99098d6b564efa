"""Granting, spending, taking back and expiring."""

import pytest

from opensky.devo.credits.errors import NotEnough
from opensky.devo.credits.manager import CreditManager
from opensky.events import Event
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
