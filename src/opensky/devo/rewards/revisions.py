"""Revisions: a rule as it was each time that it was saved, so that a grant can be read under what it was made."""

from datetime import datetime
from hashlib import sha256

import msgspec
from sqlalchemy import bindparam, func, select

from opensky.devo.rewards.objects import RewardRevision, RewardRule
from opensky.kernel.clock import Clock
from opensky.persistence import Query, Reader, UnitOfWork, table

_kept = table(RewardRevision)
_LAST = Query(select(func.coalesce(func.max(_kept.c.number), 0)).where(_kept.c.rule_id == bindparam("rule_id")), int)


class Written(msgspec.Struct, kw_only=True):
    """All of a rule that somebody may set; the names are those of ``RewardRule``."""

    name: str
    event: str
    condition: str
    reward: str
    arguments: dict[str, str] = {}
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    limit_total: int | None = None
    limit_each: int | None = None
    zone: str = "UTC"
    weekdays: list[str] = []
    hours_from: str = ""
    hours_until: str = ""
    period: str = ""
    limit_period: int | None = None
    limit_period_each: int | None = None
    budget_minor: int | None = None
    priority: int = 0
    stack: str = ""
    stack_mode: str = "all"
    share: int = 100
    later: bool = False


class Revised(Written, omit_defaults=True, kw_only=True):
    """A rule as it is kept in a revision."""


class KeptRevision(msgspec.Struct):
    """A revision in a list."""

    number: int
    revision: str
    at: datetime
    body: str

    @property
    def rule(self) -> Revised:
        """The rule as it was."""
        return msgspec.json.decode(self.body, type=Revised)


_COLUMNS = [_kept.c[name] for name in KeptRevision.__struct_fields__]
_ALL = Query(
    select(*_COLUMNS).where(_kept.c.rule_id == bindparam("rule_id")).order_by(_kept.c.number.desc()), KeptRevision
)
_NAMED = Query(
    select(*_COLUMNS)
    .where(_kept.c.rule_id == bindparam("rule_id"), _kept.c.revision == bindparam("revision"))
    .order_by(_kept.c.number)
    .limit(1),
    KeptRevision,
)


def revised(rule: RewardRule) -> Revised:
    """Return what of a rule is kept in a revision."""
    return Revised(**{name: getattr(rule, name) for name in Revised.__struct_fields__})


def revision_of(rule: RewardRule) -> str:
    """Return the name of a rule as it is: a hash of all that decides what it grants. What it is called decides nothing."""
    body = msgspec.structs.replace(revised(rule), name="", arguments=dict(sorted(rule.arguments.items())))
    return sha256(msgspec.json.encode(body)).hexdigest()[:12]


class Revisions:
    """Keeps revisions, and finds them again. None is ever changed or removed."""

    def __init__(self, unit: UnitOfWork, reader: Reader, clock: Clock) -> None:
        self._unit = unit
        self._reader = reader
        self._clock = clock

    def next_number(self, rule: RewardRule) -> int:
        """Return the number of the next revision, before anything of the rule is changed.

        Whoever saves a rule holds the count of changes, so that two never get one number. A rule from before revisions were
        kept is kept as it is first.
        """
        last: int = self._unit.fetch_one(_LAST, rule_id=rule.id) or 0
        if not last and rule.revision:
            self.keep(rule, last := 1)
        return last + 1

    def keep(self, rule: RewardRule, number: int) -> None:
        """Keep a rule as it is now."""
        body = msgspec.json.encode(revised(rule)).decode()
        self._unit.persist(
            RewardRevision(rule_id=rule.id, number=number, revision=rule.revision, body=body, at=self._clock.now())
        )

    def of(self, rule_id: int) -> list[KeptRevision]:
        """Return all revisions of a rule, the newest first; of a rule that was last saved before they were kept, none."""
        return self._reader.fetch(_ALL, rule_id=rule_id)

    def named(self, rule_id: int, revision: str) -> KeptRevision | None:
        """Return the revision that a grant names, if it was kept."""
        return self._reader.fetch_one(_NAMED, rule_id=rule_id, revision=revision)
