"""What the outbox promises: a message goes out if, and only if, the transaction that caused it commits.

Outbox and queue are one table; ``conformance.queue`` says what becomes of a message from there on.
"""

from datetime import timedelta

from opensky.messaging import Message, Outgoing, Queue
from opensky.persistence import Database
from opensky.testing.conformance.model import Pot, Potter

_LEASE = timedelta(minutes=1)


class OutboxConformance:
    """Subclass with a fixture ``database``."""

    def test_a_message_is_kept_with_its_cause(self, database: Database) -> None:
        """Row, document and messages in one transaction, in the order of sending."""
        with database.unit_of_work() as unit:
            unit.persist(Potter(id=1, name="Ada"))
            unit.persist(Pot(id=1, slug="bowl", maker_id=1))
            client = Outgoing(unit, database.ids)
            parameters = {"id": 1, "name": "Ädä"}
            client.send(Message(queue_name="potters", parameters=parameters, headers={"tenant": "a"}))
            client.send(Message(queue_name="potters", parameters={"id": 2}))
            unit.commit()
        with database.unit_of_work() as unit:
            assert (len(unit.find(Potter)), len(unit.find(Pot))) == (1, 1)
        messages = Queue(database).claim(["potters"], 10, _LEASE, "ada")
        assert [(m.parameters, m.headers) for m in messages] == [(parameters, {"tenant": "a"}), ({"id": 2}, {})]

    def test_a_rolled_back_cause_sends_nothing(self, database: Database) -> None:
        """No message without its row."""
        with database.unit_of_work() as unit:
            unit.persist(Potter(id=1, name="Ada"))
            Outgoing(unit, database.ids).send(Message(queue_name="potters"))
            unit.flush()
            unit.rollback()
        assert Queue(database).depths() == []
