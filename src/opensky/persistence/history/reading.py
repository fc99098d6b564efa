"""Reading the history: of an object, of an actor, of a class, of a period. One page each, newest first, by cursor.

A question is driven by one index; what else is asked is looked for among the newest ``LOOK`` changes that the index gives, so
that no question reads more than that, however large the history: the page says how far back it has looked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, literal_column, or_, select

from opensky.kernel.ids import LAST, first_id_at, made_at
from opensky.persistence.history.actor import Actor
from opensky.persistence.history.objects import Change, Operation
from opensky.persistence.query import Query
from opensky.persistence.tables import table

T = TypeVar("T")
Driver = Literal["object", "actor", "kind", "all"]

LOOK = 10_000
"""How many changes one page looks through, where no index serves all that is asked."""
_EARLIEST = datetime(2010, 1, 1, tzinfo=UTC)
_rows = table(Change)
_ONE = literal_column("1", Integer)


class Source(Protocol):
    """What runs the questions: a reader, or a unit of work, which also sees what it has flushed."""

    def fetch(self, query: Query[T], **values: Any) -> list[T]:
        """Run a prepared query."""


class FieldChange(NamedTuple):
    """One field before and after. ``privacy`` says why the values are masked or missing, and is empty where they are true."""

    old: Any
    new: Any
    privacy: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One change as it is read."""

    id: int
    at: datetime
    actor: Actor
    kind: str
    object_id: str
    version: int | None
    operation: Operation
    fields: dict[str, FieldChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a page asks for: all of it must hold. ``field`` is a field's name, or a dotted path below it."""

    kind: str = ""
    object_id: str = ""
    actor: tuple[str, int] | None = None
    field: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def driver(self) -> Driver:
        """The index that serves it."""
        if self.object_id and self.kind:
            return "object"
        if self.actor is not None:
            return "actor"
        return "kind" if self.kind else "all"

    @property
    def served(self) -> bool:
        """Whether the index serves all that is asked."""
        beside = {"object": self.actor is not None, "actor": bool(self.kind)}.get(self.driver, False)
        return not self.field and not beside

    @property
    def first(self) -> int:
        """The smallest id that fits."""
        return first_id_at(max(self.since, _EARLIEST)) if self.since else 0

    @property
    def before(self) -> int:
        """The id that all which fit are below."""
        return first_id_at(max(self.until, _EARLIEST)) if self.until else LAST


class HistoryPage(NamedTuple):
    """One page, and where the next begins: ``None`` on the last. ``looked_back_to`` says how far a search has come."""

    entries: list[Entry]
    older: int | None = None
    looked_back_to: datetime | None = None


def _entry(  # noqa: PLR0917 - the columns of a change, in order
    id_: int,
    kind: str,
    object_id: str,
    version: int | None,
    operation: Operation,
    fields: dict[str, list[Any]],
    at: datetime,
    actor_kind: str,
    actor_id: int,
    actor_name: str,
    request: str,
    reason: str,
) -> Entry:
    changed = {path: FieldChange(*values) for path, values in fields.items()}
    actor = Actor(actor_kind, actor_id, actor_name, request, reason)
    return Entry(id_, at, actor, kind, object_id, version, operation, changed)


_DRIVEN_BY: dict[Driver, tuple[str, ...]] = {
    "object": ("kind", "object_id"),
    "actor": ("actor_kind", "actor_id"),
    "kind": ("kind",),
    "all": (),
}


def _driven(driver: Driver, *columns: ColumnElement[Any], limit: str) -> Select[Any]:
    equal = [_rows.c[name] == bindparam(name, type_=_rows.c[name].type) for name in _DRIVEN_BY[driver]]
    within = (_rows.c.id < bindparam("before"), _rows.c.id >= bindparam("first"))
    return select(*columns).where(*equal, *within).order_by(_rows.c.id.desc()).limit(bindparam(limit))


def _shown(rows: Any) -> list[ColumnElement[Any]]:
    return [c for c in rows.c if c.name != "paths"]


def _searching(driver: Driver) -> Select[Any]:
    near = _driven(driver, *_rows.c, limit="look").subquery("near")
    conditions = [
        or_(bindparam(f"any_{name}") == _ONE, near.c[name] == bindparam(f"only_{name}", type_=_rows.c[name].type))
        for name in ("kind", "actor_kind", "actor_id")
    ]
    named = or_(bindparam("any_field") == _ONE, near.c.paths.like(bindparam("exact"), escape="!"))
    below = near.c.paths.like(bindparam("below"), escape="!")
    return (
        select(*_shown(near)).where(*conditions, or_(named, below)).order_by(near.c.id.desc()).limit(bindparam("limit"))
    )


def _reach(driver: Driver) -> Select[int, Any]:
    near = _driven(driver, _rows.c.id, limit="look").subquery("near")
    return select(func.count(near.c.id), func.min(near.c.id))


DRIVERS: tuple[Driver, ...] = ("object", "actor", "kind", "all")
PLAIN = {d: Query(_driven(d, *_shown(_rows), limit="limit"), _entry) for d in DRIVERS}
"""The questions that an index serves wholly."""
SEARCHING = {d: Query(_searching(d), _entry) for d in DRIVERS}
"""The same with more asked, within the newest ``LOOK``."""
REACH = {d: Query(_reach(d), lambda number, last: (number, last)) for d in DRIVERS}
"""How many a search has looked at, and the oldest of them."""
ONE = Query(select(*_shown(_rows)).where(_rows.c.id == bindparam("id")), _entry)
"""One change."""


class ChangeHistory:
    """The questions that are asked of the history."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def page(self, asked: Asked, limit: int, before: int = LAST) -> HistoryPage:
        """Return what fits, newest first, with ids below ``before`` (the ``older`` of the page before)."""
        values = self._values(asked, before)
        if asked.served:
            found = self._source.fetch(PLAIN[asked.driver], **values, limit=limit + 1)
            return _cut(found, limit)
        found = self._source.fetch(SEARCHING[asked.driver], **values, **_beside(asked), look=LOOK, limit=limit + 1)
        if len(found) > limit:
            return _cut(found, limit)
        [(number, last)] = self._source.fetch(REACH[asked.driver], **values, look=LOOK)
        if number < LOOK:
            return HistoryPage(found)
        return HistoryPage(found, last, made_at(last))

    def one(self, change_id: int) -> Entry | None:
        """Return one change."""
        return next(iter(self._source.fetch(ONE, id=change_id)), None)

    def since(self, kind: str, object_id: str, first: int, *, most: int = 500) -> list[Entry]:
        """Return all changes of an object from the id ``first`` on, newest first."""
        found: list[Entry] = []
        before = LAST
        while True:
            more = self._source.fetch(
                PLAIN["object"], kind=kind, object_id=object_id, before=before, first=first, limit=most
            )
            found += more
            if len(more) < most:
                return found
            before = more[-1].id

    def _values(self, asked: Asked, before: int) -> dict[str, Any]:
        actor_kind, actor_id = asked.actor or ("", 0)
        known = {"kind": asked.kind, "object_id": asked.object_id, "actor_kind": actor_kind, "actor_id": actor_id}
        values = {name: known[name] for name in _DRIVEN_BY[asked.driver]}
        return values | {"before": min(before, asked.before), "first": asked.first}


def _beside(asked: Asked) -> dict[str, Any]:
    """Return the parameters of what is asked beside the index; what the index gives anyway is asked again, harmlessly."""
    actor_kind, actor_id = asked.actor or ("", 0)
    field = asked.field.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return {
        "any_kind": int(not asked.kind),
        "only_kind": asked.kind,
        "any_actor_kind": int(asked.actor is None),
        "only_actor_kind": actor_kind,
        "any_actor_id": int(asked.actor is None),
        "only_actor_id": actor_id,
        "any_field": int(not field),
        "exact": f"%|{field}|%",
        "below": f"%|{field}.%",
    }


def _cut(found: Sequence[Entry], limit: int) -> HistoryPage:
    entries = list(found[:limit])
    return HistoryPage(entries, entries[-1].id if len(found) > limit and entries else None)
