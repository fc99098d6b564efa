"""What the outbox promises: a message goes out if, and only if, the transaction that caused it commits."""

from opensky.persistence import Database, OutboxMessage
from opensky.testing.conformance.model import Potter


class OutboxConformance:
    """Subclass with a fixture ``database``."""

    def test_a_message_is_kept_with_its_cause(self, database: Database) -> None:
        """Row and message in one transaction, in the order of sending."""
        with database.unit_of_work() as unit:
            unit.persist(Potter(id=1, name="Ada"))
            unit.send("potters", {"id": 1, "name": "Ädä"}, {"type": "potter.created"})
            unit.send("potters", {"id": 2})
            unit.commit()
        with database.unit_of_work() as unit:
            messages = unit.find(OutboxMessage, {"queue": "potters"}, sort=("id",))
            assert [(m.body, m.headers) for m in messages] == [
                ({"id": 1, "name": "Ädä"}, {"type": "potter.created"}),
                ({"id": 2}, {}),
            ]

    def test_a_rolled_back_cause_sends_nothing(self, database: Database) -> None:
        """No message without its row."""
        with database.unit_of_work() as unit:
            unit.persist(Potter(id=1, name="Ada"))
            unit.send("potters", {"id": 1})
            unit.flush()
            unit.rollback()
        with database.unit_of_work() as unit:
            assert unit.find(OutboxMessage) == []
