"""Every question that is asked of the ledger, and the one way to write to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, case, func, insert, or_, select, update

from opensky.devo.credits.lots import Lot
from opensky.devo.credits.objects import Act, Kind, LedgerAccount, LedgerEntry, TransactionId
from opensky.devo.credits.views import Booking
from opensky.persistence import Command, Query, Reader, UnitOfWork, table
from opensky.persistence.statements import insert_or_hold

_accounts, _entries = table(LedgerAccount), table(LedgerEntry)
_UNIT = ("account", "kind", "currency")
_COLUMNS = tuple(column.name for column in _entries.c)
_OF_ACCOUNT = _entries.c.account == bindparam("account")
_USABLE = or_(
    _entries.c.expires_at.is_(None), _entries.c.expires_at > bindparam("now", type_=_entries.c.expires_at.type)
)


class Account(NamedTuple):
    """One kind in one member's account."""

    account: str
    kind: Kind
    currency: str


class Booked(NamedTuple):
    """The first line of a booking on the member's side, and what the whole booking brought them."""

    transaction_id: TransactionId
    account: str
    kind: Kind
    currency: str
    lot: int
    act: Act
    key: str
    amount: int = 0
    expires_at: datetime | None = None


class Given(NamedTuple):
    """Points that were given or taken back."""

    act: Act
    key: str
    amount: int


class Line(NamedTuple):
    """What one line of a booking moved."""

    account: str
    lot: int
    amount: int
    expires_at: datetime | None


_HOLD = Command(insert_or_hold(_accounts))
_PLAN = Command(
    update(_accounts)
    .where(*(_accounts.c[name] == bindparam(f"its_{name}") for name in _UNIT))
    .values(expires_next=bindparam("moment", type_=_accounts.c.expires_next.type))
)
_WRITE = Command(insert(_entries))
_KNOWN = Query(select(_entries.c.id).where(_OF_ACCOUNT, _entries.c.key == bindparam("key")).limit(1), int)
_WITH_KEY = Query(
    select(*(_entries.c[name] for name in ("transaction_id", "account", "kind", "currency", "lot", "act", "key")))
    .where(_entries.c.key == bindparam("key"), _entries.c.part == 0)
    .order_by(_entries.c.account),
    Booked,
)
_LINES = Query(
    select(_entries.c.account, _entries.c.lot, _entries.c.amount_minor, _entries.c.expires_at)
    .where(_entries.c.transaction_id == bindparam("transaction_id"))
    .order_by(_entries.c.id),
    Line,
)
_left = func.sum(_entries.c.amount_minor)
_LOTS = Query(
    select(_entries.c.lot, _left, func.max(_entries.c.expires_at))
    .where(_OF_ACCOUNT, _entries.c.kind == bindparam("kind"), _entries.c.currency == bindparam("currency"))
    .group_by(_entries.c.lot)
    .having(_left != 0),
    lambda lot, left, expires_at: Lot(lot, int(left), expires_at),
)
_LAPSED = Query(
    select(func.coalesce(_left, 0)).where(_OF_ACCOUNT, _entries.c.lot == bindparam("lot"), _entries.c.act == "expired"),
    int,
)
_BALANCE = Query(
    select(_entries.c.kind, _entries.c.currency, _left)
    .where(_OF_ACCOUNT, _USABLE)
    .group_by(_entries.c.kind, _entries.c.currency),
    lambda kind, currency, left: ((kind, currency), int(left)),
)
_POINTS_GIVEN = Query(
    select(_entries.c.act, _entries.c.key, _entries.c.amount_minor).where(
        _OF_ACCOUNT,
        _entries.c.kind == "points",
        _entries.c.part == 0,
        or_(
            _entries.c.act == "reversed", and_(_entries.c.act.in_(("granted", "adjusted")), _entries.c.amount_minor > 0)
        ),
    ),
    Given,
)
_IS_LOT = and_(_entries.c.part == 0, _entries.c.amount_minor > 0, _entries.c.act.in_(("granted", "adjusted")))
_BOOKINGS = Query(
    select(
        _entries.c.transaction_id,
        func.min(_entries.c.at),
        func.min(_entries.c.act),
        func.min(_entries.c.kind),
        func.min(_entries.c.currency),
        _left,
        func.min(_entries.c.why),
        func.min(_entries.c.rule),
        func.max(case((_IS_LOT, _entries.c.expires_at))),
    )
    .where(_OF_ACCOUNT, _entries.c.transaction_id < bindparam("before"))
    .group_by(_entries.c.transaction_id)
    .order_by(_entries.c.transaction_id.desc())
    .limit(bindparam("limit")),
    lambda id_, at, act, kind, currency, left, *rest: Booking(id_, at, act, kind, currency, int(left), *rest),
)
_DUE = Query(
    select(*(_accounts.c[name] for name in _UNIT))
    .where(_accounts.c.expires_next <= bindparam("now", type_=_accounts.c.expires_next.type))
    .order_by(_accounts.c.expires_next)
    .limit(bindparam("limit")),
    Account,
)


class LedgerRepository:
    """Reads the ledger, and adds to it. What is to be booked is asked in the transaction, what is shown of the reader."""

    def __init__(self, unit: UnitOfWork, reader: Reader) -> None:
        self._unit = unit
        self._reader = reader

    def hold(self, account: Account) -> None:
        """Make the account if it is new, and hold it until the transaction ends."""
        self._unit.run(_HOLD, **account._asdict(), expires_next=None)

    def known(self, account: str, key: str) -> bool:
        """Was anything booked to this account under this key?"""
        return self._unit.fetch_one(_KNOWN, account=account, key=key) is not None

    def with_key(self, key: str) -> list[Booked]:
        """What was booked under this key? One for each member, in the order of accounts."""
        return self._unit.fetch(_WITH_KEY, key=key)

    def lines(self, transaction_id: int) -> list[Line]:
        """What did this booking move?"""
        return self._unit.fetch(_LINES, transaction_id=transaction_id)

    def lots(self, account: Account) -> list[Lot]:
        """What is left in which lot, or owed?"""
        return self._unit.fetch(_LOTS, **account._asdict())

    def lapsed(self, account: str, lot: int) -> int:
        """How much of this lot has expired? Negative, as it was booked."""
        return self._unit.fetch_one(_LAPSED, account=account, lot=lot) or 0

    def points_given(self, account: str) -> list[Given]:
        """Which points were ever given, and what was taken back?"""
        return self._unit.fetch(_POINTS_GIVEN, account=account)

    def due(self, now: datetime, limit: int) -> list[Account]:
        """In which accounts has something expired that is not booked as such?"""
        return sorted(self._unit.fetch(_DUE, now=now, limit=limit))

    def usable(self, account: str, now: datetime) -> Mapping[tuple[Kind, str], int]:
        """How much can be used now, by kind and currency?"""
        return dict(self._reader.fetch(_BALANCE, account=account, now=now))

    def bookings(self, account: str, before: int, limit: int) -> list[Booking]:
        """What was booked, the newest first?"""
        return self._reader.fetch(_BOOKINGS, account=account, before=before, limit=limit)

    def add(self, entries: Sequence[LedgerEntry], *, by_hand: bool) -> None:
        """Write lines. What a person books is kept as objects, which the change history hears of."""
        if by_hand:
            self._unit.persist_all(entries)
            self._unit.flush()
        else:
            self._unit.run(_WRITE, *(_row(each) for each in entries))

    def plan(self, account: Account, moment: datetime | None) -> None:
        """Note when the next of what is left in an account expires."""
        self._unit.run(_PLAN, moment=moment, **{f"its_{name}": value for name, value in account._asdict().items()})


def _row(entry: LedgerEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in _COLUMNS}
