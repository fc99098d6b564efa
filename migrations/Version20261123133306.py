"""Adds shipments, their files and rejects, and what was captured."""

import sqlalchemy as sa


def up(migration):
    tables, types = migration.tables, migration.types
    tables.create_table(
        "shipment_files",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("partner", types.text(40), nullable=False),
        sa.Column("name", types.text(200), nullable=False),
        sa.Column("state", types.text(10), nullable=False),
        sa.Column("parcels", types.integer(), autoincrement=False, nullable=False),
        sa.Column("shipped", types.integer(), autoincrement=False, nullable=False),
        sa.Column("known", types.integer(), autoincrement=False, nullable=False),
        sa.Column("rejected", types.integer(), autoincrement=False, nullable=False),
        sa.Column("problem", types.text(300), nullable=False),
        sa.Column("told_at", types.instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    tables.create_table(
        "shipment_rejects",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("file_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("row", types.integer(), autoincrement=False, nullable=False),
        sa.Column("partner", types.text(40), nullable=False),
        sa.Column("name", types.text(200), nullable=False),
        sa.Column("order_number", types.text(40), nullable=False),
        sa.Column("text", types.text(500), nullable=False),
        sa.Column("reason", types.text(300), nullable=False),
        sa.Column("parcel", types.text(), nullable=False),
        sa.Column("state", types.text(10), nullable=False),
        sa.Column("rejected_at", types.instant(), nullable=False),
        sa.Column("settled_at", types.instant(), nullable=True),
        sa.Column("version", types.integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    tables.create_index(
        "ix_shipment_rejects_state_id", "shipment_rejects", ["state", sa.literal_column("id DESC")], unique=False
    )
    tables.create_index("uq_shipment_rejects_file_id_row", "shipment_rejects", ["file_id", "row"], unique=True)
    tables.create_table(
        "shipments",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("order_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("partner", types.text(40), nullable=False),
        sa.Column("parcel", types.text(60), nullable=False),
        sa.Column("carrier", types.text(60), nullable=False),
        sa.Column("tracking", types.text(100), nullable=False),
        sa.Column("lines", types.text(), nullable=False),
        sa.Column("amount_minor", types.integer(), nullable=False),
        sa.Column("amount_currency", types.text(3), nullable=False),
        sa.Column("state", types.text(10), nullable=False),
        sa.Column("problem", types.text(300), nullable=False),
        sa.Column("capture_reference", types.text(60), nullable=False),
        sa.Column("file_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("sent_at", types.instant(), nullable=True),
        sa.Column("arrived_at", types.instant(), nullable=False),
        sa.Column("shipped_at", types.instant(), nullable=True),
        sa.Column("version", types.integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    tables.create_index("ix_shipments_order_id", "shipments", ["order_id"], unique=False)
    tables.create_index("ix_shipments_state_id", "shipments", ["state", sa.literal_column("id DESC")], unique=False)
    tables.create_index("uq_shipments_partner_parcel", "shipments", ["partner", "parcel"], unique=True)
    tables.create_table(
        "test_captures",
        sa.Column("key", types.text(200), nullable=False),
        sa.Column("charge", types.text(40), nullable=False),
        sa.Column("reference", types.text(40), nullable=False),
        sa.Column("amount_minor", types.integer(), nullable=False),
        sa.Column("amount_currency", types.text(3), nullable=False),
        sa.Column("captured_at", types.instant(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    tables.create_index("ix_test_captures_charge", "test_captures", ["charge"], unique=False)


def down(migration):
    tables = migration.tables
    tables.drop_table("test_captures")
    tables.drop_table("shipments")
    tables.drop_table("shipment_rejects")
    tables.drop_table("shipment_files")
