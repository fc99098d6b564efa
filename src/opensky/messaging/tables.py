"""The tables of the embedded queue. They stand in the application's database, so that a message is part of a transaction."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    SmallInteger,
    Table,
    event,
    literal_column,
)

from opensky.persistence.tables import METADATA
from opensky.persistence.types import INT64, LONG_TEXT, text

READY, WAITING, TAKEN, OUTGOING = 0, 1, 2, 3
"""The states of a message: to be had, not due yet, leased to a worker, to be published to a broker."""
NAME_LENGTH, KEY_LENGTH, OWNER_LENGTH = 120, 190, 80

MESSAGES = Table(
    "messages",
    METADATA,
    Column("id", INT64, primary_key=True, autoincrement=False),
    Column("state", SmallInteger, nullable=False),
    Column("queue", text(NAME_LENGTH), nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("due_at", INT64, nullable=False),
    Column("owner", text(OWNER_LENGTH), nullable=False),
    Column("taken", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("order_key", text(KEY_LENGTH)),
    Column("unique_key", text(KEY_LENGTH)),
    Column("type", text(NAME_LENGTH), nullable=False),
    Column("correlation", INT64, nullable=False),
    Column("causation", INT64, nullable=False),
    Column("headers", LONG_TEXT, nullable=False),
    Column("body", LONG_TEXT, nullable=False),
    Column("error", LONG_TEXT, nullable=False),
    Index("ix_messages_state_queue_priority_id", "state", "queue", "priority", "id"),
    Index("uq_messages_queue_unique_key", "queue", "unique_key", unique=True),
    Index("ix_messages_queue_order_key_id", "queue", "order_key", "id"),
    Index("ix_messages_state_due_at", "state", "due_at"),
)
"""What waits, is being handled or is to be published. ``due_at`` is in microseconds since 1970: when a waiting message is
due, or when the lease of a taken one ends. ``taken`` counts how often a worker took it, also one that died then."""

_ONLY = {
    "uq_messages_queue_unique_key": "unique_key IS NOT NULL",
    "ix_messages_queue_order_key_id": "order_key IS NOT NULL",
    "ix_messages_state_due_at": "state > 0",
}
"""These indexes hold just the rows that they are for, where the database can do that: most messages are in none of the three."""


@event.listens_for(MESSAGES, "before_create")
def _hold_only_some(table: Table, connection: Connection, **_: Any) -> None:
    """Say so when the tables are made: an index that names PostgreSQL would load what speaks it into every process."""
    if connection.dialect.name in {"sqlite", "postgresql"}:
        for index in table.indexes:
            if condition := _ONLY.get(str(index.name)):
                index.dialect_options[connection.dialect.name]["where"] = literal_column(condition, Boolean)


NOT_READY: ColumnElement[bool] = MESSAGES.c.state > literal_column("0")
"""What a question must say, in these very words, for SQLite to look into the index of due times."""

DEAD = Table(
    "dead_messages",
    METADATA,
    Column("id", INT64, primary_key=True, autoincrement=False),
    Column("queue", text(NAME_LENGTH), nullable=False),
    Column("type", text(NAME_LENGTH), nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("order_key", text(KEY_LENGTH)),
    Column("correlation", INT64, nullable=False),
    Column("causation", INT64, nullable=False),
    Column("headers", LONG_TEXT, nullable=False),
    Column("body", LONG_TEXT, nullable=False),
    Column("cause", text(KEY_LENGTH), nullable=False),
    Column("error", LONG_TEXT, nullable=False),
    Column("died_at", INT64, nullable=False),
    Index("ix_dead_messages_queue_cause_id", "queue", "cause", "id"),
    Index("ix_dead_messages_correlation_id", "correlation", "id"),
)
"""What was given up, with the traceback of the last try. ``cause`` groups what died of the same."""

FINISHED = Table(
    "finished_messages",
    METADATA,
    Column("id", INT64, primary_key=True, autoincrement=False),
    Column("queue", text(NAME_LENGTH), nullable=False),
    Column("type", text(NAME_LENGTH), nullable=False),
    Column("correlation", INT64, nullable=False),
    Column("causation", INT64, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("began_at", INT64, nullable=False),
    Column("ended_at", INT64, nullable=False),
    Column("sent", Integer),
    Index("ix_finished_messages_correlation_id", "correlation", "id"),
    Index("ix_finished_messages_queue_ended_at", "queue", "ended_at"),
    Index("ix_finished_messages_ended_at", "ended_at"),
)
"""What was handled, without its body: the journeys that the admin draws. Kept apart, so that the queue stays small.
``sent`` says how many messages its handling has sent, without those that somebody discarded; of older releases it is not known."""

PUBLISHED = Table(
    "published_messages",
    METADATA,
    Column("id", INT64, primary_key=True, autoincrement=False),
    Column("queue", text(NAME_LENGTH), nullable=False),
    Column("causation", INT64, nullable=False),
    Column("published_at", INT64, nullable=False),
    Index("ix_published_messages_published_at", "published_at"),
)
"""What a broker has confirmed and has not brought back yet; or what it gives to strangers, who do not tell us."""

SEEN = Table(
    "seen_messages",
    METADATA,
    Column("consumer", text(NAME_LENGTH), primary_key=True),
    Column("message_id", text(KEY_LENGTH), primary_key=True),
    Column("seen_at", INT64, nullable=False),
    Index("ix_seen_messages_seen_at", "seen_at"),
)
"""Which messages a consumer has had: a second delivery is known by it, long after the first was acknowledged."""
