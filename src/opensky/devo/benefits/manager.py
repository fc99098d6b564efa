"""The benefit manager: coupons, free deliveries and levels are issued, once under a key, and taken back."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from opensky.devo.benefits.events import MEMBER_LEVEL_REACHED
from opensky.devo.benefits.levels import Level, Levels
from opensky.devo.benefits.objects import (
    ANYBODY,
    LONGEST_CODE,
    LONGEST_KEY,
    LONGEST_WHY,
    Benefit,
    BenefitId,
    Counted,
    Kind,
    plain,
)
from opensky.devo.benefits.repository import BenefitRepository
from opensky.devo.credits.manager import CreditManager
from opensky.devo.members.objects import MemberId
from opensky.events import Dispatcher, Event
from opensky.kernel.clock import Clock
from opensky.kernel.errors import FieldError, Invalid, NotFound
from opensky.kernel.ids import LAST, IdGenerator
from opensky.kernel.money import Money
from opensky.settings import Settings

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 10
_HUNDRED = 100
_SHORTEST_CODE = 4


class Standing(NamedTuple):
    """Where a member stands: the level, the points that count for it, and what comes next."""

    level: Level | None
    points: int
    next: Level | None

    @property
    def missing(self) -> int:
        """So many points are missing to the next level."""
        return self.next.points - self.points if self.next else 0


class BenefitManager:
    """The verbs of benefits. Whoever calls commits: what is issued stands or falls with what it was issued for."""

    def __init__(
        self,
        benefits: BenefitRepository,
        credit: CreditManager,
        levels: Levels,
        ids: IdGenerator,
        clock: Clock,
        events: Dispatcher,
        settings: Settings,
    ) -> None:
        self._benefits = benefits
        self._credit = credit
        self._levels = levels
        self._ids = ids
        self._clock = clock
        self._events = events
        self._currency = settings.currency

    def issue_coupon(
        self,
        member_id: MemberId,
        *,
        percent: int | None = None,
        amount: Money | None = None,
        key: str,
        why: str,
        expires_at: datetime | None = None,
    ) -> bool:
        """Give a member a coupon that takes a percentage or an amount off one order; once under a key, and says whether it is new."""
        refuse_bad_coupon(percent, amount, self._currency)
        worth: dict[str, Any] = {"percent": percent, "limit_total": 1}
        if amount is not None:
            worth |= {"amount_minor": amount.minor, "currency": amount.currency}
        made = self._made("coupon", member_id, key, why, expires_at, **worth)
        while not self._benefits.add_once(made):
            if any(each.kind == "coupon" and each.member_id == member_id for each in self._benefits.with_key(key)):
                return False
            made.code = new_code()  # two coupons drew the same code
        return True

    def publish_coupon(
        self,
        code: str,
        *,
        percent: int | None = None,
        amount: Money | None = None,
        limit: int | None = None,
        why: str,
        expires_at: datetime | None = None,
    ) -> Benefit:
        """Make a coupon for whoever has the code, each buyer once, and so many of them if there is a limit.

        Raises:
            Invalid: the code is none, or there is a coupon of that code.
        """
        refuse_bad_coupon(percent, amount, self._currency)
        kept = plain(code)
        if len(kept) < _SHORTEST_CODE:
            raise Invalid(
                FieldError("code", f"A code has {_SHORTEST_CODE} to {LONGEST_CODE} letters and digits.", "Length")
            )
        if self._benefits.by_code(kept) is not None:
            raise Invalid(
                FieldError("code", f"There is a coupon {kept} already; please choose another code.", "Unique")
            )
        made = self._made(
            "coupon",
            ANYBODY,
            f"public {kept}",
            why,
            expires_at,
            percent=percent,
            amount_minor=amount.minor if amount is not None else None,
            currency=amount.currency if amount is not None else "",
            limit_total=limit,
        )
        made.code = kept
        self._benefits.add(made)
        return made

    def end(self, benefit_id: int, why: str) -> Benefit:
        """Have a coupon used no more; what orders have used stays used. The change history hears of it.

        Raises:
            NotFound: there is none.
        """
        found = self.get(benefit_id)
        if found.state == "good":
            found.state, found.ended = "taken_back", why[:LONGEST_WHY]
        return found

    def get(self, benefit_id: int) -> Benefit:
        """Return one benefit; raises ``NotFound``."""
        found = self._benefits.get(benefit_id)
        if found is None:
            raise NotFound("There is no such coupon.", id=benefit_id)
        return found

    def issue_free_shipping(
        self, member_id: MemberId, *, key: str, why: str, expires_at: datetime | None = None
    ) -> bool:
        """Let a member have one order delivered for nothing; once under a key, and says whether it is new."""
        return self._benefits.add_once(self._made("free_shipping", member_id, key, why, expires_at, limit_total=1))

    def reach_level(self, member_id: MemberId, level: str, *, key: str, why: str) -> bool:
        """Let a member have at least this level; once under a key, and says whether it is new. Tells ``member.level_reached``.

        A level that the settings do not name (any more) is given to nobody.
        """
        if self._levels.named(level) is None:
            return False
        if not self._benefits.add_once(self._made("level", member_id, key, why, None, level=level)):
            return False
        self.look_at_level(member_id)
        return True

    def take_back(self, key: str, why: str) -> bool:
        """Take back what was issued under a key; says whether anything was. What an order has used stays used."""
        taken = [each for each in self._benefits.with_key(key) if self._benefits.take_back(each.id, why[:LONGEST_WHY])]
        for each in taken:
            if each.kind == "level":
                self.look_at_level(each.member_id)
        return bool(taken)

    def look_at_level(self, member_id: MemberId) -> None:
        """Have a member's level say what their points and rules give now; who rises is told of, who falls is not."""
        if not self._levels:
            return
        now = self._clock.now()
        held = self._benefits.hold_level(member_id, now)
        given = [each.level for each in self._benefits.good_now(member_id, now) if each.kind == "level"]
        reached = self._levels.highest(
            self._levels.at(self._credit.earned(member_id)), *(self._levels.named(name) for name in given)
        )
        before, name = self._levels.named(held.level), reached.name if reached else ""
        if name == held.level:
            return
        told, held.level, held.reached_at = held.level, name, now
        if reached is not None and (before is None or reached.points > before.points):
            about = {"member_id": member_id, "level": name, "before": told}
            self._events.notify(Event(MEMBER_LEVEL_REACHED, held, about))

    def level(self, member_id: MemberId) -> Level | None:
        """Return a member's level: one look-up by key, and none in a shop without levels."""
        return self._levels.named(self._benefits.level(member_id)) if self._levels else None

    def standing(self, member_id: MemberId) -> Standing | None:
        """Return where a member stands; nothing in a shop without levels."""
        if not self._levels:
            return None
        points, level = self._credit.earned(member_id), self.level(member_id)
        return Standing(level, points, self._levels.above(level))

    def level_names(self) -> list[str]:
        """Return what levels there are, the lowest first."""
        return [each.name for each in self._levels]

    @property
    def levels(self) -> Levels:
        """The levels of the shop."""
        return self._levels

    def usable(self, member_id: MemberId) -> list[Benefit]:
        """Return the coupons and free deliveries that a member may use."""
        return [each for each in self._benefits.good_of(member_id, self._clock.now()) if each.kind != "level"]

    def issued(self, member_id: MemberId = ANYBODY, before: int = LAST, limit: int = 50) -> Sequence[Counted]:
        """Return what was issued to a member, or to anybody, the newest first."""
        return self._benefits.newest(member_id, before, limit)

    def _made(
        self, kind: Kind, member_id: MemberId, key: str, why: str, expires_at: datetime | None, **more: Any
    ) -> Benefit:
        if not 0 < len(key) <= LONGEST_KEY:
            raise ValueError(f"A key has 1 to {LONGEST_KEY} characters: {key!r}.")
        return Benefit(
            id=BenefitId(self._ids.next()),
            kind=kind,
            member_id=member_id,
            code=new_code() if kind == "coupon" else None,
            expires_at=expires_at,
            key=key,
            why=why[:LONGEST_WHY],
            created_at=self._clock.now(),
            **more,
        )


def new_code() -> str:
    """Return a code such as ``K7M2XBQ49T``: nobody guesses one of 590 million million."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def refuse_bad_coupon(percent: int | None, amount: Money | None, currency: str) -> None:
    """Raise ``ValueError`` for a coupon that takes nothing off, or both a percentage and an amount."""
    if (percent is None) == (amount is None):
        raise ValueError("A coupon takes off either a percentage or an amount.")
    if percent is not None and not 0 < percent <= _HUNDRED:
        raise ValueError(f"A coupon takes 1 to 100 percent off, not {percent}.")
    if amount is not None and (amount.minor <= 0 or amount.currency != currency):
        raise ValueError(f"A coupon takes an amount above zero in {currency} off, not {amount}.")
