"""Adds limits for a time and by amount, and revisions, of reward rules."""

import sqlalchemy as sa


def up(migration):
    tables, types = migration.tables, migration.types
    tables.create_table(
        "reward_revisions",
        sa.Column("rule_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("number", types.integer(), autoincrement=False, nullable=False),
        sa.Column("revision", types.text(32), nullable=False),
        sa.Column("body", types.text(), nullable=False),
        sa.Column("at", types.instant(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "number"),
        sqlite_with_rowid=False,
    )
    tables.create_index(
        "ix_reward_revisions_rule_id_revision", "reward_revisions", ["rule_id", "revision"], unique=False
    )
    tables.create_table(
        "reward_spans",
        sa.Column("rule_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("member_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("stretch", types.text(40), nullable=False),
        sa.Column("used", types.integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "member_id", "stretch"),
        sqlite_with_rowid=False,
    )
    tables.add_column("reward_grants", sa.Column("reward", types.text(40), server_default="", nullable=False))
    tables.add_column("reward_grants", sa.Column("cost_minor", types.integer(), server_default="0", nullable=False))
    tables.add_column("reward_grants", sa.Column("spent", types.text(200), server_default="", nullable=False))


def down(migration):
    tables = migration.tables
    with tables.batch_alter_table("reward_grants") as grants:
        grants.drop_column("spent")
        grants.drop_column("cost_minor")
        grants.drop_column("reward")
    tables.drop_table("reward_spans")
    tables.drop_table("reward_revisions")
