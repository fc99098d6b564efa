"""Whatever is booked in whatever order, the books are right."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from opensky.devo.credits.errors import NotEnough
from opensky.devo.credits.lots import Lot, after, evened
from opensky.devo.credits.manager import CreditManager
from opensky.devo.credits.objects import LedgerAccount, LedgerEntry, account_of
from opensky.devo.credits.repository import Account, LedgerRepository
from opensky.events import Dispatcher, Listeners
from opensky.kernel.clock import SetClock
from opensky.kernel.ids import IdGenerator, MemberId
from opensky.persistence import Reader, UnitOfWork, table
from opensky.settings import Settings

MAYA = MemberId(11)
POINTS = Account(account_of(MAYA), "points", "")
entries, accounts = table(LedgerEntry), table(LedgerAccount)

numbers = st.integers(1, 5)
lives = st.none() | st.integers(1, 3)
steps = st.one_of(
    st.tuples(st.just("grant"), numbers, lives),
    st.tuples(st.just("spend"), numbers),
    st.tuples(st.just("adjust"), st.integers(-3, 3).filter(bool)),
    st.tuples(st.just("reverse"), st.integers(0, 6)),
    st.tuples(st.just("wait"), st.integers(1, 2)),
    st.tuples(st.just("expire")),
)
lots = st.lists(st.tuples(st.integers(-5, 5).filter(bool), lives), max_size=6)
OFTEN = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Books:
    """A ledger in one transaction that is never committed, so that what was just booked is read, too."""

    def __init__(self, unit: UnitOfWork, ids: IdGenerator, clock: SetClock, settings: Settings) -> None:
        self.unit = unit
        self.clock = clock
        self.repository = LedgerRepository(unit, cast(Reader, unit))
        self.ledger = CreditManager(self.repository, ids, clock, Dispatcher(Listeners([])), settings)
        self.keys: list[str] = []

    @property
    def balance(self) -> int:
        """How many points are there?"""
        return self.ledger.balance(MAYA).points

    def do(self, step: tuple[Any, ...]) -> None:
        """Take one step, twice: the second time nothing happens."""
        key, before = f"step {len(self.keys)}", self.balance
        match step:
            case "grant", number, hours:
                until = self.clock.now() + timedelta(hours=hours) if hours else None
                assert self.ledger.grant(MAYA, number, key=key, why="", expires_at=until)
                assert not self.ledger.grant(MAYA, number, key=key, why="")
                assert self.balance == before + number
            case "spend" | "adjust", number:
                less = number if step[0] == "spend" else -number
                try:
                    assert self._take(step[0], number, key)
                    assert self.balance == before - less
                except NotEnough:
                    assert before < less
                    assert self.balance == before
                else:
                    assert not self._take(step[0], number, key)
            case "reverse", which if which < len(self.keys):
                self.ledger.reverse(self.keys[which], "")
                before = self.balance
                assert not self.ledger.reverse(self.keys[which], "")
                assert self.balance == before
            case "wait", hours:
                self.clock.advance(hours=hours)
            case ("expire",):
                self.ledger.expire()
                assert self.balance == before
        self.keys.append(key)

    def _take(self, how: str, number: int, key: str) -> bool:
        if how == "spend":
            return self.ledger.spend(MAYA, number, key, "")
        return self.ledger.adjust(MAYA, number, key=key, why="")

    def check(self) -> None:
        """Is everything right?"""
        uneven = select(entries.c.transaction_id).group_by(entries.c.transaction_id)
        assert self.unit.execute(uneven.having(func.sum(entries.c.amount_minor) != 0)).all() == []
        left = self.repository.lots(POINTS)
        now = self.clock.now()
        live = [lot.left for lot in left if lot.expires_at is None or lot.expires_at > now]
        assert sum(live) == self.balance
        assert all(lot.left > 0 or lot.expires_at is None for lot in left)
        assert min(live, default=0) >= 0 or max(live, default=0) <= 0
        planned = self.unit.execute(select(accounts.c.expires_next)).scalar()
        assert planned == min((lot.expires_at for lot in left if lot.expires_at), default=None)


@pytest.fixture
def books(unit: UnitOfWork, ids: IdGenerator, clock: SetClock, settings: Settings) -> Iterator[Books]:
    yield Books(unit, ids, clock, settings)
    unit.rollback()


@OFTEN
@given(todo=st.lists(steps, max_size=12))
def test_the_books_are_right_after_each_step(books: Books, todo: list[tuple[Any, ...]]) -> None:
    """Each booking sums to zero; what expires is never owed; nobody owes and has at once; the balance is what is left."""
    books.unit.rollback()
    books.keys.clear()
    for step in todo:
        books.do(step)
        books.check()
        assert books.balance >= 0 or any(each[0] == "reverse" for each in todo)
    books.ledger.expire()
    own = select(func.sum(entries.c.amount_minor)).where(entries.c.account == POINTS.account)
    assert (books.unit.execute(own).scalar() or 0) == books.balance


@OFTEN
@given(amounts=st.lists(st.integers(-5, 5).filter(bool), max_size=8), order=st.randoms(use_true_random=False))
def test_when_all_is_taken_back_nothing_is_left(books: Books, amounts: list[int], order: Any) -> None:
    """In whatever order, where nothing expires; neither is anything owed."""
    books.unit.rollback()
    books.keys.clear()
    for number in amounts:
        if number % 2:
            books.do(("grant", number, None) if number > 0 else ("spend", -number))
        else:
            books.do(("adjust", number))
    order.shuffle(books.keys)
    for key in books.keys:
        books.ledger.reverse(key, "")
        books.check()
    assert books.balance == 0


@given(lots)
def test_evening_out_moves_nothing_in_or_out(drawn: list[tuple[int, int | None]]) -> None:
    """And leaves nobody owing who has something."""
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    given_ = [
        Lot(id_, left, noon + timedelta(hours=hours) if hours else None) for id_, (left, hours) in enumerate(drawn, 1)
    ]
    moves = evened(given_)
    assert sum(move.amount for move in moves) == 0
    left = [lot.left for lot in after(given_, moves)]
    assert sum(left) == sum(lot.left for lot in given_)
    assert min(left, default=0) >= 0 or max(left, default=0) <= 0
