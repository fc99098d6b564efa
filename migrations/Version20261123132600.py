"""Adds what staff decide about dead letters, and traces of journeys."""

import sqlalchemy as sa


def up(migration):
    tables, types = migration.tables, migration.types
    tables.create_table(
        "letter_acts",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("letter_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("act", types.text(16), nullable=False),
        sa.Column("queue", types.text(120), nullable=False),
        sa.Column("type", types.text(120), nullable=False),
        sa.Column("correlation", types.integer(), autoincrement=False, nullable=False),
        sa.Column("causation", types.integer(), autoincrement=False, nullable=False),
        sa.Column("attempt", types.integer(), autoincrement=False, nullable=False),
        sa.Column("fields", types.text(500), nullable=False),
        sa.Column("reason", types.text(300), nullable=False),
        sa.Column("member_id", types.integer(), autoincrement=False, nullable=True),
        sa.Column("member_name", types.text(120), nullable=False),
        sa.Column("at", types.instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    tables.create_index("ix_letter_acts_correlation_id", "letter_acts", ["correlation", "id"], unique=False)
    tables.create_index("ix_letter_acts_letter_id_id", "letter_acts", ["letter_id", "id"], unique=False)
    tables.create_table(
        "message_traces",
        sa.Column("kind", types.text(120), nullable=False),
        sa.Column("object_id", types.text(190), nullable=False),
        sa.Column("correlation", types.integer(), autoincrement=False, nullable=False),
        sa.Column("noted_at", types.integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "object_id", "correlation"),
    )
    tables.create_index("ix_message_traces_correlation", "message_traces", ["correlation"], unique=False)
    tables.create_index("ix_message_traces_noted_at", "message_traces", ["noted_at"], unique=False)


def down(migration):
    tables = migration.tables
    tables.drop_table("message_traces")
    tables.drop_table("letter_acts")
