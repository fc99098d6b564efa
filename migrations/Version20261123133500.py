"""Adds a table for large bodies of messages."""

import sqlalchemy as sa


def up(migration):
    tables, types = migration.tables, migration.types
    tables.create_table(
        "message_bodies",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("body", types.text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def down(migration):
    migration.tables.drop_table("message_bodies")
