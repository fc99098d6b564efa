"""Adds replays of reward rules."""

import sqlalchemy as sa


def up(migration):
    tables, types = migration.tables, migration.types
    tables.create_table(
        "reward_replays",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("rule_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("revision", types.text(32), nullable=False),
        sa.Column("words", types.text(200), nullable=False),
        sa.Column("from_at", types.instant(), nullable=False),
        sa.Column("until_at", types.instant(), nullable=False),
        sa.Column("state", types.text(10), nullable=False),
        sa.Column("events", types.integer(), autoincrement=False, nullable=False),
        sa.Column("events_in_all", types.integer(), autoincrement=False, nullable=True),
        sa.Column("found", types.text(), nullable=False),
        sa.Column("problem", types.text(200), nullable=False),
        sa.Column("started_at", types.instant(), nullable=False),
        sa.Column("seen_at", types.instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    tables.create_index(
        "ix_reward_replays_rule_id_id", "reward_replays", ["rule_id", sa.literal_column("id DESC")], unique=False
    )


def down(migration):
    tables = migration.tables
    tables.drop_table("reward_replays")
