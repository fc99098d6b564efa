"""Adds lists that reward rules ask about."""

import sqlalchemy as sa


def up(migration):
    tables, types = migration.tables, migration.types
    tables.create_table(
        "reward_lists",
        sa.Column("kind", types.text(10), nullable=False),
        sa.Column("thing_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("name", types.text(80), nullable=False),
        sa.PrimaryKeyConstraint("kind", "thing_id", "name"),
        sqlite_with_rowid=False,
    )
    tables.create_index("ix_reward_lists_name_kind", "reward_lists", ["name", "kind"], unique=False)


def down(migration):
    tables = migration.tables
    tables.drop_table("reward_lists")
