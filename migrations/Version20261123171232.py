"""Adds benefits, and what credit and coupons pay of an order."""

import sqlalchemy as sa


def up(migration):
    tables, types = migration.tables, migration.types
    tables.create_table(
        "benefit_uses",
        sa.Column("benefit_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("whose", types.text(254), nullable=False),
        sa.Column("order_id", types.integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("benefit_id", "whose"),
        sqlite_with_rowid=False,
    )
    tables.create_index("ix_benefit_uses_order_id", "benefit_uses", ["order_id"], unique=False)
    tables.create_table(
        "benefits",
        sa.Column("id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("kind", types.text(15), nullable=False),
        sa.Column("member_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("code", types.text(40), nullable=True),
        sa.Column("percent", types.integer(), autoincrement=False, nullable=True),
        sa.Column("amount_minor", types.integer(), autoincrement=False, nullable=True),
        sa.Column("currency", types.text(3), nullable=False),
        sa.Column("level", types.text(40), nullable=False),
        sa.Column("limit_total", types.integer(), autoincrement=False, nullable=True),
        sa.Column("used", types.integer(), autoincrement=False, nullable=False),
        sa.Column("expires_at", types.instant(), nullable=True),
        sa.Column("key", types.text(120), nullable=False),
        sa.Column("why", types.text(300), nullable=False),
        sa.Column("state", types.text(10), nullable=False),
        sa.Column("ended", types.text(300), nullable=False),
        sa.Column("created_at", types.instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    tables.create_index(
        "ix_benefits_member_id_id", "benefits", ["member_id", sa.literal_column("id DESC")], unique=False
    )
    tables.create_index("uq_benefits_code", "benefits", ["code"], unique=True)
    tables.create_index("uq_benefits_key_kind_member_id", "benefits", ["key", "kind", "member_id"], unique=True)
    tables.create_table(
        "member_levels",
        sa.Column("member_id", types.integer(), autoincrement=False, nullable=False),
        sa.Column("level", types.text(40), nullable=False),
        sa.Column("reached_at", types.instant(), nullable=False),
        sa.PrimaryKeyConstraint("member_id"),
    )
    for name in ("delivery_minor", "discount_minor", "credit_minor"):
        tables.add_column("orders", sa.Column(name, types.integer(), server_default="0", nullable=False))
    tables.add_column("orders", sa.Column("coupon", types.text(40), server_default="", nullable=False))


def down(migration):
    tables = migration.tables
    with tables.batch_alter_table("orders") as batch_op:
        batch_op.drop_column("coupon")
        batch_op.drop_column("credit_minor")
        batch_op.drop_column("discount_minor")
        batch_op.drop_column("delivery_minor")

    tables.drop_table("member_levels")
    tables.drop_table("benefits")
    tables.drop_table("benefit_uses")
