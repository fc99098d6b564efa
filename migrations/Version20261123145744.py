"""Adds reward rules, what they granted, and how often their limits were used."""

import sqlalchemy as sa


def up(migration):
    tables, types = migration.tables, migration.types
    tables.create_table(
        "reward_changes",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("number", types.integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    tables.create_table(
        "reward_grants",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("rule_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("event", types.text(80), nullable=False),
        sa.Column("member_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("revision", types.text(32), nullable=False),
        sa.Column("words", types.text(200), nullable=False),
        sa.Column("trace", types.text(), nullable=False),
        sa.Column("state", types.text(10), nullable=False),
        sa.Column("at", types.instant(), nullable=False),
        sa.Column("reversed_at", types.instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    tables.create_index("ix_reward_grants_event", "reward_grants", ["event"], unique=False)
    tables.create_index(
        "ix_reward_grants_member_id_id", "reward_grants", ["member_id", sa.literal_column("id DESC")], unique=False
    )
    tables.create_index(
        "ix_reward_grants_rule_id_id", "reward_grants", ["rule_id", sa.literal_column("id DESC")], unique=False
    )
    tables.create_index(
        "uq_reward_grants_rule_id_event_member_id", "reward_grants", ["rule_id", "event", "member_id"], unique=True
    )
    tables.create_table(
        "reward_rules",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("version", types.integer(), nullable=False),
        sa.Column("body", types.text(), nullable=False),
        sa.Column("state", types.text(255), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    tables.create_index(
        "ix_reward_rules_state_id", "reward_rules", ["state", sa.literal_column("id DESC")], unique=False
    )
    tables.create_table(
        "reward_uses",
        sa.Column("rule_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("member_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("used", types.integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "member_id"),
        sqlite_with_rowid=False,
    )


def down(migration):
    tables = migration.tables
    tables.drop_table("reward_uses")
    tables.drop_table("reward_rules")
    tables.drop_table("reward_grants")
    tables.drop_table("reward_changes")
