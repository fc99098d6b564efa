"""Adds webhooks: endpoints, deliveries and tries."""

import sqlalchemy as sa


def up(migration):
    tables, types = migration.tables, migration.types
    tables.create_table(
        "webhook_attempts",
        sa.Column("delivery_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("number", types.integer(), autoincrement=False, nullable=False),
        sa.Column("url", types.text(500), nullable=False),
        sa.Column("at", types.instant(), nullable=False),
        sa.Column("status", types.integer(), autoincrement=False, nullable=True),
        sa.Column("ms", types.integer(), autoincrement=False, nullable=False),
        sa.Column("error", types.text(500), nullable=False),
        sa.Column("answer", types.text(500), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", "number"),
        sqlite_with_rowid=False,
    )
    tables.create_table(
        "webhook_deliveries",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("endpoint_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("event", types.text(80), nullable=False),
        sa.Column("body", types.text(), nullable=False),
        sa.Column("state", types.text(10), nullable=False),
        sa.Column("tries", types.integer(), autoincrement=False, nullable=False),
        sa.Column("failed", types.integer(), autoincrement=False, nullable=False),
        sa.Column("failing_since", types.instant(), nullable=True),
        sa.Column("next_at", types.instant(), nullable=True),
        sa.Column("created_at", types.instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    tables.create_index(
        "ix_webhook_deliveries_endpoint_id_id",
        "webhook_deliveries",
        ["endpoint_id", sa.literal_column("id DESC")],
        unique=False,
    )
    tables.create_index(
        "ix_webhook_deliveries_endpoint_id_state_id",
        "webhook_deliveries",
        ["endpoint_id", "state", sa.literal_column("id DESC")],
        unique=False,
    )
    tables.create_table(
        "webhook_endpoints",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("seller_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("url", types.text(500), nullable=False),
        sa.Column("events", types.text(), nullable=False),
        sa.Column("description", types.text(120), nullable=False),
        sa.Column("state", types.text(10), nullable=False),
        sa.Column("reason", types.text(300), nullable=False),
        sa.Column("generation", types.integer(), autoincrement=False, nullable=False),
        sa.Column("rotated_at", types.instant(), nullable=True),
        sa.Column("failures", types.integer(), autoincrement=False, nullable=False),
        sa.Column("failing_since", types.instant(), nullable=True),
        sa.Column("created_at", types.instant(), nullable=False),
        sa.Column("version", types.integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    tables.create_index("ix_webhook_endpoints_seller_id", "webhook_endpoints", ["seller_id"], unique=False)


def down(migration):
    tables = migration.tables
    tables.drop_table("webhook_endpoints")
    tables.drop_table("webhook_deliveries")
    tables.drop_table("webhook_attempts")
