"""Adds what the fraud check says, and what joins wait for."""

import sqlalchemy as sa


def up(migration):
    tables, types = migration.tables, migration.types
    tables.create_table(
        "fraud_verdicts",
        sa.Column("order_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("word", types.text(10), nullable=False),
        sa.Column("score", types.integer(), autoincrement=False, nullable=False),
        sa.Column("reasons", types.text(500), nullable=False),
        sa.Column("given_at", types.instant(), nullable=False),
        sa.PrimaryKeyConstraint("order_id"),
    )
    tables.create_table(
        "join_parts",
        sa.Column("flow", types.text(120), nullable=False),
        sa.Column("origin", types.integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", types.text(), nullable=False),
        sa.PrimaryKeyConstraint("flow", "origin", "part"),
    )
    tables.create_table(
        "joins",
        sa.Column("flow", types.text(120), nullable=False),
        sa.Column("origin", types.integer(), autoincrement=False, nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("arrived", sa.Integer(), nullable=False),
        sa.Column("began_at", types.integer(), nullable=False),
        sa.PrimaryKeyConstraint("flow", "origin"),
    )
    tables.create_index("ix_joins_began_at", "joins", ["began_at"], unique=False)


def down(migration):
    tables = migration.tables
    tables.drop_table("joins")
    tables.drop_table("join_parts")
    tables.drop_table("fraud_verdicts")
