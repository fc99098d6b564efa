"""Dialects: what brokers that speak STOMP understand differently. The server's own greeting tells which one it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from opensky.messaging.errors import NotSendable


class Dialect(Protocol):
    """How one kind of broker wants to be spoken to."""

    @property
    def name(self) -> str:
        """What the broker is called."""

    @property
    def confirms_each(self) -> bool:
        """Whether a message counts as kept only by a receipt of its own, and not by that of the COMMIT of its transaction."""

    def destination(self, queue: str) -> str:
        """Return the destination of a queue."""

    def sending(self, id_: int, due_at: datetime | None) -> Mapping[str, str]:
        """Return the headers of a persistent message with this id, which the broker holds back until ``due_at``.

        Raises:
            NotSendable: this broker holds nothing back; the outbox does.
        """

    def subscribing(self, prefetch: int) -> Mapping[str, str]:
        """Return the headers of a subscription that has at most about ``prefetch`` unacknowledged messages."""


def _delay(due_at: datetime | None) -> dict[str, str]:
    """ActiveMQ's header, which Artemis understands as well: milliseconds from now."""
    if due_at is None:
        return {}
    return {"AMQ_SCHEDULED_DELAY": str(max(0, int((due_at - datetime.now(UTC)).total_seconds() * 1000)))}


@dataclass(frozen=True, slots=True)
class Classic:
    """ActiveMQ Classic. Delays need ``schedulerSupport`` in the broker's configuration; they are milliseconds from now."""

    name: str = "activemq"
    confirms_each: bool = False

    def destination(self, queue: str) -> str:
        return f"/queue/{queue}"

    def sending(self, id_: int, due_at: datetime | None) -> Mapping[str, str]:
        return {"persistent": "true", **_delay(due_at)}

    def subscribing(self, prefetch: int) -> Mapping[str, str]:
        return {"activemq.prefetchSize": str(prefetch)}


@dataclass(frozen=True, slots=True)
class Artemis:
    """Apache Artemis. Its window is in bytes; for a delay it takes ActiveMQ's header, in milliseconds from now.

    It drops what a relay sends again, once it is told the ids of messages.

    The talk's header, ``_HQ_SCHED_DELIVERY``, belongs to HornetQ's own protocol and was an absolute instant in milliseconds; over STOMP it
    does nothing, and its successor ``_AMQ_SCHED_DELIVERY`` does nothing either, since STOMP has no numbers.
    """

    name: str = "artemis"
    confirms_each: bool = False

    def destination(self, queue: str) -> str:
        return queue

    def sending(self, id_: int, due_at: datetime | None) -> Mapping[str, str]:
        headers = {"persistent": "true", "destination-type": "ANYCAST", "_AMQ_DUPL_ID": str(id_)}
        return headers | _delay(due_at)

    def subscribing(self, prefetch: int) -> Mapping[str, str]:
        return {"subscription-type": "ANYCAST", "consumer-window-size": str(prefetch * 2048)}


@dataclass(frozen=True, slots=True)
class Rabbit:
    """RabbitMQ. It has no delays of its own, and ignores selectors without a word, so neither is ever asked of it.

    It confirms a COMMIT at once, before the messages are written: what it then had in memory died with it (found by killing it).
    The receipt of a SEND it gives when the message is kept, also within a transaction.
    """

    name: str = "rabbitmq"
    confirms_each: bool = True

    def destination(self, queue: str) -> str:
        return f"/queue/{queue}"

    def sending(self, id_: int, due_at: datetime | None) -> Mapping[str, str]:
        if due_at is not None:
            raise NotSendable(
                f"RabbitMQ holds no message back until {due_at:%c}; send it in a unit of work, whose outbox does."
            )
        return {"persistent": "true"}

    def subscribing(self, prefetch: int) -> Mapping[str, str]:
        return {"prefetch-count": str(prefetch), "durable": "true", "auto-delete": "false"}


def dialect_of(server: str) -> Dialect:
    """Return the dialect of a broker by the ``server`` header of its greeting; an unknown one is taken for ActiveMQ Classic."""
    lowered = server.lower()
    if "artemis" in lowered:
        return Artemis()
    if "rabbitmq" in lowered:
        return Rabbit()
    return Classic()
