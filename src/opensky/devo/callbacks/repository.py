"""Which messages DEVO has had."""

from opensky.messaging.tables import SEEN
from opensky.persistence import Command, UnitOfWork
from opensky.persistence.cursors import microseconds
from opensky.persistence.statements import insert_ignore

CONSUMER = "callbacks"

_NOTE = Command(insert_ignore(SEEN))


class SeenRepository:
    """Remembers ids, in the transaction of what they cause."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def first(self, id_: str, consumer: str = CONSUMER) -> bool:
        """Is this the first time that the consumer has this id? Two that ask at once wait for each other: one is told yes."""
        seen_at = microseconds(self._unit.clock.now())
        return self._unit.run(_NOTE, consumer=consumer, message_id=id_, seen_at=seen_at) == 1
