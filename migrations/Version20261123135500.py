"""Adds what the books of messages need: how many each step sent, and what a broker has."""

import sqlalchemy as sa


def up(migration):
    tables, types = migration.tables, migration.types
    tables.add_column("finished_messages", sa.Column("sent", sa.Integer(), nullable=True))
    tables.create_table(
        "published_messages",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("queue", types.text(120), nullable=False),
        sa.Column("causation", types.integer(), nullable=False),
        sa.Column("published_at", types.integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    tables.create_index("ix_published_messages_published_at", "published_messages", ["published_at"], unique=False)


def down(migration):
    tables = migration.tables
    tables.drop_table("published_messages")
    with tables.batch_alter_table("finished_messages") as finished:
        finished.drop_column("sent")
