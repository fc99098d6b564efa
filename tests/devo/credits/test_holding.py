"""Credit is held for an order, settled when it is paid, and given back when it is not."""

from collections.abc import Mapping

from sqlalchemy import func, select

from opensky.devo.credits.manager import CreditManager
from opensky.devo.credits.objects import LedgerEntry
from opensky.kernel.ids import MemberId
from opensky.kernel.money import Money
from opensky.persistence import UnitOfWork, table

MAYA = MemberId(11)
entries = table(LedgerEntry)


def house(unit: UnitOfWork) -> Mapping[str, int]:
    """Return the sums of the house's accounts."""
    found = unit.execute(
        select(entries.c.account, func.sum(entries.c.amount_minor).label("total"))
        .where(entries.c.account.like("house:%"))
        .group_by(entries.c.account)
    )
    return {row.account: int(row.total) for row in found}


def test_what_is_held_is_at_most_what_there_is(ledger: CreditManager, unit: UnitOfWork) -> None:
    """Two orders share a balance; the third gets nothing."""
    ledger.grant(MAYA, Money(1240), key="a", why="")
    assert ledger.hold(MAYA, Money(1000), "order 1", "Order 1") == Money(1000)
    assert ledger.hold(MAYA, Money(1000), "order 2", "Order 2") == Money(240)
    assert ledger.hold(MAYA, Money(1000), "order 3", "Order 3") == Money(0)
    assert ledger.hold(MAYA, Money(0), "order 4", "Order 4") == Money(0)
    unit.commit()
    assert ledger.balance(MAYA).credit == Money(0)
    assert house(unit) == {"house:rewards": -1240, "house:held": 1240}


def test_what_is_held_is_settled_or_given_back_once(ledger: CreditManager, unit: UnitOfWork) -> None:
    """Settled and then reversed, it comes back of what was spent; reversed, it cannot be settled any more."""
    ledger.grant(MAYA, Money(1000), key="a", why="")
    ledger.hold(MAYA, Money(700), "order 1", "Order 1")
    assert ledger.settle("order 1")
    assert not ledger.settle("order 1")
    assert house(unit) == {"house:rewards": -1000, "house:held": 0, "house:spending": 700}
    assert ledger.reverse("order 1", "Order 1 was cancelled")
    assert not ledger.reverse("order 1", "Order 1 was cancelled")

    ledger.hold(MAYA, Money(400), "order 2", "Order 2")
    assert ledger.reverse("order 2", "Order 2 was declined")
    assert not ledger.settle("order 2")
    assert not ledger.settle("a")
    unit.commit()
    assert ledger.balance(MAYA).credit == Money(1000)
    assert house(unit) == {"house:rewards": -1000, "house:held": 0, "house:spending": 0}
    uneven = select(entries.c.transaction_id).group_by(entries.c.transaction_id)
    assert unit.execute(uneven.having(func.sum(entries.c.amount_minor) != 0)).all() == []
