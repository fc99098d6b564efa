"""Adds alerts of the operations board."""

import sqlalchemy as sa


def up(migration):
    tables, types = migration.tables, migration.types
    tables.create_table(
        "alerts",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("key", types.text(80), nullable=False),
        sa.Column("open_key", types.text(80), nullable=True),
        sa.Column("title", types.text(160), nullable=False),
        sa.Column("sentence", types.text(500), nullable=False),
        sa.Column("state", types.text(10), nullable=False),
        sa.Column("raised_at", types.instant(), nullable=False),
        sa.Column("ended_at", types.instant(), nullable=True),
        sa.Column("told_state", types.text(10), nullable=False),
        sa.Column("told_at", types.instant(), nullable=True),
        sa.Column("acknowledged_at", types.instant(), nullable=True),
        sa.Column("acknowledged_by", types.text(160), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    tables.create_index("ix_alerts_raised_at", "alerts", [sa.literal_column("raised_at DESC")], unique=False)
    tables.create_index("uq_alerts_open_key", "alerts", ["open_key"], unique=True)


def down(migration):
    migration.tables.drop_table("alerts")
