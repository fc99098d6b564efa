"""Forgetting: what the history knows about a person goes when the person is erased; that something happened stays."""

from typing import Any, Protocol

from sqlalchemy import Executable, bindparam, select, update

from opensky.kernel.ids import LAST
from opensky.mapping import describe
from opensky.persistence.history.keys import key_text
from opensky.persistence.history.objects import Change
from opensky.persistence.tables import table

FORGOTTEN = "forgotten"
"""Stands where the class of privacy stands, once the values are gone."""
_BATCH = 500
_rows = table(Change)


class Executing(Protocol):
    """What is needed of a unit of work."""

    def execute(self, statement: Executable, parameters: Any = None) -> Any:
        """Run a statement in its transaction."""


def forget_subject(unit: Executing, cls: type, key: Any) -> int:
    """Forget every value that the history keeps of an object's personal fields; returns how many changes that touched.

    Reasons go too: they are free text. When, by whom and which fields stays.
    """
    personal = {f.name for f in describe(cls).stored_fields if f.personal != "public" or _holds_personal(f.type)}
    whose = (_rows.c.kind == cls.__name__, _rows.c.object_id == key_text(key))
    done, before = 0, LAST
    while True:
        statement = select(_rows.c.id, _rows.c.fields).where(*whose, _rows.c.id < before)
        found = unit.execute(statement.order_by(_rows.c.id.desc()).limit(_BATCH)).all()
        changed = [{"which": id_, "blank": _blanked(fields, personal)} for id_, fields in found]
        if changed:
            blank = bindparam("blank", type_=_rows.c.fields.type)
            unit.execute(update(_rows).where(_rows.c.id == bindparam("which")).values(fields=blank, reason=""), changed)
        done += len(changed)
        if len(found) < _BATCH:
            return done
        before = found[-1].id


def forget_actor(unit: Executing, kind: str, actor_id: int) -> int:
    """Forget the name and the reasons of an actor; returns how many changes that touched. What they did stays, by number."""
    statement = update(_rows).where(_rows.c.actor_kind == kind, _rows.c.actor_id == actor_id)
    return int(unit.execute(statement.values(actor_name="", reason="")).rowcount)


def _blanked(fields: dict[str, list[Any]], personal: set[str]) -> dict[str, list[Any]]:
    return {
        path: [None, None, FORGOTTEN] if path.partition(".")[0] in personal else values
        for path, values in fields.items()
    }


def _holds_personal(type_: Any) -> bool:
    return hasattr(type_, "__dataclass_fields__") and any(
        f.personal != "public" or _holds_personal(f.type) for f in describe(type_).fields
    )


__all__ = ["FORGOTTEN", "forget_actor", "forget_subject"]
