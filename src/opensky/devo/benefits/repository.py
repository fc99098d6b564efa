"""Every question that is asked about benefits and levels."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, delete, func, or_, select, update

from opensky.devo.benefits.objects import Benefit, BenefitId, BenefitUse, Counted, MemberLevel
from opensky.devo.members.objects import MemberId
from opensky.persistence import Command, Query, Reader, UnitOfWork, insert_ignore, table
from opensky.persistence.statements import insert_or_hold

_benefits, _uses, _levels = table(Benefit), table(BenefitUse), table(MemberLevel)
_NAMES = tuple(column.name for column in _benefits.c)
_MOMENT = _benefits.c.expires_at.type


class Used(NamedTuple):
    """That somebody has used a benefit for an order."""

    benefit_id: int
    whose: str
    limited: bool


def _made(*values: Any) -> Benefit:
    return Benefit(**dict(zip(_NAMES, values, strict=True)))


def _asking(*conditions: Any) -> Select[Any]:
    return select(*(_benefits.c[name] for name in _NAMES)).where(*conditions)


_GOOD = and_(
    _benefits.c.state == "good",
    or_(_benefits.c.expires_at.is_(None), _benefits.c.expires_at > bindparam("now", type_=_MOMENT)),
    or_(_benefits.c.limit_total.is_(None), _benefits.c.used < _benefits.c.limit_total),
)
_ADD = insert_ignore(_benefits)
_BY_KEY = Query(_asking(_benefits.c.key == bindparam("key")).order_by(_benefits.c.id), _made)
_BY_CODE = Query(_asking(_benefits.c.code == bindparam("code")), _made)
_GOOD_OF = Query(_asking(_benefits.c.member_id == bindparam("member_id"), _GOOD).order_by(_benefits.c.id), _made)
_NEWEST = Query(
    _asking(_benefits.c.member_id == bindparam("member_id"), _benefits.c.id < bindparam("before"))
    .order_by(_benefits.c.id.desc())
    .limit(bindparam("limit")),
    _made,
)
_TAKE_BACK = Command(
    update(_benefits)
    .where(_benefits.c.id == bindparam("which"), _benefits.c.state == "good")
    .values(state="taken_back", ended=bindparam("why"))
)
_USE = Command(update(_benefits).where(_benefits.c.id == bindparam("which"), _GOOD).values(used=_benefits.c.used + 1))
_GIVE_BACK = Command(
    update(_benefits)
    .where(_benefits.c.id == bindparam("which"), _benefits.c.used > 0)
    .values(used=_benefits.c.used - 1)
)
_NOTE = insert_ignore(_uses)
_USES = Query(
    select(_uses.c.benefit_id, _uses.c.whose, _benefits.c.limit_total.is_not(None))
    .join(_benefits, _benefits.c.id == _uses.c.benefit_id)
    .where(_uses.c.order_id == bindparam("order_id"))
    .order_by(_uses.c.benefit_id),
    lambda benefit_id, whose, limited: Used(benefit_id, whose, bool(limited)),
)
_USED = Query(
    select(_uses.c.order_id).where(_uses.c.benefit_id == bindparam("which"), _uses.c.whose == bindparam("buyer")), int
)
_FORGET = Command(delete(_uses).where(_uses.c.benefit_id == bindparam("which"), _uses.c.whose == bindparam("buyer")))
_HOW_MANY = Query(
    select(_uses.c.benefit_id, func.count())
    .where(_uses.c.benefit_id.in_(bindparam("ids", expanding=True)))
    .group_by(_uses.c.benefit_id),
    lambda benefit_id, uses: (benefit_id, int(uses)),
)
_HOLD_LEVEL = insert_or_hold(_levels)
_LEVEL = Query(select(_levels.c.level).where(_levels.c.member_id == bindparam("member_id")), str)


class BenefitRepository:
    """Keeps benefits, who used them, and levels."""

    def __init__(self, unit: UnitOfWork, reader: Reader) -> None:
        self._unit = unit
        self._reader = reader

    def add_once(self, benefit: Benefit) -> bool:
        """Keep a benefit unless there is one under its key, or of its code; says whether it is new."""
        return bool(self._unit.execute(_ADD, {name: getattr(benefit, name) for name in _NAMES}).rowcount)

    def add(self, benefit: Benefit) -> None:
        """Keep what a person made: the change history hears of it."""
        self._unit.persist(benefit)
        self._unit.flush()

    def get(self, id_: int) -> Benefit | None:
        """Which benefit has this id? To be changed."""
        return self._unit.get(Benefit, BenefitId(id_))

    def with_key(self, key: str) -> list[Benefit]:
        """What was issued under this key?"""
        return self._unit.fetch(_BY_KEY, key=key)

    def take_back(self, id_: int, why: str) -> bool:
        """Have nobody use it any more; says whether anybody could."""
        return bool(self._unit.run(_TAKE_BACK, which=id_, why=why))

    def by_code(self, code: str) -> Benefit | None:
        """What has this code?"""
        return self._reader.fetch_one(_BY_CODE, code=code)

    def good_of(self, member_id: MemberId, now: datetime) -> list[Benefit]:
        """What may this member use?"""
        return self._reader.fetch(_GOOD_OF, member_id=member_id, now=now)

    def good_now(self, member_id: MemberId, now: datetime) -> list[Benefit]:
        """What may this member use, as far as this transaction sees?"""
        return self._unit.fetch(_GOOD_OF, member_id=member_id, now=now)

    def use(self, id_: int, now: datetime) -> bool:
        """Use one of what a limit leaves, and hold the row; says whether it could still be used."""
        return bool(self._unit.run(_USE, which=id_, now=now))

    def give_back(self, id_: int) -> None:
        """Let a limit leave one more."""
        self._unit.run(_GIVE_BACK, which=id_)

    def note(self, id_: int, whose: str, order_id: int) -> bool:
        """Write down who uses it and for what; says whether they have not used it yet."""
        use = {"benefit_id": id_, "whose": whose, "order_id": order_id}
        return bool(self._unit.execute(_NOTE, use).rowcount)

    def has_used(self, id_: int, whose: str) -> bool:
        """Has this buyer used it?"""
        return self._reader.fetch_one(_USED, which=id_, buyer=whose) is not None

    def used_for(self, order_id: int) -> list[Used]:
        """What was used for this order?"""
        return self._unit.fetch(_USES, order_id=order_id)

    def forget(self, use: Used) -> bool:
        """Forget that it was used; says whether it was not forgotten before."""
        return bool(self._unit.run(_FORGET, which=use.benefit_id, buyer=use.whose))

    def newest(self, member_id: MemberId, before: int, limit: int) -> list[Counted]:
        """What was issued to this member (or to anybody), the newest first, and how many have used each?"""
        found = self._reader.fetch(_NEWEST, member_id=member_id, before=before, limit=limit)
        uses: Mapping[int, int] = dict(self._reader.fetch(_HOW_MANY, ids=[each.id for each in found])) if found else {}
        return [Counted(each, uses.get(each.id, 0)) for each in found]

    def hold_level(self, member_id: MemberId, now: datetime) -> MemberLevel:
        """Return a member's level to be changed, so that until the transaction ends nobody else changes it."""
        self._unit.execute(_HOLD_LEVEL, {"member_id": member_id, "level": "", "reached_at": now})
        found = self._unit.get(MemberLevel, member_id)
        if found is None:
            raise LookupError(f"The level of member {member_id} is held and not there.")
        return found

    def level(self, member_id: MemberId) -> str:
        """Which level has this member? Nothing, if none."""
        return self._reader.fetch_one(_LEVEL, member_id=member_id) or ""
