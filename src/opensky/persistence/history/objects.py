"""One kept change: the row of the history, for objects of both stores."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from opensky.mapping import Embedded, Id, Index, Length, NoHistory, Personal, entity

Operation = Literal["insert", "update", "remove"]


@NoHistory()
@entity(
    "change",
    Index("kind", "object_id", "id"),
    Index("actor_kind", "actor_id", "id"),
    Index("kind", "id"),
)
@dataclass(eq=False, kw_only=True)
class Change:
    """Who changed which fields of which object. Its id is made of the time, so that ids are in order of time.

    ``kind`` is the object's class by name; ``object_id`` its id as text (see ``keys``). ``fields`` maps a dotted path to
    ``[old, new]``, or to ``[old, new, class of privacy]`` where the values are masked or left out. ``paths`` names the
    paths once more, each between bars, to be searched.
    """

    id: Annotated[int, Id()]
    kind: Annotated[str, Length(0, 80)]
    object_id: Annotated[str, Length(0, 190)]
    version: int | None = None
    operation: Annotated[Operation, Length(0, 10)]
    paths: str = ""
    fields: Annotated[dict[str, Any], Embedded(), Personal("account")]
    at: datetime
    actor_kind: Annotated[str, Length(0, 16)]
    actor_id: Annotated[int, Personal("account")] = 0
    actor_name: Annotated[str, Personal("identity"), Length(0, 120)] = ""
    request: Annotated[str, Length(0, 64)] = ""
    reason: Annotated[str, Personal("account"), Length(0, 300)] = ""
