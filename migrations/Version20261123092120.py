"""Adds the queues of messages."""

import sqlalchemy as sa


def up(migration):
    tables, types = migration.tables, migration.types
    tables.create_table(
        "dead_messages",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("queue", types.text(120), nullable=False),
        sa.Column("type", types.text(120), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("order_key", types.text(190), nullable=True),
        sa.Column("correlation", types.integer(), nullable=False),
        sa.Column("causation", types.integer(), nullable=False),
        sa.Column("headers", types.text(), nullable=False),
        sa.Column("body", types.text(), nullable=False),
        sa.Column("cause", types.text(190), nullable=False),
        sa.Column("error", types.text(), nullable=False),
        sa.Column("died_at", types.integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    tables.create_index("ix_dead_messages_correlation_id", "dead_messages", ["correlation", "id"], unique=False)
    tables.create_index("ix_dead_messages_queue_cause_id", "dead_messages", ["queue", "cause", "id"], unique=False)
    tables.create_table(
        "finished_messages",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("queue", types.text(120), nullable=False),
        sa.Column("type", types.text(120), nullable=False),
        sa.Column("correlation", types.integer(), nullable=False),
        sa.Column("causation", types.integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("began_at", types.integer(), nullable=False),
        sa.Column("ended_at", types.integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    tables.create_index("ix_finished_messages_correlation_id", "finished_messages", ["correlation", "id"], unique=False)
    tables.create_index("ix_finished_messages_ended_at", "finished_messages", ["ended_at"], unique=False)
    tables.create_index("ix_finished_messages_queue_ended_at", "finished_messages", ["queue", "ended_at"], unique=False)
    tables.create_table(
        "messages",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("queue", types.text(120), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", types.integer(), nullable=False),
        sa.Column("owner", types.text(80), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("order_key", types.text(190), nullable=True),
        sa.Column("unique_key", types.text(190), nullable=True),
        sa.Column("type", types.text(120), nullable=False),
        sa.Column("correlation", types.integer(), nullable=False),
        sa.Column("causation", types.integer(), nullable=False),
        sa.Column("headers", types.text(), nullable=False),
        sa.Column("body", types.text(), nullable=False),
        sa.Column("error", types.text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    tables.create_index("ix_messages_queue_order_key_id", "messages", ["queue", "order_key", "id"], unique=False)
    tables.create_index("ix_messages_state_due_at", "messages", ["state", "due_at"], unique=False)
    tables.create_index(
        "ix_messages_state_queue_priority_id", "messages", ["state", "queue", "priority", "id"], unique=False
    )
    tables.create_index("uq_messages_queue_unique_key", "messages", ["queue", "unique_key"], unique=True)
    tables.create_table(
        "seen_messages",
        sa.Column("consumer", types.text(120), nullable=False),
        sa.Column("message_id", types.text(190), nullable=False),
        sa.Column("seen_at", types.integer(), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "message_id"),
    )
    tables.create_index("ix_seen_messages_seen_at", "seen_messages", ["seen_at"], unique=False)


def down(migration):
    tables = migration.tables
    tables.drop_index("ix_seen_messages_seen_at", table_name="seen_messages")
    tables.drop_table("seen_messages")
    tables.drop_index("uq_messages_queue_unique_key", table_name="messages")
    tables.drop_index("ix_messages_state_queue_priority_id", table_name="messages")
    tables.drop_index("ix_messages_state_due_at", table_name="messages")
    tables.drop_index("ix_messages_queue_order_key_id", table_name="messages")
    tables.drop_table("messages")
    tables.drop_index("ix_finished_messages_queue_ended_at", table_name="finished_messages")
    tables.drop_index("ix_finished_messages_ended_at", table_name="finished_messages")
    tables.drop_index("ix_finished_messages_correlation_id", table_name="finished_messages")
    tables.drop_table("finished_messages")
    tables.drop_index("ix_dead_messages_queue_cause_id", table_name="dead_messages")
    tables.drop_index("ix_dead_messages_correlation_id", table_name="dead_messages")
    tables.drop_table("dead_messages")
