"""The outbox: messages written in the transaction that caused them. A relay publishes and deletes them later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from opensky.mapping import Embedded, Id, Index, NoHistory, Personal, entity


@NoHistory()
@entity("outbox", Index("queue", "id"))
@dataclass(eq=False, kw_only=True)
class OutboxMessage:
    """One message that waits to be published."""

    id: Annotated[int, Id()]
    queue: str
    headers: Annotated[Mapping[str, str], Embedded()] = field(default_factory=dict)
    body: Annotated[Mapping[str, Any], Embedded(), Personal("account")] = field(default_factory=dict)
    written_at: datetime
