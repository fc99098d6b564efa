"""Adds shares, and through which one an order came."""

import sqlalchemy as sa


def up(migration):
    tables, types = migration.tables, migration.types
    tables.create_table(
        "shares",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("code", types.text(20), nullable=False),
        sa.Column("member_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("product_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("shared_at", types.instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    tables.create_index("ix_shares_member_id_id", "shares", ["member_id", sa.literal_column("id DESC")], unique=False)
    tables.create_index("uq_shares_code", "shares", ["code"], unique=True)
    tables.create_index("uq_shares_member_id_product_id", "shares", ["member_id", "product_id"], unique=True)
    tables.add_column("orders", sa.Column("share_id", types.integer(), autoincrement=False, nullable=True))
    tables.create_index("ix_orders_share_id", "orders", ["share_id"], unique=False)


def down(migration):
    tables = migration.tables
    tables.drop_index("ix_orders_share_id", table_name="orders")
    with tables.batch_alter_table("orders") as batch_op:
        batch_op.drop_column("share_id")

    tables.drop_table("shares")
