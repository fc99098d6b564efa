"""The credit manager: credit and points are granted, spent, taken back and expire; each is one booking of two sides."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from opensky.devo.credits.errors import NotEnough
from opensky.devo.credits.events import CREDIT_GRANTED, CREDIT_REVERSED
from opensky.devo.credits.lots import OWN, Lot, Move, after, evened, next_expiry, taken
from opensky.devo.credits.objects import (
    EXPIRED,
    HELD,
    LONGEST_KEY,
    LONGEST_RULE,
    LONGEST_WHY,
    REWARDS,
    SPENDING,
    SUPPORT,
    Act,
    Amount,
    LedgerEntry,
    TransactionId,
    account_of,
    member_of,
)
from opensky.devo.credits.repository import Account, Booked, LedgerRepository
from opensky.devo.credits.views import Balance, Booking
from opensky.devo.members.objects import MemberId
from opensky.events import Dispatcher, Event
from opensky.kernel.clock import Clock
from opensky.kernel.ids import IdGenerator
from opensky.kernel.money import Money
from opensky.persistence.cursors import START, Cursor, Stretch, stretch
from opensky.settings import Settings

AT_ONCE = 200
"""In so many accounts ``expire`` books before whoever calls it commits."""
_REVERSED = "reversed "
_SETTLED = "settled "
_REVERSIBLE = frozenset({"granted", "adjusted", "held", "spent"})


class _Deed(NamedTuple):
    """What is booked: to whose account, against which of the house's, and the words that go with it."""

    account: Account
    house: str
    act: Act
    key: str
    why: str
    rule: str = ""


class CreditManager:
    """The verbs of credit and points. ``Money`` is credit, a number is points. Whoever calls commits.

    A booking holds the member's account until the transaction ends: two of one member take turns, two of two never wait.
    """

    def __init__(
        self, ledger: LedgerRepository, ids: IdGenerator, clock: Clock, events: Dispatcher, settings: Settings
    ) -> None:
        self._ledger = ledger
        self._ids = ids
        self._clock = clock
        self._events = events
        self._currency = settings.currency

    def grant(
        self,
        member_id: MemberId,
        amount: Amount,
        *,
        key: str,
        why: str,
        expires_at: datetime | None = None,
        rule: str = "",
    ) -> bool:
        """Give a member credit or points, once under a key; says whether it is new. Tells ``credit.granted``.

        ``why`` is what the member reads, ``rule`` the revision of the rule that decided.
        """
        deed = _Deed(self._account(member_id, amount), REWARDS, "granted", key, why, rule)
        return self._given(deed, _positive(amount), expires_at)

    def spend(self, member_id: MemberId, amount: Amount, key: str, why: str) -> bool:
        """Take what a member uses, of what expires first; once under a key, and says whether it is new.

        Raises:
            NotEnough: they have less; nothing was taken.
        """
        return self._used(_Deed(self._account(member_id, amount), SPENDING, "spent", key, why), _positive(amount))

    def hold(self, member_id: MemberId, most: Money, key: str, why: str) -> Money:
        """Hold what a member has of credit, up to ``most``, and return how much that is. It is theirs no more, until it is reversed.

        The account is held first and counted then, so that two who hold at once never hold the same. ``settle`` makes it spent.
        """
        deed = _Deed(self._account(member_id, most), HELD, "held", key, why)
        if most.minor <= 0 or not self._begun(deed):
            return Money(0, most.currency)
        lots = self._live(deed.account)
        part = Money(min(most.minor, sum(lot.left for lot in lots)), most.currency)
        if part.minor <= 0:
            return Money(0, most.currency)
        self._book(deed, lots, taken(lots, part.minor), self._ids.next())
        return part

    def settle(self, key: str) -> bool:
        """Say that what was held under a key is spent; says whether it was held, and neither settled nor reversed before."""
        return sum(self._settled(each) for each in self._ledger.with_key(key)) > 0

    def adjust(self, member_id: MemberId, amount: Amount, *, key: str, why: str) -> bool:
        """Give or (negative) take what a person decided; says whether it is new. The change history hears of it.

        Raises:
            NotEnough: more was to be taken than there is; nothing was.
        """
        deed = _Deed(self._account(member_id, amount), SUPPORT, "adjusted", key, why)
        if _number(amount) < 0:
            return self._used(deed, -_number(amount))
        return self._given(deed, _positive(amount), None)

    def reverse(self, key: str, why: str) -> bool:
        """Take back what was booked under a key, once; says whether anything was. Tells ``credit.reversed``.

        Of a grant, what has expired unused is not asked for again. What was used is taken of what else the member has, and is
        owed where that is not enough. What was spent goes back where it was taken from, and expires as it would have.
        """
        return sum(self._taken_back(each, why) for each in self._ledger.with_key(key)) > 0

    def expire(self, now: datetime | None = None) -> int:
        """Book what has expired by ``now`` unused; returns in how many accounts. Call it again until there are none.

        What has expired cannot be used, whether it is booked or not: this only says so to who reads the ledger.
        """
        now = now or self._clock.now()
        accounts = self._ledger.due(now, AT_ONCE)
        for account in accounts:
            self._ledger.hold(account)
            self._live(account, now)
        return len(accounts)

    def earned(self, member_id: MemberId) -> int:
        """Return how many points a member was ever given that were not taken back, whether used, expired or still there."""
        given = self._ledger.points_given(account_of(member_id))
        back = {each.key for each in given if each.act == "reversed"}
        return sum(
            each.amount
            for each in given
            if each.act in {"granted", "adjusted"} and f"{_REVERSED}{each.key}" not in back
        )

    def balance(self, member_id: MemberId) -> Balance:
        """Return what a member can use now, in the currency in which the shop sells."""
        found = self._ledger.usable(account_of(member_id), self._clock.now())
        credit = Money(found.get(("credit", self._currency), 0), self._currency)
        return Balance(credit, found.get(("points", ""), 0))

    def entries(self, member_id: MemberId, before: Cursor = START, limit: int = 50) -> Stretch[Booking]:
        """Return what was booked for a member, the newest first; the next page begins ``before`` what is ``older``."""
        found = self._ledger.bookings(account_of(member_id), before.id, limit + 1)
        return stretch(found, limit, lambda each: Cursor(each.at, each.id))

    def _given(self, deed: _Deed, number: int, expires_at: datetime | None) -> bool:
        if expires_at is not None and expires_at <= self._clock.now():
            raise ValueError(f"What is granted must not have expired: {expires_at}.")
        if not self._begun(deed):
            return False
        first = self._ids.next()
        entry = self._book(deed, self._live(deed.account), [Move(first, number, expires_at)], first)
        self._tell(CREDIT_GRANTED, entry, number)
        return True

    def _used(self, deed: _Deed, number: int) -> bool:
        if not self._begun(deed):
            return False
        lots = self._live(deed.account)
        if (there := sum(lot.left for lot in lots)) < number:
            raise NotEnough(_amount(deed.account, number), _amount(deed.account, there))
        self._book(deed, lots, taken(lots, number), self._ids.next())
        return True

    def _taken_back(self, booked: Booked, why: str) -> bool:
        if booked.act not in _REVERSIBLE:
            return False
        lines = self._ledger.lines(booked.transaction_id)
        house = next(line.account for line in lines if line.lot == OWN)
        account = Account(booked.account, booked.kind, booked.currency)
        deed = _Deed(account, house, "reversed", f"{_REVERSED}{booked.key}", why)
        if not self._begun(deed):
            return False
        if booked.act == "held" and self._ledger.known(SPENDING, _settling(booked)):
            deed = deed._replace(house=SPENDING)
        lots = self._live(account)
        own = [line for line in lines if line.account == booked.account]
        granted = sum(line.amount for line in own)
        if granted < 0:
            moves = [Move(line.lot, -line.amount, line.expires_at) for line in own]
        else:
            left = granted + self._ledger.lapsed(booked.account, booked.lot)
            moves = [Move(booked.lot, -left, own[0].expires_at)] if left > 0 else []
        if moves:
            entry = self._book(deed, lots, moves, self._ids.next())
            self._tell(CREDIT_REVERSED, entry, sum(move.amount for move in moves))
        return bool(moves)

    def _settled(self, booked: Booked) -> bool:
        """Move what is held to what is spent: two lines of the house, none of the member's, to whom it is the same."""
        account = Account(booked.account, booked.kind, booked.currency)
        self._ledger.hold(account)
        over = self._ledger.known(SPENDING, _settling(booked)) or self._ledger.known(
            booked.account, f"{_REVERSED}{booked.key}"
        )
        if booked.act != "held" or over:
            return False
        held = -sum(line.amount for line in self._ledger.lines(booked.transaction_id) if line.account == booked.account)
        first, second = self._ids.next(), self._ids.next()
        deed = _Deed(account, SPENDING, "spent", _settling(booked), "")
        lines = [
            self._line(deed, first, first, Move(OWN, -held)),
            self._line(deed, second, first, Move(OWN, held)),
        ]
        for line, house in zip(lines, (HELD, SPENDING), strict=True):
            line.account, line.lot = house, OWN
        self._ledger.add(lines, by_hand=False)
        return True

    def _begun(self, deed: _Deed) -> bool:
        """Hold the account; says whether nothing is booked there under the key."""
        if not 0 < len(deed.key.removeprefix(_REVERSED)) <= LONGEST_KEY:
            raise ValueError(f"A key has 1 to {LONGEST_KEY} characters: {deed.key!r}.")
        if len(deed.rule) > LONGEST_RULE:
            raise ValueError(f"The revision of a rule has at most {LONGEST_RULE} characters: {deed.rule!r}.")
        self._ledger.hold(deed.account)
        return not self._ledger.known(deed.account.account, deed.key)

    def _live(self, account: Account, now: datetime | None = None) -> list[Lot]:
        """Book what has expired, and return what is left."""
        now = now or self._clock.now()
        lots = self._ledger.lots(account)
        gone = [lot for lot in lots if lot.expires_at is not None and lot.expires_at <= now]
        live = [lot for lot in lots if lot not in gone]
        for lot in gone:
            first = self._ids.next()
            deed = _Deed(account, EXPIRED, "expired", f"expired {first}", "Not used in time")
            self._write(deed, [Move(lot.id, -lot.left, lot.expires_at)], first)
        if gone:
            self._ledger.plan(account, next_expiry(live))
        return live

    def _book(self, deed: _Deed, lots: Sequence[Lot], moves: Sequence[Move], first: int) -> LedgerEntry:
        """Write a booking that leaves the member's lots even, and return its first line."""
        evening = evened(after(lots, moves))
        entry = self._write(deed, [*moves, *evening], first)
        # What is newly owed is a lot that never expires, so that it does not matter here.
        moment = next_expiry(after(lots, [*moves, *(move for move in evening if move.lot != OWN)]))
        if moment != next_expiry(lots):
            self._ledger.plan(deed.account, moment)
        return entry

    def _write(self, deed: _Deed, moves: Sequence[Move], first: int) -> LedgerEntry:
        """Write the lines of a booking: the member's, which sum to what it moves, and the house's."""
        ids = [first, *self._ids.several(len(moves))]
        own = [
            self._line(deed, id_, first, move, part) for part, (id_, move) in enumerate(zip(ids, moves, strict=False))
        ]
        house = self._line(deed, ids[-1], first, Move(OWN, -sum(move.amount for move in moves)))
        house.account, house.key, house.lot = deed.house, f"{deed.key} {deed.account.account}", OWN
        self._ledger.add([*own, house], by_hand=deed.act == "adjusted")
        return own[0]

    def _line(self, deed: _Deed, id_: int, first: int, move: Move, part: int = 0) -> LedgerEntry:
        return LedgerEntry(
            id=id_,
            transaction_id=TransactionId(first),
            account=deed.account.account,
            kind=deed.account.kind,
            currency=deed.account.currency,
            amount_minor=move.amount,
            lot=id_ if move.lot == OWN else move.lot,
            act=deed.act,
            key=deed.key,
            part=part,
            why=deed.why[:LONGEST_WHY],
            rule=deed.rule,
            expires_at=move.expires_at,
            at=self._clock.now(),
        )

    def _account(self, member_id: MemberId, amount: Amount) -> Account:
        if isinstance(amount, Money):
            if amount.currency != self._currency:
                raise ValueError(f"This shop sells in {self._currency}; credit in {amount.currency} could not be used.")
            return Account(account_of(member_id), "credit", amount.currency)
        return Account(account_of(member_id), "points", "")

    def _tell(self, name: str, entry: LedgerEntry, number: int) -> None:
        account = Account(entry.account, entry.kind, entry.currency)
        key = entry.key.removeprefix(_REVERSED)
        told = {"member_id": member_of(entry.account), "amount": _amount(account, number), "key": key}
        self._events.notify(Event(name, entry, told))


def _settling(booked: Booked) -> str:
    """Return the key under which the house books that what was held is spent."""
    return f"{_SETTLED}{booked.key} {booked.account}"


def _number(amount: Amount) -> int:
    return amount.minor if isinstance(amount, Money) else int(amount)


def _positive(amount: Amount) -> int:
    if _number(amount) <= 0:
        raise ValueError(f"What is granted or spent is more than nothing, not {amount}.")
    return _number(amount)


def _amount(account: Account, number: int) -> Amount:
    return Money(number, account.currency) if account.kind == "credit" else number
